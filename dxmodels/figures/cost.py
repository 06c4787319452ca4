"""How are the Government Cloud comparison, its switching values, the budget bridge and the tail of overruns drawn? (E07–E10)"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from dxmodels.cost.bridge import BudgetBridge
from dxmodels.cost.govcloud import CloudComparison
from dxmodels.cost.naming import format_in_unit
from dxmodels.cost.overrun import OverrunParams
from dxmodels.cost.portfolio_tail import PortfolioTail
from dxmodels.cost.switching import SwitchingValue
from dxmodels.cost.tornado import Tornado
from dxmodels.figures import style
from dxmodels.money import format_rate, format_yen

_CURRENT, _CLOUD, _RISE, _FALL = (style.PALETTE[name] for name in ("blue", "vermillion", "vermillion", "green"))
_YEAR_GAP_SHARE = 0.055  # width of a written year, as a share of the axis
_PLAIN_MILLIONS = 10_000_000  # smaller amounts are told with one decimal of 百万円
_MARKS = (("p50", "P50"), ("p80", "P80"), ("p95", "P95"))


def plot_cloud_items(result: CloudComparison, *, ax: Axes | None = None) -> Axes:
    """Draw both sides' five-year cost by cost item, with the difference written beside each pair."""
    table = result.table.iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=20.0 + 10.0 * len(table))
    places = np.arange(len(table), dtype=float)
    current, cloud = (table[name].to_numpy(dtype=float) for name in ("current_yen", "government_cloud_yen"))
    ax.barh(places + 0.19, current, height=0.36, color=_CURRENT, label="現行システム")
    ax.barh(places - 0.19, cloud, height=0.36, color=_CLOUD, label="ガバメントクラウド")
    for place, end, difference in zip(places, np.maximum(current, cloud), table["difference_yen"], strict=True):
        ax.annotate(
            _signed(int(difference)), (end, place), (5, 0), textcoords="offset points", va="center", fontsize=7.5
        )
    ax.set_yticks(places, list(table["name_ja"]))
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(0, float(np.maximum(current, cloud).max()) * 1.16)
    style.yen_axis(
        ax, "百万円", "x", label=f"5年間の経費・税込、{format_in_unit(result.usdjpy_rate, 'JPY/USD')}。数字は差額"
    )
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return style.finish(ax, grid="x")


