"""In which ways is a number usually printed, and which numbers does a text hold?

One amount may stand as 1,234,567,890円, 1234567890, 1,234,567千円, 1,234百万円, 12.3億円 or 12億3,456万円, in full-width digits or not, cut or
rounded. Text and value are brought to one form: half-width digits, no separators, the unit right behind the number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from dxmodels.runs.model import Cell, Column

_UNITS = {"千円": 1_000, "万円": 10_000, "百万円": 1_000_000, "億円": 100_000_000, "兆円": 1_000_000_000_000}
_MOST_DECIMALS = 6
_LEAST_BARE_DIGITS = 5  # fewer digits without a unit mean nothing by themselves
_LEAST_SIGNIFICANT = 3
_SEPARATORS = re.compile(r"(?<=\d)[,'’٬\u00a0\u2009\u202f](?=\d{3})")
_MIXED = re.compile(r"(?<![\d.])(\d+)億(\d{1,4})万円")
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.#&;])(\d+(?:\.\d+)?)(百万円|千円|万円|億円|兆円|円|%|倍|人|点|件|位|pt|ポイント)?(?![A-Za-z0-9_]|\.\d)"
)


def plain_digits(text: str) -> str:
    """Return text with half-width digits and no separators within numbers; 12億3,456万円 becomes 123456万円."""
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return _MIXED.sub(lambda found: f"{int(found[1]) * 10_000 + int(found[2])}万円", text)


def numbers_in(text: str) -> Iterator[str]:
    """Yield every number of a text, bare and (where one follows) with its unit."""
    for found in _NUMBER.finditer(plain_digits(text)):
        bare = _trimmed(found[1])
        if found[2]:
            yield bare + found[2]
        yield bare


def all_numbers(text: str) -> set[str]:
    """Return every number of a text without its unit, however short."""
    return {_trimmed(found[0]) for found in re.finditer(r"\d+(?:\.\d+)?", plain_digits(text))}


def printings(value: Cell, column: Column) -> frozenset[str]:
    """Return how a stored number is usually printed, in the form that ``numbers_in`` yields; nothing for short numbers without unit."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value:
        return frozenset()
    size = abs(float(value))
    texts = set(_as_amount(size)) if column.kind == "yen" else set(_as_quantity(size, column.unit))
    if column.kind == "rate":
        texts |= {f"{text}%" for text in _rounded(100 * size, 2)}
    return frozenset(text for text in texts if _telling(text))


def _telling(text: str) -> bool:
    """True for a text that is not met by chance: an amount of three significant digits, a bare number of five digits, four of them not noughts at the end."""
    if text[-1].isdigit():
        return _digits(text) >= _LEAST_BARE_DIGITS and _significant(text) >= _LEAST_SIGNIFICANT
    return _significant(text) >= _LEAST_SIGNIFICANT + (not text.endswith("円"))


def _as_amount(size: float) -> Iterator[str]:
    for whole in {str(round(size)), str(int(size))}:
        yield whole
        yield f"{whole}円"
    for unit, factor in _UNITS.items():
        for text in _rounded(size / factor, 2):
            yield f"{text}{unit}"
            if factor <= _UNITS["百万円"] and _significant(text) > _LEAST_BARE_DIGITS:
                yield text


def _as_quantity(size: float, unit: str) -> Iterator[str]:
    for text in _rounded(size, _MOST_DECIMALS):
        yield text
        if unit:
            yield text + unicodedata.normalize("NFKC", unit)
    yield _trimmed(f"{size:.12f}")


def _rounded(size: float, most: int) -> set[str]:
    """Return a number rounded and cut to none up to ``most`` decimals."""
    found = set()
    for decimals in range(most + 1):
        found.add(_trimmed(f"{size:.{decimals}f}"))
        found.add(_trimmed(f"{int(size * 10**decimals) / 10**decimals:.{decimals}f}"))
    return {text for text in found if text != "0"}


def _trimmed(text: str) -> str:
    return (text.rstrip("0").rstrip(".") if "." in text else text).lstrip("0") or "0"


def _significant(text: str) -> int:
    digits = "".join(character for character in text if character.isdigit())
    return len(digits.lstrip("0").rstrip("0") if "." not in text else digits.lstrip("0"))


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text.lstrip("0."))
