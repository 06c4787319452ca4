"""How are the state of the 20 tasks, the calendar of moves, staff, shared experts and their cost drawn?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from dxmodels.figures import style
from dxmodels.fiscal import era_year
from dxmodels.municipalities.action_costs import ActionsPerYen
from dxmodels.municipalities.break_even import BreakEven
from dxmodels.municipalities.move import MoveCosts
from dxmodels.municipalities.placement import Placement
from dxmodels.municipalities.staffing import StaffNeed
from dxmodels.municipalities.state_matrix import STATES_JA, StateMatrix
from dxmodels.municipalities.waves import WavePlan

_STATE_COLOURS = dict(
    zip(STATES_JA, ("vermillion", "orange", "blue", "sky", "green", "white"), strict=True)
)  # not begun, under way, three ways of having moved, unknown
_WHITE = "#FFFFFF"
_SHOWN_FROM = 1.05  # a line beside today's level would hide it


def plot_state_matrix(result: StateMatrix, *, ax: Axes | None = None) -> Axes:
    """Draw the state of every task (columns) in every municipality (rows, least progress first); ● = special support."""
    bodies, tasks = list(result.table["municipality_code"]), list(dict.fromkeys(result.cells["task_ja"]))
    ax = style.axes_for(ax, height_mm=42.0 + 4.3 * len(bodies))
    rows, columns = (
        {code: place for place, code in enumerate(bodies)},
        {name: place for place, name in enumerate(tasks)},
    )
    supported = result.cells["special_support_reason_ja"].notna()
    named = (result.cells[name].astype(str) for name in ("task_ja", "municipality_code", "state_ja"))
    for task, code, state, has_support in zip(*named, supported, strict=True):
        x, y = columns[task], rows[code]
        _tile(ax, x, y, _colour(state), missing=state == STATES_JA[-1])
        if has_support:
            ax.text(x, y, "●", ha="center", va="center", fontsize=5, color=style.INK)
    ax.set_xticks(range(len(tasks)), tasks, rotation=90, fontsize=7)
    ax.set_yticks(range(len(bodies)), list(result.table["name_ja"]), fontsize=7)
    ax.xaxis.tick_top()
    ax.set_xlim(-0.6, len(tasks) - 0.4)
    ax.set_ylim(len(bodies) - 0.4, -0.6)
    held = [name for name in STATES_JA if (result.cells["state_ja"] == name).any()]
    marks = [Patch(facecolor=_colour(name), edgecolor=style.RULE, label=name) for name in held]
    ax.legend(handles=marks, loc="upper center", bbox_to_anchor=(0.5, -0.005), ncols=3)
    ax.set_xlabel("●＝特定移行支援システム（期限後の移行が認められたもの）", labelpad=28)
    _bare(ax)
    return style.finish(ax, grid="none")


def plot_wave_calendar(result: WavePlan, *, ax: Axes | None = None) -> Axes:
    """Draw how many systems each municipality takes live in each fiscal year; the top row is all together."""
    table, years = result.table, [*result.rules.years]
    names = dict(zip(table["municipality_code"], table["name_ja"], strict=True))
    counts = result.matrix().set_index("municipality_code")
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    ax = style.axes_for(ax, height_mm=32.0 + 5.2 * (len(counts) + 1))
    ramp = style.ordered_colours(int(counts.to_numpy().max()) + 1)
    columns = [*years, *(["unmoved_count"] if counts["unmoved_count"].any() else [])]
    for y, (_, row) in enumerate([("", counts.sum()), *counts.iterrows()]):
        for x, column in enumerate(columns):
            value = int(row[column])
            face = style.MISSING_FACE if y == 0 else ramp[value] if value else _WHITE
            _tile(ax, x, y, face)
            if value:
                weight = "bold" if y == 0 else "normal"
                ax.text(x, y, f"{value}", ha="center", va="center", fontsize=8, color=style.text_colour_on(face), fontweight=weight)  # fmt: skip
    labels = [era_year(year).replace("令和", "令和\n") for year in years] + ["期間内に\n終わらない"]
    ax.set_xticks(range(len(columns)), labels[: len(columns)])
    ax.set_yticks(range(len(counts) + 1), ["計", *(str(names[code]) for code in counts.index)], fontsize=8)
    ax.xaxis.tick_top()
    ax.set_xlim(-0.6, len(columns) - 0.4)
    ax.set_ylim(len(counts) + 0.6, -0.6)
    ax.set_xlabel("稼働するシステムの数（年度末まで）")
    _bare(ax)
    return style.finish(ax, grid="none")


def plot_staff_need(result: StaffNeed, *, ax: Axes | None = None) -> Axes:
    """Draw need (running, moving) against staff held for the thinnest bodies, in the year of their largest gap."""
    worst = result.by_year.sort_values("gap_fte", ascending=False, kind="stable").drop_duplicates("municipality_code")
    rows = worst[worst["gap_fte"] > 0]
    rows = worst.nlargest(8, "need_fte") if rows.empty else rows
    rows = rows.sort_values("gap_fte")
    ax = style.axes_for(ax, height_mm=35.0 + 7.0 * len(rows))
    places = np.arange(len(rows), dtype=float)
    running, moving = rows["run_need_fte"].to_numpy(dtype=float), rows["move_need_fte"].to_numpy(dtype=float)
    ax.barh(places, running, color=style.PALETTE["sky"], height=0.6, label="運用に要る")
    ax.barh(places, moving, left=running, color=style.PALETTE["orange"], height=0.6, label="移行に要る")
    ax.scatter(rows["held_fte"], places, marker="|", s=220, linewidth=2.5, color=style.INK, label="保有", zorder=3)
    for place, gap, end in zip(places, rows["gap_fte"], running + moving, strict=True):
        ax.annotate(f"不足 {gap:.1f}", (float(end), place), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)  # fmt: skip
    years = [era_year(int(year)) for year in rows["fiscal_year"]]
    ax.set_yticks(places, [f"{name}（{year}）" for name, year in zip(rows["name_ja"], years, strict=True)])
    ax.set_xlim(0, float(max((running + moving).max(), rows["held_fte"].max())) * 1.2)
    ax.set_xlabel("人（常勤換算）。不足が最大の年度")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="x")


def plot_placement(result: Placement, municipalities: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw stations (squares, years of experts) and the visits from them (lines, thicker = more days) where the halls lie."""
    ax = style.axes_for(ax, width_mm=120.0, height_mm=165.0)
    halls = municipalities.set_index("municipality_code")
    at = {str(code): (float(row["longitude_deg"]), float(row["latitude_deg"])) for code, row in halls.iterrows()}
    ax.scatter(halls["longitude_deg"], halls["latitude_deg"], s=8, color=style.RULE, zorder=1)
    visits = result.visits.groupby(["station_code", "municipality_code"])["visit_days"].sum().reset_index()
    widest = float(visits["visit_days"].max()) if len(visits) else 1.0
    for station, code, days in visits.itertuples(index=False):
        ends = [at[str(station)], at[str(code)]]
        ax.plot(*np.transpose(ends), color=style.PALETTE["sky"], linewidth=0.6 + 3.0 * float(str(days)) / widest, zorder=2)  # fmt: skip
    asked = result.table.set_index("municipality_code")["demand_days"]
    longitudes, latitudes = np.transpose([at[str(code)] for code in asked.index])
    ax.scatter(longitudes, latitudes, s=10 + asked.astype(float) / 6.0, color=style.PALETTE["blue"], zorder=3)
    years = result.stations.groupby("municipality_code")["experts_count"].sum()
    for code, count in zip(map(str, years.index), years.astype(int), strict=True):
        ax.scatter(*at[code], marker="s", s=70, color=style.PALETTE["vermillion"], zorder=4)
        left = _nearest_lies_east(code, [str(other) for other in years.index], at)
        text = f"{halls['name_ja'].astype(str)[code]}\nのべ {count} 人・年"
        behind = {
            "facecolor": "white",
            "edgecolor": "none",
            "alpha": 0.8,
            "pad": 0.4,
        }  # lines of visits do not cross the words
        ax.annotate(text, at[code], xytext=(-8 if left else 8, 4), ha="right" if left else "left", textcoords="offset points", fontsize=7.5, bbox=behind, zorder=5)  # fmt: skip
    ax.set_aspect(1.0 / np.cos(np.radians(float(halls["latitude_deg"].mean()))))
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_xlabel("赤い四角＝配置先、青い丸＝支援を要する団体（大きいほど日数が多い）、線＝訪問")
    _bare(ax)
    return style.finish(ax, grid="none")


