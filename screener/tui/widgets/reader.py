"""A record to be read: the title always on the same row, the abstract scrolling under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from textual.containers import Vertical, VerticalScroll
from textual.content import Content, Span
from textual.widget import Widget
from textual.widgets import Static

from screener.model.protocol import ELEMENTS
from screener.screening import Highlighter
from screener.steps.records import Card
from screener.tui.text import abstract_content, abstract_text, byline, identifiers, kinds, marked, plain
from screener.tui.theme import LETTERS, element_style

# Longer titles are shown in full at the head of the abstract too, where they can be scrolled.
LONG_TITLE = 400


class Reader(Vertical):
    """Shows one card; `highlights` switches the colours of the criteria's terms."""

    def __init__(self, highlighter: Highlighter) -> None:
        super().__init__()
        self._highlighter = highlighter
        self._card: Card | None = None
        self.highlights = True
        self._title = Static(markup=False, id="title")
        self._facts = Static(markup=False, id="facts")
        self._abstract = Static(markup=False, id="abstract")
        self._scroll = VerticalScroll(self._abstract, can_focus=False)

    def compose(self) -> Iterator[Widget]:
        yield self._title
        yield self._facts
        yield self._scroll

    def highlight(self, highlighter: Highlighter) -> None:
        """Other terms from here on."""
        self._highlighter = highlighter

    def show(self, card: Card) -> None:
        self._card = card
        self._draw()
        self._scroll.scroll_home(animate=False)

    def show_nothing(self, text: Content) -> None:
        """No record: what happens next instead."""
        self._card = None
        self._title.update("")
        self._facts.update("")
        self._abstract.update(text)
        self._scroll.scroll_home(animate=False)

    def toggle_highlights(self) -> None:
        self.highlights = not self.highlights
        if self._card is not None:
            self._draw()

    def _draw(self) -> None:
        card = self._card
        if card is None:
            return
        title = plain(card.fields.title) or "(no title)"
        self._title.update(self._marked(title))
        second = " · ".join(part for part in (kinds(card.fields), identifiers(card)) if part)
        facts = Content("\n".join(line for line in (byline(card.fields), second) if line))
        counts = self._counts()
        self._facts.update(facts.append(Content(" · terms ")).append(counts) if counts else facts)
        text = abstract_text(card, airy=self.app.size.height >= 40)
        if text:
            abstract = abstract_content(text, self._highlighter.hits(text) if self.highlights else [])
        else:
            abstract = Content("(no abstract)").stylize("$quiet")
        if len(title) > LONG_TITLE:
            abstract = Content("\n\n").join([self._marked(title), abstract])
        if card.fields.keywords:
            words = plain("; ".join(card.fields.keywords))
            keywords = Content(f"\n\nkeywords: {words}", [Span(0, len(words) + 12, "$quiet")])
            abstract = abstract.append(keywords)
        self._abstract.update(abstract)

    def _marked(self, text: str) -> Content:
        return marked(text, self._highlighter.hits(text) if self.highlights else [])

    def _counts(self) -> Content:
        """How often each element's terms stand in the title and the abstract: 'P2 O1'; empty if marks are off."""
        if self._card is None or not self.highlights:
            return Content("")
        text = f"{plain(self._card.fields.title)}\n{abstract_text(self._card)}"
        found = Counter(hit.element for hit in self._highlighter.hits(text))
        parts = [Content(f"{LETTERS[e]}{found[e]}").stylize(element_style(e)) for e in ELEMENTS if found[e]]
        return Content(" ").join(parts)

    @property
    def can_scroll(self) -> bool:
        return self._scroll.max_scroll_y > 0

    def scroll_lines(self, by: int) -> None:
        self._scroll.scroll_relative(y=by, animate=False)

    def scroll_pages(self, by: int) -> None:
        self._scroll.scroll_relative(y=by * max(1, self._scroll.size.height - 1), animate=False)