def plot_break_even(
    result: CloudComparison, *, observed: Mapping[int, float] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw both totals against the exchange rate with the break-even rate; ``observed`` = yearly means (year → yen per dollar)."""
    ax = style.axes_for(ax, height_mm=85.0)
    years = dict(observed or {})
    span = [*years.values(), result.usdjpy_rate, result.base_rate]
    span += [result.break_even_rate] if np.isfinite(result.break_even_rate) else []
    rates = np.linspace(min(span) - 8, max(span) + 8, 60)
    lines = result.sweep(rates)
    ax.plot(rates, lines["current_yen"], color=_CURRENT, label="現行システム")
    ax.plot(rates, lines["government_cloud_yen"], color=_CLOUD, label="ガバメントクラウド")
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.16 * (high - low), high + 0.08 * (high - low))
    ax.set_xlim(float(rates[0]), float(rates[-1]))
    if np.isfinite(result.break_even_rate):
        ax.axvline(result.break_even_rate, color=style.INK, linewidth=0.9, linestyle="--")
        ax.annotate(
            f"等しくなる為替\n{format_in_unit(result.break_even_rate, 'JPY/USD')}",
            (result.break_even_rate, high),
            (-5, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8,
        )
    _mark_years(ax, years, low - 0.02 * (high - low), low - 0.1 * (high - low))
    style.yen_axis(ax, "億円", label="5年間の運用経費・税込")
    ax.set_xlabel("円ドル相場（円／ドル）" + ("。下の印は各年の平均" if years else ""))
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    return style.finish(ax)


def plot_tornado(result: Tornado, *, ax: Axes | None = None) -> Axes:
    """Draw the result over each assumption's range, easiest to turn first; the value at which it turns stands at the right."""
    values = list(reversed(result.values))
    ax = style.axes_for(ax, height_mm=24.0 + 11.0 * len(values))
    target = values[-1].target
    for place, value in enumerate(values):
        ends = (value.result_at_low, value.result_at_high)
        ax.plot(
            ends,
            [place, place],
            color=_CURRENT if value.state == "turns" else style.MUTED,
            linewidth=9,
            solid_capstyle="butt",
        )
        ax.plot([value.result_at_central], [place], marker="D", markersize=4, color=style.INK)
        ax.text(1.01, place, _turn_text(value), transform=ax.get_yaxis_transform(), va="center", fontsize=7.5)
        if ends[0] == ends[1]:
            ax.annotate("動かない", (ends[0], place), (7, 0), textcoords="offset points", va="center", fontsize=7.5)
    ax.axvline(target, color=_RISE, linewidth=1.0, linestyle="--")
    ax.set_yticks(range(len(values)), [_wrapped(value.label_ja) for value in values])
    ax.set_ylim(-0.6, len(values) - 0.4)
    label = f"{result.result_ja}（◆＝中心値、破線＝答えの変わる境）"
    if result.result_unit == "円":
        style.yen_axis(ax, "億円", "x", label=label)
    else:
        ax.set_xlabel(label)
    return style.finish(ax, grid="x")


def plot_bridge(result: BudgetBridge, *, ax: Axes | None = None) -> Axes:
    """Draw budget to settlement: levels as lines (their axis does not start at zero), changes as bars between them."""
    ax = style.axes_for(ax, height_mm=85.0)
    running, last = 0.0, len(result.steps) - 1
    for place, (is_level, amount) in enumerate(zip(result.steps["is_level"], result.steps["amount_yen"], strict=True)):
        before, running = running, float(amount) if is_level else running + float(amount)
        if is_level:
            ax.hlines(running, place - 0.36, place + 0.36, color=_CURRENT, linewidth=4)
            reach = place + 0.36 if place == last else place + 1.31
            ax.hlines(running, place + 0.36, reach, color=style.MUTED, linewidth=0.6, linestyle=":")
            top, text = running, format_yen(int(amount), "百万円", with_unit=False)
        else:
            ax.bar(place, running - before, bottom=before, color=_RISE if amount > 0 else _FALL, width=0.62)
            top, text = max(before, running), _signed(int(amount))
        ax.annotate(text, (place, top), (0, 5), textcoords="offset points", ha="center", fontsize=8)
    ax.set_xticks(range(len(result.steps)), list(result.steps["name_ja"]))
    levels = result.steps.loc[result.steps["is_level"], "amount_yen"].astype(float)
    room = max(float(levels.max() - levels.min()), float(levels.max()) * 0.01) * 0.2
    ax.set_ylim(float(levels.min()) - room, float(levels.max()) + room)
    style.yen_axis(ax, "百万円", label="税込。縦軸は0から始まらない")
    return style.finish(ax)


def plot_portfolio_tail(result: PortfolioTail, *, ax: Axes | None = None) -> Axes:
    """Draw the chance of exceeding each total on a log axis, with P50, P80 and P95 and their sampling error."""
    ax = style.axes_for(ax, height_mm=85.0)
    curve = result.curve
    ax.plot(curve["total_yen"], curve["exceedance_share"], color=_CURRENT)
    ax.axvline(result.estimate_yen, color=style.INK, linewidth=0.9, linestyle="--")
    ax.annotate(
        f"見積の合計 {format_yen(result.estimate_yen, '億円')}",
        (result.estimate_yen, 0.98),
        (5, 0),
        textcoords="offset points",
        va="top",
        fontsize=8,
    )
    rows = result.quantiles.set_index("measure")
    for measure, name in _MARKS:
        value, share = float(rows["value_yen"][measure]), 1.0 - float(name[1:]) / 100
        half = (float(rows["high_yen"][measure]) - float(rows["low_yen"][measure])) / 2
        ax.errorbar([value], [share], xerr=[half], fmt="o", color=_CLOUD, markersize=5, capsize=3)
        ax.text(value * 1.02, share + 0.015, f"{name} {format_yen(value, '億円')}", fontsize=8, va="bottom")
    ax.set_xscale("log")
    _money_ticks(ax, float(curve["total_yen"].min()), float(curve["total_yen"].max()))
    style.yen_axis(ax, "億円", "x", label="総費用・税込、対数目盛")
    style.percent_axis(ax, label="その額を超える確率")
    ax.set_ylim(0, 1)
    return style.finish(ax, grid="both")


def plot_tail_carriers(
    result: PortfolioTail, *, names: Mapping[str, str] | None = None, count: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw the share of the tail that each of the largest carriers holds, beside its share of the estimates."""
    table = result.contributors.head(count).iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=24.0 + 7.5 * len(table))
    places = np.arange(len(table), dtype=float)
    ax.barh(places + 0.19, table["tail_share"], height=0.36, color=_CLOUD, label="悪い場合の超過額に占める割合")
    ax.barh(places - 0.19, table["estimate_share"], height=0.36, color=_CURRENT, label="見積額に占める割合")
    ax.set_yticks(places, [dict(names or {}).get(str(name), str(name)) for name in table["system_id"]])
    worst = f"上位{len(result.worst_systems)}システムで超過額の{format_rate(result.worst_share)}"
    style.percent_axis(ax, "x", label=f"全体に占める割合。{worst}")
    ax.legend(loc="lower right")
    return style.finish(ax, grid="x")


def plot_overrun_distribution(params: Mapping[str, OverrunParams], *, ax: Axes | None = None) -> Axes:
    """Draw the chance that one project exceeds each cost ratio, both axes logarithmic, one line a declared cap (label → params)."""
    ax = style.axes_for(ax, height_mm=80.0)
    for (label, one), colour in zip(params.items(), style.CYCLE, strict=False):
        ratios = np.geomspace(0.6, one.cap_ratio * 0.999, 300)
        ax.plot(ratios, [max(one.exceedance(float(ratio)), 1e-6) for ratio in ratios], color=colour, label=label)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(0.001, 1.2)
    ax.xaxis.set_major_locator(FixedLocator([0.6, 1, 1.5, 2, 3, 5, 10, 20, 50]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(FixedLocator([0.001, 0.01, 0.05, 0.18, 0.5, 1]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel("費用÷見積（倍、対数目盛）")
    style.percent_axis(ax, label="その倍率を超える確率、対数目盛")
    ax.legend(loc="lower left")
    return style.finish(ax, grid="both")


def _mark_years(ax: Axes, years: Mapping[int, float], top: float, bottom: float) -> None:
    """Mark each year's mean rate and write the year below it, moved sideways until no two overlap, with a thin pointer."""
    ordered = sorted(years.items(), key=lambda pair: pair[1])
    left, right = ax.get_xlim()
    gap = (right - left) * _YEAR_GAP_SHARE
    places = style.apart([rate for _, rate in ordered], gap, left + gap / 2, right - gap / 2)
    for (year, rate), place in zip(ordered, places, strict=True):
        ax.plot([rate], [top], marker="|", color=style.INK, markersize=7)
        ax.plot([rate, place], [top, bottom], color=style.RULE, linewidth=0.6)
        ax.text(place, bottom, f"{year}年", ha="center", va="top", fontsize=7, color=style.MUTED)


def _signed(amount_yen: int) -> str:
    decimals = 0 if abs(amount_yen) >= _PLAIN_MILLIONS else 1
    text = format_yen(amount_yen, "百万円", decimals=decimals, with_unit=False)
    return f"＋{text}" if amount_yen > 0 else text


def _turn_text(value: SwitchingValue) -> str:
    if value.state != "turns":
        return "逆転しない" if value.state == "does_not_turn" else "幅なし"
    return f"{format_in_unit(value.value, value.unit)}で逆転"


def _wrapped(text: str, width: int = 16) -> str:
    cut = text.find("（")
    if len(text) <= width or cut <= 0:
        return text
    return f"{text[:cut]}\n{text[cut:]}"


def _money_ticks(ax: Axes, low: float, high: float) -> None:
    steps = [digit * 10.0**power for power in range(5, 14) for digit in (1, 2, 3, 5, 7)]
    ax.xaxis.set_major_locator(FixedLocator([step for step in steps if low * 0.9 <= step <= high * 1.1]))
    ax.xaxis.set_minor_locator(NullLocator())
