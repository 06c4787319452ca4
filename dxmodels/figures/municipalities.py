"""How are the municipalities compared in figures: ranks, pattern by size, outcomes, standardisation?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from dxmodels.figures import style
from dxmodels.figures.tiles import plot_tile_map
from dxmodels.fiscal import era_text
from dxmodels.money import format_rate
from dxmodels.municipalities.divide import RankIntervals, SizePattern
from dxmodels.municipalities.divide.gap import UNCLEAR
from dxmodels.municipalities.outcomes import USUAL, MissingUnits, OutcomeGap
from dxmodels.municipalities.standardisation import LateStandardisation, RunningCostReferences


def plot_rank_intervals(result: RankIntervals, *, highlight: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """Draw for each municipality every rank it can hold (line), the middle 80 % of drawn weights (bar) and the central rank."""
    table = result.table
    ax = style.axes_for(ax, height_mm=22.0 + 4.3 * len(table))
    places = np.arange(len(table), dtype=float)
    marked = table["municipality_code"].isin(list(highlight)).to_numpy()
    colours = np.where(marked, style.PALETTE["vermillion"], style.PALETTE["blue"])
    ax.hlines(places, table["best_rank"], table["worst_rank"], color=list(colours), linewidth=0.9)
    ax.hlines(places, table["p10_rank"], table["p90_rank"], color=list(colours), linewidth=4.0, alpha=0.45)
    ax.scatter(table["central_rank"], places, color=list(colours), s=14, zorder=3)
    ax.set_yticks(places, list(table["name_ja"]), fontsize=7.5)
    for label, is_marked in zip(ax.get_yticklabels(), marked, strict=True):
        label.set_fontweight("bold" if is_marked else "normal")
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0.3, len(table) + 0.7)
    ax.set_xlabel("順位（点＝領域を等しく扱う場合、太線＝試した重みの中央80％、細線＝認めた重みの全体）")
    return style.finish(ax, grid="x")


def plot_size_pattern(result: SizePattern, *, ax: Axes | None = None) -> Axes:
    """Draw the mean of each indicator by size class as a table of shades; a mark tells where size matters."""
    means = result.class_means.pivot(index="name_ja", columns="size_class_ja", values="mean_score")
    classes = list(dict.fromkeys(result.class_means["size_class_ja"]))
    counts = result.class_means.drop_duplicates("size_class_ja").set_index("size_class_ja")["bodies_count"]
    means = means.loc[list(result.table["name_ja"]), classes].astype(float)
    ax = style.axes_for(ax, height_mm=30.0 + 6.4 * len(means))
    ramp = style.ordered_colours(11)
    for row, (_, values) in enumerate(means.iterrows()):
        for column, value in enumerate(values):
            face = ramp[round(float(value) * 10)]
            ax.add_patch(_cell(column, row, face))
            ax.text(
                column,
                row,
                format_rate(float(value), decimals=0),
                ha="center",
                va="center",
                color=style.text_colour_on(face),
                fontsize=8,
            )
    unclear = (result.table["pattern_ja"] == UNCLEAR).to_numpy()
    notes = [
        f"{'△' if flag else '●'} {rho:+.2f}".replace("-", "−") if pd.notna(rho) else "－"
        for flag, rho in zip(unclear, result.table["size_correlation"], strict=True)
    ]
    style.write_beside(ax, notes, [len(classes) - 0.35] * len(notes), list(range(len(notes))))
    labels = [f"{name.replace('（', chr(10) + '（')}\n{counts[name]}団体" for name in classes]
    ax.set_xticks(range(len(classes)), labels, linespacing=1.5)
    ax.set_yticks(range(len(means)), list(means.index))
    ax.set_xlim(-0.5, len(classes) + 0.35)
    ax.set_ylim(len(means) - 0.5, -0.5)
    ax.xaxis.tick_top()
    ax.set_xlabel("右の数字は人口との順位相関（●＝規模による差が確かめられる、△＝確かめられない）")
    for spine in ax.spines.values():
        spine.set_visible(False)
    return style.finish(ax, grid="none")


def plot_outcome_gap(result: OutcomeGap, *, highlight: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """Draw the indicator against population (log) with what is usual for the size; name those outside and those marked."""
    table = result.table.sort_values("population_people")
    ax = style.axes_for(ax, height_mm=95.0)
    people = table["population_people"].to_numpy(dtype=float)
    expected, half = table["expected_share"].to_numpy(), table["half_width_share"].to_numpy()
    confidence = format_rate(result.confidence_share, decimals=0)
    usual = f"人口から見込まれる幅（{confidence}、その団体を除いて推定）"
    low, high = np.clip(expected - half, 0, 1), np.clip(expected + half, 0, 1)
    ax.vlines(people, low, high, color=style.PALETTE["sky"], alpha=0.35, linewidth=3.0, label=usual)
    marked = table["municipality_code"].isin(list(highlight)).to_numpy()
    named = marked | (table["against_size_ja"] != USUAL).to_numpy()
    colours = np.where(
        marked, style.PALETTE["vermillion"], np.where(named, style.PALETTE["black"], style.PALETTE["blue"])
    )
    ax.scatter(people, table["indicator_share"], s=np.where(marked, 34, 16), color=list(colours), zorder=3)
    ax.set_xscale("log")
    ax.set_xticks([5e3, 1e4, 5e4, 1e5, 5e5, 1e6, 3e6], ["5千", "1万", "5万", "10万", "50万", "100万", "300万"])
    ax.minorticks_off()
    ax.set_ylim(0, 1.02)
    ax.set_xlabel("人口（人、対数目盛）")
    style.percent_axis(ax, label=result.name_ja)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))
    style.finish(ax)
    chosen = table[named]
    names, shares = chosen["name_ja"].astype(str), chosen["indicator_share"].astype(float)
    style.name_points(ax, list(names), list(people[named]), list(shares), [str(colour) for colour in colours[named]])
    return ax


def plot_missing_map(
    result: MissingUnits, municipalities: pd.DataFrame, *, highlight: Sequence[str] = (), ax: Axes | None = None
) -> Axes:
    """Draw how many procedures each municipality has still to put online, on the tile map."""
    values = result.table.set_index("municipality_code")["lacking_count"]
    return plot_tile_map(municipalities, values, label=result.label_ja, unit="件", highlight=highlight, ax=ax)


def plot_late_standardisation(result: LateStandardisation, *, ax: Axes | None = None) -> Axes:
    """Draw the number of bodies that cannot meet the deadline at each published date, with their share of all bodies."""
    table = result.table
    ax = style.axes_for(ax, height_mm=70.0)
    places = np.arange(len(table), dtype=float)
    counts = table["late_bodies_count"].astype(float)
    ax.bar(places, counts, color=style.PALETTE["blue"], width=0.55)
    for place, count in zip(places, counts, strict=True):
        ax.annotate(f"{count:,.0f}団体", (place, count), (0, 3), textcoords="offset points", ha="center", fontsize=8)
    ax.set_xticks(places, [era_text(str(day)) for day in table["as_of"]])
    ax.set_ylim(0, float(counts.max()) * 1.15)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_ylabel("団体数（団体）")
    ax.set_xlabel("期限に間に合わないシステムを抱える団体。公表された時点（間隔は等しくない）")
    return style.finish(ax)


def plot_cost_references(result: RunningCostReferences, *, ax: Axes | None = None) -> Axes:
    """Draw each published multiple of running cost after the move against the present cost (= 1)."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=65.0)
    places = np.arange(len(table), dtype=float)
    above = table["cost_multiple_index"] > 1.0
    colours = np.where(above, style.PALETTE["vermillion"], style.PALETTE["blue"])
    ax.axvline(1.0, color=style.INK, linewidth=0.9)
    ax.hlines(places, 1.0, table["cost_multiple_index"], color=list(colours), linewidth=2.0)
    ax.scatter(table["cost_multiple_index"], places, color=list(colours), s=30, zorder=3)
    for place, low, value, high in zip(
        places, table["low_multiple_index"], table["cost_multiple_index"], table["high_multiple_index"], strict=True
    ):
        ends = [float(end) for end in (low, high) if pd.notna(end)]
        if ends:
            ax.hlines(place, min(*ends, value), max(*ends, value), color=style.MUTED, linewidth=0.9)
        text = f"{value:.2f}倍" + "".join(f"（最大 {float(high):.1f}倍）" for _ in [0] if pd.notna(high))
        ax.annotate(
            text, (max([value, 1.0, *ends]), place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8
        )
    ax.set_yticks(places, list(table["reference_ja"]))
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(
        0, float(np.nanmax(table[["cost_multiple_index", "high_multiple_index"]].astype(float).to_numpy())) * 1.2
    )
    ax.set_xlabel("移行後の運用経費（現行＝1）")
    return style.finish(ax, grid="x")


def _cell(column: int, row: int, face: str) -> Rectangle:
    return Rectangle((column - 0.47, row - 0.44), 0.94, 0.88, facecolor=face, edgecolor="none")
