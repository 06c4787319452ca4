"""From which premium on should a system leave its vendor, and what is it worth to be able to wait?

State: V_t, the present value of what leaving would save (the capitalised premium), a geometric Brownian motion with yearly drift μ and volatility σ. Leaving costs I_t
(switching cost, growing at its own rate) and is final. Parameters per year, continuously compounded: discount r > μ; δ = r - μ is what a year of waiting forgoes.
    W_t(V) = max{ wait: e^{-r dt} E[W_{t+dt}], migrate: a_t V - I_t - fee_t, re-tender: -K + (1-p)(a_t V - I_t) + p(c a_t V + C_t((1-c) V)) }
a_t = 1 where ``premium`` is that present value; where it is a yearly amount, a_t = (1 - e^{-δ(T-t)})/δ capitalises the years left to the horizon. Re-tendering (contract ends only)
keeps the incumbent with probability p, who then gives up the share c of the premium. fee_t = 0 at contract ends; elsewhere the break fee, or no exit where none is agreed.
Known answers (Dixit & Pindyck 1994, ch. 5): σ = 0 and μ ≤ 0 is the NPV rule V ≥ I; horizon → ∞ gives V*/I = β/(β-1), β = ½ - (r-δ)/σ² + √(((r-δ)/σ² - ½)² + 2r/σ²).
Method: dynamic programme backwards with exact lognormal steps, Gauss-Legendre panels cut at the triggers (exit_solver.py); exercise="any" is the continuous limit.
Leaves out: partial exits, learning about the premium, the vendor's reaction other than c, several systems sharing a vendor (see plan_exits).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.exit_solver import Lattice, Terms, solve_certain, solve_dates, solve_limit
from dxmodels.money import format_amount

_NO_SPREAD = 1e-4  # a yearly volatility below a hundredth of a percent is none: the answers differ by less than that


@dataclass(frozen=True, eq=False)
class ExitPolicy:
    """When to leave: ``trigger`` by year (leave at or above it), the value today, and how much of it is the right to wait.

    ``trigger``: years_from_now, trigger_yen (in the unit of ``premium``; infinite where no exit is open), npv_trigger_yen, trigger_ratio (to the switching cost),
    retender_from_yen (where a re-tender becomes better than waiting; NaN where not open). ``value`` ≥ ``npv_value`` = max(premium's worth - cost, 0) ≥ 0;
    ``value_of_waiting`` is the difference. ``best_exit_year``: first open date on which the expected premium reaches the trigger (None = not within the horizon).
    """

    premium: float
    switching_cost: float
    exercise: str
    trigger: pd.DataFrame
    value: float
    npv_value: float
    best_exit_year: int | None

    @property
    def value_of_waiting(self) -> float:
        """What the right to decide later adds to deciding by today's net present value."""
        return self.value - self.npv_value

    @property
    def exit_now(self) -> bool:
        """True where leaving today is worth at least as much as waiting."""
        return self.best_exit_year == 0

    def to_frame(self) -> pd.DataFrame:
        """Return the trigger by year."""
        return self.trigger.copy()

    def summary(self) -> str:
        """Return the policy in Japanese, with why waiting can be right (hysteresis)."""
        first = self.trigger[np.isfinite(self.trigger["trigger_yen"])]
        if first.empty:
            return "この条件では期間内に脱却できる時点がない。"
        year, level = int(first["years_from_now"].iloc[0]), float(first["trigger_yen"].iloc[0])
        when = (
            "直ちに脱却"
            if self.exit_now
            else ("期間内は継続" if self.best_exit_year is None else f"{self.best_exit_year} 年後に脱却")
        )
        return (
            f"割増の現在の大きさは {format_amount(self.premium)}。{year} 年後に脱却してよい水準は {format_amount(level)}（切替費用の {first['trigger_ratio'].iloc[0]:.2f} 倍）で、"
            f"見込みどおりなら{when}。待てることの価値は {format_amount(self.value_of_waiting)}。"
            "切替費用は取り戻せないため、割増が費用をわずかに上回るだけでは待つ方がよい（履歴効果）。"
        )


def optimal_exit(
    *,
    premium: float,
    volatility: float,
    drift: float,
    discount: float,
    switching_cost: float,
    horizon: int,
    exercise: Literal["any", "contract_end"] = "any",
    contract_years: int | None = None,
    years_to_contract_end: int | None = None,
    break_fee: float | None = None,
    p_incumbent_wins: float | None = None,
    retender_cost: float = 0.0,
    premium_cut_share: float = 0.0,
    switching_growth: float = 0.0,
    yearly_premium: bool = False,
    earliest_years: int = 0,
) -> ExitPolicy:
    """Return trigger by year, value and value of waiting for one system (all amounts in one unit, rates per year).

    ``exercise="any"``: exit open at every moment. ``"contract_end"``: free exit every ``contract_years`` (first after ``years_to_contract_end``), at other year ends
    only against ``break_fee`` (None: not at all), and a re-tender which the incumbent wins with ``p_incumbent_wins``. ``yearly_premium=True`` reads ``premium`` as an
    amount a year, saved until the horizon; otherwise as the present value of what leaving saves. ``earliest_years``: no exit or re-tender before that year end (contract_end only): preparing one takes time.
    Raises ModelError with value, range and cure.
    """
    _require_numbers({
        "割増 premium": premium, "変動率 volatility": volatility, "割増の伸び drift": drift, "割引率 discount": discount, "切替費用 switching_cost": switching_cost,
        "再調達の費用 retender_cost": retender_cost, "割増の低下割合 premium_cut_share": premium_cut_share, "切替費用の伸び switching_growth": switching_growth,
        "中途解約の費用 break_fee": 0.0 if break_fee is None else break_fee, "既存事業者の再落札確率 p_incumbent_wins": 0.0 if p_incumbent_wins is None else p_incumbent_wins,
    })  # fmt: skip
    terms = Terms(
        volatility=volatility,
        drift=drift,
        discount=discount,
        horizon=horizon,
        growth=switching_growth,
        yearly=yearly_premium,
        fee=None if break_fee is None else break_fee / switching_cost if switching_cost > 0 else math.nan,
        p_incumbent=p_incumbent_wins,
        tender=retender_cost / switching_cost if switching_cost > 0 else math.nan,
        cut=premium_cut_share,
        earliest=earliest_years,
    )
    _check(premium, switching_cost, exercise, contract_years, years_to_contract_end, terms)
    free = tuple(year for year in _free_years(horizon, exercise, contract_years, years_to_contract_end) if year >= earliest_years)  # fmt: skip
    lattice = _solve(terms, free, premium / switching_cost, exercise)
    npv = (
        max(terms.slope(0.0) * premium - switching_cost, 0.0)
        if 0 in free
        else _npv_later(terms, free, premium, switching_cost)
    )
    return ExitPolicy(
        premium=premium,
        switching_cost=switching_cost,
        exercise=exercise,
        trigger=_trigger_table(lattice, terms, switching_cost, free),
        value=max(lattice.value * switching_cost, npv),
        npv_value=npv,
        best_exit_year=_best_year(lattice, terms, premium / switching_cost),
    )


def perpetual_trigger_ratio(*, discount: float, payout: float, volatility: float) -> float:
    """Return V*/I = β/(β-1) of the perpetual case (``payout`` δ = discount - drift; all per year; volatility > 0)."""
    if volatility <= 0 or payout <= 0 or discount <= 0:
        raise ModelError(f"割引率 {discount}、払出率 {payout}、変動率 {volatility} はいずれも正の値にしてください。")
    lean = (discount - payout) / volatility**2
    beta = 0.5 - lean + math.sqrt((lean - 0.5) ** 2 + 2 * discount / volatility**2)
    return beta / (beta - 1)


def _require_numbers(values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise ModelError(f"{name} の値「{value}」は数値にしてください。")


def _check(
    premium: float, cost: float, exercise: str, contract_years: int | None, to_end: int | None, terms: Terms
) -> None:
    whole = {"期間 horizon": terms.horizon, "契約年数 contract_years": contract_years, "満了までの年数 years_to_contract_end": to_end, "最も早い脱却の年数 earliest_years": terms.earliest}  # fmt: skip
    for name, years in whole.items():
        if years is not None and (isinstance(years, bool) or not isinstance(years, int | np.integer)):
            raise ModelError(f"{name} の値「{years}」は整数の年数にしてください。")
    if not (premium > 0 and cost > 0 and math.isfinite(premium) and math.isfinite(cost)):
        raise ModelError(f"割増 {premium} と切替費用 {cost} は正の有限の金額にしてください。")
    if exercise not in ("any", "contract_end"):
        raise ModelError(f"行使の条件「{exercise}」は any か contract_end にしてください。")
    if exercise == "contract_end" and (contract_years is None or contract_years < 1):
        raise ModelError(
            f"contract_end では契約年数 contract_years（1 以上、今は {contract_years}）を指定してください。"
        )
    if to_end is not None and (exercise == "any" or to_end < 0):
        raise ModelError(f"契約満了までの年数 {to_end} は contract_end のときに 0 以上で指定してください。")
    if terms.earliest and exercise == "any":
        raise ModelError("最も早い脱却の年数 earliest_years は exercise='contract_end' のときに指定してください。")
    if terms.p_incumbent is not None and exercise == "any":
        raise ModelError(
            "再調達（p_incumbent_wins）は契約満了時に行うものです。→ exercise='contract_end' にしてください。"
        )
    terms.check()


def _free_years(horizon: int, exercise: str, contract_years: int | None, to_end: int | None) -> tuple[int, ...]:
    if exercise == "any" or contract_years is None:
        return tuple(range(horizon + 1))
    first = contract_years if to_end is None else to_end
    return tuple(range(first, horizon + 1, contract_years))


def _solve(terms: Terms, free: tuple[int, ...], start: float, exercise: str) -> Lattice:
    if terms.volatility <= _NO_SPREAD:
        return solve_certain(terms, free, start, continuous=exercise == "any")
    if exercise == "any":
        return solve_limit(terms, start)
    return solve_dates(terms, free, start)


def _npv_later(terms: Terms, free: tuple[int, ...], premium: float, cost: float) -> float:
    """Best of committing today to one open date: what a planner who cannot wait and see would get."""
    worth = [0.0]
    for year in free:
        ahead = math.exp(-terms.discount * year)
        worth.append(ahead * (terms.slope(year) * premium * math.exp(terms.drift * year) - cost * terms.cost(year)))
    return max(worth)


def _trigger_table(lattice: Lattice, terms: Terms, cost: float, free: tuple[int, ...]) -> pd.DataFrame:
    years = np.arange(terms.horizon + 1)
    slopes = np.array([terms.slope(float(year)) for year in years])
    with np.errstate(divide="ignore"):
        npv = np.where(slopes > 0, np.array([terms.cost(float(year)) for year in years]) * cost / slopes, np.inf)
    open_now = np.array([year in free or terms.allows_break(float(year)) for year in years])
    return pd.DataFrame(
        {
            "years_from_now": years,
            "trigger_yen": lattice.triggers * cost,
            "npv_trigger_yen": np.where(open_now, npv, np.inf),
            "trigger_ratio": np.where(slopes > 0, lattice.triggers * np.where(slopes > 0, slopes, 1.0), np.inf),
            "retender_from_yen": lattice.retender * cost,
        }
    )


def _best_year(lattice: Lattice, terms: Terms, start: float) -> int | None:
    expected = start * np.exp(terms.drift * np.arange(terms.horizon + 1))
    worth = np.array(
        [terms.slope(float(year)) * level - terms.cost(float(year)) for year, level in enumerate(expected)]
    )
    # At the horizon the trigger is zero gain: leaving must then gain something.
    reached = np.flatnonzero((expected >= lattice.triggers * (1 - 1e-9)) & (worth > 1e-9))
    return int(reached[0]) if len(reached) else None
