"""A printed p value as an interval of z: exact or a bound, one-sided or two-sided (hr-math section 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from screener.extraction.printed import STANDARD_NORMAL, Printed, given, read_number
from screener.model.errors import InputError

OPERATORS = ("=", "<", ">")
SIDES = ("one", "two")
_EXPECTED = "a p value above 0 and up to 1, such as 0.0032 (for 0.000 write p < 0.001)"


@dataclass(frozen=True, slots=True)
class PValue:
    """`operator` "=" is an exact p; "<" and ">" are bounds. `sided` is None when the paper does not say."""

    printed: Printed
    operator: str
    sided: str | None

    @property
    def exact(self) -> bool:
        return self.operator == "="

    def __str__(self) -> str:
        return f"p {self.operator} {self.printed.text}"

    def range(self) -> tuple[float, float]:
        """The p values that the printed text allows."""
        if self.operator == "<":
            return 0.0, self.printed.value
        if self.operator == ">":
            return self.printed.value, 1.0
        return self.printed.low, min(self.printed.high, 1.0)

    def z(self, sided: str) -> float:
        """z of the printed value: two-sided -Phi^-1(p/2), one-sided -Phi^-1(p) (negative for p > 0.5)."""
        return _z(self.printed.value, sided)

    def z_range(self, sided: str) -> tuple[float, float]:
        """The z values that the printed text allows; an end may be infinite for a bound."""
        low, high = self.range()
        return _z(high, sided), _z(low, sided)

    def two_sided_range(self, sided: str) -> tuple[float, float]:
        """The two-sided p values that the printed text allows when it is `sided`."""
        low, high = self.range()
        if sided == "two":
            return low, high
        ends = [2 * min(p, 1 - p) for p in (low, high)]
        return min(ends), 1.0 if low < 0.5 < high else max(ends)


def read_p(text: str, operator: str | None, sided: str | None, field: str = "p") -> PValue:
    """Read p; the operator may stand in the text ("<0.001"). Raises InputError naming the field."""
    clean = text.strip()
    inline = clean[0] if clean[:1] in OPERATORS else None
    if inline:
        clean = clean[1:].strip()
    stated = operator.strip() if operator is not None and given(operator) else None
    if stated is not None and stated not in OPERATORS:
        raise InputError(f"{stated!r} is no operator of p", field="p_operator", expected="=, < or >")
    if inline and stated and inline != stated:
        raise InputError(
            f"p is printed as {text.strip()!r} but the operator is {stated!r}",
            field="p_operator",
            expected=f"{inline} or nothing",
        )
    printed = read_number(clean, field, _EXPECTED)
    if printed.value > 1:
        raise InputError(f"{text.strip()!r} is no p value", field=field, expected=_EXPECTED)
    return PValue(printed, inline or stated or "=", read_sided(sided))


def read_sided(sided: str | None) -> str | None:
    """one, two or None. Raises InputError."""
    if sided is None or not given(sided):
        return None
    clean = sided.strip().casefold()
    if clean not in SIDES:
        raise InputError(f"{sided.strip()!r} is no sidedness", field="p_sided", expected="one or two")
    return clean


def p_of_z(z: float, sided: str) -> float:
    """p of a z; one-sided against z > 0. By erfc, so that small tails keep their digits."""
    if sided == "two":
        return math.erfc(abs(z) / math.sqrt(2))
    return 0.5 * math.erfc(z / math.sqrt(2))


def _z(p: float, sided: str) -> float:
    tail = p / 2 if sided == "two" else p
    if tail <= 0:
        return math.inf
    if tail >= 1:
        return -math.inf
    return -STANDARD_NORMAL.inv_cdf(tail)
