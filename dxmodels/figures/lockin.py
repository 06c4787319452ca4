"""How are quadrants, indicators, premium, exits and the gate drawn? (E04, E18-E20, E40)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num

from dxmodels.figures import style
from dxmodels.lockin.calendar import ExitCalendar
from dxmodels.lockin.diagnosis import LOCKED, OPEN, Diagnosis
from dxmodels.lockin.diagnosis import STATE_JA as LOCKIN_JA
from dxmodels.lockin.gate_load import GateLoad
from dxmodels.lockin.indicators import GROUP_JA, IndicatorTable
from dxmodels.lockin.premium import PremiumEstimate
from dxmodels.lockin.premium.result import METHOD_JA

_BLUE, _RED, _GREEN, _ORANGE = (style.PALETTE[name] for name in ("blue", "vermillion", "green", "orange"))
_SHOWN_RANKS = 30
_SHOWN_SYSTEMS = 25


def plot_quadrants(result: Diagnosis, *, ax: Axes | None = None) -> Axes:
    """Draw business value against technical fit with the cuts of the rule; systems without both scores are counted, not drawn."""
    ax = style.axes_for(ax, width_mm=120.0, height_mm=105.0)
    known = result.table.dropna(subset=["business_value_score", "technical_fit_score"])
    looks = {LOCKED: (_RED, "o"), OPEN: (_BLUE, "o"), "not_computable": (style.MUTED, "x")}
    # Scores are halves: points on the same place are fanned out along a small fixed spiral so that each can be counted.
    place = known.groupby(["business_value_score", "technical_fit_score"]).cumcount().to_numpy()
    radius, angle = 0.035 * np.sqrt(place), 2.4 * place
    for state, (colour, marker) in looks.items():
        rows = (known["lockin_state"] == state).to_numpy()
        if rows.any():
            x = known["technical_fit_score"].to_numpy(dtype=float)[rows] + (radius * np.cos(angle))[rows]
            y = known["business_value_score"].to_numpy(dtype=float)[rows] + (radius * np.sin(angle))[rows]
            ax.scatter(x, y, s=14, color=colour, marker=marker, label=f"{LOCKIN_JA[state]}（{int(rows.sum())}）")
    ax.axvline(result.rule.fit_cut_score, color=style.INK, linewidth=0.9)
    ax.axhline(result.rule.value_cut_score, color=style.INK, linewidth=0.9)
    ax.set_xlim(0.8, 5.2)
    ax.set_ylim(0.8, 5.2)
    for name, x, y, ha, va in (
        ("移行", 0.84, 5.16, "left", "top"),
        ("投資", 5.16, 5.16, "right", "top"),
        ("廃止・統合", 0.84, 0.84, "left", "bottom"),
        ("維持", 5.16, 0.84, "right", "bottom"),
    ):
        ax.text(x, y, name, ha=ha, va=va, fontsize=10, fontweight="bold", color=style.INK)
    ax.set_xlabel(f"技術適合（1〜5）。点数が空欄の {len(result.table) - len(known)} システムは描いていない")
    ax.set_ylabel("業務価値（1〜5）")
    if len(known):
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncol=3, frameon=False)
    return style.finish(ax, grid="none")


def plot_coverage(result: IndicatorTable, *, ax: Axes | None = None) -> Axes:
    """Draw for each indicator the shares flagged, not flagged and not computable, with the counts."""
    table = result.coverage[result.coverage["subjects_count"] > 0].iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=max(60.0, 5.2 * len(table) + 22))
    total = table["subjects_count"].to_numpy(dtype=float)
    flagged = table["flagged_count"].to_numpy(dtype=float) / total
    known = table["computable_count"].to_numpy(dtype=float) / total
    ys = np.arange(len(table))
    ax.barh(ys, flagged, color=_ORANGE, label="該当")
    ax.barh(ys, known - flagged, left=flagged, color=style.PALETTE["sky"], label="非該当")
    ax.barh(
        ys,
        1 - known,
        left=known,
        color=style.MISSING_FACE,
        hatch=style.MISSING_HATCH,
        edgecolor=style.MUTED,
        linewidth=0.4,
        label="算出不能",
    )
    ax.set_yticks(
        ys,
        [f"{title}（{GROUP_JA[group]}）" for title, group in zip(table["indicator_ja"], table["group"], strict=True)],
    )
    for y, row in zip(range(len(table)), table.itertuples(), strict=True):
        ax.text(
            1.01,
            y,
            f"{row.flagged_count:,}／{row.computable_count:,}／{row.subjects_count:,}",
            va="center",
            ha="left",
            fontsize=7,
            color=style.INK,
        )
    ax.set_xlim(0, 1)
    style.percent_axis(ax, "x")
    ax.set_xlabel("対象に占める割合。右の数は 該当／算出できた件数／対象")
    ax.legend(loc="lower center", bbox_to_anchor=(0.3, 1.0), ncol=3, frameon=False)
    return style.finish(ax, grid="none")


def plot_lockin_ranks(result: Diagnosis, *, ax: Axes | None = None) -> Axes:
    """Draw the rank and its interval under drawn weights for the most suspected systems."""
    table = result.table.head(_SHOWN_RANKS).iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=4.2 * len(table) + 20)
    ys = np.arange(len(table))
    ax.hlines(ys, table["rank_low"], table["rank_high"], color=_BLUE, linewidth=2.2)
    ax.scatter(table["lockin_rank"], ys, color=style.INK, s=14, zorder=3)
    ax.set_yticks(ys, list(table["system_id"]))
    ax.set_xlabel("疑いの強さの順位（点：等しい重み、線：重みを変えたときの5〜95％）")
    return style.finish(ax, grid="x")


def plot_premium_ladder(estimates: Sequence[PremiumEstimate], *, ax: Axes | None = None) -> Axes:
    """Draw several estimates of the same premium with intervals and the smallest effect each could have found."""
    ax = style.axes_for(ax, height_mm=14.0 * len(estimates) + 26)
    ys = np.arange(len(estimates))[::-1]
    for y, one in zip(ys, estimates, strict=True):
        middle, low, high = one.as_rate()
        ax.plot([low, high], [y, y], color=_BLUE, linewidth=2.2)
        ax.scatter([middle], [y], color=style.INK, s=20, zorder=3)
        detectable = np.expm1(one.minimum_detectable) if one.log_outcome else one.minimum_detectable
        ax.scatter([detectable], [y], marker="|", s=90, color=_RED, zorder=2)
    ax.scatter([], [], marker="|", s=90, color=_RED, label="この設計で検出できる最小の割増")
    ax.axvline(0, color=style.INK, linewidth=0.9)
    ax.set_yticks(ys, [f"{METHOD_JA[one.method]}\n{one.n} 件" for one in estimates])
    ax.set_ylim(-0.7, len(estimates) - 0.3)
    if all(one.log_outcome for one in estimates):
        style.percent_axis(ax, "x", label="割増（点：推定値、線：95％区間）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    return style.finish(ax, grid="x")


def plot_exit_calendar(result: ExitCalendar, *, ax: Axes | None = None) -> Axes:
    """Draw for the next systems the way from the last safe decision to go-live: decision, notice, migration."""
    table = result.table[~result.table["is_past"]].head(_SHOWN_SYSTEMS).iloc[::-1].reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=4.6 * len(table) + 28)
    steps = (
        ("decision_date", "announced_date", style.PALETTE["sky"], "見積・予算要求・仕様"),
        ("announced_date", "signing_date", _ORANGE, "公告〜契約"),
        ("signing_date", "go_live_date", _BLUE, "構築・移行"),
    )
    ys = np.arange(len(table))
    for first, last, colour, label in steps:
        ax.barh(ys, table[last] - table[first], left=table[first], color=colour, height=0.62, label=label)
    ax.scatter(table["decision_date"], ys, marker="D", s=14, color=_RED, zorder=3, label="最終の判断期限")
    ax.scatter(table["budget_vote_date"], ys, marker="|", s=60, color=style.INK, zorder=3, label="債務負担行為の議決")
    ax.set_yticks(ys, list(table["system_id"]))
    ax.xaxis.set_major_locator(YearLocator(month=4, day=1))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(DateFormatter("%Y年4月"))  # type: ignore[no-untyped-call]
    ax.axvline(float(date2num(result.as_of)), color=style.MUTED, linewidth=0.9, linestyle="--")  # type: ignore[no-untyped-call]
    ax.set_xlabel("破線は基準日。期限を過ぎた契約は描いていない")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return style.finish(ax, grid="x")


def plot_gate_load(result: GateLoad, *, ax: Axes | None = None) -> Axes:
    """Draw review hours needed and available by month, and what waits."""
    table = result.table
    ax = style.axes_for(ax, height_mm=70.0)
    xs = np.arange(len(table))
    ax.bar(xs, table["needed_hours"], color=_BLUE, width=0.8, label="必要な審査時間")
    ax.plot(xs, table["capacity_hours"], color=style.INK, label="審査の能力")
    ax.plot(xs, table["waiting_hours"], color=_RED, label="月末の積み残し")
    every = max(1, len(table) // 12)
    ax.set_xticks(xs[::every], list(table["month_text"])[::every], rotation=90)
    ax.set_ylabel("時間")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=3, frameon=False)
    return style.finish(ax)
