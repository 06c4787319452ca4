"""How is a value of an assumption said in Japanese, in its own unit, and what are the cost items called?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from dxmodels.glossary import unit_ja
from dxmodels.inputs.schemas import COST_ITEMS, ONE_OFF
from dxmodels.inputs.schemas.choices import choice_label_ja
from dxmodels.money import format_rate, format_yen

COST_ITEM_JA: Mapping[str, str] = MappingProxyType(
    {item: choice_label_ja("cost_item", item) for item in (*COST_ITEMS, ONE_OFF)}
)
_RATE_UNITS = ("share", "probability", "share/yr", "share of target", "share of running cost", "share/member")
_DECIMALS = {
    "months": 1,
    "members": 1,
    "municipalities": 1,
    "bodies": 1,
    "years": 1,
    "days": 0,
    "FTE": 1,
    "staff": 1,
    "bidders": 1,
}


def format_in_unit(value: float, unit: str) -> str:
    """Return ``value`` as a planner says it: 1ドル137.45円, 12.5％, 2.5か月, 3.0団体, 1.60倍, 12億円; － where it is not finite."""
    if not math.isfinite(value):
        return "－"
    if unit == "JPY/USD":
        return f"1ドル{value:,.2f}円"
    if unit in _RATE_UNITS:
        return ("年" if unit.endswith("/yr") else "") + format_rate(value)
    if unit.startswith("%"):
        return _signed(value, 1) + unit_ja(unit)
    if unit in ("x", "ratio"):
        return _signed(value, 2) + "倍"
    if unit.startswith("JPY"):
        return format_yen(value, "百万円" if abs(value) >= 1e8 else "円") + unit_ja(unit).removeprefix("円")
    return _signed(value, _DECIMALS.get(unit, 2)) + unit_ja(unit)


def round_amount_ja(amount_yen: int) -> str:
    """Return a round amount as an edge of a class is said: 1千万円, 3千万円, 1億円, 50万円; any other amount in yen."""
    for size, word in ((100_000_000, "億円"), (10_000_000, "千万円"), (10_000, "万円")):
        if amount_yen >= size and amount_yen % size == 0:
            return f"{amount_yen // size:,}{word}"
    return format_yen(amount_yen, "円")


def _signed(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return f"▲{text}" if value < 0 and float(text.replace(",", "")) else text
