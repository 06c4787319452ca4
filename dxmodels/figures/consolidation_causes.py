"""How are the causes of a comparison drawn: decision flips, the box in which a structure loses, drivers, and what a study is worth?"""

from __future__ import annotations

import textwrap
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dxmodels.consolidation.discovery import BoxSearch
from dxmodels.consolidation.information import InformationValue
from dxmodels.consolidation.told import Told
from dxmodels.cost.naming import format_in_unit
from dxmodels.cost.tornado import Tornado
from dxmodels.figures import style

_OKU = 1e8
_SHOWN = 12
_WIDTH = 22


def plot_flips(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw how far each assumption must move, as a share of its range, before another structure is cheapest."""
    tornado: Tornado = told.drawn_from
    table = tornado.table.head(_SHOWN)
    # In the order of what is drawn, the shortest bar on top; the table beside ranks by the move relative to the central value.
    moves = table["range_share"].astype(float).abs().where(table["state"] == "turns")
    table = table.loc[moves.sort_values(kind="stable", na_position="last").index].iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=28.0 + 7.4 * len(table))
    for place, row in enumerate(table.to_dict("records")):
        turns = row["state"] == "turns"
        share = abs(float(row["range_share"])) if turns and np.isfinite(row["range_share"]) else 1.0
        ax.barh(place, share, height=0.6, color=style.PALETTE["vermillion"] if turns else style.MISSING_FACE, edgecolor=style.MUTED, linewidth=0.5)  # fmt: skip
        text = f"{format_in_unit(row['switching_value'], row['unit'])}で逆転" if turns else "範囲内では変わらない"
        ax.text(share + 0.02 if turns else 0.02, place, text, va="center", fontsize=7.5)
    ax.set_yticks(range(len(table)), [_wrapped(name) for name in table["label_ja"]], fontsize=7.0)
    ax.set_xlim(0, 1.35)
    ax.set_xlabel("逆転までに要する動き（中央値から。範囲全体＝1、短いほど結論を左右する）")
    return style.finish(ax, grid="x")


def plot_box(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw the limits of the box within the range of each restricted input (0 to 1); where none is useful, how far peeling came."""
    if told.drawn_from is None:
        return _peeling(None, ax)
    search, inputs = cast("tuple[BoxSearch, pd.DataFrame]", told.drawn_from)
    if search.box is None:
        return _peeling(search, ax)
    limits = search.box.limits
    ax = style.axes_for(ax, height_mm=26.0 + 11.0 * max(1, len(limits)))
    for place, (name, (low, high)) in enumerate(reversed(list(limits.items()))):
        bottom, top = float(inputs[name].min()), float(inputs[name].max())
        unit = search.units.get(name, "")
        start, stop = ((max(bottom, low) - bottom) / (top - bottom), (min(top, high) - bottom) / (top - bottom))
        ax.barh(place, 1.0, height=0.5, color=style.MISSING_FACE, edgecolor=style.MUTED, linewidth=0.5)
        ax.barh(place, stop - start, left=start, height=0.5, color=style.PALETTE["vermillion"])
        for edge, where in ((low, start), (high, stop)):
            if np.isfinite(edge):
                ax.text(where, place + 0.3, f"{edge:,.3g}{unit}", ha="center", va="bottom", fontsize=7.5)
        ax.text(0.0, place - 0.3, f"{round(bottom, 2):,.3g}", ha="left", va="top", fontsize=6.5, color=style.MUTED)
        ax.text(1.0, place - 0.3, f"{top:,.3g}", ha="right", va="top", fontsize=6.5, color=style.MUTED)
    ax.set_yticks(range(len(limits)), [_wrapped(name) for name in reversed(list(limits))], fontsize=7.5)
    ax.set_ylim(-0.7, max(1, len(limits)) - 0.2)
    ax.set_xticks([])
    ax.set_xlabel("各前提の範囲（灰）のうち、負けることの多い部分（朱）")
    return style.finish(ax, grid="none")


def _peeling(search: BoxSearch | None, ax: Axes | None) -> Axes:
    """Draw coverage against density along the peeling, with the minima a useful box would have to meet."""
    ax = style.axes_for(ax, height_mm=62.0)
    if search is not None:
        path = search.trajectory
        ax.plot(
            100 * path["coverage_share"], 100 * path["density_share"], "o-", color=style.PALETTE["blue"], markersize=3.5
        )
        ax.axvline(100 * search.settings["minimum_coverage"], color=style.MUTED, linestyle="--", linewidth=0.8)
        ax.axhline(100 * search.settings["minimum_density"], color=style.MUTED, linestyle="--", linewidth=0.8)
        ax.text(99, 97, "有用な箱はこの範囲（右上）", ha="right", va="top", fontsize=7.5, color=style.MUTED)
    ax.set_xlim(0, 102)
    ax.set_ylim(0, 102)
    ax.set_xlabel("被覆率（％。負ける試行のうち箱に入る割合）")
    ax.set_ylabel("該当率（％）")
    return style.finish(ax, grid="both")


def plot_drivers(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw first-order and total effects with their intervals, the strongest input first."""
    table = told.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=28.0 + 8.4 * len(table))
    places = np.arange(len(table))
    for name, label, shift, colour in (("total_order", "全効果（他の前提との組合せを含む）", 0.19, "blue"), ("first_order", "単独効果", -0.19, "orange")):  # fmt: skip
        values, half = (100.0 * table[f"{name}_{end}"].to_numpy(dtype=float) for end in ("share", "halfwidth_share"))
        ax.barh(places + shift, np.maximum(values, 0.0), height=0.36, xerr=half, color=style.PALETTE[colour], label=label, error_kw={"linewidth": 0.8})  # fmt: skip
    ax.set_yticks(places, [_wrapped(name) for name in table["assumption_ja"]], fontsize=7.5)
    ax.set_xlim(left=0.0)
    ax.set_xlabel("差のばらつきに占める割合（％、横線＝推定の95％区間）")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="x")


def plot_information(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw what it would be worth to know each uncertain input before deciding."""
    value: InformationValue = told.drawn_from
    table = value.by_input.head(8).iloc[::-1]
    ax = style.axes_for(ax, height_mm=28.0 + 7.6 * len(table))
    error = 2 * table["evppi_standard_error"] / _OKU
    ax.barh([_wrapped(name) for name in table["input"]], table["evppi"] / _OKU, xerr=error, color=style.PALETTE["blue"], height=0.6, error_kw={"linewidth": 0.8})  # fmt: skip
    ax.axvline(value.evpi / _OKU, color=style.PALETTE["vermillion"], linestyle="--", label="すべて判る場合")
    ax.tick_params(axis="y", labelsize=7.5)
    ax.set_xlim(left=0.0)
    ax.set_xlabel("先に調べる価値の上限（億円、横線＝標準誤差の2倍）")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="x")


def _wrapped(name: object) -> str:
    return "\n".join(textwrap.wrap(str(name), _WIDTH))
