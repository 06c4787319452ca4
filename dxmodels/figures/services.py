"""How are duplicate services and the data-linkage platform drawn: groups, saving by group and year, price of an hour, uses against the stop line?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from dxmodels.figures import style
from dxmodels.fiscal import era_year
from dxmodels.services.asked import OverlapAnswers, OverlapReview, PlatformAnswers
from dxmodels.services.merging import MergeSaving
from dxmodels.services.overlaps import OverlapGroups
from dxmodels.services.platform import PlatformAccount

_GROUPS_SHOWN = 12
_BARS_SHOWN = 15
_NAME_LENGTH = 16
_MM_PER_ROW = 4.4


def plot_overlap_groups(result: OverlapGroups | OverlapReview, *, ax: Axes | None = None) -> Axes:
    """Draw the likeness of the members of the most alike groups as a matrix of shades, each group in a frame."""
    found = result.search if isinstance(result, OverlapReview) else result
    groups = found.members()[:_GROUPS_SHOWN]
    order = np.concatenate(groups)
    likeness = found.similarity[np.ix_(order, order)]
    ax = style.axes_for(ax, height_mm=24.0 + _MM_PER_ROW * len(order))
    ramp = style.ordered_colours(11)
    for row in range(len(order)):
        for column in range(row):
            shade = ramp[int(np.clip(likeness[row, column], 0, 1) * 10)]
            ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=shade, edgecolor="white", linewidth=0.4))
    start = 0
    for members in groups:
        corner = (start - 0.5, start - 0.5)
        ax.add_patch(Rectangle(corner, len(members), len(members), fill=False, edgecolor=style.PALETTE["vermillion"], linewidth=1.2))  # fmt: skip
        start += len(members)
    names = found.services["name_ja"] if "name_ja" in found.services else found.services["service_id"]
    ax.set_yticks(range(len(order)), [_short(str(names.iloc[place])) for place in order], fontsize=7)
    ax.set_xticks([])
    ax.set_xlim(-0.6, len(order) - 0.4)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlabel(f"色が濃いほど概要の言葉が近い（枠＝候補の組、近い順に{len(groups)}組。列は行と同じ順）")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return style.finish(ax, grid="none")


def plot_group_savings(result: MergeSaving | OverlapAnswers, *, ax: Axes | None = None) -> Axes:
    """Draw the expected saving of each group with its range from low to high, the largest first."""
    saving = result.saving if isinstance(result, OverlapAnswers) else result
    table = saving.by_group.head(_BARS_SHOWN)
    ax = style.axes_for(ax, height_mm=26.0 + 6.0 * len(table))
    places = np.arange(len(table))
    ax.hlines(places, table["merge_low_yen"], table["merge_high_yen"], color=style.PALETTE["sky"], linewidth=4.0)
    ax.scatter(table["merge_net_yen"], places, marker="|", s=70, color=style.INK, label="すべて同じ場合", zorder=3)
    ax.scatter(table["merge_expected_yen"], places, s=26, color=style.PALETTE["blue"], label="期待値", zorder=4)
    labels = [f"{_short(str(row.kept_name_ja))} ほか{row.retired_count}件" for row in table.itertuples()]
    ax.set_yticks(places, labels, fontsize=7.5)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.axvline(0.0, color=style.MUTED, linewidth=0.8)
    style.yen_axis(ax, "百万円", "x", label=f"{saving.horizon_years}年間の純節減（帯＝前提と不明な経費の幅）")
    ax.legend(loc="lower right", ncols=1)
    return style.finish(ax, grid="x")


def plot_merge_years(result: MergeSaving, *, ax: Axes | None = None) -> Axes:
    """Draw running cost saved, exit and merging cost by fiscal year, and the expected saving cumulated."""
    table = result.by_year
    ax = style.axes_for(ax, height_mm=80.0)
    years = table["fiscal_year"].to_numpy()
    ax.bar(years, table["merge_running_yen"], width=0.6, color=style.PALETTE["blue"], label="運用経費の減")
    ax.bar(years, table["merge_exit_yen"], width=0.6, color=style.PALETTE["vermillion"], label="廃止の経費")
    ax.bar(years, table["merge_work_yen"], width=0.6, bottom=table["merge_exit_yen"], color=style.PALETTE["orange"], label="統合作業の経費")  # fmt: skip
    ax.plot(
        years, table["merge_expected_yen"].cumsum(), color=style.INK, marker="o", markersize=3.5, label="期待値の累計"
    )
    ax.axhline(0.0, color=style.MUTED, linewidth=0.8)
    _fiscal_axis(ax, years)
    style.yen_axis(ax, "百万円", label="金額")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.17), ncols=4)
    return style.finish(ax)


def plot_hour_price(result: PlatformAccount | PlatformAnswers, *, ax: Axes | None = None) -> Axes:
    """Draw the price of one staff hour set free by fiscal year with its 5–95 % band, and the most the prefecture pays."""
    account = result.account if isinstance(result, PlatformAnswers) else result
    table = account.by_year.dropna(subset=["hour_price_yen"])
    years = table["fiscal_year"].to_numpy(dtype=int)
    ax = style.axes_for(ax, height_mm=80.0)
    low, middle, high = (table[f"hour_price{part}_yen"].to_numpy(dtype=float) for part in ("_p05", "", "_p95"))
    ax.fill_between(years, low, high, color=style.PALETTE["sky"], alpha=0.35, linewidth=0, label="5〜95％の幅")
    ax.plot(years, middle, color=style.PALETTE["blue"], marker="o", markersize=3.5, label="中心")
    ax.axhline(account.hour_ceiling_yen, color=style.PALETTE["vermillion"], linestyle="--", linewidth=1.2, label="払ってよい上限")  # fmt: skip
    ax.set_yscale("symlog", linthresh=1000.0)
    ax.set_ylim(min(-300.0, 1.3 * low.min()), 1.5 * high.max())
    ticks = [value for value in (0, 1000, 3000, 10_000, 30_000, 100_000) if value <= 2 * high.max()]
    ax.set_yticks(ticks, [f"{value:,}" for value in ticks])
    ax.minorticks_off()
    ax.set_ylabel("職員1時間の短縮に要する費用（円）")
    _fiscal_axis(ax, years)
    ax.set_xlabel("年度（縦軸は千円を超える部分が対数目盛）")
    ax.legend(loc="upper right")
    return style.finish(ax)


def plot_platform_uses(result: PlatformAccount | PlatformAnswers, *, ax: Axes | None = None) -> Axes:
    """Draw uses by fiscal year against the stop line and the uses at which cash alone breaks even."""
    table = (result.account if isinstance(result, PlatformAnswers) else result).by_year
    years = table["fiscal_year"].to_numpy(dtype=int)
    ax = style.axes_for(ax, height_mm=80.0)
    lines = (
        ("platform_uses_count", "年間利用（中心）", "blue", "-"),
        ("platform_stop_count", "停止線", "vermillion", "--"),
        ("platform_even_count", "現金だけで釣り合う利用", "black", ":"),
    )
    for name, label, colour, dash in lines:
        values = table[name].to_numpy(dtype=float, na_value=np.nan)
        ax.plot(years, values, color=style.PALETTE[colour], linestyle=dash, marker="o", markersize=3, label=label)
    ax.set_ylim(0, None)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 10_000:,.0f}"))
    ax.set_ylabel("年間の利用（万件）")
    _fiscal_axis(ax, years)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.15), ncols=3)
    return style.finish(ax)


def _fiscal_axis(ax: Axes, years: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    ax.set_xticks(years, [era_year(int(year), suffix="") for year in years])
    ax.set_xlabel("年度")


def _short(name: str) -> str:
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"
