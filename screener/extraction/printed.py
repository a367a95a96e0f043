"""Numbers as papers print them: the digits are part of the evidence.

`0.70` stands for 0.695 to 0.705, `0.7` for 0.65 to 0.75. A value is therefore read from text and keeps
the half unit of its last digit (hr-math section 4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist

from screener.model.errors import InputError

STANDARD_NORMAL = NormalDist()
SMALLEST = 1e-300  # beyond it, and its inverse, arithmetic would leave the finite numbers

_DOTS = str.maketrans({"·": ".", "∙": ".", "⋅": ".", "•": "."})  # the Lancet family prints 0·70
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:[ ,\u2009\u202f\u00a0][0-9]{3}){1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number above 0: `value`, and `half` the unit of its last printed digit."""

    text: str
    value: float
    half: float

    @property
    def low(self) -> float:
        """The smallest value that rounds to what was printed; above 0."""
        return self.value - self.half

    @property
    def high(self) -> float:
        return self.value + self.half


def given(text: str | None) -> bool:
    """Whether a field was filled in at all."""
    return text is not None and bool(text.strip())


def read_number(text: str, field: str, expected: str = "a number above 0, such as 0.70") -> Printed:
    """A number above 0 with its rounding. Raises InputError naming the field and what was expected."""
    clean = text.strip().translate(_DOTS)
    if not _NUMBER.fullmatch(clean):
        raise InputError(f"{text.strip()!r} is not such a number", field=field, expected=expected)
    exact = Decimal(clean)
    value = float(exact)
    if not SMALLEST <= value <= 1 / SMALLEST:
        raise InputError(f"{text.strip()!r} is not such a number", field=field, expected=expected)
    exponent = exact.as_tuple().exponent
    half = float(Decimal(5).scaleb(int(exponent) - 1))
    return Printed(clean, value, half)


def read_count(text: str, field: str) -> int:
    """A whole number, thousands separated or not (1226, 1,226). Raises InputError."""
    clean = text.strip()
    if not _COUNT.fullmatch(clean):
        raise InputError(f"{clean!r} is not a count", field=field, expected="a whole number, such as 226")
    return int(re.sub(r"[^0-9]", "", clean))


def read_level(text: str, field: str = "level") -> float:
    """A confidence level in percent, 50 up to but not 100. Raises InputError."""
    expected = "a confidence level in percent from 50 to below 100, such as 95"
    level = read_number(text.strip().removesuffix("%").rstrip(), field, expected).value
    if not 50 <= level < 100:
        raise InputError(f"{text.strip()!r} is out of range", field=field, expected=expected)
    return level


def level_z(level: float) -> float:
    """Z(c): the standard normal quantile at (1 + c/100)/2, half the width of a c% interval in SEs."""
    return STANDARD_NORMAL.inv_cdf(0.5 + level / 200)
