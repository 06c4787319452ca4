"""How is a stored value printed: 百万円 truncated, ▲ for a negative, 令和8年度, 4.1％, はい/いいえ?

Rules of the reports: amounts are truncated below the display unit, ratios rounded; nothing is adjusted to force a sum.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.inputs.schemas.choices import choice_label_ja
from dxmodels.money import UNITS_YEN, format_amount, format_rate, format_yen
from dxmodels.runs.model import NUMERIC_KINDS, Cell, Column, Exhibit, Kind
from dxmodels.runs.plain_words import in_japanese

MISSING = "－"
_SIGNIFICANT, _MOST_DECIMALS, _TIMES_DECIMALS = 4, 4, 2
_SEN, _EXCHANGE_UNITS = (
    2,
    ("円/ドル", "円／ドル"),
)  # an exchange rate is said to the hundredth of a yen, here and in the sentences
_LARGE, _SMALL = (
    1e3,
    10.0,
)  # four significant digits of a value beyond the first leave nothing of decimals below the second
_PLAIN_NUMBERS = ("_number", "_row", "_column", "year")  # years and serial numbers carry no thousands separator


def display_unit(column: Column, unit: str) -> str:
    """Return the unit printed in a column's header; ``unit`` is the exhibit's unit for amounts."""
    if column.kind == "yen":
        return unit if unit in UNITS_YEN else "円"
    if column.kind == "rate":
        return "％"
    return "" if column.kind == "fiscal_year" else column.unit


def header_text(column: Column, unit: str) -> str:
    """Return a header such as 年間運用経費（百万円）; a unit the label already states is not repeated."""
    shown = display_unit(column, unit)
    return column.label if not shown or f"（{shown}）" in column.label else f"{column.label}（{shown}）"


def header_lines(column: Column, unit: str) -> str:
    """Return the header with its unit on a line of its own, so that no unit is broken in two."""
    text = header_text(column, unit)
    shown = f"（{display_unit(column, unit)}）"
    return f"{text.removesuffix(shown)}\n{shown}" if text.endswith(shown) and text != shown else text


def texts_of(exhibit: Exhibit) -> list[list[str]]:
    """Return every cell of the exhibit as printed, row by row."""
    lists = []
    for place, column in enumerate(exhibit.columns):
        values = [row[place] for row in exhibit.rows]
        decimals = None if is_mixed(column, values) else decimals_for(column, values)
        lists.append([cell_text(value, column, exhibit.unit, decimals=decimals) for value in values])
    return [list(row) for row in zip(*lists, strict=True)]


def cell_text(value: Cell, column: Column, unit: str, *, decimals: int | None = None) -> str:
    """Return one value as a table of the report prints it, without its unit (the header has it)."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, str):
        if column.kind == "choice":
            return choice_label_ja(column.name, value)
        return in_japanese(value) if column.kind == "text" else value
    if column.kind == "yen":
        return format_yen(value, display_unit(column, unit), with_unit=False)
    if column.kind == "rate":
        return format_rate(value).removesuffix("％")
    if column.kind == "fiscal_year":
        return era_year(int(value))
    places = decimals_for(column, [value]) if decimals is None else decimals
    return number_text(value, places, separated=not column.name.endswith(_PLAIN_NUMBERS))


def quantity_text(value: Cell, kind: Kind, unit: str, *, name: str = "") -> str:
    """Return one recorded quantity with its unit: 47.8億円, ▲4.1％, 令和8年度, 43団体."""
    if value is None:
        return "算出不能"
    if isinstance(value, str):
        return in_japanese(value)
    column = Column(name=name or "value", label="", unit=unit, kind=kind)
    if kind == "yen" and isinstance(value, int | float):
        return format_amount(value)
    shown = "％" if kind == "rate" else ("" if kind == "fiscal_year" else unit)
    if unit == "倍" and isinstance(value, float):  # as the sentences say it
        return number_text(value, _TIMES_DECIMALS) + unit
    return cell_text(value, column, unit) + shown


def difference_text(value: float | None, kind: Kind, unit: str) -> str:
    """Return the difference of two recorded quantities with its unit and a sign: ＋1.2ポイント, ▲0.3億円; － where it is unknown."""
    if value is None:
        return MISSING
    if kind == "rate":
        text = number_text(
            100 * value, decimals_for(Column(name="value", label="", unit="", kind="number"), [100 * value])
        )
        text += "ポイント"
    else:
        text = quantity_text(value, "number" if kind in {"integer", "fiscal_year"} else kind, unit)
    return f"＋{text}" if value > 0 else text


def number_text(value: float, places: int, *, separated: bool = True) -> str:
    """Return a plain number with ▲ for a negative, rounded to ``places`` decimals."""
    if not math.isfinite(value):
        raise ModelError(f"値 {value} は有限の数ではありません。")
    digits = f"{abs(value):,.{places}f}" if separated else f"{abs(value):.{places}f}"
    negative = value < 0 and any(digit in "123456789" for digit in digits)
    return f"▲{digits}" if negative else digits


def decimals_for(column: Column, values: Sequence[Cell]) -> int:
    """Return how many decimals a plain number column needs: four significant digits of its largest value (exchange rates: 銭), never more than it has."""
    if column.kind != "number":
        return 0
    sizes = [abs(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    largest = max(sizes, default=0.0)
    if largest == 0:
        return 0
    wanted = max(0, min(_MOST_DECIMALS, _SIGNIFICANT - 1 - math.floor(math.log10(largest))))
    wanted = _SEN if column.unit in _EXCHANGE_UNITS else wanted
    return min(wanted, max(_decimals_held(size) for size in sizes))


def is_mixed(column: Column, values: Sequence[Cell]) -> bool:
    """True where a number column holds quantities of different units (a register: 0.3 beside 480,000,000), so that one rounding would erase some."""
    if column.kind != "number":
        return False
    sizes = [abs(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool) and value]
    return max(sizes, default=0.0) >= _LARGE and any(
        size < _SMALL and not size.is_integer() for size in map(float, sizes)
    )


def _decimals_held(size: float) -> int:
    return len(f"{size:.{_MOST_DECIMALS}f}".rstrip("0").partition(".")[2])


def is_numeric(column: Column) -> bool:
    """True where a column is aligned to the right."""
    return column.kind in NUMERIC_KINDS


def text_width(text: str) -> int:
    """Return the width of a text in half-width characters (East Asian wide and ambiguous ones count two)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
