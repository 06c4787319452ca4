"""How is the comparison of promotion structures drawn: fans, differences, flips, boxes, information, loads, accounts?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dxmodels.consolidation.entity import EntityCase
from dxmodels.consolidation.joint_operation import JointOperation
from dxmodels.consolidation.reading import DecisionReading
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.roadmap import Roadmap
from dxmodels.cost.tornado import Tornado
from dxmodels.figures import style

_OKU = 1e8
_SHORT = {"現状維持（法令上の最低限だけ行う）": "現状維持"}


def plot_differences(result: SimulationResult, *, ax: Axes | None = None) -> Axes:
    """Draw the discounted cost difference of each option to the reference: P5–P95, P25–P75, median, mean and the deterministic case."""
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
        f"{_short(result.titles[result.reference])}との負担の差（11年間の現在価値、億円。左ほど軽い。細線＝5〜95％、太線＝25〜75％）"
    )
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.24), ncols=3)
    return style.finish(ax, grid="x")


def plot_fan(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw P5–P95 and the median by year of one measure, one colour an option; dashed the deterministic case."""
    ax = style.axes_for(ax, height_mm=88.0)
    is_yen = "p50_yen" in table
    end, scale = ("yen", _OKU) if is_yen else ("value", 1.0)
    names, lasts, colours = [], [], []
    for number, (option, rows) in enumerate(table.groupby("option_ja", sort=False)):
        colour, years = style.CYCLE[number % len(style.CYCLE)], rows["fiscal_year"].to_numpy(dtype=float)
        low, middle, high = (rows[f"{level}_{end}"].to_numpy(dtype=float) / scale for level in ("p05", "p50", "p95"))
        ax.fill_between(years, low, high, color=colour, alpha=0.13, linewidth=0)
        ax.plot(years, middle, color=colour)
        ax.plot(
            years,
            rows[f"deterministic_{end}"].to_numpy(dtype=float) / scale,
            color=colour,
            linestyle=":",
            linewidth=1.0,
        )
        names.append(_short(str(option)))
        lasts.append(float(middle[-1]))
        colours.append(colour)
    first, final = int(table["fiscal_year"].min()), int(table["fiscal_year"].max())
    ax.set_xlim(first, final + 0.34 * (final - first))
    ax.set_xticks(range(first, final + 1, 2), [f"{year}年度" for year in range(first, final + 1, 2)])
    ax.set_ylabel("億円" if is_yen else "")
    style.name_at_right(ax, names, lasts, colours, x=0.77)
    return style.finish(ax)


def plot_bodies(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each body's cost difference (P5–P95 and median), the greatest winners first."""
    rows = table.iloc[::-1]
    ax = style.axes_for(ax, height_mm=26.0 + 4.4 * len(rows))
    places = np.arange(len(rows))
    middle = rows["difference_p50_yen"].to_numpy(dtype=float) / _OKU
    loses = rows["loses_share"].to_numpy(dtype=float) > 0.5
    colours = np.where(loses, style.PALETTE["vermillion"], style.PALETTE["blue"])
    ax.hlines(
        places, rows["difference_p05_yen"] / _OKU, rows["difference_p95_yen"] / _OKU, color=list(colours), linewidth=1.0
    )
    ax.scatter(middle, places, color=list(colours), s=14, zorder=3)
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(places, list(rows["name_ja"]), fontsize=7.5)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlabel("負担の差（億円、11年間の現在価値。線＝5〜95％、点＝中央値、朱＝半分を超える試行で負担増）")
    return style.finish(ax, grid="x")


def plot_flips(result: Tornado, *, ax: Axes | None = None) -> Axes:
    """Draw how far each assumption must move, as a share of its range, before another structure is cheapest."""
    table = result.table.head(12).iloc[::-1]
    ax = style.axes_for(ax, height_mm=28.0 + 6.6 * len(table))
    shares = table["range_share"].astype(float).abs().fillna(1.0).to_numpy()
    values = table["switching_value"].astype(float).to_numpy()
    for place, turns in enumerate((table["state"] == "turns").tolist()):
        share = float(shares[place]) if turns else 1.0
        ax.barh(place, share, height=0.6, color=style.PALETTE["vermillion"] if turns else style.MISSING_FACE, edgecolor=style.MUTED, linewidth=0.5)  # fmt: skip
        text = f"{values[place]:.3g} で逆転" if turns else "範囲内では変わらない"
        ax.text(share + 0.02 if turns else 0.02, place, text, va="center", fontsize=7.5)
    ax.set_yticks(range(len(table)), [str(name) for name in table["label_ja"]], fontsize=7.5)
    ax.set_xlim(0, 1.35)
    ax.set_xlabel("逆転までに要する動き（登録簿の範囲に対する割合。短いほど結論を左右する）")
    return style.finish(ax, grid="x")


def plot_information(result: DecisionReading, *, ax: Axes | None = None) -> Axes:
    """Draw what it would be worth to know each uncertain input before deciding."""
    table = result.information.by_input.head(8).iloc[::-1]
    ax = style.axes_for(ax, height_mm=26.0 + 7.0 * len(table))
    ax.barh(
        table["input"],
        table["evppi"] / _OKU,
        xerr=2 * table["evppi_standard_error"] / _OKU,
        color=style.PALETTE["blue"],
        height=0.6,
    )
    ax.axvline(
        result.information.evpi / _OKU,
        color=style.PALETTE["vermillion"],
        linestyle="--",
        label="すべて判る場合（EVPI）",
    )
    ax.set_xlim(left=0.0)
    ax.set_xlabel("先に調べる価値の上限（億円、横線＝標準誤差の2倍）")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="x")


def plot_loads(result: Roadmap, *, ax: Axes | None = None) -> Axes:
    """Draw the staff load by year of the foresighted and the myopic plan against what there is."""
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
    ax.plot(years, table["cash_yen"].to_numpy(dtype=float) / _OKU, "o--", color=style.INK, label="期末の資金")
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
        ax.axvline(result.break_even_members, color=style.PALETTE["vermillion"], linestyle="--", label="損益分岐")
    ax.set_xlabel("参加団体数（人口の少ない団体から順に）")
    ax.set_ylabel("年間の費用（億円）")
    ax.set_ylim(bottom=0)
    ax.legend()
    return style.finish(ax)


def _short(title: str) -> str:
    return _SHORT.get(title, title)
