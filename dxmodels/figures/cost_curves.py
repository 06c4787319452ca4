"""How are cost per resident against population, peers, and whole-life cost by year drawn? (E12 and the whole-life table)"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from dxmodels.cost.from_case import PublishedBands
from dxmodels.cost.outliers import CostOutliers
from dxmodels.cost.scale import ScaleCurve
from dxmodels.cost.whole_life import WholeLifeCost
from dxmodels.figures import style
from dxmodels.fiscal import era_year
from dxmodels.money import format_yen

_BLUE, _RED, _GREEN = (style.PALETTE[name] for name in ("blue", "vermillion", "green"))
_VERDICTS = {
    "high": (_RED, _RED, "両方の比較で高い"),
    "high_one": (_RED, "white", "一方の比較だけで高い"),
    "low": (_GREEN, _GREEN, "両方の比較で低い"),
    "low_one": (_GREEN, "white", "一方の比較だけで低い"),
    "": (_BLUE, _BLUE, "幅の中・判定不能"),
}
_POPULATIONS = (2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 3_000_000)


def plot_scale_curve(result: ScaleCurve, *, bands: pd.DataFrame | None = None, ax: Axes | None = None) -> Axes:
    """Draw cost per resident against population: bodies, curve with its interval, knot, and the published bands.

    ``bands``: the result of ``compare_with_bands``; published levels are drawn at the case's own level (shape, not level, is compared).
    """
    ax = style.axes_for(ax, height_mm=95.0)
    bodies = result.observations.groupby("body", as_index=False).agg(size=("size", "first"), cost=("cost", "sum"))
    rows_a_body = len(result.observations) / len(bodies)
    ax.scatter(bodies["size"], bodies["cost"] / bodies["size"], s=16, color=_BLUE, alpha=0.75, label="団体（この事例）")
    sizes = np.geomspace(float(bodies["size"].min()), float(bodies["size"].max()), 120)
    curve = result.predict(sizes)
    ax.plot(sizes, curve["average_cost"] * rows_a_body, color=style.INK, label="推定した曲線")
    ax.fill_between(
        sizes,
        curve["average_low"] * rows_a_body,
        curve["average_high"] * rows_a_body,
        color=style.INK,
        alpha=0.12,
        linewidth=0,
        label=f"{result.level:.0%}区間".replace("%", "％"),
    )
    if np.isfinite(result.knot):
        ax.axvline(result.knot, color=style.MUTED, linewidth=0.9, linestyle="--")
        ax.axvspan(result.knot_low, result.knot_high, color=style.RULE, alpha=0.5, linewidth=0)
    if bands is not None:
        _draw_bands(ax, bands, float(bodies["size"].min()), float(bodies["size"].max()))
    ax.set_xscale("log")
    ax.set_yscale("log")
    _plain_ticks(ax, bodies)
    ax.set_xlabel(_population_label(result))
    ax.set_ylabel("1人当たり経費（円／年・税込、対数目盛）")
    ax.legend(loc="upper right")
    return style.finish(ax, grid="both")


def plot_published_bands(result: PublishedBands, *, ax: Axes | None = None) -> Axes:
    """Draw the published cost per resident by population band, bands without a value left out, and the mean of all as a line."""
    known = result.bands
    ax = style.axes_for(ax, height_mm=65.0)
    values = known["cost_per_person_yen"].to_numpy(dtype=float)
    ax.bar(range(len(known)), values, color=_BLUE, width=0.55)
    for place, (value, count) in enumerate(zip(values, known["bodies_count"], strict=True)):
        text = f"{value:,.0f}円（{int(count):,}団体）"
        ax.annotate(
            text, (place, value), (0, -4), textcoords="offset points", ha="center", va="top", color="white", fontsize=8
        )
    if np.isfinite(result.average_yen):
        ax.axhline(result.average_yen, color=_RED, linewidth=1.2, linestyle="--")
        ax.annotate(
            f"全国平均 {result.average_yen:,.0f}円",
            (0.5, result.average_yen),
            (0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=_RED,
        )
    ax.set_xticks(range(len(known)), list(known["name_ja"]))
    ax.set_ylim(0, float(values.max()) * 1.12)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_ylabel("1人当たり経費（円／年）")
    return style.finish(ax)


def plot_cost_outliers(result: CostOutliers, *, ax: Axes | None = None) -> Axes:
    """Draw each municipality's cost per resident against the range of its nearest peers; those out of line are named."""
    table = result.table.sort_values("population_people", kind="stable").reset_index(drop=True)
    ax = style.axes_for(ax, height_mm=95.0)
    places = np.arange(len(table), dtype=float)
    ax.vlines(
        places,
        table["near_low_yen"],
        table["near_high_yen"],
        color=style.RULE,
        linewidth=5,
        label="人口の近い団体からみた幅",
    )
    _draw_verdicts(ax, table)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(FixedLocator([500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 50_000]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_xticks(places[[0, -1]], [f"{int(table['population_people'].iloc[end]):,}人" for end in (0, -1)])
    ax.set_xlim(-1, len(table) + 4)
    ax.set_xlabel("人口の少ない順")
    ax.set_ylabel("1人当たり経費（円／年・税込、対数目盛）")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    style.finish(ax)
    _name_flagged(ax, table)
    return ax


def plot_whole_life(result: WholeLifeCost, *, ax: Axes | None = None) -> Axes:
    """Draw running and one-off cost by fiscal year with the projected part set apart, and what the body bears in the end."""
    table = result.finance
    ax = style.axes_for(ax, height_mm=85.0)
    years = table["fiscal_year"].to_numpy(dtype=float)
    running, one_off = (table[name].to_numpy(dtype=float) for name in ("running_yen", "one_off_yen"))
    ax.bar(years, running, color=_BLUE, width=0.8, label="運用経費")
    ax.bar(years, one_off, bottom=running, color=_RED, width=0.8, label="一時経費")
    ax.step(
        years, table["net_local_yen"], where="mid", color=style.INK, linewidth=1.2, label="実質負担（交付税措置を除く）"
    )
    top = float((running + one_off).max())
    projected = years[table["projected_yen"].to_numpy(dtype=float) > 0]
    if len(projected):
        ax.axvspan(projected.min() - 0.5, years.max() + 0.5, color=style.RULE, alpha=0.4, linewidth=0, zorder=0)
        ax.text(years.max() + 0.4, top * 1.03, "網かけ＝推計", fontsize=8, color=style.MUTED, va="bottom", ha="right")
    _draw_commitments(ax, result)
    ax.set_ylim(0, top * 1.12)
    ax.set_xticks(years[::2], [era_year(int(year), suffix="") for year in years[::2]])
    style.yen_axis(ax, "億円", label="名目・税込")
    ax.set_xlabel("年度")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return style.finish(ax)


def _draw_verdicts(ax: Axes, table: pd.DataFrame) -> None:
    own = table["cost_per_person_yen"].to_numpy(dtype=float)
    places = np.arange(len(table), dtype=float)
    kinds = table["verdict"].where(table["verdict"].isin([kind for kind in _VERDICTS if kind]), "")
    for kind, (colour, face, label) in _VERDICTS.items():
        chosen = (kinds == kind).to_numpy(dtype=bool)
        if chosen.any():
            ax.scatter(places[chosen], own[chosen], s=20, facecolor=face, edgecolor=colour, zorder=3, label=label)


def _name_flagged(ax: Axes, table: pd.DataFrame) -> None:
    """Write the names of bodies out of line beside their points."""
    flagged = table[table["verdict"].isin([kind for kind in _VERDICTS if kind])]
    colours = [_VERDICTS[str(verdict)][0] for verdict in flagged["verdict"]]
    costs = [float(cost) for cost in flagged["cost_per_person_yen"]]
    style.name_points(
        ax, list(flagged["name_ja"].astype(str)), [float(place) for place in flagged.index], costs, colours
    )


def _draw_commitments(ax: Axes, result: WholeLifeCost) -> None:
    profile = result.commitment_profile()
    if profile.empty:
        return
    total = format_yen(int(profile["amount_yen"].sum()), "億円")
    ax.plot(
        profile["fiscal_year"],
        profile["amount_yen"],
        color=style.PALETTE["black"],
        marker="o",
        markersize=3.5,
        linestyle=":",
        label=f"契約済みの後年度負担（計{total}）",
    )


def _draw_bands(ax: Axes, bands: pd.DataFrame, smallest: float, largest: float) -> None:
    known = bands[
        bands["published_index"].notna()
        & bands["own_per_person_yen"].notna()
        & (bands["own_bodies_count"] < bands["own_bodies_count"].max())
    ]
    reference = known.loc[known["published_index"].astype(float).idxmin(), "own_per_person_yen"]
    for place, (size, index) in enumerate(zip(known["curve_size_people"], known["published_index"], strict=True)):
        level = float(index) * float(reference)
        label = "公表値（形の比較）" if place == 0 else None
        ends = [max(smallest, float(size) / 1.5), min(largest, float(size) * 1.5)]
        ax.plot(ends, [level, level], color=_RED, linewidth=3, solid_capstyle="butt", label=label)


def _population_label(result: ScaleCurve) -> str:
    if not np.isfinite(result.knot):
        return "人口（人、対数目盛）"
    width = "、帯はその区間" if result.knot_high > result.knot_low else ""
    return f"人口（人、対数目盛）。破線は傾きの変わる人口{width}"


def _plain_ticks(ax: Axes, bodies: pd.DataFrame) -> None:
    low, high = float(bodies["size"].min()), float(bodies["size"].max())
    ax.xaxis.set_major_locator(FixedLocator([size for size in _POPULATIONS if low / 1.3 <= size <= high * 1.3]))
    ax.yaxis.set_major_locator(FixedLocator([1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 50_000, 100_000]))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(lambda value, _: f"{value / 10_000:g}万" if value >= 10_000 else f"{value:,.0f}")
