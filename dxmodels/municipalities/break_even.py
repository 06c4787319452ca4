"""At which exchange rate, number of sharing bodies or price cut is each municipality's running cost back to today's?

Parameters  A_m before, E_m expected after (``move.running``), D_m dollar share of Government Cloud's items as m would pay them, d that of the
            current side, r0 the planning rate
Model       by items: rate and members as in ``move.running``. On the expected bill, of which the same items hold the same shares:
            E_m (1 - D_m + D_m x) = A_m (1 - d + d x), x = r/r0; r = x r0 where 0 < x (else no rate does it).
            Uniform cut of the negotiable items δ_m = (E_m - A_m) / (negotiable share · E_m); over 100 %: negotiation alone cannot do it.
Source      dollar-linked items of the published pilot (dxmodels.cost.govcloud); expected cost as in ``move.running``.

What it leaves out: that part of the expected bill which no item explains may follow another law than the items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.municipalities.move import MOVE_ASSUMPTIONS, MoveCosts, estimate_move_costs
from dxmodels.municipalities.move.running import PilotItems, read_pilot

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

_BILLION = 1_000_000_000
Floats = npt.NDArray[np.float64]
BREAK_EVEN_ASSUMPTIONS = MOVE_ASSUMPTIONS


@dataclass(frozen=True, eq=False)
class BreakEven:
    """One row a municipality: cost before and expected, multiples, and the three break-even values (missing where there is none)."""

    table: pd.DataFrame
    costs: MoveCosts

    def to_frame(self) -> pd.DataFrame:
        """Return one row a municipality, largest expected multiple first (all columns stand in ``table``)."""
        left_out = ["municipality_code", "increase_yen", "items_multiple_ratio", "items_break_even_usdjpy"]
        return self.table.drop(columns=left_out).round(2)

    def of(self, municipality_code: str) -> pd.Series:
        """Return the row of one municipality; ModelError for a code the table does not hold."""
        rows = self.table[self.table["municipality_code"] == municipality_code]
        if rows.empty:
            raise ModelError(
                f"団体コード {municipality_code} は移行経費の表にありません。6桁の団体コードを確かめてください。"
            )
        return rows.iloc[0]

    def summary(self) -> str:
        """Return the headline sentences (Japanese), the answer first."""
        table, rate = self.table, self.costs.usdjpy_rate
        dearer = table[table["increase_yen"] > 0]
        by_rate = dearer[dearer["expected_break_even_usdjpy"].notna()]
        by_cut = dearer[dearer["break_even_discount_share"] <= 1.0]
        before, after = float(table["before_yen"].sum()), float(table["expected_after_yen"].sum())
        text = (
            f"運用経費は年{format_yen(before, '億円')}から{format_yen(after, '億円')}へ増える見込みで、{len(dearer)} 団体で現行を上回る。"
            f"円高だけで現行に戻る団体は {len(by_rate)}"
        )
        if len(by_rate):
            low, high = (
                by_rate["expected_break_even_usdjpy"].min(),
                by_rate["expected_break_even_usdjpy"].max(),
            )
            text += f"（1ドル {low:.0f}〜{high:.0f} 円。現在の前提は {rate:.0f} 円）"
        text += f"。交渉の対象となる項目を一律に引き下げて戻せるのは {len(by_cut)} 団体"
        if len(by_cut):
            cut = by_cut["break_even_discount_share"]
            text += f"（引下げ率の中央値 {format_rate(float(cut.median()), decimals=0)}、最大 {format_rate(float(cut.max()), decimals=0)}）"
        return text + "。"

    def sentence_for(self, municipality_code: str) -> str:
        """Return what would bring one municipality back to today's cost (Japanese)."""
        row = self.of(municipality_code)
        unit = "億円" if row["before_yen"] >= _BILLION else "百万円"
        text = (
            f"運用経費は年{format_yen(float(row['before_yen']), unit)}から{format_yen(float(row['expected_after_yen']), unit)}"
            f"（{row['expected_multiple_ratio']:.2f} 倍）の見込み。"
        )
        if row["increase_yen"] <= 0:
            return text + "現行を上回らない。"
        rate, cut = row["expected_break_even_usdjpy"], float(row["break_even_discount_share"])
        text += f"1ドル {rate:.0f} 円まで円高になれば現行に戻る。" if pd.notna(rate) else "円高だけでは現行に戻らない。"
        if cut > 1.0:
            return text + "交渉の対象となる項目を無料にしても届かず、業務の範囲を見直す必要がある。"
        return text + f"交渉の対象となる項目を一律 {format_rate(cut, decimals=0)}引き下げれば現行に戻る。"


def find_break_even(case: Case, register: Register) -> BreakEven:
    """Return what would bring each municipality's running cost back to today's (E26); needs the tables of ``estimate_move_costs``."""
    costs = estimate_move_costs(case, register)
    pilot = read_pilot(case.table("govcloud_pilot"), register)
    table = costs.table.sort_values("expected_multiple_ratio", ascending=False, kind="stable", ignore_index=True)
    columns = [
        "municipality_code", "name_ja", "before_yen", "expected_after_yen", "increase_yen", "realised_multiple_ratio",
        "expected_multiple_ratio", "items_multiple_ratio", "break_even_usdjpy_rate", "break_even_members_count",
        "break_even_discount_share",
    ]  # fmt: skip
    found = table[columns].rename(columns={"break_even_usdjpy_rate": "items_break_even_usdjpy"})
    found["expected_break_even_usdjpy"] = _expected_rate(table, costs, pilot)
    return BreakEven(found, costs)


find_break_even.question_ja = "団体別の採算の分かれ目"  # type: ignore[attr-defined]


def _expected_rate(table: pd.DataFrame, costs: MoveCosts, pilot: PilotItems) -> Floats:
    after = costs.items.assign(dollar=costs.items["cost_item"].map(_dollar_shares(pilot)) * costs.items["after_yen"])
    sums = after.groupby("municipality_code")[["dollar", "after_yen"]].sum().reindex(table["municipality_code"])
    linked = (sums["dollar"] / sums["after_yen"]).to_numpy(dtype=float)
    yen, dollars = pilot.current_line
    current = dollars * pilot.rate / (yen + dollars * pilot.rate)
    before, expected = (table[name].to_numpy(dtype=float) for name in ("before_yen", "expected_after_yen"))
    slope = expected * linked - before * current
    level = before * (1.0 - current) - expected * (1.0 - linked)
    ratio = np.divide(level, slope, out=np.full(len(slope), np.nan), where=slope > 0)
    return np.asarray(np.where(ratio > 0, ratio * pilot.rate, np.nan), dtype=float)


def _dollar_shares(pilot: PilotItems) -> dict[str, float]:
    cloud = pilot.cloud_yen
    linked = pilot.cloud_dollars * pilot.rate
    shares = np.divide(linked, cloud, out=np.zeros(len(cloud)), where=cloud > 0)
    return dict(zip(pilot.items, (float(share) for share in shares), strict=True))
