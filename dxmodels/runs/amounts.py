"""How are value and range of an assumption printed: 12.5％, 137.45円／ドル, 2〜4か月, by fiscal year where they differ?"""

from __future__ import annotations

import math

from dxmodels.glossary import unit_ja
from dxmodels.inputs import Assumption
from dxmodels.money import format_rate, format_yen

_SHARES = ("share", "probability")
_TIMES = ("x", "ratio")
_SIGNIFICANT, _LARGE_YEN, _SEN = 4, 1e6, 2


def of_assumption(entry: Assumption) -> tuple[str, str]:
    """Return (value, range) as printed; a value by fiscal year is told from the first year to the last."""
    years = list(entry.values)
    first, last = entry.values[years[0]], entry.values[years[-1]]
    value = in_unit(first.central, entry.unit)
    if len(years) > 1:
        value = f"{value}（{years[0]}年度）〜{in_unit(last.central, entry.unit)}（{years[-1]}年度）"
    lows = [levels.low for levels in entry.values.values() if levels.low is not None]
    highs = [levels.high for levels in entry.values.values() if levels.high is not None]
    if not lows or not highs:
        return value, "－"
    return value, f"{in_unit(min(lows), entry.unit)}〜{in_unit(max(highs), entry.unit)}"


def in_unit(value: float, unit: str) -> str:
    """Return one value with its Japanese unit: shares as ％, large amounts of yen in 百万円 or 億円, else four significant digits."""
    if unit.startswith(_SHARES):
        kind = unit_ja(unit).removeprefix("割合").removeprefix("確率").removeprefix("（0〜1）")
        return format_rate(value) + kind
    if unit.startswith("JPY") and unit != "JPY/USD" and abs(value) >= _LARGE_YEN:
        return format_yen(round(value), "百万円" if abs(value) < 100 * _LARGE_YEN else "億円") + unit_ja(
            unit
        ).removeprefix("円")
    if unit == "JPY/USD":  # to the hundredth of a yen, as the sentences say it
        return f"{value:,.{_SEN}f}".rstrip("0").rstrip(".") + unit_ja(unit)
    return _plain(value) + ("倍" if unit in _TIMES else unit_ja(unit))


def _plain(value: float) -> str:
    if value == 0:
        return "0"
    places = max(0, _SIGNIFICANT - 1 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"▲{text}" if value < 0 else text
