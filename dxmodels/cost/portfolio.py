"""What does the prefecture run, what does it cost, and how few systems hold how much of the cost?

Three questions on one inventory (systems, and spending where it exists):

* E01 ``summarize_inventory``: systems and yearly cost by department and class. A system without a cost is counted, never
  taken for zero.
* E02 ``measure_concentration``: Lorenz curve, Gini index, share of the largest n systems, fewest systems that hold a share.
  Gini G = Σ_i (2i − n − 1) c_(i) / (n Σ c) for costs in ascending order (Gini 1912; Sen 1973, On Economic Inequality, §2.2).
  Where m costs are missing, the share S_n = (sum of the n largest) / (total) is only known up to an interval: every completion
  with missing costs in [0, largest known cost] is admitted (partial identification; Manski 2003). S_n is quasi-convex in the
  missing costs (a convex function over a positive linear one) and symmetric, hence its maximum lies at a corner (k of them at
  the upper end, the rest at 0) and its minimum at one common value, and on pieces between known costs it is monotone: both
  are found exactly by listing corners and known costs.
* E03 ``summarize_size_classes``: number, unit cost and signs of inefficiency by size of the system.

What it leaves out: whether the systems that hold the money are locked in (lockin/), whole-life cost (cost/lifecycle), and why
small systems cost more a user: a comparison of classes is no proof that merging them saves that much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.inputs import Case
from dxmodels.money import format_rate, format_yen

FloatArray = npt.NDArray[np.float64]
UNKNOWN_CLASS = "（記載なし）"


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
    """Systems and yearly cost by department and class; ``by`` names the systems' column that gave the class."""

    table: pd.DataFrame
    by: str
    systems_count: int
    cost_missing_count: int
    annual_cost_yen: int
    settled_fy: int | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per department and class."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        top = self.table.groupby("department_ja")["annual_cost_yen"].sum().sort_values(ascending=False)
        text = (
            f"台帳には {self.systems_count} システムがあり、経費の記載がある {self.systems_count - self.cost_missing_count} システムの"
            f"年間運用経費は {format_yen(self.annual_cost_yen, '億円')}（税込）。"
        )
        if len(top) and self.annual_cost_yen:
            share = format_rate(float(top.iloc[0]) / self.annual_cost_yen)
            text += f"最も大きい部局は{top.index[0]}（{share}）。"
        if self.cost_missing_count:
            text += f"{self.cost_missing_count} システムは経費の記載がなく、合計に含まれない。"
        return text


