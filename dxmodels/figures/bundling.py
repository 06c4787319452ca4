"""How are bundles, prices of rules, cost shares and participation drawn so that a mayor can read them?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator

from dxmodels.bundling.alternatives import StandardPlans
from dxmodels.bundling.asked import Study
from dxmodels.bundling.body_shares import BodyShares
from dxmodels.bundling.departments import DepartmentOverlap, Renewals
from dxmodels.bundling.dependence import JointPurchases
from dxmodels.bundling.explain import Conflict, RulePrices
from dxmodels.bundling.participation import Participation
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.purchase_shares import PurchaseShares
from dxmodels.bundling.sharing import RULES_JA, CostShares
from dxmodels.errors import ModelError
from dxmodels.figures import style
from dxmodels.figures.tiles import plot_tile_map

_MOST_LIMITS, _MOST_KINDS = 8, 15
_WIDEST = 2.5  # shares beyond 250 % of going alone stand at the edge, or the rest would be a single line
_RATIO_LABEL = "単独の費用に対する負担（100％より右は損。250％を超えるものは右端に値を示す）"


def plot_renewals(result: Renewals | pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw owners × tasks with the last fiscal year of the running contract: columns of one colour can be joined."""
    matrix = result.matrix if isinstance(result, Renewals) else result
    ax = style.axes_for(ax, height_mm=35.0 + 4.0 * len(matrix))
    years = matrix.to_numpy(dtype=float)
    known = np.unique(years[np.isfinite(years)]).astype(int)
    colours = style.ordered_colours(len(known))
    index = np.full(years.shape, np.nan)
    for place, year in enumerate(known):
        index[years == year] = place
    ax.set_facecolor(style.MISSING_FACE)
    ax.imshow(index, cmap=ListedColormap(colours), aspect="auto", vmin=-0.5, vmax=len(known) - 0.5)
    for (row, column), value in np.ndenumerate(years):
        if np.isfinite(value):
            face = colours[int(index[row, column])]
            ax.text(
                column,
                row,
                f"{int(value) % 100:02d}",
                ha="center",
                va="center",
                fontsize=5.5,
                color=style.text_colour_on(face),
            )
    ax.set_yticks(range(len(matrix)), [str(name) for name in matrix.index], fontsize=6.5)
    ax.set_xticks(range(matrix.shape[1]), [str(name) for name in matrix.columns], fontsize=6.5, rotation=90)
    ax.xaxis.tick_top()
    return style.finish(ax, "契約終了年度（西暦下2桁）", grid="none")


