"""How are bundles, prices of rules, cost shares and participation drawn so that a mayor can read them?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from dxmodels.bundling.explain import RulePrices
from dxmodels.bundling.participation import Participation
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.sharing import RULES_JA, CostShares
from dxmodels.figures import style
from dxmodels.figures.tiles import plot_tile_map


def plot_renewals(matrix: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw owners × tasks with the last fiscal year of the running contract: columns of one colour can be joined."""
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
    ax.set_yticks(range(len(matrix)), [str(name[-1]) for name in matrix.index], fontsize=6.5)
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


def plot_shares(results: dict[str, CostShares], *, ax: Axes | None = None) -> Axes:
    """Draw each member's share under several rules as a part of what it pays alone; right of 100 % it loses."""
    first = next(iter(results.values()))
    order = np.argsort(-first.alone, kind="stable")
    ax = style.axes_for(ax, height_mm=30.0 + 5.0 * len(order))
    places = np.arange(len(order))
    for place, shares in enumerate(results.values()):
        ratio = shares.shares[order] / shares.alone[order]
        ax.scatter(
            ratio,
            places,
            s=16,
            color=style.CYCLE[place % len(style.CYCLE)],
            label=RULES_JA[shares.rule],
            zorder=3,
            marker="osD^vPX*<"[place % 9],
        )
    ax.axvline(1.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(places, [first.players[k] for k in order], fontsize=7)
    ax.invert_yaxis()
    style.percent_axis(ax, "x", label="単独の費用に対する負担（100％より右は損）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1 - 1.2 / len(order)), ncols=4)
    return style.finish(ax, "だれがいくら負担するか", grid="x")


def plot_participation(result: Participation, *, ax: Axes | None = None) -> Axes:
    """Draw the cumulative gain of members, largest first, against the fixed cost: where the line is crossed, it pays."""
    table = result.to_frame()
    ax = style.axes_for(ax, height_mm=75.0)
    places = np.arange(1, len(table) + 1)
    ax.step(places, table["cumulative_gain"], where="post", color=style.PALETTE["blue"], label="削減の累計（大きい順）")
    least = np.cumsum(np.sort(table["gain"].to_numpy()))
    ax.step(places, least, where="post", color=style.PALETTE["orange"], label="削減の累計（小さい順）")
    ax.axhline(result.fixed_cost, color=style.INK, linestyle="--", linewidth=0.9, label="固定費")
    ax.set_xlabel("参加数")
    style.yen_axis(ax, "百万円", "y", label="評価期間の金額")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
    return style.finish(ax, "何者の参加で成り立つか")


def plot_bundle_map(plan: BundlePlan, municipalities: pd.DataFrame, unit_key: str, *, ax: Axes | None = None) -> Axes:
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
    classes = [name for name in [*names.values(), "単独"] if name in set(values)]
    return plot_tile_map(municipalities, values, label="調達の束（記号・開始年度）", classes=classes, ax=ax)