@dataclass(frozen=True, eq=False)
class Concentration:
    """Concentration of yearly cost; ``*_low``/``*_high`` are exact limits over all admitted completions of missing costs."""

    table: pd.DataFrame
    systems_count: int
    missing_count: int
    total_yen: int
    gini_index: float
    top_count: int
    top_share: float
    top_share_low: float
    top_share_high: float
    target_share: float
    holders_count: int
    holders_low_count: int
    holders_high_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per system, largest first: cost, cumulative cost and shares."""
        return self.table.copy()

    def compare_with_statement(self, *, low_share: float, high_share: float) -> str:
        """Return 矛盾しない / 合わない / 判定できない: does the top share lie inside, outside or across the stated range?"""
        if self.top_share_low >= low_share and self.top_share_high <= high_share:
            return "矛盾しない"
        if self.top_share_high < low_share or self.top_share_low > high_share:
            return "合わない"
        return "判定できない"

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        text = (
            f"上位 {self.top_count} システムで年間運用経費の {format_rate(self.top_share)}、"
            f"経費の {format_rate(self.target_share, decimals=0)}を占めるのは上位 {self.holders_count} システム"
            f"（ジニ係数 {self.gini_index:.2f}、{self.systems_count - self.missing_count} システム）。"
        )
        if self.missing_count:
            text += (
                f"経費の記載がない {self.missing_count} システムが 0円〜既知の最大額のどの値であっても、上位 {self.top_count} の割合は "
                f"{format_rate(self.top_share_low)}〜{format_rate(self.top_share_high)}、必要な数は "
                f"{self.holders_low_count}〜{self.holders_high_count} システムの間にある。"
            )
        return text


@dataclass(frozen=True, eq=False)
class SizeClassSummary:
    """Number, cost and signs of inefficiency by size class, smallest class first; unknown costs stand in a row of their own."""

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per size class."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        known = self.table[self.table["size_class_ja"] != UNKNOWN_CLASS]
        first, last = known.iloc[0], known.iloc[-1]
        text = (
            f"最も小さい区分（{first['size_class_ja']}）は件数の {format_rate(float(first['systems_share']))}、"
            f"経費の {format_rate(float(first['cost_share']))}。"
        )
        low, high = first["cost_per_user_yen"], last["cost_per_user_yen"]
        if pd.notna(low) and pd.notna(high) and float(high) > 0:
            ratio = float(low) / float(high)
            text += f"利用者1人当たり経費は最大区分（{last['size_class_ja']}）の {ratio:.1f} 倍。"
        return text


def summarize_inventory(case: Case, *, by: str) -> InventorySummary:
    """Return systems and yearly cost by department and by the systems' column ``by`` (system_kind, hosting …).

    Needs tables ``systems`` and ``departments``; the settled amount of the last closed year is added where ``spending``
    exists. Raises MissingTableError where they are absent, ModelError where ``by`` is no column of the inventory.
    """
    systems = case.table("systems", ["annual_cost_yen", "department_id"])
    if by not in systems:
        raise ModelError(
            f"区分「{by}」は情報システム台帳の列にありません。system_kind または hosting を指定してください。"
        )
    names = case.table("departments", ["name_ja"]).set_index("department_id")["name_ja"]
    systems = systems.assign(
        department_ja=systems["department_id"].map(names), class_ja=systems[by].fillna(UNKNOWN_CLASS)
    )
    settled, settled_fy = _settled_by_system(case)
    systems["settled_yen"] = systems["system_id"].map(settled).astype("Int64")
    return InventorySummary(
        table=_tally(systems, settled_fy),
        by=by,
        systems_count=len(systems),
        cost_missing_count=int(systems["annual_cost_yen"].isna().sum()),
        annual_cost_yen=int(systems["annual_cost_yen"].sum()),
        settled_fy=settled_fy,
    )


def measure_concentration(costs: pd.Series, *, top: int, target_share: float) -> Concentration:
    """Return how concentrated ``costs`` are (yen a year, indexed by system; missing = unknown, not zero).

    ``top``: how many of the largest to add up; ``target_share`` (0..1): how many systems hold that share. Raises ModelError
    where no cost is known, a cost is negative, or ``top``/``target_share`` is out of range.
    """
    known = costs.dropna().astype(float).sort_values(ascending=False, kind="stable")
    amounts = np.asarray(known, dtype=np.float64)
    missing = int(costs.isna().sum())
    _check_concentration(known, len(costs), top, target_share)
    lows, highs = _top_share_limits(amounts, missing)
    shares: FloatArray = np.cumsum(amounts) / amounts.sum()
    return Concentration(
        table=_lorenz_table(known, shares),
        systems_count=len(costs),
        missing_count=missing,
        total_yen=round(known.sum()),
        gini_index=_gini(amounts),
        top_count=top,
        top_share=float(shares[min(top, len(known)) - 1]),
        top_share_low=float(lows[top - 1]),
        top_share_high=float(highs[top - 1]),
        target_share=target_share,
        holders_count=_first_at_least(shares, target_share),
        holders_low_count=_first_at_least(highs, target_share),
        holders_high_count=_first_at_least(lows, target_share),
    )


def summarize_size_classes(systems: pd.DataFrame, *, classes: SizeClasses) -> SizeClassSummary:
    """Return number, cost and unit figures by size class of yearly cost for an inventory (columns as in ``systems``).

    Unit figures use only systems that hold both numbers; their count stands beside them.
    """
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
    groups = systems.groupby(["department_id", "department_ja", "class_ja"], dropna=False, sort=True)
    table = groups.agg(
        systems_count=("system_id", "size"),
        cost_known_count=("annual_cost_yen", "count"),
        annual_cost_yen=("annual_cost_yen", "sum"),
        settled_yen=("settled_yen", "sum"),
    ).reset_index()
    table["annual_cost_yen"] = table["annual_cost_yen"].astype("Int64")
    return table.drop(columns="settled_yen") if settled_fy is None else table.assign(settled_fy=settled_fy)


def _check_concentration(known: pd.Series, count: int, top: int, target_share: float) -> None:
    if known.empty or known.sum() <= 0:
        raise ModelError(
            "経費の記載があるシステムがないため、集中度を計算できません。annual_cost_yen を記入してください。"
        )
    if (known < 0).any():
        raise ModelError(
            f"経費が負のシステムがあります：{known.idxmin()}（{known.min():,.0f} 円）。0 以上にしてください。"
        )
    if not 1 <= top <= count:
        raise ModelError(f"上位の数 {top} は 1 以上、システム数 {count} 以下にしてください。")
    if not 0.0 < target_share < 1.0:
        raise ModelError(f"割合 {target_share} は 0 より大きく 1 より小さい値にしてください（例：0.5）。")


def _top_share_limits(known: FloatArray, missing: int) -> tuple[FloatArray, FloatArray]:
    """Exact limits of S_n for n = 1..(known + missing) over missing costs in [0, largest known cost]."""
    largest = known[0]
    corners = [np.concatenate([np.full(k, largest), np.zeros(missing - k)]) for k in range(missing + 1)]
    commons = [np.full(missing, value) for value in np.unique(np.append(known, 0.0))]
    high = np.max([_top_shares(np.concatenate([known, fill])) for fill in corners], axis=0)
    low = np.min([_top_shares(np.concatenate([known, fill])) for fill in commons], axis=0)
    return low, high


def _top_shares(costs: FloatArray) -> FloatArray:
    ordered = np.sort(costs)[::-1]
    shares: FloatArray = np.cumsum(ordered) / ordered.sum()
    return shares


def _gini(costs: FloatArray) -> float:
    ascending = np.sort(costs)
    count = len(ascending)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return float((weights * ascending).sum() / (count * ascending.sum()))


def _first_at_least(shares: FloatArray, target: float) -> int:
    # Cumulative sums of floats end a hair below 1; the tolerance is numerical, not a judgement.
    return int(np.argmax(shares >= target - 1e-12)) + 1


def _lorenz_table(known: pd.Series, shares: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cost_rank": np.arange(1, len(known) + 1),
            "system_id": known.index.astype("string"),
            "annual_cost_yen": known.round().astype("int64").to_numpy(),
            "cumulative_cost_yen": known.cumsum().round().astype("int64").to_numpy(),
            "cumulative_cost_share": shares,
            "cumulative_systems_share": np.arange(1, len(known) + 1) / len(known),
        }
    )


def _class_labels(edges: Sequence[int]) -> list[str]:
    texts = [format_yen(edge, "百万円") for edge in edges]
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