def plot_rule_prices(result: RulePrices, *, ax: Axes | None = None) -> Axes:
    """Draw what each rule costs a year: dropped alone, and its part of what all rules cost together."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=30.0 + 11.0 * len(table))
    places = np.arange(len(table))
    ax.barh(
        places + 0.18,
        table["price_alone_per_year"].astype(float),
        height=0.34,
        color=style.PALETTE["blue"],
        label="これだけを外した場合",
    )
    ax.barh(
        places - 0.18,
        table["price_joint_per_year"].astype(float),
        height=0.34,
        color=style.PALETTE["orange"],
        label="規則全体への寄与",
    )
    ax.set_yticks(places, table["rule_ja"].to_list())
    style.yen_axis(ax, "百万円", "x", label="年当たりの費用増")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15 - 0.2 / len(table)), ncols=2)
    return style.finish(ax, "規則ごとの費用", grid="x")


def plot_rule_answer(result: RulePrices | Conflict, *, ax: Axes | None = None) -> Axes:
    """Draw the prices of the rules, or, where they clash, by how much each limit must give."""
    if isinstance(result, RulePrices):
        return plot_rule_prices(result, ax=ax)
    table = result.to_frame().groupby("easing_option_ja", sort=False).head(_MOST_LIMITS).iloc[::-1]
    ax = style.axes_for(ax, height_mm=32.0 + 9.0 * max(1, len(table)))
    places = np.arange(len(table))
    for number, option in enumerate(table["easing_option_ja"].iloc[::-1].unique()):
        mine = (table["easing_option_ja"] == option).to_numpy()
        rates = table["easing_rate"].to_numpy(dtype=float)[mine]
        ax.barh(places[mine], rates, height=0.6, color=style.CYCLE[number % len(style.CYCLE)], label=option)
    labels = [f"{row.limit_ja}\n{row.from_ja} → {row.to_ja}" for row in table.itertuples()]
    ax.set_yticks(places, labels, fontsize=7)
    ax.legend(loc="upper center", bbox_to_anchor=(0.3, -0.18 - 0.6 / max(1, len(table))), ncols=1)
    ax.set_xlabel("緩める大きさ（限度、または最も大きい一件に対する比）")
    return style.finish(ax, "どの限度をどこまで緩めれば計画が成り立つか", grid="x")


def plot_standard_plans(result: StandardPlans, *, ax: Axes | None = None) -> Axes:
    """Draw what each standard plan saves, with members, concentration and staff effort written beside the bar."""
    table = result.to_frame().iloc[::-1]
    ax = style.axes_for(ax, height_mm=30.0 + 10.0 * len(table))
    places = np.arange(len(table))
    ax.barh(places, table["saving_yen"].astype(float), height=0.6, color=style.PALETTE["blue"])
    widest = float(table["saving_yen"].max()) or 1.0
    for place, row in enumerate(table.to_dict("records")):
        joint = f"共同調達 {row['joint_purchases_count']}件（延べ{row['joint_units_count']}業務）"
        text = f"{joint}・集中度 {row['vendor_hhi']:.3f}・職員 {row['staff_effort_years']:,.0f}人年"
        ax.text(row["saving_yen"] + 0.015 * widest, place, text, va="center", fontsize=7)
    ax.set_yticks(places, table["standard_plan_ja"].to_list())
    ax.set_xlim(0, 2.0 * widest)
    style.yen_axis(ax, "億円", "x", label="現状に対する削減額（評価期間の現在価値）")
    return style.finish(ax, "五つの計画の削減額とねらい", grid="x")


def plot_body_shares(result: BodyShares, *, ax: Axes | None = None) -> Axes:
    """Draw each body's total share against going alone under three rules; right of 100 % it loses."""
    table = result.to_frame()
    ax = style.axes_for(ax, height_mm=30.0 + 4.2 * len(table))
    places = np.arange(len(table))
    columns = {"equal_share_yen": "均等割だけ", "population_share_yen": "人口割だけ", "share_yen": result.rule_ja}
    for place, (column, label) in enumerate(columns.items()):
        ratio = (table[column] / table["stand_alone_cost_yen"]).to_numpy(dtype=float)
        marker = "osD"[place]
        _ratio_points(ax, ratio, places, style.CYCLE[place], marker, label)
    ax.axvline(1.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(places, table["owner_name_ja"].to_list(), fontsize=6.5)
    ax.invert_yaxis()
    style.percent_axis(ax, "x", label=_RATIO_LABEL)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=3)
    return style.finish(ax, "団体ごとの負担", grid="x")


def plot_purchase_shares(result: PurchaseShares, *, ax: Axes | None = None) -> Axes:
    """Draw one purchase's shares under every rule."""
    return plot_shares(result.shares, ax=ax)


def plot_departments(result: DepartmentOverlap, *, ax: Axes | None = None) -> Axes:
    """Draw what one purchase across departments would save by kind of system, largest first."""
    table = result.to_frame()
    table = table[table["saving_yen"] > 0].head(_MOST_KINDS).iloc[::-1]
    ax = style.axes_for(ax, height_mm=28.0 + 7.0 * max(1, len(table)))
    places = np.arange(len(table))
    ax.barh(places, table["saving_yen"].astype(float), height=0.6, color=style.PALETTE["blue"])
    labels = [f"{row.system_kind}（{row.joint_systems_count}/{row.systems_count}件）" for row in table.itertuples()]
    ax.set_yticks(places, labels)
    style.yen_axis(ax, "百万円", "x", label="移行経費を差し引いた削減額（評価期間の現在価値）")
    return style.finish(ax, "一元化で減る費用（一元化する件数／全件数）", grid="x")


def plot_bundle_map_of(study: object) -> Callable[[object], Axes]:
    """Return a figure for an exhibit of a study's purchases: the map of the task whose purchase has most members."""

    def drawn(purchases: object) -> Axes:
        if not isinstance(study, Study) or not isinstance(purchases, JointPurchases):
            raise ModelError("計画がないため、調達の地図は描けません。")
        plan = study.plan
        tasks = {plan.problem.texts.name(key): str(key) for key in plan.problem.units["unit_key"].unique()}
        name = next(iter(tasks)) if purchases.table.empty else purchases.largest["task_name_ja"]
        task, label = tasks[name], f"{name}の調達（記号・開始年度）"
        return plot_bundle_map(plan, study.case.table("municipalities"), task, label=label)

    return drawn


