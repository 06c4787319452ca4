"""What do the published facts alone say about the data-linkage platform, and which assumption would turn the answer?

Published  the budget of the first year (context). Arithmetic on it: per resident, per body, hours of staff time it would have to set free each
           year at the most the prefecture pays for one (register). Whatever no publication carries is listed as missing, never guessed.
Switching  ``switching_values``: one assumption at a time, at which value the price of an hour reaches the most (dxmodels.cost.switching).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.cost.naming import format_in_unit
from dxmodels.cost.switching import STATE_JA, switching_value
from dxmodels.errors import ModelError
from dxmodels.money import UNITS_YEN, format_yen
from dxmodels.services.platform import hour_margin
from dxmodels.services.use_cases import UseCase

if TYPE_CHECKING:
    from dxmodels.inputs import Register

_SUBJECT, _MEASURE = "データ連携基盤", "予算"
_MISSING = (
    ("2年目以降の予算・決算", "府の予算書・決算書"),
    ("接続している団体数と利用件数", "基盤の運用報告"),
    ("利用例ごとの現金の節減と時間短縮", "手続所管部局の計測"),
)
SWITCHED = (
    "platform_fixed_yen", "platform_management_yen", "platform_connect_yen", "platform_uptake_rate", "platform_start_share",
    "platform_once_only_uses", "platform_once_only_cash_yen", "platform_once_only_minutes", "platform_eligibility_uses",
    "platform_eligibility_minutes", "platform_hour_ceiling_yen",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class PublishedPlatform:
    """What the published budget means in other units, and what is not published."""

    table: pd.DataFrame = field(repr=False)
    budget_yen: int
    per_resident_yen: float
    hours_needed: float

    def to_frame(self) -> pd.DataFrame:
        """Return item, value as text, basis; 算出不能 where nothing is published."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the answer in one Japanese sentence."""
        return (
            f"公表されているのは初年度の予算{format_yen(self.budget_yen, '億円')}だけで、府民1人当たり{self.per_resident_yen:,.0f}円に当たる。"
            f"毎年同額がかかるなら、職員の時間を年{self.hours_needed:,.0f}時間短縮できて初めて上限の単価に見合う。採算そのものは算出不能。"
        )


def read_published_platform(
    context: pd.DataFrame, municipalities: pd.DataFrame, register: Register
) -> PublishedPlatform:
    """Return what the published budget of the platform says. Raises ModelError where ``context`` holds no such budget."""
    about = context["fact_ja"].str.contains(_SUBJECT, regex=False) & context["fact_ja"].str.contains(
        _MEASURE, regex=False
    )
    facts = context[about & context["fact_value"].notna()]
    if facts.empty:
        raise ModelError("公表事実の表にデータ連携基盤の予算がありません。予算額と出典の行を加えれば算出できます。")
    fact = facts.iloc[0]
    budget = round(float(fact["fact_value"]) * UNITS_YEN[str(fact["unit"])])
    people, ceiling = int(municipalities["population_people"].sum()), register.value("platform_hour_ceiling_yen")
    published = f"{fact['source']}（{fact['date_text']}）"
    rows = [
        ("初年度の予算", format_yen(budget, "百万円"), published),
        ("府民1人当たり", f"{budget / people:,.1f}円", f"予算÷人口{people:,}人（令和2年国勢調査）"),
        ("1団体当たり", format_yen(budget / len(municipalities), "百万円"), f"予算÷{len(municipalities)}団体"),
        ("見合うために要る時間短縮（年）", f"{budget / ceiling:,.0f}時間", f"予算÷1時間の上限{ceiling:,.0f}円（仮置き）。現金の節減がない場合"),
        *((name, "算出不能", f"公表なし。{where}が必要") for name, where in _MISSING),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["platform_item_ja", "platform_value_ja", "platform_basis_ja"])
    return PublishedPlatform(table, budget, budget / people, budget / ceiling)


@dataclass(frozen=True, eq=False)
class PlatformSwitching:
    """One row an assumption: where the platform's verdict turns, the most easily turned first."""

    table: pd.DataFrame = field(repr=False)
    sentences: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return assumption, central value, switching value and state as texts in natural units."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the nearest turn as one sentence, or that none turns."""
        return self.sentences[0] if self.sentences else "調べた前提を幅の中で動かしても、採算の判断は替わらない。"


def switching_values(
    register: Register, use_cases: Sequence[UseCase], *, municipalities: int, names: Sequence[str] = SWITCHED
) -> PlatformSwitching:
    """Return at which value of each assumption an hour costs exactly what the prefecture will pay at most."""
    found = [
        switching_value(
            lambda changed: hour_margin(changed, use_cases, municipalities=municipalities),
            name,
            register=register,
            result_ja="基盤の採算",
            verdicts_ja=("見合う", "見合わない"),
        )
        for name in names
    ]
    turning = sorted((one for one in found if one.state == "turns"), key=lambda one: abs(one.relative_move_rate))
    still = sorted((one for one in found if one.state != "turns"), key=lambda one: -one.swing)
    rows = [
        {
            "label_ja": one.label_ja,
            "central_text_ja": _said(one.central, one.unit),
            "range_text_ja": f"{_said(one.low, one.unit)}〜{_said(one.high, one.unit)}",
            "switch_text_ja": _said(one.value, one.unit) if np.isfinite(one.value) else "幅の中では替わらない",
            "flip_state_ja": STATE_JA[one.state],
            "relative_move_rate": one.relative_move_rate,
        }
        for one in [*turning, *still]
    ]
    return PlatformSwitching(pd.DataFrame(rows), tuple(one.summary() for one in turning))


def _said(value: float, unit: str) -> str:
    """Counts of uses are whole numbers; everything else is said as everywhere."""
    return f"{value:,.0f}件" if unit == "count" else format_in_unit(value, unit)
