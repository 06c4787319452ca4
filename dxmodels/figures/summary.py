"""How are the summary's own exhibits drawn: plan trace, ranks over time?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dxmodels.figures import style
from dxmodels.inputs.trace import ANSWERED, HOLE, PARTLY, SHOWN, TEAMS, TraceCounts
from dxmodels.municipalities.outcomes import RankTrack

_ANSWER_COLOURS = {ANSWERED: "blue", PARTLY: "sky", SHOWN: "yellow", HOLE: "vermillion"}


def plot_plan_trace(result: TraceCounts, *, ax: Axes | None = None) -> Axes:
    """Draw how many needs of the plan are answered, partly answered, shown by example or open, by team."""
    counts = result.trace.table.groupby(["team", "answer_ja"]).size().unstack(fill_value=0)
    teams = [team for team in TEAMS if team in counts.index][::-1]
    ax = style.axes_for(ax, height_mm=30.0 + 11.0 * len(teams))
    left = np.zeros(len(teams))
    for answer, colour in _ANSWER_COLOURS.items():
        sizes = (
            counts[answer].reindex(teams, fill_value=0).to_numpy()
            if answer in counts
            else np.zeros(len(teams), dtype=int)
        )
        bars = ax.barh(teams, sizes, left=left, color=style.PALETTE[colour], label=answer, height=0.6)
        ink = style.text_colour_on(style.PALETTE[colour])
        ax.bar_label(bars, [str(n) if n else "" for n in sizes], label_type="center", color=ink, fontsize=8)
        left += sizes
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("計画の項目数（件）")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.22), ncols=4)
    return style.finish(ax, grid="x")


def plot_rankings(result: RankTrack, *, ax: Axes | None = None) -> Axes:
    """Draw ranks over time (first at the top) of every body in rankings with at least two years, home bodies in full ink."""
    ax = style.axes_for(ax, height_mm=90.0)
    years = result.table.groupby("ranking_ja")["survey_year_number"].transform("nunique")
    table = result.table[years > 1]
    styles = dict(zip(table["ranking_ja"].unique(), ("-", "--", ":", "-."), strict=False))
    bodies = dict(zip(table["body_ja"].unique(), style.CYCLE, strict=False))
    names, lasts, ends, colours = [], [], [], []
    for (ranking, body), rows in table.groupby(["ranking_ja", "body_ja"], sort=False):
        is_home = body in result.home
        ax.plot(
            rows["survey_year_number"].astype(float),
            rows["place_rank"].astype(float),
            linestyle=styles.get(ranking, "-"),
            color=bodies.get(body, style.MUTED),
            linewidth=2.0 if is_home else 1.0,
            marker="o",
            markersize=4 if is_home else 3,
        )
        last = rows.iloc[-1]
        names.append(
            f"{body} {int(last['place_rank'])}位（{_short(str(ranking))}、{int(last['survey_year_number'])}年）"
        )
        lasts.append(float(last["place_rank"]))
        ends.append(float(last["survey_year_number"]))
        colours.append(bodies.get(body, style.MUTED))
    first, final = int(table["survey_year_number"].min()), int(table["survey_year_number"].max())
    ax.set_xlim(first - 0.3, final + 0.55 * (final - first))
    ax.set_xticks(range(first, final + 1), [f"{year}年" for year in range(first, final + 1)])
    worst = int(table["place_rank"].max())
    ax.set_ylim(worst + 2, -2)
    ax.set_yticks([1, *range(5, worst + 1, 5)])
    ax.set_ylabel("順位（上ほど良い）")
    style.name_at_right(ax, names, lasts, colours, x=0.68, ends=ends)
    return style.finish(ax)


def _short(ranking: str) -> str:
    return {"IMD世界デジタル競争力ランキング": "IMD"}.get(
        ranking, "国連EGDI" if "EGDI" in ranking else ranking.split("（")[0]
    )
