"""How are the views of the workbench drawn that no report shows?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from dxmodels.consolidation.explored import Explored
from dxmodels.cost.govcloud import CloudComparison
from dxmodels.figures import style
from dxmodels.figures.cost import plot_break_even
from dxmodels.money import format_yen


def plot_explored(result: Explored, *, ax: Axes | None = None) -> Axes:
    """Draw P5–P95 and the median of the difference to the reference, one line a structure (億円; left of zero is lighter)."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=24.0 + 14.0 * len(table))
    places = np.arange(len(table), dtype=float)
    ax.axvline(0, color=style.INK, linewidth=0.9)
    ax.hlines(places, table["p05_yen"], table["p95_yen"], color=style.PALETTE["sky"], linewidth=5)
    ax.scatter(table["p50_yen"], places, color=style.PALETTE["blue"], zorder=3, s=36)
    for place, row in zip(places, table.to_dict("records"), strict=True):
        ax.annotate(
            f"軽い割合 {row['lighter_share']:.0%}", (row["p50_yen"], place), xytext=(0, 8), textcoords="offset points",
            ha="center", fontsize=8,
        )  # fmt: skip
    ax.set_yticks(places, list(table["option_ja"]))
    ax.set_ylim(-0.6, len(table) - 0.3)
    style.yen_axis(ax, "億円", "x", label=f"{result.reference_ja}との差（点＝中央値、帯＝5〜95％点。左ほど軽い）")
    return style.finish(ax, grid="x")


def plot_cloud_setting(result: CloudComparison, *, ax: Axes | None = None) -> Axes:
    """Draw both totals against the exchange rate, and the setting's own rate with what stands between the two there."""
    ax = plot_break_even(result, ax=ax)
    rate, current, cloud = result.usdjpy_rate, result.current_total_yen, result.government_cloud_total_yen
    ax.vlines(rate, min(current, cloud), max(current, cloud), color=style.INK, linewidth=2.5)
    ax.scatter([rate, rate], [current, cloud], color=style.INK, s=26, zorder=4)
    word = "割高" if cloud > current else "割安"
    ax.annotate(
        f"この設定：1ドル{rate:.0f}円\n{format_yen(abs(cloud - current), '億円')}{word}", (rate, max(current, cloud)), xytext=(0, 9),
        textcoords="offset points", ha="right" if rate > sum(ax.get_xlim()) / 2 else "left", fontsize=8.5,
    )  # fmt: skip
    return ax
