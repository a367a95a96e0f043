"""How wide text is, so that boxes can be made to fit it without a font library.

Advance widths of DejaVu Sans in 1/1000 em for the printable ASCII characters, from the fonts that
matplotlib ships. Arial and Helvetica, which the SVG asks for, are narrower in all but a few letters,
so text that fits here fits there.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile("[\x00-\x1f\x7f]")


def _table(widths: str) -> tuple[int, ...]:
    return tuple(int(width) for width in widths.split())


_REGULAR = _table(
    "318 401 460 838 637 951 780 275 391 391 500 838 318 361 318 337 637 637 637 637 637 637 "
    "637 637 637 637 337 337 838 838 838 531 1000 685 687 699 771 632 576 775 752 295 295 656 "
    "558 863 749 788 604 788 695 635 611 732 685 989 686 611 686 391 337 391 838 500 500 613 "
    "635 550 635 616 353 635 634 278 278 580 278 975 634 612 635 635 412 521 393 634 592 818 "
    "592 592 525 637 337 637 838 "
)
# The same, bold.
_BOLD = _table(
    "349 457 521 838 696 1002 873 307 458 458 523 838 380 416 380 366 696 696 696 696 696 696 "
    "696 696 696 696 400 400 838 838 838 581 1000 774 763 734 831 684 684 821 837 373 373 775 "
    "638 996 837 851 733 851 771 721 683 813 774 1104 771 725 726 458 366 458 838 500 500 675 "
    "716 593 716 679 436 716 712 343 343 666 343 1042 712 688 716 716 494 596 479 712 652 924 "
    "646 652 583 712 366 712 838 "
)
_ELSE = 1000  # not in the table: as wide as a wide character


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line in points at a font size in points."""
    table = _BOLD if bold else _REGULAR
    return sum(_advance(char, table) for char in text) * size / 1000


def wrap(text: str, width: float, size: float, *, bold: bool = False, hang: float = 0) -> list[str]:
    """The text in lines no wider than `width`, all but the first narrower by `hang`.

    Breaks only at plain blanks, so that a no-break space holds "(n = 12)" together; a word that is
    wider than a line is broken after a hyphen or a slash, else anywhere.
    """
    lines: list[str] = []
    line = ""
    for word in (w for w in _CONTROL.sub(" ", text).split(" ") if w):
        tried = f"{line} {word}" if line else word
        if text_width(tried, size, bold=bold) <= (width - hang if lines else width):
            line = tried
            continue
        if line:
            lines.append(line)
        line = word
        while text_width(line, size, bold=bold) > (room := width - hang if lines else width):
            fits = _fitting(line, room, size, bold)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line] if line else lines


def _fitting(word: str, width: float, size: float, bold: bool) -> int:
    """How many characters of the word to put on a line: at least one."""
    fits = 1
    while fits < len(word) and text_width(word[: fits + 1], size, bold=bold) <= width:
        fits += 1
    at_mark = max(word.rfind("-", 0, fits), word.rfind("/", 0, fits)) + 1
    return at_mark if at_mark > fits / 2 else fits


def _advance(char: str, table: tuple[int, ...]) -> int:
    code = ord(char)
    if 32 <= code < 127:
        return table[code - 32]
    if char == "\u00a0":
        return table[0]
    if unicodedata.combining(char):
        return 0
    base = unicodedata.normalize("NFD", char)[0]
    if base != char and 32 <= ord(base) < 127:
        return table[ord(base) - 32]
    return _ELSE
