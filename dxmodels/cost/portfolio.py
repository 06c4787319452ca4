"""What does the prefecture run, what does it cost, and are small systems dearer?

Two questions on one inventory (systems, and spending where it exists); a third, how concentrated the cost is, stands in
``concentration``:

* E01 ``summarize_inventory``: systems and yearly cost by department and hosting (設置形態). A system without a cost is counted,
  never taken for zero.
* E03 ``summarize_size_classes``: number, unit cost and signs of inefficiency by size of the system.

What it leaves out: whole-life cost (``whole_life``), and why
small systems cost more a user: a comparison of classes is no proof that merging them saves that much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from dxmodels.cost.naming import round_amount_ja
from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.inputs import Case, Register, choice_label_ja
from dxmodels.inputs.schemas.holdings import HOSTING
from dxmodels.money import format_amount, format_rate

UNKNOWN_CLASS = "（記載なし）"
_UNRECORDED = "unrecorded"


@dataclass(frozen=True)
class SizeClasses:
    """Edges between size classes by yearly running cost (yen, tax included), ascending and positive."""

    edges_yen: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse edges that do not rise."""
        if not self.edges_yen or self.edges_yen[0] <= 0 or any(b <= a for a, b in pairwise(self.edges_yen)):
            raise ModelError(f"規模区分の境界 {self.edges_yen} 円は、正の値を小さい順に1つ以上指定してください。")


@dataclass(frozen=True, eq=False)
class InventorySummary:
    """Systems and yearly cost by department, one cost column a hosting; ``hosting_ja`` names the columns' hosting."""

    table: pd.DataFrame
    hosting_ja: dict[str, str]
    systems_count: int
    cost_missing_count: int
    annual_cost_yen: int
    settled_fy: int | None
    largest_cost_yen: int = 0

    @property
    def annual_cost_between(self) -> tuple[float, float, str]:
        """The sum where the missing costs are all nothing, or all the largest known one, and what the range is of."""
        most = self.annual_cost_yen + self.cost_missing_count * self.largest_cost_yen
        return self.annual_cost_yen, most, "経費の記載がないシステムの分"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per department, the costliest first (the year of settlement is one and stands in the sentence)."""
        return self.table.drop(columns=["department_id", "settled_fy"], errors="ignore")

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        text = (
            f"台帳には{self.systems_count}システムがあり、経費の記載がある{self.systems_count - self.cost_missing_count}システムの"
            f"年間運用経費は{format_amount(self.annual_cost_yen)}（税込）。"
        )
        if self.annual_cost_yen:
            share = format_rate(float(self.table["annual_cost_yen"].iloc[0]) / self.annual_cost_yen)
            text += f"最も大きい部局は{self.table['department_ja'].iloc[0]}（{share}）。"
        if self.cost_missing_count:
            text += f"{self.cost_missing_count}システムは経費の記載がなく、合計に含まれない。"
        if self.settled_fy is not None:
            text += f"決算額は{era_year(self.settled_fy)}の額。"
        return text


@dataclass(frozen=True, eq=False)
class SizeClassSummary:
    """Number, cost and signs of inefficiency by size class, smallest class first; unknown costs stand in a row of their own."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per size class; unit figures are rounded to what they can bear (``table`` holds all, with its counts)."""
        per_user = self.table["cost_per_user_yen"].astype("Float64").round().astype("Int64")
        shown = ["size_class_ja", "systems_count", "systems_share", "annual_cost_yen", "cost_share"]
        return self.table[shown].assign(
            cost_per_user=per_user,
            effort_per_100m_yen_fte=self.table["effort_per_100m_yen_fte"].astype("Float64").round(2),
            server_cpu_mean_rate=self.table["server_cpu_mean_rate"],
        )

    def summary(self) -> str:
        """Return the headline sentences (Japanese): is a small system dearer a user, and what do the small ones hold?"""
        known = self.table[self.table["size_class_ja"] != UNKNOWN_CLASS]
        first = known.iloc[0]
        return (
            f"{self._unit_cost_sentence(known)}最も小さい区分（{first['size_class_ja']}）は件数の{format_rate(float(first['systems_share']))}を"
            f"占めるが、経費では{format_rate(float(first['cost_share']))}。"
        )

    def _unit_cost_sentence(self, known: pd.DataFrame) -> str:
        costs = known["cost_per_user_yen"].astype("Float64")
        if costs.isna().any() or len(costs) < 2:
            return "利用者1人当たり経費は、利用者数の記載が足りず、規模の区分の間では比べられない。"
        listed = "、".join(f"{value:,.0f}円" for value in costs)
        if costs.is_monotonic_decreasing and costs.iloc[0] > costs.iloc[-1]:
            verdict = "規模の小さい区分ほど高い"
        elif costs.is_monotonic_increasing and costs.iloc[0] < costs.iloc[-1]:
            verdict = "規模の大きい区分ほど高い"
        else:
            verdict = "規模の順になっておらず、小さいものほど割高とは言えない"
        return f"利用者1人当たり経費は{verdict}（小さい区分から順に{listed}。利用者数の分かる{int(known['users_known_count'].sum())}システム）。"


