"""Two extractors' forms of one study, side by side: where they differ, and what they agree on.

Numbers are equal as numbers (0.70 = 0.7), text is equal apart from blanks and case. Quotations and notes
are evidence, not readings: they never differ, and the agreed form keeps both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screener.extraction.forms import NUMERIC, fold
from screener.extraction.printed import read_count, read_number
from screener.extraction.rob import read_judgement
from screener.model.errors import InputError, ReviewError
from screener.model.extraction import FIELDS, Form, Item

EVIDENCE = frozenset({"quote", "note", "support"})
#: The field name under which a form that only one extractor filled in is settled, with KEEP or DROP.
WHOLE = "*"
KEEP, DROP = "keep", "drop"

#: (form, item key, field) -> the settled text.
Settled = Mapping[tuple[Form, str, str], str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two extractors read differently; "" is a field that was left empty."""

    form: Form
    key: str
    field: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences` field by field; `only_a`, `only_b`: forms that the other has not filled in."""

    differences: tuple[Difference, ...]
    only_a: tuple[Item, ...]
    only_b: tuple[Item, ...]

    @property
    def agrees(self) -> bool:
        return not (self.differences or self.only_a or self.only_b)


def compare(a: Iterable[Item], b: Iterable[Item]) -> Comparison:
    """Lay two extractors' items of one study side by side, paired by form and key.

    The order is that of the forms and keys, not of the input. Raises InputError when one side holds two
    items of one key, or when the items belong to several studies.
    """
    left, right = _by_spot(a), _by_spot(b)
    _check_one_study([*left.values(), *right.values()])
    differences: list[Difference] = []
    for spot in _ordered(left.keys() & right.keys()):
        differences += _differences(left[spot], right[spot])
    return Comparison(
        tuple(differences),
        tuple(left[spot] for spot in _ordered(left.keys() - right.keys())),
        tuple(right[spot] for spot in _ordered(right.keys() - left.keys())),
    )


def agreed(a: Iterable[Item], b: Iterable[Item], settled: Settled) -> list[Item]:
    """The agreed items: equal values as read, settled ones as settled, also where both read the same.

    `settled` maps (form, key, field) to text; an item of one extractor needs (form, key, WHOLE) as KEEP
    or DROP. Of 0.70 and 0.7 the longer text is kept: fewer digits were copied, not more printed. Raises
    ReviewError naming every field that is still unsettled, InputError for a settlement that is neither
    KEEP nor DROP.
    """
    left, right = _by_spot(a), _by_spot(b)
    compared = compare(left.values(), right.values())
    said = {(form, fold(key), field): text for (form, key, field), text in settled.items()}
    open_spots = [
        f"{d.form} {d.key}: {d.field} ({d.a or 'empty'} or {d.b or 'empty'})"
        for d in compared.differences
        if (d.form, fold(d.key), d.field) not in said
    ]
    items: list[Item] = []
    for item in (*compared.only_a, *compared.only_b):
        verdict = said.get((item.form, fold(item.key), WHOLE))
        if verdict is None:
            open_spots.append(f"{item.form} {item.key}: only one extractor has it")
        elif verdict not in (KEEP, DROP):
            raise InputError(
                f"{verdict!r} settles nothing", entry=item.key, field=WHOLE, expected=f"{KEEP} or {DROP}"
            )
        elif verdict == KEEP:
            items.append(item)
    if open_spots:
        raise ReviewError(f"{len(open_spots)} readings are not settled: {'; '.join(open_spots)}")
    choices: dict[tuple[Form, str], dict[str, str]] = {}
    for (form, key, field), text in said.items():
        choices.setdefault((form, key), {})[field] = text
    items += [_merge(left[s], right[s], choices.get(s, {})) for s in left.keys() & right.keys()]
    return sorted(items, key=lambda item: _rank(_spot(item)))


def equal(field: str, a: str, b: str) -> bool:
    """Whether two readings of a field are the same."""
    if fold(a) == fold(b):
        return True
    if field in NUMERIC:
        x, y = _number(a), _number(b)
        return x is not None and x == y
    if field == "judgement":
        try:
            return read_judgement(a) is read_judgement(b)
        except InputError:
            return False
    return False


def _differences(a: Item, b: Item) -> list[Difference]:
    fields = [f for f in FIELDS[a.form] if f not in EVIDENCE]
    key = min(a.key, b.key)
    pairs = [(f, a.values.get(f, ""), b.values.get(f, "")) for f in fields]
    return [Difference(a.form, key, f, x.strip(), y.strip()) for f, x, y in pairs if not equal(f, x, y)]


def _merge(a: Item, b: Item, settled: Mapping[str, str]) -> Item:
    values: dict[str, str] = {}
    for field in FIELDS[a.form]:
        x, y = (" ".join(i.values.get(field, "").split()) for i in (a, b))
        if field in settled:
            text = settled[field].strip()
        elif field in EVIDENCE and fold(x) != fold(y):
            text = " | ".join(sorted(t for t in (x, y) if t))
        else:
            text = min((x, y), key=lambda t: (-len(t), t))
        if text:
            values[field] = text
    return Item(a.study, a.form, min(a.key, b.key), values)


def _number(text: str) -> float | None:
    clean = text.strip().removesuffix("%")
    for read in (read_number, read_count):
        try:
            found = read(clean, "")
        except InputError:
            continue
        return found if isinstance(found, int) else found.value
    return None


def _by_spot(items: Iterable[Item]) -> dict[tuple[Form, str], Item]:
    found: dict[tuple[Form, str], Item] = {}
    for item in items:
        if _spot(item) in found:
            raise InputError(
                f"the {item.form} form {item.key!r} is filled in twice",
                entry=item.study,
                expected="one form an item",
            )
        found[_spot(item)] = item
    return found


def _check_one_study(items: Iterable[Item]) -> None:
    studies = sorted({item.study for item in items})
    if len(studies) > 1:
        raise InputError(f"forms of several studies: {', '.join(studies)}", expected="one study at a time")


def _spot(item: Item) -> tuple[Form, str]:
    return item.form, fold(item.key)


def _rank(spot: tuple[Form, str]) -> tuple[int, str]:
    return list(Form).index(spot[0]), spot[1]


def _ordered(spots: Iterable[tuple[Form, str]]) -> list[tuple[Form, str]]:
    return sorted(spots, key=_rank)
