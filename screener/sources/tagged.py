"""What the formats of lines with tags have in common: tags with their values, put together again."""

from __future__ import annotations

from collections import defaultdict


class Tags:
    """Tag -> values in their order; a continued line becomes a further value, or goes on with the last."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        self._last: str | None = None

    def add(self, tag: str, value: str) -> None:
        self._last = tag
        self._values[tag].append(value.strip())

    def go_on(self, text: str, *, new_value: bool = False) -> None:
        """A line without a tag; before the first tag it belongs to nothing."""
        if self._last is None or not text.strip():
            return
        values = self._values[self._last]
        if new_value:
            values.append(text.strip())
        else:
            values[-1] = f"{values[-1]} {text.strip()}".strip()

    @property
    def last(self) -> str | None:
        return self._last

    def all(self, *tags: str) -> list[str]:
        return [value for tag in tags for value in self._values.get(tag, ()) if value]

    def first(self, *tags: str) -> str | None:
        return next(iter(self.all(*tags)), None)