def read_size_classes(register: Register) -> SizeClasses:
    """Return the size classes the register declares."""
    names = ("small_system_annual_cost", "portfolio_edge_middle_yen", "portfolio_edge_large_yen")
    return SizeClasses(tuple(round(register.value(name)) for name in names))


def summarize_inventory(case: Case) -> InventorySummary:
    """Return systems and yearly cost by department and hosting (tables ``systems`` and ``departments``).

    The settled amount of the last closed year is added where ``spending`` exists. Raises MissingTableError where a table or the
    cost of every system is absent.
    """
    held = case.require({"systems": ["annual_cost_yen"], "departments": ["name_ja"]})
    systems, names = held["systems"], held["departments"].set_index("department_id")["name_ja"]
    systems["hosting"] = systems["hosting"].fillna(_UNRECORDED)
    settled, settled_fy = _settled_by_system(case)
    systems["settled_yen"] = systems["system_id"].map(settled).astype("Int64")
    table = _tally(systems, settled_fy)
    table.insert(1, "department_ja", table["department_id"].map(names))
    return InventorySummary(
        table=table.sort_values("annual_cost_yen", ascending=False, kind="stable", ignore_index=True),
        hosting_ja={f"{code}_yen": _hosting_ja(code) for code in (*HOSTING, _UNRECORDED) if f"{code}_yen" in table},
        systems_count=len(systems),
        cost_missing_count=int(systems["annual_cost_yen"].isna().sum()),
        annual_cost_yen=int(systems["annual_cost_yen"].sum()),
        settled_fy=settled_fy,
        largest_cost_yen=int(systems["annual_cost_yen"].max()),
    )


summarize_inventory.question_ja = "部局別の情報システムと経費"  # type: ignore[attr-defined]


def summarize_size_classes(case: Case, *, classes: SizeClasses) -> SizeClassSummary:
    """Return number, cost and unit figures by size class of yearly cost (table ``systems``).

    Unit figures use only systems that hold both numbers; their count stands beside them.
    """
    systems = case.table("systems", ["annual_cost_yen"])
    labels = _class_labels(classes.edges_yen)
    costs = systems["annual_cost_yen"].astype("Float64")
    places = np.searchsorted(np.asarray(classes.edges_yen, dtype=float), costs.fillna(-1.0).to_numpy(), side="right")
    named = pd.Series([labels[place] for place in places], index=systems.index).where(costs.notna(), UNKNOWN_CLASS)
    order = [label for label in (*labels, UNKNOWN_CLASS) if (named == label).any()]
    rows = [_class_row(label, systems[named == label]) for label in order]
    table = pd.DataFrame(rows)
    table["systems_share"] = table["systems_count"] / table["systems_count"].sum()
    table["cost_share"] = table["annual_cost_yen"] / max(int(table["annual_cost_yen"].sum()), 1)
    return SizeClassSummary(table)


