"""How is the comparison of promotion structures drawn: differences, fans, winners and losers, loads, accounts? (causes: consolidation_causes)"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dxmodels.consolidation.calibration import CapacityCalibration
from dxmodels.consolidation.entity import EntityCase
from dxmodels.consolidation.joint_operation import JointOperation
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.roadmap import Roadmap
from dxmodels.consolidation.told import Told, short_ja
from dxmodels.figures import style

_OKU = 1e8


def plot_differences(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw the discounted cost difference of each option to the reference: P5–P95, P25–P75, median, mean and the deterministic case."""
    result: SimulationResult = told.drawn_from
    others = [option for option in result.options if option != result.reference]
    ax = style.axes_for(ax, height_mm=34.0 + 14.0 * len(others))
    for place, option in enumerate(others):
        gap = result.difference(option) / _OKU
        low, quarter, middle, upper, high = np.quantile(gap, (0.05, 0.25, 0.50, 0.75, 0.95))
        colour = style.CYCLE[place]
        ax.hlines(place, low, high, color=colour, linewidth=1.4)
        ax.hlines(place, quarter, upper, color=colour, linewidth=7.0, alpha=0.45)
        ax.plot(middle, place, "o", color=colour, markersize=6, label="中央値" if place == 0 else None)
        fixed = (result.deterministic_npv(option) - result.deterministic_npv(result.reference)) / _OKU
        ax.plot(
            fixed,
            place,
            "D",
            color=style.INK,
            markersize=4.5,
            label="前提をすべて中央値とした場合" if place == 0 else None,
        )
        ax.plot(gap.mean(), place, "x", color=style.INK, markersize=5, label="平均" if place == 0 else None)
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(range(len(others)), [result.titles[option] for option in others])
    ax.set_ylim(len(others) - 0.5, -0.6)
    ax.set_xlabel(
        f"{short_ja(result.titles[result.reference])}との負担の差（11年間の現在価値、億円。左ほど軽い。細線＝5〜95％、太線＝25〜75％）"
    )
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.24), ncols=3)
    return style.finish(ax, grid="x")


