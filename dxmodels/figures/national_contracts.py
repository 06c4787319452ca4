"""How is competition in the state's information-system contracts drawn?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from dxmodels.figures import style
from dxmodels.lockin.national import AwardRates, NationalContracts
from dxmodels.money import format_rate

_GAP = 0.012  # of the axis between an interval's end and the words beside it


def plot_contract_shares(result: NationalContracts, *, ax: Axes | None = None) -> Axes:
    """Draw single-bid and negotiated shares with their intervals and the number of contracts behind each."""
    table = result.shares.iloc[::-1]
    ax = style.axes_for(ax, height_mm=72.0)
    places = np.arange(len(table), dtype=float)
    shares = table["contracts_share"].to_numpy(dtype=float)
    low, high = (table[name].to_numpy(dtype=float) for name in ("low_share", "high_share"))
    errors = np.nan_to_num(np.vstack([shares - low, high - shares]))
    colours = np.where(table["statistic_id"].str.startswith("single"), style.PALETTE["blue"], style.PALETTE["green"])
    ax.barh(places, shares, color=list(colours), height=0.6)
    known = np.isfinite(low)
    ax.errorbar(
        shares[known], places[known], xerr=errors[:, known], fmt="none", color=style.INK, capsize=2.5, linewidth=0.9
    )
    ends = np.nanmax(np.vstack([shares, high]), axis=0)
    texts = [f"{format_rate(s)}（{n:,}件）" for s, n in zip(shares, table["observations_count"], strict=True)]
    style.write_beside(ax, texts, list(ends + _GAP), list(places))
    ax.set_yticks(places, list(table["name_ja"]))
    ax.set_xlim(0, 1.15)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    style.percent_axis(ax, "x", label="契約に占める割合。横棒は95％区間")
    return style.finish(ax, grid="x")


def plot_award_rates(result: AwardRates, *, ax: Axes | None = None) -> Axes:
    """Draw the published distribution of the award rate by number of bidders: P10–P90 line, P25–P75 box, median, mean."""
    table = result.table
    ax = style.axes_for(ax, height_mm=75.0)
    places = np.arange(len(table), dtype=float)
    ax.vlines(places, table["p10_award_rate"], table["p90_award_rate"], color=style.PALETTE["blue"], linewidth=1.2)
    ax.vlines(places, table["p25_award_rate"], table["p75_award_rate"], color=style.PALETTE["sky"], linewidth=16)
    ax.scatter(places, table["p50_award_rate"], marker="_", s=420, color=style.INK, zorder=3, label="中央値")
    ax.scatter(
        places, table["mean_award_rate"], marker="D", s=30, color=style.PALETTE["vermillion"], zorder=4, label="平均"
    )
    for place, mean, count in zip(places, table["mean_award_rate"], table["observations_count"], strict=True):
        ax.text(place + 0.13, float(mean), f"{format_rate(float(mean))}（{count:,}件）", va="center", fontsize=8)
    ax.set_xticks(places, list(table["bidders_ja"]))
    ax.set_xlim(-0.5, len(table) - 0.35)
    ax.set_ylim(0.4, 1.03)
    style.percent_axis(ax, label="落札率（予定価格に対する契約額）")
    ax.set_xlabel("細線＝10〜90％点、帯＝25〜75％点")
    ax.legend(loc="lower left")
    return style.finish(ax)
