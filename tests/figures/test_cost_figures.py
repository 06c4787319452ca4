"""The cost room's figures draw the numbers of their results, name what they must name, and lack no glyph."""

import io
import warnings
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from matplotlib.axes import Axes
from overlaps import cut_texts, overlapping_texts

from dxmodels.cost import (
    PeerParams,
    WholeLifeParams,
    bridge_budget_to_settlement,
    compare_government_cloud,
    compare_with_bands,
    estimate_municipal_scale,
    estimate_whole_life,
    evaluate_portfolio_tail,
    find_cost_outliers,
    fit_overruns,
    replacement_estimates,
    summarize_bands,
    turn_cloud_comparison,
)
from dxmodels.figures import cost, cost_curves
from dxmodels.inputs import Case, Register, load_case, load_register

# The published yearly means: four of them lie within four yen, so that their labels would cover each other.
OBSERVED = {2018: 110.47, 2019: 108.98, 2020: 106.74, 2021: 109.87, 2022: 131.55, 2023: 140.59, 2024: 151.43, 2025: 149.66, 2026: 158.47}  # fmt: skip


@pytest.fixture(scope="module")
def osaka() -> Case:
    return load_case("osaka")


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.fixture(scope="module")
def drawings(osaka: Case, register: Register) -> dict[str, tuple[object, Callable[[], Axes]]]:
    cloud = compare_government_cloud(osaka.table("govcloud_pilot"), usdjpy_rate=139, base_rate=115, repriced_rate=139)
    tornado = turn_cloud_comparison(osaka.table("govcloud_pilot"), register)
    bridge = bridge_budget_to_settlement(osaka.table("spending"))
    params = fit_overruns(register)
    tail = evaluate_portfolio_tail(replacement_estimates(osaka).amounts, params=params, seed=1, draws=256)
    curve = estimate_municipal_scale(osaka, knot=150_000)
    bands = osaka.table("cost_bands")
    whole = estimate_whole_life(osaka, register, WholeLifeParams(last_fy=2032, fiscal_strength_index=0.77))
    peers = find_cost_outliers(osaka, params=PeerParams(8, 0.95, 5))
    return {
        "items": (cloud, lambda: cost.plot_cloud_items(cloud)),
        "break_even": (cloud, lambda: cost.plot_break_even(cloud, observed=OBSERVED)),
        "tornado": (tornado, lambda: cost.plot_tornado(tornado)),
        "bridge": (bridge, lambda: cost.plot_bridge(bridge)),
        "tail": (tail, lambda: cost.plot_portfolio_tail(tail)),
        "carriers": (tail, lambda: cost.plot_tail_carriers(tail, count=5)),
        "caps": (params, lambda: cost.plot_overrun_distribution({"上限5倍": replace(params, cap_ratio=5), "上限10倍": params})),
        "curve": (curve, lambda: cost_curves.plot_scale_curve(curve, bands=compare_with_bands(curve, bands))),
        "bands": (bands, lambda: cost_curves.plot_published_bands(summarize_bands(bands))),
        "peers": (peers, lambda: cost_curves.plot_cost_outliers(peers)),
        "whole": (whole, lambda: cost_curves.plot_whole_life(whole)),
    }  # fmt: skip


NAMES = ["items", "break_even", "tornado", "bridge", "tail", "carriers", "caps", "curve", "bands", "peers", "whole"]


@pytest.mark.parametrize("name", NAMES)
def test_every_glyph_is_there_and_axes_are_named(
    drawings: dict[str, tuple[object, Callable[[], Axes]]], name: str
) -> None:
    ax = drawings[name][1]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.get_figure(root=True).savefig(io.BytesIO(), format="png")  # type: ignore[union-attr]
    assert ax.get_xlabel() or ax.get_ylabel()


@pytest.mark.parametrize("name", NAMES)
def test_no_label_covers_another_or_leaves_the_page(
    drawings: dict[str, tuple[object, Callable[[], Axes]]], name: str
) -> None:
    ax = drawings[name][1]()
    assert overlapping_texts(ax) == []
    assert cut_texts(ax) == []


def test_the_mean_of_the_country_is_a_line_not_a_band(drawings: dict[str, tuple[object, Callable[[], Axes]]]) -> None:
    ax = drawings["bands"][1]()
    assert [round(bar.get_height()) for bar in ax.patches] == [11_724, 3_096]
    assert 3_742.0 in [float(line.get_ydata()[0]) for line in ax.lines]  # type: ignore[index,arg-type]
    assert "全市区町村" not in texts(ax)


def texts(ax: Axes) -> str:
    return "\n".join(text.get_text() for text in [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()])


def test_the_items_are_drawn_with_their_amounts_and_differences(
    drawings: dict[str, tuple[object, Callable[[], Axes]]],
) -> None:
    result, draw = drawings["items"]
    ax = draw()
    widths = sorted(round(bar.get_width()) for bar in ax.patches)
    table: pd.DataFrame = result.table  # type: ignore[attr-defined]
    assert widths == sorted([*table["current_yen"], *table["government_cloud_yen"]])
    assert "▲676" in texts(ax)
    assert "＋1,115" in texts(ax)  # cloud usage at 139 yen: 1,235,892,323 - 120,499,217


def test_the_break_even_rate_is_written(drawings: dict[str, tuple[object, Callable[[], Axes]]]) -> None:
    ax = drawings["break_even"][1]()
    assert "1ドル137.45円" in texts(ax)
    assert "2026" in texts(ax)


def test_the_tornado_names_where_each_assumption_turns(drawings: dict[str, tuple[object, Callable[[], Axes]]]) -> None:
    result, draw = drawings["tornado"]
    shown = texts(draw())
    assert shown.count("で逆転") == sum(value.state == "turns" for value in result.values)  # type: ignore[attr-defined]
    assert "逆転しない" in shown


def test_the_bridge_writes_every_step(drawings: dict[str, tuple[object, Callable[[], Axes]]]) -> None:
    result, draw = drawings["bridge"]
    shown = texts(draw())
    for name in result.steps["name_ja"]:  # type: ignore[attr-defined]
        assert name in shown
    assert f"{result.amount_yen('settled') // 1_000_000:,}" in shown  # type: ignore[attr-defined]


def test_the_tail_marks_its_quantiles_on_a_log_axis(drawings: dict[str, tuple[object, Callable[[], Axes]]]) -> None:
    ax = drawings["tail"][1]()
    assert ax.get_xscale() == "log"
    assert all(mark in texts(ax) for mark in ("P50", "P80", "P95", "見積の合計"))


def test_outliers_are_named_and_others_are_not(drawings: dict[str, tuple[object, Callable[[], Axes]]]) -> None:
    result, draw = drawings["peers"]
    shown = {text.get_text() for text in draw().texts}
    assert shown == set(result.outliers["name_ja"])  # type: ignore[attr-defined]