def plot_move_costs(result: BreakEven, *, highlight: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """Draw the multiple each municipality has realised (dot) or expects (ring) against the published lines."""
    table = result.table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=32.0 + 4.4 * len(table))
    places = np.arange(len(table), dtype=float)
    colours = [style.PALETTE["vermillion" if code in highlight else "blue"] for code in table["municipality_code"]]
    for multiple, name in _reference_lines(result.costs):
        ax.axvline(multiple, color=style.MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
        ax.text(multiple, -1.0, name, ha="center", va="bottom", fontsize=7, color=style.MUTED)
    ax.axvline(1.0, color=style.INK, linewidth=0.9)
    ax.scatter(table["expected_multiple_ratio"], places, s=26, facecolors="none", edgecolors=colours, label="見込み（未移行分を含む）", zorder=3)  # fmt: skip
    known = table["realised_multiple_ratio"].notna().to_numpy()
    ax.scatter(table["realised_multiple_ratio"][known].astype(float), places[known], s=14, c=[colour for colour, keep in zip(colours, known, strict=True) if keep], label="実績（移行済みの業務）", zorder=4)  # fmt: skip
    ax.scatter(table["items_multiple_ratio"], places, marker="|", s=34, color=style.PALETTE["green"], label="経費項目の積上げ", zorder=2)  # fmt: skip
    ax.set_yticks(places, list(table["name_ja"]), fontsize=7.5)
    ax.set_ylim(len(table) - 0.4, -1.8)
    ax.set_xlim(left=0.0)
    ax.set_xlabel("移行後の運用経費（移行前＝1）")
    ax.legend(loc="center right")
    return style.finish(ax, grid="x")


def plot_actions_per_yen(result: ActionsPerYen, *, ax: Axes | None = None) -> Axes:
    """Draw every set of steps by cost and gain; the line joins the sets that nothing beats, which are named."""
    ax = style.axes_for(ax, height_mm=95.0)
    table = result.table
    ax.scatter(table["cost_yen"], table["central_gain_score"], s=12, color=style.RULE, label="すべての組", zorder=1)
    best = table[table["is_efficient"]].drop_duplicates("cost_yen").sort_values("cost_yen")
    ax.plot(best["cost_yen"], best["central_gain_score"], color=style.PALETTE["blue"], marker="o", markersize=5, label="より安く同じだけ引き上げる組がないもの", zorder=2)  # fmt: skip
    for steps, cost, gain in zip(best["steps_ja"], best["cost_yen"], best["central_gain_score"], strict=True):
        ax.annotate(
            steps.replace("＋", "\n＋"), (cost, gain), xytext=(6, -24), textcoords="offset points", fontsize=7.5
        )
    ax.set_ylim(0, float(table["central_gain_score"].max()) * 1.2)
    ax.set_xlim(left=-float(table["cost_yen"].max()) * 0.02)
    style.yen_axis(ax, "百万円", "x", label="下位団体の5年間の費用の計")
    ax.set_ylabel("指数の上昇（団体の平均）")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="both")