def plot_shares(results: dict[str, CostShares], *, ax: Axes | None = None) -> Axes:
    """Draw each member's share under several rules as a part of what it pays alone; right of 100 % it loses."""
    first = next(iter(results.values()))
    order = np.argsort(-first.alone, kind="stable")
    ax = style.axes_for(ax, height_mm=30.0 + 5.0 * len(order))
    places = np.arange(len(order))
    for place, shares in enumerate(results.values()):
        ratio = shares.shares[order] / shares.alone[order]
        colour = style.CYCLE[place % len(style.CYCLE)]
        _ratio_points(ax, ratio, places, colour, "osD^vPX*<"[place % 9], RULES_JA[shares.rule])
    ax.axvline(1.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(places, [first.players[k] for k in order], fontsize=7)
    ax.invert_yaxis()
    style.percent_axis(ax, "x", label=_RATIO_LABEL)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1 - 1.2 / len(order)), ncols=5)
    return style.finish(ax, "だれがいくら負担するか", grid="x")


def _ratio_points(
    ax: Axes,
    ratio: np.ndarray[tuple[int], np.dtype[np.float64]],
    places: np.ndarray[tuple[int], np.dtype[np.int64]],
    colour: str,
    marker: str,
    label: str,
) -> None:
    """Points of share ÷ alone; what lies beyond the axis stands at its edge with its value."""
    ax.scatter(np.minimum(ratio, _WIDEST), places, s=15, color=colour, marker=marker, label=label, zorder=3)
    for place in np.flatnonzero(ratio > _WIDEST):
        ax.text(_WIDEST + 0.03, float(place), f"{ratio[place]:.0%}", va="center", fontsize=6, color=colour)
    ax.set_xlim(-0.05, max(ax.get_xlim()[1], min(_WIDEST, float(ratio.max())) + 0.25))


def plot_participation(result: Participation, *, ax: Axes | None = None) -> Axes:
    """Draw the cumulative gain of members, largest first, against the fixed cost: where the line is crossed, it pays."""
    table = result.members
    ax = style.axes_for(ax, height_mm=75.0)
    places = np.arange(1, len(table) + 1)
    ax.plot(places, table["cumulative_gain"], marker="o", color=style.PALETTE["blue"], label="削減の累計（大きい順）")
    least = np.cumsum(np.sort(table["gain"].to_numpy()))
    ax.plot(places, least, marker="s", color=style.PALETTE["orange"], label="削減の累計（小さい順）")
    ax.axhline(result.fixed_cost, color=style.INK, linestyle="--", linewidth=0.9, label="固定費")
    ax.set_xlabel("参加数")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    style.yen_axis(ax, "百万円", "y", label="評価期間の金額")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
    return style.finish(ax, "何者の参加で成り立つか")


def plot_bundle_map(
    plan: BundlePlan,
    municipalities: pd.DataFrame,
    unit_key: str,
    *,
    label: str = "調達の束（記号・開始年度）",
    ax: Axes | None = None,
) -> Axes:
    """Draw one task on the tile map: which joint purchase each municipality is in, largest first; alone stands apart.

    Members of an existing shared cloud are shown with the purchase of their cloud.
    """
    frame = plan.to_frame()
    task = frame[frame["unit_key"] == unit_key]
    joint = task[task["scope"] != "own"]
    sizes = joint["bundle_id"].value_counts()
    names = {
        bundle: f"{letter}・{int(part['start_fy'].iloc[0])}"
        for letter, (bundle, part) in zip(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ", ((b, joint[joint["bundle_id"] == b]) for b in sizes.index), strict=False
        )
    }
    by_owner = dict(zip(task["owner"], [names.get(b, "単独") for b in task["bundle_id"]], strict=True))
    cloud = municipalities.set_index("municipality_code")["shared_cloud_group"]
    values = pd.Series({code: by_owner.get(code, by_owner.get(cloud[code])) for code in cloud.index}).dropna()
    classes = [name for name in ["単独", *names.values()] if name in set(values)]
    return plot_tile_map(municipalities, values, label=label, classes=classes, ax=ax)