summarize_size_classes.question_ja = "規模別の件数・単価・効率"  # type: ignore[attr-defined]


def _settled_by_system(case: Case) -> tuple[pd.Series, int | None]:
    """Settled amounts of the last fiscal year before the base year that has any: the running year is never complete."""
    if not case.has("spending"):
        return pd.Series(dtype="Int64"), None
    spending = case.table("spending")
    closed = spending[(spending["fiscal_year"] < case.base_fy) & spending["settled_yen"].notna()]
    if closed.empty:
        return pd.Series(dtype="Int64"), None
    year = int(closed["fiscal_year"].max())
    return closed[closed["fiscal_year"] == year].groupby("system_id")["settled_yen"].sum(min_count=1), year


def _tally(systems: pd.DataFrame, settled_fy: int | None) -> pd.DataFrame:
    groups = systems.groupby("department_id", sort=True)
    table = groups.agg(
        systems_count=("system_id", "size"),
        cost_known_count=("annual_cost_yen", "count"),
    )
    # What is not recorded is missing, not 0: a department none of whose costs are known has no sum.
    table["annual_cost_yen"] = groups["annual_cost_yen"].sum(min_count=1)
    if settled_fy is not None:
        table["settled_fy"] = settled_fy
        table["settled_yen"] = groups["settled_yen"].sum(min_count=1)
    by_hosting = systems.groupby(["department_id", "hosting"])["annual_cost_yen"]
    costs, held = by_hosting.sum(min_count=1).unstack(), by_hosting.size().unstack(fill_value=0)
    for code in (*HOSTING, _UNRECORDED):
        if code in costs and costs[code].notna().any():
            table[f"{code}_yen"] = costs[code].where(held[code] > 0, 0).reindex(table.index).astype("Int64")
    return table.astype({"annual_cost_yen": "Int64"}).reset_index()


def _hosting_ja(code: str) -> str:
    return UNKNOWN_CLASS if code == _UNRECORDED else choice_label_ja("hosting", code)


def _class_labels(edges: Sequence[int]) -> list[str]:
    texts = [round_amount_ja(edge) for edge in edges]
    middle = [f"{low}以上{high}未満" for low, high in pairwise(texts)]
    return [f"{texts[0]}未満", *middle, f"{texts[-1]}以上"]


def _class_row(label: str, group: pd.DataFrame) -> dict[str, object]:
    costs = group["annual_cost_yen"]
    with_users = group[costs.notna() & (group["users_people"].fillna(0) > 0)]
    with_effort = group[costs.notna() & (costs.fillna(0) > 0) & group["staff_effort_fte"].notna()]
    with_cpu = group[group["cpu_mean_rate"].notna() & (group["server_count"].fillna(0) > 0)]
    return {
        "size_class_ja": label,
        "systems_count": len(group),
        "annual_cost_yen": int(costs.sum()),
        "median_cost_yen": None if costs.dropna().empty else round(float(costs.dropna().median())),
        "cost_per_user_yen": _ratio(with_users["annual_cost_yen"], with_users["users_people"]),
        "users_known_count": len(with_users),
        "effort_per_100m_yen_fte": _ratio(with_effort["staff_effort_fte"] * 1e8, with_effort["annual_cost_yen"]),
        "effort_known_count": len(with_effort),
        "server_cpu_mean_rate": _ratio(with_cpu["cpu_mean_rate"] * with_cpu["server_count"], with_cpu["server_count"]),
        "cpu_known_count": len(with_cpu),
    }


def _ratio(above: pd.Series, below: pd.Series) -> float | None:
    total = float(below.sum())
    return float(above.sum()) / total if total > 0 else None
