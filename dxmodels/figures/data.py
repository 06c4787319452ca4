"""How is the inventory drawn: cost by department, concentration, size classes?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dxmodels.cost.concentration import Concentration
from dxmodels.cost.portfolio import UNKNOWN_CLASS, InventorySummary, SizeClassSummary
from dxmodels.figures import style
from dxmodels.inputs.audit import InventoryAudit
from dxmodels.money import format_rate


def plot_inventory(result: InventorySummary, *, ax: Axes | None = None) -> Axes:
    """Draw yearly cost by department, stacked by hosting, with the number of systems and of those without a cost."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=26.0 + 7.0 * len(table))
    left = np.zeros(len(table))
    colours = [*style.STACK, style.PALETTE["yellow"], style.RULE]
    for (column, label), colour in zip(result.hosting_ja.items(), colours, strict=False):
        costs = table[column].to_numpy(
            dtype=float, na_value=0.0
        )  # nothing to draw; the text beside says what is unknown
        ax.barh(
            table["department_ja"],
            costs,
            left=left,
            color=colour,
            label=label,
            height=0.7,
            edgecolor="white",
            linewidth=0.6,
        )
        left += costs
    missing = table["systems_count"] - table["cost_known_count"]
    texts = [
        f" {n}件" + (f"（経費不明{m}件）" if m else "") for n, m in zip(table["systems_count"], missing, strict=True)
    ]
    style.write_beside(ax, texts, list(left), list(range(len(table))))
    ax.set_xlim(0, left.max() * 1.22)
    style.yen_axis(ax, "億円", "x", label="年間運用経費・税込")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="x")


def plot_inventory_audit(result: InventoryAudit, *, ax: Axes | None = None) -> Axes:
    """Draw the filled share of each item of the inventory, by number of systems and by the cost they carry."""
    table = result.items.iloc[::-1]
    ax = style.axes_for(ax, height_mm=24.0 + 5.2 * len(table))
    places = np.arange(len(table), dtype=float)
    colours = np.where(table["is_essential"], style.PALETTE["blue"], style.PALETTE["sky"])
    ax.barh(places, table["coverage_rate"].astype(float), color=list(colours), height=0.62)
    ax.scatter(
        table["cost_coverage_rate"].astype(float), places, marker="D", s=16, color=style.PALETTE["vermillion"], zorder=3
    )
    ax.set_yticks(places, list(table["item"]))
    ax.set_xlim(0, 1.02)
    handles = [
        Patch(color=style.PALETTE["blue"], label="必須項目（件数の割合）"),
        Patch(color=style.PALETTE["sky"], label="その他の項目（件数の割合）"),
        Line2D([], [], marker="D", linestyle="none", color=style.PALETTE["vermillion"], label="経費の割合"),
    ]
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1.07), ncols=3)
    style.percent_axis(ax, "x", label="記入のあるシステムの割合")
    return style.finish(ax, grid="x")


def plot_concentration(result: Concentration, *, ax: Axes | None = None) -> Axes:
    """Draw the cumulative share of cost against the number of systems, largest first, with the tested point and its interval."""
    ax = style.axes_for(ax, height_mm=85.0)
    ranks = np.concatenate([[0], result.table["cost_rank"].to_numpy(dtype=float)])
    shares = np.concatenate([[0.0], result.table["cumulative_cost_share"].to_numpy(dtype=float)])
    ax.plot(ranks, shares, color=style.PALETTE["blue"])
    ax.plot([0, ranks[-1]], [0, 1], color=style.MUTED, linewidth=0.8, linestyle=":", label="経費が均等な場合")
    ax.axhline(result.target_share, color=style.PALETTE["green"], linewidth=0.9, linestyle="--")
    ax.axvline(result.holders_count, color=style.PALETTE["green"], linewidth=0.9, linestyle="--")
    share = format_rate(result.target_share, decimals=0)
    ax.annotate(
        f"{share}を占めるのは上位{result.holders_count}件",
        (result.holders_count, 0.0),
        (5, 6),
        textcoords="offset points",
        color=style.PALETTE["green"],
        fontsize=8,
    )
    below, above = result.top_share - result.top_share_low, result.top_share_high - result.top_share
    ax.errorbar(
        [result.top_count],
        [result.top_share],
        yerr=[[max(below, 0.0)], [max(above, 0.0)]],
        fmt="o",
        color=style.PALETTE["vermillion"],
        capsize=3,
        label=f"上位{result.top_count}件の割合（縦棒は経費不明{result.missing_count}件による幅）",
    )
    ax.set_xlim(0, ranks[-1] * 1.02)
    ax.set_ylim(0, 1.02)
    ax.set_xlabel("経費の大きい順のシステム数（件）")
    style.percent_axis(ax, label="年間運用経費の累計割合")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return style.finish(ax, grid="both")


def plot_size_classes(result: SizeClassSummary, *, ax: Axes | None = None) -> Axes:
    """Draw the share of systems against the share of cost by size class, with the cost per user where it is known."""
    table = result.table[result.table["size_class_ja"] != UNKNOWN_CLASS]
    ax = style.axes_for(ax, height_mm=75.0)
    places = np.arange(len(table), dtype=float)
    ax.bar(places - 0.2, table["systems_share"], width=0.38, color=style.PALETTE["sky"], label="件数の割合")
    ax.bar(places + 0.2, table["cost_share"], width=0.38, color=style.PALETTE["blue"], label="経費の割合")
    tops = table[["systems_share", "cost_share"]].astype(float).max(axis=1)
    for place, top, cost in zip(places, tops, table["cost_per_user_yen"], strict=True):
        text = "1人当たり 不明" if pd.isna(cost) else f"1人当たり {float(cost):,.0f}円"
        ax.text(place, float(top) + 0.015, text, ha="center", fontsize=7.5)
    ax.set_xticks(places, list(table["size_class_ja"]))
    ax.set_ylim(0, float(tops.max()) + 0.1)
    ax.set_xlabel("年間運用経費による規模区分（利用者1人当たり経費を棒の上に示す）")
    style.percent_axis(ax, label="全体に占める割合")
    ax.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, 1.12))
    return style.finish(ax)
