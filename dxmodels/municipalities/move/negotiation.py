"""What must be negotiated, item by item, to bring running cost after the move back to a stated multiple of today's?

Parameters  A_m before, E_m expected after (``running``), κ the target multiple, b_mj items of Government Cloud as shares of E_m
Model       excess X = Σ_m max(0, E_m - κ·A_m); an item alone would have to fall by X_j = Σ_m min(excess_m, E_m·b_mj) of Σ_m E_m·b_mj; where
            the excess is larger than the item, the item alone cannot do it (cut over 100 %: "この項目だけでは届かない").
Levers      how each item is negotiated: a list of the field's own means, no effect is claimed for any of them.

What it leaves out: whether a vendor agrees; the share of the items within a realised bill (the pilot's shares stand in until bills by
item are given).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.municipalities.move.running import NEGOTIABLE_ITEMS, MoveCosts

LEVERS_JA = {
    "operation_work": "運用管理補助の範囲と人月の内訳を開示させ、共同利用で分け合う",
    "other_outsourcing": "委託の範囲の重複を除き、帳票・印刷などは共同で調達する",
    "software_lease": "標準準拠システムの利用料の単価・改定条件・利用者数の算定根拠を契約に書く",
    "software_maintenance": "制度改正対応の範囲を利用料に含める条件を定める",
    "network_lines": "回線を府域で共同調達し、同じ回線を複数の業務・団体で使う",
    "cloud_usage": "停止・縮小・長期割引の計画を提出させ、円建て上限か為替の分担を定める",
}


@dataclass(frozen=True, eq=False)
class Negotiation:
    """Items of the expected bill, largest first, with the cut each alone would need; ``excess_yen`` a year over ``bodies_count`` bodies."""

    table: pd.DataFrame
    target_multiple: float
    excess_yen: int
    bodies_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cost item (its code stands in ``table``)."""
        return self.table.drop(columns="cost_item")

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        if self.excess_yen <= 0:
            return f"見込みの運用経費は、すべての団体で現行の {self.target_multiple:.2f} 倍以下に収まる。"
        rows = self.table[self.table["is_negotiable"]]
        first, both = rows.iloc[0], int(rows["after_yen"].sum())
        return (
            f"現行の {self.target_multiple:.2f} 倍に収めるには、{self.bodies_count} 団体で年{format_yen(self.excess_yen, '億円')}の引下げが要る。"
            f"交渉の対象となる項目（年{format_yen(both, '億円')}）を一律に {format_rate(self.excess_yen / both, decimals=0)}下げることに当たり、"
            f"最大の項目「{first['cost_item_ja']}」だけでは{_alone(float(first['cut_alone_share']))}。"
        )


def list_negotiation(costs: MoveCosts, *, target_multiple: float, municipality_code: str | None = None) -> Negotiation:
    """Return what must be negotiated for one municipality, or (None) for all together, to reach ``target_multiple`` × today's cost."""
    if not 0.0 < target_multiple < np.inf:
        raise ModelError(f"目標の倍率 {target_multiple} は 0 より大きい数にしてください（例：1.0＝現行と同額）。")
    bodies = costs.table if municipality_code is None else costs.of(municipality_code).to_frame().T
    expected = bodies.set_index("municipality_code")["expected_after_yen"].astype(float)
    before = bodies.set_index("municipality_code")["before_yen"].astype(float)
    excess = (expected - target_multiple * before).clip(lower=0.0)
    bill = _bill(costs.items, expected)
    rows = [_item(item, part, excess) for item, part in bill.groupby("cost_item", sort=False)]
    table = pd.DataFrame(rows).sort_values("after_yen", ascending=False, kind="stable", ignore_index=True)
    return Negotiation(table, target_multiple, round(float(excess.sum())), int((excess > 0).sum()))


def _bill(items: pd.DataFrame, expected: pd.Series) -> pd.DataFrame:
    """The expected bill by item: the shares of the build-up by items, scaled to what is expected."""
    rows = items[items["municipality_code"].isin(expected.index)].copy()
    sums = rows.groupby("municipality_code")["after_yen"].transform("sum")
    rows["bill_yen"] = rows["after_yen"] / sums * rows["municipality_code"].map(expected)
    return rows


def _item(item: object, rows: pd.DataFrame, excess: pd.Series) -> dict[str, object]:
    bill = rows.set_index("municipality_code")["bill_yen"]
    total, needed = float(bill.sum()), float(excess.sum())
    reach = float(np.minimum(excess.reindex(bill.index), bill).sum())
    return {
        "cost_item": item,
        "cost_item_ja": rows["cost_item_ja"].iloc[0],
        "before_yen": int(rows["before_yen"].sum()),
        "after_yen": round(total),
        "is_negotiable": item in NEGOTIABLE_ITEMS,
        "cut_alone_share": needed / total if total else np.nan,
        "covers_share": reach / needed if needed else 1.0,
        "lever_ja": LEVERS_JA.get(str(item), "使用をやめれば不要となる（移行後に残る理由を確かめる）"),
    }


def _alone(cut: float) -> str:
    if cut > 1.0:
        return "、無料にしても届かない"
    return f" {format_rate(cut, decimals=0)}の引下げが要る"
