"""How are the cost answers of a report drawn? Each picture is that of the tool the answer rests on."""

from __future__ import annotations

from matplotlib.axes import Axes

from dxmodels.cost.asked import CapComparison, RateComparison, ReplacementTail, ScaleWithBands, TailCarriers
from dxmodels.figures.cost import (
    plot_break_even,
    plot_overrun_distribution,
    plot_portfolio_tail,
    plot_tail_carriers,
)
from dxmodels.figures.cost_curves import plot_scale_curve


def plot_rate_comparison(result: RateComparison, *, ax: Axes | None = None) -> Axes:
    """Draw both sides against the exchange rate with the break-even rate and the observed yearly means."""
    return plot_break_even(result.comparison, observed=result.observed, ax=ax)


def plot_overrun_caps(result: CapComparison, *, ax: Axes | None = None) -> Axes:
    """Draw the chance that one project exceeds each cost ratio, one line a declared cap."""
    return plot_overrun_distribution(result.params, ax=ax)


def plot_replacement_tail(result: ReplacementTail, *, ax: Axes | None = None) -> Axes:
    """Draw the chance that all replacements together exceed each total."""
    return plot_portfolio_tail(result.tail, ax=ax)


def plot_carriers(result: TailCarriers, *, ax: Axes | None = None) -> Axes:
    """Draw the share of the tail that each of the named systems carries beside its share of the estimates."""
    names = dict(zip(result.table["system_id"].astype(str), result.table["name_ja"].astype(str), strict=True))
    return plot_tail_carriers(result.tail, names=names, count=len(result.table), ax=ax)


def plot_scale_with_bands(result: ScaleWithBands, *, ax: Axes | None = None) -> Axes:
    """Draw cost per resident against population with the curve and the published bands."""
    return plot_scale_curve(result.curve, bands=result.bands, ax=ax)