def plot_fan(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw the yearly difference to the reference: P5–P95 and the median, one colour an option; dotted the deterministic case."""
    ax = style.axes_for(ax, height_mm=88.0)
    table = told.table
    names, lasts, colours = [], [], []
    for number, (option, rows) in enumerate(table.groupby("option_ja", sort=False)):
        colour, years = style.CYCLE[number % len(style.CYCLE)], rows["fiscal_year"].to_numpy(dtype=float)
        low, middle, high, fixed = (
            rows[f"{name}_yen"].to_numpy(dtype=float) / _OKU for name in ("p05", "p50", "p95", "deterministic")
        )
        ax.fill_between(years, low, high, color=colour, alpha=0.15, linewidth=0)
        ax.plot(years, middle, color=colour)
        ax.plot(years, fixed, color=colour, linestyle=":", linewidth=1.0)
        names.append(str(option))
        lasts.append(float(middle[-1]))
        colours.append(colour)
    ax.axhline(0.0, color=style.INK, linewidth=0.8)
    first, final = int(table["fiscal_year"].min()), int(table["fiscal_year"].max())
    ax.set_xlim(first, final + 0.30 * (final - first))
    ax.set_xticks(range(first, final + 1, 2), [f"{year}年度" for year in range(first, final + 1, 2)])
    ax.set_ylabel("現状維持との差（億円／年。下ほど軽い）")
    style.name_at_right(ax, names, lasts, colours, x=0.79)
    return style.finish(ax)


def plot_bodies(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw each municipality's cost difference (P5–P95 and median), the greatest winners first."""
    return _winners(told.table, "name_ja", ax)


def plot_departments(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw each department's cost difference (P5–P95 and median), the greatest winners first."""
    return _winners(told.table, "department_ja", ax)


def _winners(table: pd.DataFrame, name: str, ax: Axes | None) -> Axes:
    rows = table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=26.0 + 4.0 * len(rows))
    places = np.arange(len(rows))
    middle = rows["difference_p50_yen"].to_numpy(dtype=float) / _OKU
    loses = rows["loses_share"].to_numpy(dtype=float) > 0.5
    colours = np.where(loses, style.PALETTE["vermillion"], style.PALETTE["blue"])
    ax.hlines(
        places, rows["difference_p05_yen"] / _OKU, rows["difference_p95_yen"] / _OKU, color=list(colours), linewidth=1.0
    )
    ax.scatter(middle, places, color=list(colours), s=14, zorder=3)
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(places, list(rows[name]), fontsize=7.5)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlabel("負担の差（億円、11年間の現在価値。線＝5〜95％、点＝中央値、朱＝半分を超える試行で負担増）")
    return style.finish(ax, grid="x")


def plot_loads(told: Told, *, ax: Axes | None = None) -> Axes:
    """Draw the staff load by year of the foresighted and the myopic plan against what there is."""
    result: Roadmap = told.drawn_from
    ax = style.axes_for(ax, height_mm=76.0)
    for number, (plan, name) in enumerate((("foresight", "先を見通す計画"), ("myopic", "年ごとに判断する計画"))):
        rows = result.load[result.load["plan"] == plan]
        years = rows["fiscal_year"].to_numpy(dtype=float) + (-0.2 if number == 0 else 0.2)
        ax.bar(years, rows["staff_need_fte"], width=0.38, color=style.STACK[number], label=name)
    rows = result.load[result.load["plan"] == "foresight"]
    ax.plot(rows["fiscal_year"], rows["staff_available_fte"], color=style.INK, label="移行に充てられる職員")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylabel("移行に要する職員（常勤換算・人）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.18), ncols=3)
    return style.finish(ax)


def plot_back_test(result: CapacityCalibration, *, ax: Axes | None = None) -> Axes:
    """Draw the published share of bodies with a late system beside the model's, with the bounds between which any model must lie."""
    ax = style.axes_for(ax, height_mm=70.0)
    table, places = result.back_test, np.arange(len(result.back_test))
    low, high = (
        100.0 * table[name].to_numpy(dtype=float) for name in ("model_clustered_share", "model_independent_share")
    )
    ax.fill_between(
        places, low, high, color=style.MUTED, alpha=0.12, linewidth=0, label="上下限（遅れが完全に集中〜独立）"
    )
    for name, label, colour, line in (
        ("published_share", "公表値", "black", "o-"),
        ("model_package_share", "モデル（合わせていない）", "vermillion", "D--"),
    ):
        ax.plot(places, 100.0 * table[name].to_numpy(dtype=float), line, color=style.PALETTE[colour], label=label)
    ax.set_xticks(places, list(table["as_of"]))
    ax.set_ylim(0, 100)
    ax.set_ylabel("遅れを抱える団体の割合（％）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.20), ncols=3)
    return style.finish(ax)


def plot_entity(result: EntityCase, *, ax: Axes | None = None) -> Axes:
    """Draw income and expense by year and the cash at year end."""
    ax = style.axes_for(ax, height_mm=80.0)
    table, years = result.table, result.table["fiscal_year"].to_numpy(dtype=float)
    base = np.zeros(len(table))
    for number, (name, label) in enumerate((("grant_income_yen", "府の負担金"), ("fee_income_yen", "会費・手数料"))):
        values = table[name].to_numpy(dtype=float) / _OKU
        ax.bar(years, values, bottom=base, width=0.6, color=style.STACK[number], label=label)
        base += values
    spent = table[["staff_cost_yen", "overhead_yen", "setup_yen"]].sum(axis=1).to_numpy(dtype=float) / _OKU
    ax.plot(years, spent, "s-", color=style.PALETTE["vermillion"], label="支出")
    ax.plot(years, table["entity_cash_yen"].to_numpy(dtype=float) / _OKU, "o--", color=style.INK, label="期末の資金")
    ax.axhline(0.0, color=style.MUTED, linewidth=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylabel("億円")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.18), ncols=4)
    return style.finish(ax)


def plot_joint_operation(result: JointOperation, *, ax: Axes | None = None) -> Axes:
    """Draw the yearly cost alone and together by number of members, smallest bodies first."""
    ax = style.axes_for(ax, height_mm=76.0)
    members = result.table["members_count"]
    for name, label, colour, line in (
        ("alone_yen", "単独の合計", "black", "-"),
        ("shared_yen", "共同（平日日中の監視）", "blue", "-"),
        ("round_the_clock_yen", "共同（24時間の監視）", "blue", ":"),
    ):
        ax.plot(members, result.table[name] / _OKU, color=style.PALETTE[colour], linestyle=line, label=label)
    if result.break_even_members is not None:
        ax.axvline(
            result.break_even_members,
            color=style.PALETTE["vermillion"],
            linestyle="--",
            label=f"損益分岐（{result.break_even_members}団体）",
        )
    ax.set_xlabel("参加団体数（人口の少ない団体から順に）")
    ax.set_ylabel("年間の費用（億円）")
    ax.set_ylim(bottom=0)
    ax.legend()
    return style.finish(ax)
