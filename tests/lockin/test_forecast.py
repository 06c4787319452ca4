"""The cost forecast: hand arithmetic, another program, adding up, coverage on made panels, and every shape of input."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes
from statsmodels.tsa.holtwinters import Holt, SimpleExpSmoothing

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast import backtest_frozen, compare_paths, forecast_costs
from dxmodels.lockin.forecast.events import EventTable, fit_events
from dxmodels.lockin.forecast.methods import METHODS, forecast_methods
from dxmodels.lockin.forecast.reconcile import reconcile
from dxmodels.lockin.forecast.series import read_panel
from dxmodels.lockin.forecast.windows import rolling_windows, stack_histories
from dxmodels.streams import stream

ROOT = Path(__file__).parents[2]


def made_panel(seed: int, count: int, years: int, *, trend: float = 0.02) -> pd.DataFrame:
    rng = stream(seed, "test.forecast")
    level = rng.lognormal(17, 1, count)
    steps = rng.normal(trend, 0.06, (count, years)).cumsum(axis=1)
    noise = rng.normal(0, 0.03, (count, years))
    rows = [
        (f"S{i}", 2010 + t, level[i] * np.exp(steps[i, t] + noise[i, t])) for i in range(count) for t in range(years)
    ]
    return pd.DataFrame(rows, columns=["id", "fiscal_year", "cost_yen"])


def test_methods_by_hand():
    # 10, 12, 14: naive 14; drift +2 a year; a straight line is continued by full theta and by Holt
    found = dict(zip(METHODS, forecast_methods(stack_histories([np.array([10.0, 12, 14])], horizon=2))[0], strict=True))
    assert found["naive"] == pytest.approx([14, 14])
    assert found["drift"] == pytest.approx([16, 18])
    # level after two steps with weight a: 10 + 2a, then (1 - a)(10 + 2a) + 14a; squared errors 4 + (4 - 2a)²; two errors, so Akaike weights 1/SSE
    a = np.linspace(0.1, 1.0, 10)
    akaike = 1 / (4 + (4 - 2 * a) ** 2) / (1 / (4 + (4 - 2 * a) ** 2)).sum()
    level, lag = akaike @ ((1 - a) * (10 + 2 * a) + 14 * a), akaike @ ((1 - (1 - a) ** 3) / a)
    assert found["theta"] == pytest.approx([level + lag, level + lag + 1])  # half the slope of 2 for each year ahead
    assert found["full_theta"] == pytest.approx([16, 18])
    assert (found["damped_holt"] > 15.5).all()


def test_smoothing_and_holt_agree_with_statsmodels():
    y = np.array([100.0, 112, 108, 120, 131, 125, 140])
    theta = forecast_methods(stack_histories([y], horizon=3))[0, METHODS.index("theta")]
    grid = np.linspace(0.1, 1, 10)
    smoothed = [SimpleExpSmoothing(y, initialization_method="known", initial_level=y[0]).fit(smoothing_level=a, optimized=False) for a in grid]  # fmt: skip
    akaike = np.array([fit.sse ** (-6 / 2) for fit in smoothed])  # six one-step errors
    akaike /= akaike.sum()
    slope = (np.polyfit(np.arange(7), y, 1)[0] + theilslopes(y)[0]) / 2
    level, lag = akaike @ [fit.forecast(1)[0] for fit in smoothed], akaike @ ((1 - (1 - grid) ** 7) / grid)
    assert theta == pytest.approx(level + 0.5 * slope * (np.arange(3) + lag))
    holt = forecast_methods(stack_histories([y], horizon=3))[0, METHODS.index("damped_holt")]
    fits = [
        Holt(y[1:], damped_trend=True, initialization_method="known", initial_level=l0, initial_trend=b0).fit(
            smoothing_level=a, smoothing_trend=b, damping_trend=0.98, optimized=False
        )
        for a in (0.3, 0.5, 0.7, 0.9)
        for b in (0.05, 0.2, 0.4)
        for l0, b0 in [(y[0], (y[3] - y[0]) / 3)]
    ]
    assert holt == pytest.approx(min(fits, key=lambda fit: fit.sse).forecast(3), rel=1e-6)


def test_rolling_windows_never_look_ahead():
    windows = rolling_windows([np.arange(1.0, 7.0)], horizon=2)
    assert windows.lengths.tolist() == [3, 4, 5]
    assert windows.values[:, -1].tolist() == [3, 4, 5]
    np.testing.assert_array_equal(windows.target, [[4, 5], [5, 6], [6, np.nan]])


def test_frame_has_the_agreed_columns_and_order_of_bounds():
    found = forecast_costs(made_panel(1, 12, 8), horizon=5).to_frame()
    assert list(found.columns) == ["id", "fiscal_year", "central_yen", "lower_yen", "upper_yen"]
    assert len(found) == 60
    assert (found["lower_yen"] <= found["central_yen"]).all()
    assert (found["central_yen"] <= found["upper_yen"]).all()
    assert (found["lower_yen"] >= 0).all()
    assert found["fiscal_year"].min() == 2018
    width = (found["upper_yen"] - found["central_yen"]).to_numpy().reshape(12, 5)
    assert (np.diff(width, axis=1) >= 0).all()  # never surer about later years


@pytest.mark.parametrize("years", [6, 8, 12])
def test_intervals_hold_their_level_on_made_panels(years):
    inside = []
    for seed in range(12):
        table = made_panel(seed, 40, years + 4)
        known, after = table[table["fiscal_year"] < 2010 + years], table[table["fiscal_year"] >= 2010 + years]
        merged = forecast_costs(known, horizon=4).to_frame().merge(after, on=["id", "fiscal_year"])
        inside.append(
            ((merged["cost_yen"] >= merged["lower_yen"]) & (merged["cost_yen"] <= merged["upper_yen"])).mean()
        )
    assert 0.92 <= np.mean(inside) <= 0.995


def test_wider_level_gives_wider_intervals():
    table = made_panel(2, 30, 10)
    narrow, wide = (forecast_costs(table, horizon=3, level=level).to_frame() for level in (0.8, 0.95))
    assert (narrow["upper_yen"] <= wide["upper_yen"]).all()
    assert (narrow["upper_yen"] < wide["upper_yen"]).mean() > 0.9


def test_harder_series_get_wider_intervals():
    rng = stream(9, "test.hard")
    rows = []
    for i in range(40):
        spread = 0.01 if i < 20 else 0.3
        rows += [(f"S{i}", 2010 + t, 1e8 * np.exp(value)) for t, value in enumerate(rng.normal(0, spread, 10))]
    found = forecast_costs(pd.DataFrame(rows, columns=["id", "fiscal_year", "cost_yen"]), horizon=1).to_frame()
    width = (found["upper_yen"] - found["lower_yen"]).to_numpy()
    assert np.median(width[20:]) > 5 * np.median(width[:20])


def test_totals_add_up_exactly_and_reconciliation_matches_the_textbook_formula():
    table = made_panel(3, 9, 10)
    groups = pd.DataFrame({"id": [f"S{i}" for i in range(9)], "department_id": ["A"] * 4 + ["B"] * 5})
    found = forecast_costs(table, horizon=4, groups=groups)
    base = found.paths.assign(department_id=found.paths["id"].map(groups.set_index("id")["department_id"]))
    by_department = base.groupby(["department_id", "fiscal_year"])["central_yen"].sum()
    shown = found.totals[found.totals["level"] == "department_id"].set_index(["id", "fiscal_year"])["central_yen"]
    np.testing.assert_allclose(shown.to_numpy(), by_department.to_numpy(), rtol=1e-12)
    total = found.totals[found.totals["level"] == "total"]["central_yen"].to_numpy()
    np.testing.assert_allclose(total, base.groupby("fiscal_year")["central_yen"].sum().to_numpy(), rtol=1e-12)
    # textbook: S (S' W^-1 S)^-1 S' W^-1 y for two series and their total
    bottom, top = np.array([[10.0], [20.0]]), np.array([[36.0]])
    got, _ = reconcile(bottom, top, [np.array([0, 1])], np.array([[1.0], [2.0]]), np.array([[1.5]]))
    summing = np.array([[1, 1], [1, 0], [0, 1.0]])
    inverse = np.diag(1 / np.array([1.5, 1.0, 2.0]) ** 2)
    expected = np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ np.array([36.0, 10, 20]))
    np.testing.assert_allclose(got[:, 0], expected)


def test_total_interval_knows_that_systems_move_together():
    inside, ratio = [], {}
    for common in (0.0, 0.05):
        widths, shares = [], []
        for seed in range(10):
            rng = stream(seed, f"test.total.{common}")
            steps = rng.normal(0, 0.05, (30, 16)) + common * rng.normal(size=16)
            values = 1e8 * np.exp(steps.cumsum(axis=1))
            table = pd.DataFrame(
                [(f"S{i}", 2010 + t, values[i, t]) for i in range(30) for t in range(16)],
                columns=["id", "fiscal_year", "cost_yen"],
            )
            known = table[table["fiscal_year"] < 2024]
            found = forecast_costs(
                known,
                horizon=2,
                groups=pd.DataFrame({"id": [f"S{i}" for i in range(30)], "part": [f"D{i % 5}" for i in range(30)]}),
            )
            total = found.totals[found.totals["level"] == "total"].set_index("fiscal_year")
            actual = table[table["fiscal_year"] >= 2024].groupby("fiscal_year")["cost_yen"].sum()
            inside += ((actual >= total["lower_yen"]) & (actual <= total["upper_yen"])).tolist()
            widths.append(((total["upper_yen"] - total["lower_yen"]) / total["central_yen"]).mean())
            singles = found.paths["upper_yen"].sum() - found.paths["lower_yen"].sum()
            shares.append((total["upper_yen"] - total["lower_yen"]).sum() / singles)
        assert np.mean(shares) < 1.0  # errors of members partly cancel
        ratio[common] = np.mean(widths)
    assert np.mean(inside) >= 0.8
    assert ratio[0.05] > 1.5 * ratio[0.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.floats(0, 1e12), min_size=1, max_size=12), min_size=1, max_size=6), st.integers(1, 6))
def test_any_panel_of_amounts_gets_a_finite_forecast(histories, horizon):
    rows = [(f"S{i}", 2000 + t, value) for i, history in enumerate(histories) for t, value in enumerate(history)]
    found = forecast_costs(pd.DataFrame(rows, columns=["id", "fiscal_year", "cost_yen"]), horizon=horizon).to_frame()
    assert np.isfinite(found[["central_yen", "lower_yen", "upper_yen"]].to_numpy()).all()
    assert (found["lower_yen"] >= 0).all()
    assert (found["lower_yen"] <= found["upper_yen"]).all()


def test_three_years_of_one_series_are_enough_for_a_wide_answer():
    table = pd.DataFrame({"id": "X", "fiscal_year": [2021, 2022, 2023], "cost_yen": [100.0, 104, 103]})
    found = forecast_costs(table, horizon=3).to_frame()
    assert found["central_yen"].between(95, 115).all()
    assert (found["upper_yen"] - found["lower_yen"]).iloc[0] > 5


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    "history",
    [[100.0, 104, 103], [7.0] * 10, [0.0] * 8, [0.0, 0, 0, 0, 5], [100.0, 50, 0, 0, 0], [5e-324, 1e-323, 0], [1e-9, 2e-9, 1e-9, 3e-9], [1e307, 1.7e307, 1e307, 1.2e307]],
)  # fmt: skip
def test_series_at_the_edges_get_a_finite_answer_without_a_warning(history):
    rows = [(name, 2000 + t, value) for name in ("X", "Y") for t, value in enumerate(history)]
    forecast = forecast_costs(pd.DataFrame(rows, columns=["id", "fiscal_year", "cost_yen"]), horizon=2)
    found = forecast.to_frame()[["lower_yen", "central_yen", "upper_yen"]].to_numpy()
    assert np.isfinite(found).all()
    assert (np.diff(found, axis=1) >= 0).all()
    assert found.max() <= 1e-9 + 12 * max(
        history
    )  # a service that was never paid for before its first year does not widen the interval without bound
    assert "nan" not in forecast.summary()


@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1e3, 1e9])
def test_amounts_in_another_unit_give_the_same_answer_at_any_size(scale):
    table = made_panel(4, 20, 9)
    one, other = (
        forecast_costs(table.assign(cost_yen=table["cost_yen"] * unit), horizon=3).to_frame() for unit in (1.0, scale)
    )
    np.testing.assert_allclose(other["upper_yen"] / scale, one["upper_yen"], rtol=1e-9)


def test_one_odd_year_does_not_tilt_the_trend():
    straight = np.arange(10.0, 20.0)
    early = straight.copy()
    early[1] += 30  # long past: the level has forgotten it, only the slope could still carry it
    ahead = [
        forecast_methods(stack_histories([y], horizon=5))[0, METHODS.index("full_theta")] for y in (straight, early)
    ]
    growth = [path[-1] - path[0] for path in ahead]
    least_squares = np.polyfit(np.arange(10), early, 1)[0]
    assert growth[0] == pytest.approx(4.0)
    assert theilslopes(early)[0] == pytest.approx(1.0, abs=0.01)
    assert abs(growth[1] - 4.0) == pytest.approx(
        abs(4 * least_squares - 4.0) / 2, rel=0.05
    )  # half of what least squares would make of it


def test_one_change_is_no_trend():
    table = pd.DataFrame({"id": "X", "fiscal_year": [2024, 2025], "cost_yen": [100.0, 200.0]})
    assert forecast_costs(table, horizon=3).to_frame()["central_yen"].to_numpy() == pytest.approx([200.0] * 3)


def test_gaps_are_filled_and_said():
    table = made_panel(5, 6, 9)
    found = forecast_costs(table.drop(index=[4]), horizon=2)
    assert any("補った" in note for note in found.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.rename(columns={"cost_yen": "cost"}), "cost_yen"),
        (lambda t: pd.concat([t, t.head(1)]), "2行以上"),
        (lambda t: t.assign(cost_yen=-1.0), "負"),
        (lambda t: t.head(0), "ありません"),
    ],
)
def test_faulty_tables_are_refused_with_the_row(change, message):
    with pytest.raises(ModelError, match=message):
        forecast_costs(change(made_panel(1, 3, 5)), horizon=2)


def eventful(seed: int, open_effect: float = -0.15) -> tuple[pd.DataFrame, pd.DataFrame]:
    """40 systems, 12 years; a renewal every five years raises cost by 8 % when locked, cuts it when open; wages move all by 2 %."""
    rng = stream(seed, "test.events")
    rows, events = [], []
    for i in range(40):
        log_cost = rng.normal(17, 1)
        for t in range(2010, 2027):
            renewal = (t - 2010 - i % 5) % 5 == 0
            is_open = renewal and rng.uniform() < 0.4
            events.append((f"S{i}", t, float(renewal and not is_open), float(is_open)))
            log_cost += (
                0.02 + (0.08 if renewal and not is_open else 0) + (open_effect if is_open else 0) + rng.normal(0, 0.02)
            )
            rows.append((f"S{i}", t, np.exp(log_cost)))
    return (
        pd.DataFrame(rows, columns=["id", "fiscal_year", "cost_yen"]),
        pd.DataFrame(events, columns=["id", "fiscal_year", "renewal_locked", "renewal_open"]),
    )


def test_event_effects_are_recovered_and_beat_extrapolation():
    table, events = eventful(1)
    known = table[table["fiscal_year"] < 2022]
    fit = fit_events(read_panel(known), EventTable(events))
    assert fit.effects == pytest.approx([0.02, 0.08, -0.15], abs=0.01)
    with_events, without = forecast_costs(known, horizon=5, events=events), forecast_costs(known, horizon=5)
    actual = table[table["fiscal_year"] >= 2022].groupby("fiscal_year")["cost_yen"].sum()
    miss = [
        (found.paths.groupby("fiscal_year")["central_yen"].sum() / actual - 1).abs().mean()
        for found in (with_events, without)
    ]
    assert miss[0] < 0.5 * miss[1]
    assert with_events.weights.set_index("method").loc["events", "weight_share"] > 0.5
    merged = with_events.paths.merge(table, on=["id", "fiscal_year"])
    assert ((merged["cost_yen"] >= merged["lower_yen"]) & (merged["cost_yen"] <= merged["upper_yen"])).mean() > 0.9


def test_counterfactual_path_finds_the_planted_saving():
    table, events = eventful(2)
    known = table[table["fiscal_year"] < 2022]
    past = events[events["fiscal_year"] < 2022]
    future = events[events["fiscal_year"] >= 2022].assign(renewal_locked=0.0, renewal_open=0.0)
    first = future[future["fiscal_year"] == 2022]
    stay = pd.concat([first.assign(renewal_locked=1.0), future[future["fiscal_year"] > 2022]])
    leave = pd.concat([first.assign(renewal_open=1.0), future[future["fiscal_year"] > 2022]])
    found = compare_paths(known, events=past, paths={"現行継続": stay, "公開の再調達": leave}, horizon=3)
    cost = found.headline.set_index("path")["cost_yen"]
    # both paths differ by the factor exp(-0.15 - 0.08) in every year
    assert cost["公開の再調達"] / cost["現行継続"] == pytest.approx(np.exp(-0.23), rel=0.02)
    row = found.headline.iloc[1]
    assert row["saved_lower_yen"] < row["saved_yen"] < row["saved_upper_yen"]
    assert "公開の再調達" in found.summary()
    with pytest.raises(ModelError, match="一致しません"):
        compare_paths(
            known, events=past, paths={"a": stay, "b": leave.rename(columns={"renewal_open": "other"})}, horizon=3
        )


def test_backtest_is_made_on_held_back_years():
    found = forecast_costs(made_panel(6, 40, 12), horizon=3)
    assert found.backtest["years_ahead"].tolist() == [1, 2, 3]
    assert found.backtest["observations_count"].tolist() == [40, 40, 40]
    assert 0.85 <= found.backtest_coverage <= 1
    assert f"{found.backtest_coverage * 100:.1f}％" in found.summary()


def test_only_the_two_development_sets_are_named_anywhere():
    """Tuning on other competition data would make the published comparison worthless."""
    forbidden = ("load_m3", "load_m4", "M3", "M4", "M5")
    for path in [
        *(ROOT / "benchmarks" / "lockin").glob("*.py"),
        *(ROOT / "dxmodels" / "lockin" / "forecast").glob("*.py"),
    ]:
        names = {
            node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)
        }
        strings = {
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        used = names | {word for text in strings for word in text.replace("'", " ").replace('"', " ").split()}
        assert not used & set(forbidden), f"{path.name} uses a set other than M1 and Tourism"


def test_frozen_forecasts_cannot_see_what_came():
    table = made_panel(8, 20, 12)
    found = backtest_frozen(table, horizon=2, frozen_fy=[2016, 2018]).table
    other = table.assign(cost_yen=table["cost_yen"].where(table["fiscal_year"] <= 2018, 1.0))
    again = backtest_frozen(other, horizon=2, frozen_fy=[2016, 2018]).table
    assert (found["fiscal_year"] > found["frozen_fy"]).all()
    assert found.groupby("frozen_fy").size().tolist() == [40, 40]
    np.testing.assert_array_equal(found["central_yen"], again["central_yen"])
    assert found["is_inside"].mean() > 0.85
    with pytest.raises(ModelError, match="2035"):
        backtest_frozen(table, horizon=2, frozen_fy=[2035])


def test_total_of_members_that_began_in_different_years_is_chained_not_inflated() -> None:
    """One member flat at 100 for ten years, one flat at 300 that began four years ago: the sum of today's members never grew."""
    old = pd.DataFrame({"id": "old", "fiscal_year": range(2016, 2026), "cost_yen": 100e6})
    young = pd.DataFrame({"id": "young", "fiscal_year": range(2022, 2026), "cost_yen": 300e6})
    table = pd.concat([old, old.assign(id="old2", cost_yen=250e6), young])
    groups = pd.Series({"old": "D1", "old2": "D1", "young": "D2"}, name="department")
    totals = forecast_costs(table, horizon=3, groups=groups).totals
    total = totals[totals["level"] == "total"]
    assert total["central_yen"].to_numpy() == pytest.approx([650e6] * 3, rel=1e-6)


def test_totals_of_systems_moved_by_one_price_are_not_said_to_be_surer_than_they_are() -> None:
    """All members share one random yearly change: independent errors would shrink the total's interval by √40 and miss it."""
    inside = []
    for seed in range(12):
        draw = np.random.default_rng(seed)
        level = 100e6 * np.exp(np.cumsum(draw.normal(0, 0.04, 14)))
        rows = [
            (f"S{row}", 2012 + year, value * (1 + row / 40)) for row in range(40) for year, value in enumerate(level)
        ]
        table = pd.DataFrame(rows, columns=["id", "fiscal_year", "cost_yen"])
        groups = pd.Series({f"S{row}": f"D{row % 4}" for row in range(40)}, name="department")
        made = forecast_costs(table[table["fiscal_year"] < 2023], horizon=3, groups=groups).totals
        total = made[made["level"] == "total"].set_index("fiscal_year")
        actual = table[table["fiscal_year"] >= 2023].groupby("fiscal_year")["cost_yen"].sum()
        inside += list((actual >= total["lower_yen"]) & (actual <= total["upper_yen"]))
    assert np.mean(inside) > 0.85
