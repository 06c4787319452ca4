"""How are the rates of a quotation drawn beside earlier quotations and the published range?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from dxmodels.cost.quotation.review import RatesByLine
from dxmodels.figures import style

_MAN_YEN = 10_000


def plot_quotation_rates(result: RatesByLine, *, ax: Axes | None = None) -> Axes:
    """Draw each effort line's rate a person-month (万円, without tax), the median of earlier quotations and the published mean and upper end."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=28.0 + 9.0 * len(table))
    places = np.arange(len(table), dtype=float)
    rates = table["rate_yen"].to_numpy(dtype=float) / _MAN_YEN
    medians = table["median_yen"].to_numpy(dtype=float) / _MAN_YEN
    ax.hlines(places, np.fmin(rates, medians), np.fmax(rates, medians), color=style.RULE, linewidth=3)
    ax.scatter(medians, places, marker="|", s=220, color=style.INK, linewidth=2, label="過去の見積の中央値")
    ax.scatter(rates, places, color=style.PALETTE["blue"], zorder=3, label="この見積")
    ax.axvline(
        result.published_rate_yen / _MAN_YEN, color=style.MUTED, linestyle=":", label="公表の平均（2004年度調査）"
    )
    ax.axvline(
        result.published_rate_high_yen / _MAN_YEN, color=style.PALETTE["vermillion"], linestyle="--",
        label="公表の範囲の上限（2008年）",
    )  # fmt: skip
    for rate, place, ratio in zip(rates, places, table["ratio"], strict=True):
        if np.isfinite(ratio):
            ax.annotate(f"{ratio:.2f}倍", (rate, place), xytext=(8, -3), textcoords="offset points", fontsize=8)
    names = [f"{row.quoted_work_ja}（{row.engineer_role_ja}）" for row in table.itertuples()]
    ax.set_yticks(places, names)
    ax.set_ylim(-0.6, len(table) - 0.1)
    ax.set_xlim(0, 1.12 * max(result.published_rate_high_yen / _MAN_YEN, float(rates.max())))
    ax.set_xlabel("人月単価（万円、税抜）")
    ax.legend(loc="lower left", fontsize=8)
    return style.finish(ax, grid="x")
