"""The keys of a screen, all of them, at the bottom; those that do not apply now are dim. They never move."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import ActiveBinding
from textual.content import Content
from textual.widgets import Static

from screener.tui.text import flowing

NAMES = {
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "ctrl+p": "^p",
}


def key_name(key: str, display: str | None = None) -> str:
    """A key as it is printed on the screen and in the documentation."""
    return display or NAMES.get(key, key)


def ordered(active: Sequence[tuple[str, ActiveBinding]]) -> list[tuple[str, ActiveBinding]]:
    """A screen's own keys first, then those of its lists, then those that work everywhere; each once."""
    seen: set[str] = set()
    found = []
    for key, each in active:
        if each.binding.id is not None and each.binding.id not in seen:
            seen.add(each.binding.id)
            found.append((key, each))

    def rank(item: tuple[str, ActiveBinding]) -> int:
        name = item[1].binding.id or ""
        if name in {"app.back", "dialog.cancel"}:
            return 2
        return {"list": 1, "app": 3}.get(name.partition(".")[0], 0)

    return sorted(found, key=rank)


class KeyLine(Static):
    """Reads the bindings that are in force, so a remapped key shows as it is."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown: Content | None = None

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.renew())
        self.renew()

    def on_resize(self) -> None:
        self.renew()

    def renew(self) -> None:
        parts: list[Content] = []
        for key, active in ordered(list(self.screen.active_bindings.items())):
            binding = active.binding
            if not binding.show:
                continue
            name = key_name(key, binding.key_display)
            if active.enabled:
                parts.append(Content.assemble((name, "bold $key"), " ", binding.description))
            else:
                parts.append(Content(f"{name} {binding.description}").stylize("$quiet dim"))
        content = flowing(parts, self.scrollable_content_region.width or self.app.size.width - 2)
        # Contents are equal when their words are; here the dimming counts too.
        if self._shown is None or not content.is_same(self._shown):
            self._shown = content
            self.update(content)
