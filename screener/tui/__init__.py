"""The screens. They call `screener.steps` and draw the answer: no SQL, no rule of the review in here."""
