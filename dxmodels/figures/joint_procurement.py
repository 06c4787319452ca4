"""How are joint procurements drawn: who joined, how fast, who pays what?"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from dxmodels.bundling.price_shares import PriceShares
from dxmodels.bundling.uptake import JOINED, LATER, NOT_FIRST, UNKNOWN, MemberMap, Uptake
from dxmodels.figures import style
from dxmodels.money import format_rate

_MARKS = {
    JOINED: ("o", "blue", "当初参加"),
    LATER: ("D", "green", "後から参加"),
    NOT_FIRST: ("_", "black", "当初不参加"),
}


def plot_member_map(result: MemberMap, *, ax: Axes | None = None) -> Axes:
    """Draw municipality × joint procurement: a mark where membership is published, hatching where it is unknown."""
    states = result.states
    columns = list(result.procurements["joint_id"])
    ax = style.axes_for(ax, height_mm=36.0 + 3.7 * len(states))
    for place, joint_id in enumerate(columns):
        for state, (marker, colour, _) in _MARKS.items():
            rows = np.flatnonzero((states[joint_id] == state).to_numpy())
            ax.scatter([place] * len(rows), rows, marker=marker, color=style.PALETTE[colour], s=18, linewidths=1.0)
        if (states[joint_id] == UNKNOWN).all():
            ax.axvspan(
                place - 0.45, place + 0.45, facecolor=style.MISSING_FACE, hatch="//", edgecolor=style.RULE, linewidth=0
            )
    ax.set_yticks(range(len(states)), list(states["name_ja"]), fontsize=7.5)
    ax.set_xticks(range(len(columns)), [_folded(text) for text in result.procurements["service_ja"]], fontsize=7)
    ax.xaxis.tick_top()
    ax.set_xlim(-0.6, len(columns) - 0.4)
    ax.set_ylim(len(states) - 0.4, -0.6)
    handles = [
        Line2D([], [], marker=marker, color=style.PALETTE[colour], linestyle="none", label=label)
        for marker, colour, label in _MARKS.values()
    ]
    unknown = ax.axvspan(
        -9,
        -8.9,
        facecolor=style.MISSING_FACE,
        hatch="//",
        edgecolor=style.MUTED,
        linewidth=0.4,
        label="不明（名簿未公表）",
    )
    ax.legend(handles=[*handles, unknown], loc="upper center", bbox_to_anchor=(0.5, -0.005), ncols=4)
    return style.finish(ax, grid="y")


def plot_uptake(result: Uptake, *, ax: Axes | None = None) -> Axes:
    """Draw the members of each joint service at its published dates; light services solid, core systems dashed."""
    ax = style.axes_for(ax, height_mm=85.0)
    names, lasts, colours = [], [], []
    for place, (_, points) in enumerate(result.points.groupby("uptake_id", sort=False)):
        is_core = points["service_class"].iloc[0] == "core_system"
        colour = style.CYCLE[place % len(style.CYCLE)]
        dates = list(points["as_of_date"])
        ax.plot(
            dates,
            points["members_count"].astype(float),
            color=colour,
            marker="o",
            markersize=4,
            linestyle="--" if is_core else "-",
        )
        names.append(f"{_short(str(points['service_ja'].iloc[0]))} {int(points['members_count'].iloc[-1])}団体")
        lasts.append(float(points["members_count"].iloc[-1]))
        colours.append(colour)
    eligible = int(result.points["eligible_count"].max())
    ax.axhline(eligible, color=style.MUTED, linewidth=0.8)
    ax.text(
        result.points["as_of_date"].min(),
        eligible + 0.6,
        f"府内の全市町村（{eligible}団体）",
        fontsize=7.5,
        color=style.MUTED,
    )
    start, end = result.points["as_of_date"].min(), result.points["as_of_date"].max()
    years = range(start.year, end.year + 2)
    ax.set_xlim(start - (end - start) * 0.03, end + (end - start) * 0.5)
    ticks = [year for year in years if year > start.year]
    ax.set_xticks(np.array([f"{year}-01-01" for year in ticks], dtype="datetime64[D]"), [f"{year}年" for year in ticks])
    ax.set_ylim(0, eligible * 1.1)
    style.name_at_right(ax, names, lasts, colours, x=0.72)
    ax.set_ylabel("参加団体数（団体）")
    return style.finish(ax)


def plot_price_shares(result: PriceShares, *, ax: Axes | None = None) -> Axes:
    """Draw what each member pays per resident under the three rules (log scale), largest member first."""
    table = result.table
    ax = style.axes_for(ax, height_mm=30.0 + 5.0 * len(table))
    places = np.arange(len(table), dtype=float)
    ax.hlines(places, table["population_per_resident"], table["equal_per_resident"], color=style.RULE, linewidth=1.2)
    rules = (
        ("population_per_resident", "s", "blue", "人口割のみ"),
        ("mixed_per_resident", "o", "vermillion", f"併用（均等割{format_rate(result.equal_share, decimals=0)}）"),
        ("equal_per_resident", "^", "green", "均等割のみ"),
    )
    for column, marker, colour, label in rules:
        ax.scatter(table[column], places, marker=marker, color=style.PALETTE[colour], s=22, label=label, zorder=3)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    ax.xaxis.set_minor_formatter(lambda value, _: "")
    ax.set_yticks(places, list(table["name_ja"]), fontsize=7.5)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel("住民1人当たりの年間負担（円・税込、対数目盛）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.09), ncols=3)
    return style.finish(ax, grid="x")


def _short(text: str) -> str:
    return text.split("（")[0]


def _folded(text: str, width: int = 6, lines_at_most: int = 4) -> str:
    """Fold a service's name into lines of equal length, at most ``width`` characters each."""
    short = _short(text).replace("「", "").replace("」", "")[: width * lines_at_most]
    lines = math.ceil(len(short) / width)
    step = math.ceil(len(short) / lines)
    return "\n".join(short[start : start + step] for start in range(0, len(short), step))
