"""Where the protocol's terms stand in a text: for colouring, one element of PICOS each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from screener.model.protocol import Criterion

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters start..end of the text belong to a term of this PICOS element."""

    start: int
    end: int
    element: str


class Highlighter:
    """One compiled expression for all terms. `*` stands for any run of word characters; a blank in a
    phrase for any white space or hyphen; case is ignored. Longer terms win over shorter ones."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        terms = [(term, c.element) for c in criteria for term in c.highlight if term.replace("*", "").split()]
        terms.sort(key=lambda pair: (-len(pair[0]), pair[0]))
        self._elements = [element for _, element in terms]
        parts = [_pattern(term) for term, _ in terms]
        self._regex = re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def hits(self, text: str) -> list[Hit]:
        if self._regex is None:
            return []
        return [
            Hit(match.start(), match.end(), self._elements[(match.lastindex or 1) - 1])
            for match in self._regex.finditer(text)
        ]


def _pattern(term: str) -> str:
    words = term.split()
    inner = r"[\s-]+".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    # Chinese, Japanese and Korean do not part words with blanks.
    before = "" if _UNSPACED.match(words[0]) else r"(?<!\w)"
    after = "" if _UNSPACED.match(words[-1][-1]) else r"(?!\w)"
    return f"{before}({inner}){after}"
