"""The screens. They call `screener.steps` and draw the answer: no SQL, no rule of the review in here."""

import os

# A key's frame waits for the next tick; at sixty a second that is 16 ms, most of what a key takes. Nothing moves by
# itself, so that more ticks cost nothing between keys.
os.environ.setdefault("TEXTUAL_FPS", "120")