def _nearest_lies_east(code: str, stations: Sequence[str], at: dict[str, tuple[float, float]]) -> bool:
    """True where the nearest other station lies to the east, so that the name belongs on the left."""
    others = [other for other in stations if other != code]
    nearest = min(others, key=lambda other: float(np.hypot(*np.subtract(at[other], at[code]))), default=code)
    return at[nearest][0] > at[code][0]


def _reference_lines(costs: MoveCosts) -> list[tuple[float, str]]:
    rows = costs.references[costs.references["cost_multiple_index"] >= _SHOWN_FROM]
    lines = [(float(value), f"×{value:.1f}") for value in rows["cost_multiple_index"]]
    highs = rows["high_multiple_index"].dropna().astype(float)
    return [*lines, *((float(value), f"×{value:.1f}（最大）") for value in highs)]


def _colour(state: str) -> str:
    name = _STATE_COLOURS[state]
    return _WHITE if name == "white" else style.PALETTE[name]


def _tile(ax: Axes, x: int, y: int, face: str, *, missing: bool = False) -> None:
    hatch = style.MISSING_HATCH if missing else None
    ax.add_patch(Rectangle((x - 0.46, y - 0.43), 0.92, 0.86, facecolor=face, edgecolor=style.RULE, linewidth=0.4, hatch=hatch))  # fmt: skip


def _bare(ax: Axes) -> None:
    for spine in ax.spines.values():
        spine.set_visible(False)
