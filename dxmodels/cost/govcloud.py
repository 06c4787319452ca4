"""What does running on Government Cloud cost beside the current system, item by item, and at which exchange rate does it turn?

Sets        j ten cost items
Parameters  A_j(r0), B_j(r0) published five-year cost of the current system and of Government Cloud at r0 yen per dollar,
            A_j(r1), B_j(r1) the same re-priced at r1 (yen)
Model       every item = yen part + dollars × r. Dollars = (cost(r1) - cost(r0)) / (r1 - r0); where cost(r1) equals cost(r0)·r1/r0 to
            the yen the item is dollar-linked as a whole (Government Cloud's usage fee), so both published columns come back exactly.
            Conditions scale items of the Government Cloud side: lines, usage, operation, software; sharing one environment among n
            bodies instead of the pilot's n0 scales usage, lines and data centre by 1 - φ + φ·n0/n; m months of parallel running add
            m/M of the current system's cost.
Break-even  the difference is a straight line in r, so r* = (A's yen part - B's yen part) / (B's dollars - A's dollars).
Source      デジタル庁 ガバメントクラウド先行事業（投資対効果）の公表表（115円と139円の2通り）.
What it leaves out: one-off migration cost, price changes over the five years, discounts negotiated later; the eight pilots are not a
sample of all bodies, so ×1.6 and ×2.3 reported later are shown beside it, never averaged with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.cost.checks import require_columns, require_range
from dxmodels.cost.govcloud_conditions import CloudConditions
from dxmodels.cost.naming import COST_ITEM_JA, format_in_unit
from dxmodels.errors import ModelError
from dxmodels.inputs.schemas import COST_ITEMS
from dxmodels.money import format_amount, format_rate

Floats = npt.NDArray[np.float64]

PARALLEL_ITEM = "parallel_running"
_COLUMNS = ("cost_item", "current_yen", "government_cloud_yen", "current_at_139_yen", "government_cloud_at_139_yen")


@dataclass(frozen=True, eq=False)
class CloudComparison:
    """Five-year running cost of both sides by cost item at one exchange rate, and the rate at which they are equal.

    ``table``: cost_item, name_ja, current_yen, government_cloud_yen, difference_yen, difference_rate, government_cloud_dollar_share.
    ``break_even_rate`` is NaN where the two sides do not depend differently on the dollar.
    """

    table: pd.DataFrame
    usdjpy_rate: float
    base_rate: float
    break_even_rate: float
    conditions: CloudConditions
    lines: tuple[float, float, float, float]  # yen and dollars of the current side, yen and dollars of Government Cloud

    @property
    def current_total_yen(self) -> int:
        """Sum of the current system's items."""
        return int(self.table["current_yen"].sum())

    @property
    def government_cloud_total_yen(self) -> int:
        """Sum of Government Cloud's items."""
        return int(self.table["government_cloud_yen"].sum())

    @property
    def difference_yen(self) -> int:
        """Government Cloud less current system; negative = Government Cloud is cheaper."""
        return self.government_cloud_total_yen - self.current_total_yen

    @property
    def difference_rate(self) -> float:
        """Difference relative to the current system."""
        return self.difference_yen / self.current_total_yen

    @property
    def dollar_share(self) -> float:
        """Share of Government Cloud's running cost that moves one to one with the dollar at this rate."""
        yen, dollars = self.lines[2:]
        return dollars * self.usdjpy_rate / (yen + dollars * self.usdjpy_rate)

    def rate_for_multiple(self, multiple: float) -> float:
        """Return the exchange rate at which Government Cloud alone by the dollar costs ``multiple`` times the current system."""
        current_yen, current_dollars, cloud_yen, cloud_dollars = self.lines
        slope = cloud_dollars - multiple * current_dollars
        return (multiple * current_yen - cloud_yen) / slope if slope > 0 else math.nan

    def sweep(self, rates: Iterable[float]) -> pd.DataFrame:
        """Return both totals and their difference at each exchange rate (yen, for the break-even curve)."""
        grid = np.asarray(list(rates), dtype=float)
        current_yen, current_dollars, cloud_yen, cloud_dollars = self.lines
        current, cloud = current_yen + current_dollars * grid, cloud_yen + cloud_dollars * grid
        return pd.DataFrame(
            {
                "yen_per_usd": grid,
                "current_yen": current.round().astype(np.int64),
                "government_cloud_yen": cloud.round().astype(np.int64),
                "difference_yen": (cloud - current).round().astype(np.int64),
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the items in words with a last row of totals (E07)."""
        total = {
            "name_ja": "合計",
            "current_yen": self.current_total_yen,
            "government_cloud_yen": self.government_cloud_total_yen,
            "difference_yen": self.difference_yen,
            "difference_rate": self.difference_rate,
            "government_cloud_dollar_share": self.dollar_share,
        }
        rows = pd.concat([self.table.drop(columns="cost_item"), pd.DataFrame([total])], ignore_index=True)
        return rows.rename(columns={"name_ja": "cost_item_ja"})

    def summary(self) -> str:
        """Return the comparison as Japanese sentences."""
        verdict = "下回る" if self.difference_yen < 0 else "上回る"
        text = (
            f"5年間の運用経費（税込）は、{format_in_unit(self.usdjpy_rate, 'JPY/USD')}のとき現行"
            f"{format_amount(self.current_total_yen)}に対しガバメントクラウド"
            f"{format_amount(self.government_cloud_total_yen)}で、{format_amount(abs(self.difference_yen))}"
            f"（{format_rate(abs(self.difference_rate))}）{verdict}。"
        )
        if not math.isfinite(self.break_even_rate):
            return text + "両者の差は為替に左右されない。"
        return text + f"両者が等しくなる為替は{format_in_unit(self.break_even_rate, 'JPY/USD')}。"


def compare_government_cloud(
    pilot: pd.DataFrame,
    *,
    usdjpy_rate: float,
    base_rate: float,
    repriced_rate: float,
    conditions: CloudConditions | None = None,
) -> CloudComparison:
    """Return the comparison by cost item at ``usdjpy_rate``; at ``base_rate`` and ``repriced_rate`` it is the published table to the yen.

    ``pilot``: the case's table govcloud_pilot. Raises ModelError for missing items or rates that are not positive.
    """
    conditions = conditions or CloudConditions()
    items = _valid_items(pilot, usdjpy_rate, base_rate, repriced_rate)
    current, current_slope = _price(
        items["current_yen"], items["current_at_139_yen"], usdjpy_rate, base_rate, repriced_rate
    )
    cloud, cloud_slope = _price(
        items["government_cloud_yen"], items["government_cloud_at_139_yen"], usdjpy_rate, base_rate, repriced_rate
    )
    factors = np.array([conditions.multiplier(item) for item in items.index])
    cloud, cloud_slope = cloud * factors, cloud_slope * factors
    parallel = conditions.parallel_months / conditions.term_months
    lines = _straight_lines(current, current_slope, cloud, cloud_slope, usdjpy_rate, parallel)
    return CloudComparison(
        table=_item_table(list(items.index), current, cloud, cloud_slope * usdjpy_rate, parallel),
        usdjpy_rate=usdjpy_rate,
        base_rate=base_rate,
        break_even_rate=_break_even(*lines),
        conditions=conditions,
        lines=lines,
    )


def _valid_items(pilot: pd.DataFrame, *rates: float) -> pd.DataFrame:
    require_columns(pilot, _COLUMNS, "ガバメントクラウド先行事業")
    for rate in rates:
        require_range("円ドル相場", rate, 1.0, 1000.0, "1ドル当たりの円で指定してください（例：139）。")
    if rates[1] == rates[2]:
        raise ModelError(
            f"公表表の二つの為替レートが同じです（{rates[1]:g}円）。ドル連動分を解くには異なる値が要ります。"
        )
    items = pilot.set_index("cost_item")[list(_COLUMNS[1:])]
    missing = [item for item in COST_ITEMS if item not in items.index]
    if missing or items.index.has_duplicates or items.isna().any(axis=None):
        names = "、".join(COST_ITEM_JA[item] for item in missing) or "重複または空欄の項目"
        raise ModelError(f"ガバメントクラウド先行事業の表は10経費項目を1行ずつ、空欄なしで要します（不足：{names}）。")
    return items.loc[list(COST_ITEMS)].astype("float64")


def _price(at_base: pd.Series, at_second: pd.Series, rate: float, base: float, second: float) -> tuple[Floats, Floats]:
    first, repriced = at_base.to_numpy(), at_second.to_numpy()
    wholly_linked = np.abs(first * second / base - repriced) <= 1.0
    slope = np.where(wholly_linked & (repriced != first), first / base, (repriced - first) / (second - base))
    return first + slope * (rate - base), slope


def _straight_lines(
    current: Floats, current_slope: Floats, cloud: Floats, cloud_slope: Floats, rate: float, parallel: float
) -> tuple[float, float, float, float]:
    dollars = float(current_slope.sum())
    yen = float(current.sum()) - dollars * rate
    cloud_dollars = float(cloud_slope.sum())
    cloud_yen = float(cloud.sum()) - cloud_dollars * rate
    return yen, dollars, cloud_yen + parallel * yen, cloud_dollars + parallel * dollars


def _break_even(current_yen: float, current_dollars: float, cloud_yen: float, cloud_dollars: float) -> float:
    slope = cloud_dollars - current_dollars
    return (current_yen - cloud_yen) / slope if abs(slope) > 1e-9 else math.nan


def _item_table(names: list[str], current: Floats, cloud: Floats, linked: Floats, parallel: float) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "cost_item": names,
            "name_ja": [COST_ITEM_JA[name] for name in names],
            "current_yen": current.round().astype(np.int64),
            "government_cloud_yen": cloud.round().astype(np.int64),
            "government_cloud_dollar_share": np.divide(linked, cloud, out=np.zeros_like(cloud), where=cloud > 0),
        }
    )
    if parallel > 0:
        amount = round(float(current.sum()) * parallel)
        row = {
            "cost_item": [PARALLEL_ITEM],
            "name_ja": ["現行システムの並行稼働"],
            "current_yen": [0],
            "government_cloud_yen": [amount],
            "government_cloud_dollar_share": [0.0],
        }
        table = pd.concat([table, pd.DataFrame(row)], ignore_index=True)
    table.insert(4, "difference_yen", table["government_cloud_yen"] - table["current_yen"])
    rate = table["difference_yen"] / table["current_yen"].where(table["current_yen"] > 0)
    table.insert(5, "difference_rate", rate.astype("Float64"))
    return table
