"""Every figure draws exactly the numbers of its table, names what it must name, and lacks no glyph."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text
from overlaps import overlapping_texts

from dxmodels.bundling.price_shares import share_price
from dxmodels.bundling.uptake import map_members, measure_uptake
from dxmodels.cost.concentration import measure_inventory_concentration
from dxmodels.cost.portfolio import SizeClasses, summarize_inventory, summarize_size_classes
from dxmodels.figures import data, joint_procurement, municipalities, national_contracts, style, summary
from dxmodels.inputs import Case, load_case, load_register
from dxmodels.inputs.audit import audit_inventory
from dxmodels.inputs.trace import FULL, ILLUSTRATIVE, TraceCounts, trace_plan
from dxmodels.lockin.national import compare_award_rates, compare_national_contracts
from dxmodels.municipalities.divide import (
    SizeClassing,
    WeightRegion,
    collect_scores,
    describe_size_pattern,
    find_rank_intervals,
)
from dxmodels.municipalities.outcomes import measure_outcome_gap, track_rankings
from dxmodels.municipalities.standardisation import compare_running_cost_references, trace_late_standardisation


@pytest.fixture(scope="module")
def osaka() -> Case:
    return load_case("osaka")


@pytest.fixture(scope="module")
def results(osaka: Case) -> dict[str, object]:
    scores = collect_scores(osaka, sizes=SizeClassing(100_000))
    ranks = find_rank_intervals(scores, region=WeightRegion(0.1, 0.4, 2.0), lowest_count=5, draws=64, seed=1)
    towns = osaka.table("municipalities")
    return {
        "inventory": summarize_inventory(osaka),
        "audit": audit_inventory(osaka),
        "concentration": measure_inventory_concentration(osaka, top=40, target_share=0.5),
        "sizes": summarize_size_classes(osaka, classes=SizeClasses((10_000_000, 100_000_000))),
        "ranks": ranks,
        "pattern": describe_size_pattern(scores, confidence_share=0.95),
        "gap": measure_outcome_gap(osaka, indicator_id="dx_online_32", confidence_share=0.95),
        "late": trace_late_standardisation(osaka.table("national_series")),
        "references": compare_running_cost_references(load_register()),
        "members": map_members(towns, osaka.table("joint_procurements"), osaka.table("joint_members")),
        "uptake": measure_uptake(osaka.table("joint_uptake"), confidence_share=0.95),
        "shares": share_price(towns.head(22), price_yen=10_000_000, equal_share=0.3),
        "contracts": compare_national_contracts(osaka.table("national_contracts")),
        "awards": compare_award_rates(osaka.table("national_contracts")),
        "rankings": track_rankings(osaka.table("rankings"), home=["日本", "大阪府"]),
        "trace": TraceCounts(trace_plan(osaka.table("plan_items"), {"E01": ILLUSTRATIVE, "E07": FULL, "E27": FULL})),
    }


FIGURES: dict[str, tuple[str, Callable[..., Axes]]] = {
    "inventory": ("inventory", data.plot_inventory),
    "audit": ("audit", data.plot_inventory_audit),
    "concentration": ("concentration", data.plot_concentration),
    "sizes": ("sizes", data.plot_size_classes),
    "ranks": ("ranks", municipalities.plot_rank_intervals),
    "pattern": ("pattern", municipalities.plot_size_pattern),
    "gap": ("gap", municipalities.plot_outcome_gap),
    "late": ("late", municipalities.plot_late_standardisation),
    "references": ("references", municipalities.plot_cost_references),
    "members": ("members", joint_procurement.plot_member_map),
    "uptake": ("uptake", joint_procurement.plot_uptake),
    "shares": ("shares", joint_procurement.plot_price_shares),
    "contract_shares": ("contracts", national_contracts.plot_contract_shares),
    "award_rates": ("awards", national_contracts.plot_award_rates),
    "rankings": ("rankings", summary.plot_rankings),
    "trace": ("trace", summary.plot_plan_trace),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_lacks_no_glyph_fits_the_page_and_keeps_its_texts(name: str, results: dict[str, object]) -> None:
    key, plot = FIGURES[name]
    figure = plot(results[key]).figure
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="svg")
    assert figure.get_figwidth() * 25.4 <= style.A4_TEXT_WIDTH_MM + 1e-6
    assert figure.get_figheight() * 25.4 <= 250
    page = figure.bbox
    for ax in figure.axes:
        for text in [*ax.texts, *drawn_tick_labels(ax), ax.xaxis.label, ax.yaxis.label]:
            box = text.get_window_extent()
            if text.get_text().strip() and text.get_visible():
                inside = min(box.x0, box.y0, page.width - box.x1, page.height - box.y1) >= -1.5
                assert inside, (name, text.get_text())


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in {"members", "trace"}])
def test_no_label_covers_another(name: str, results: dict[str, object]) -> None:
    key, plot = FIGURES[name]
    assert overlapping_texts(plot(results[key])) == []


def drawn_tick_labels(ax: Axes) -> list[Text]:
    """Labels of ticks inside the axes: the locator also makes ticks beyond the limits, which are never drawn."""
    ticks = [(ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())]
    return [
        tick.label1
        for axis, limits in ticks
        for tick in axis.get_major_ticks()
        if min(limits) <= tick.get_loc() <= max(limits)
    ]


def widths(ax: Axes) -> np.ndarray:
    return np.array([patch.get_width() for patch in ax.patches])


def test_inventory_bars_are_the_table(results: dict[str, object]) -> None:
    result = results["inventory"]
    ax = data.plot_inventory(result)
    drawn = widths(ax).sum()
    assert drawn == pytest.approx(result.table["annual_cost_yen"].sum())  # type: ignore[attr-defined]
    assert "億円" in ax.get_xlabel()


def test_concentration_curve_is_the_table(results: dict[str, object]) -> None:
    result = results["concentration"]
    line = data.plot_concentration(result).lines[0]
    assert line.get_ydata()[1:].tolist() == pytest.approx(result.table["cumulative_cost_share"].tolist())  # type: ignore[attr-defined,index]


def test_rank_figure_marks_the_municipality_asked_for(results: dict[str, object]) -> None:
    ax = municipalities.plot_rank_intervals(results["ranks"], highlight=["273210"])  # type: ignore[arg-type]
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["豊能町"]
    dots = ax.collections[-1].get_offsets()[:, 0].tolist()
    assert dots == results["ranks"].table["central_rank"].tolist()  # type: ignore[attr-defined]


def test_pattern_figure_prints_every_mean(results: dict[str, object]) -> None:
    pattern = results["pattern"]
    ax = municipalities.plot_size_pattern(pattern)  # type: ignore[arg-type]
    cells = [text.get_text() for text in ax.texts if text.get_text().endswith("％")]
    assert len(cells) == len(pattern.class_means)  # type: ignore[attr-defined]


def test_late_bars_are_the_published_counts(results: dict[str, object]) -> None:
    ax = municipalities.plot_late_standardisation(results["late"])  # type: ignore[arg-type]
    assert [bar.get_height() for bar in ax.patches] == [171, 643, 743, 935]


def test_member_map_marks_every_named_member(results: dict[str, object]) -> None:
    members = results["members"]
    ax = joint_procurement.plot_member_map(members)  # type: ignore[arg-type]
    drawn = sum(len(found.get_offsets()) for found in ax.collections)
    states = members.states[list(members.procurements["joint_id"])]  # type: ignore[attr-defined]
    assert drawn == int((states != "不明（名簿未公表）").to_numpy().sum())


def test_trace_bars_add_up_to_all_items(results: dict[str, object]) -> None:
    trace = results["trace"]
    assert widths(summary.plot_plan_trace(trace)).sum() == len(trace.trace.table)  # type: ignore[arg-type,attr-defined]


def test_labels_are_moved_apart_without_leaving_the_axes() -> None:
    placed = style.apart([1.0, 1.1, 1.2, 9.9, 10.0], 1.0, 0.0, 10.0)
    assert min(np.diff(placed)) >= 1.0 - 1e-9
    assert placed[-1] <= 10.0
    assert style.apart([1.0, 5.0], 1.0, 0.0, 10.0) == [1.0, 5.0]
    # Three at one point spread to both sides of it, not to one: the least movement.
    assert style.apart([5.0, 5.0, 5.0], 1.0, 0.0, 10.0) == pytest.approx([4.0, 5.0, 6.0])


def test_outcome_map_uses_the_tiles_of_the_case(results: dict[str, object], osaka: Case) -> None:
    missing = results["gap"].missing_units()  # type: ignore[attr-defined]
    ax = municipalities.plot_missing_map(missing, osaka.table("municipalities"), highlight=["273210"])
    names = {text.get_text() for text in ax.texts}
    assert set(osaka.table("municipalities")["name_ja"]) <= names
    assert pd.Series([patch.get_fill() for patch in ax.patches]).eq(False).sum() == 1
