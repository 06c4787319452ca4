"""Does the data-linkage platform pay, from which use on, and when should it be stopped?

Sets        use cases u, fiscal years t = 0 … H, municipalities N
Parameters  F fixed cost, M rules and management [yen/yr]; a one-off, b yearly cost of a connection; v cost of one use [yen];
            V_u uses a year when all are connected; c_u cash saved [yen] and h_u staff time saved [h] by one use; d_u year of launch; S share connected
Uses        U_ut = V_u · S(t − d_u) (dxmodels.services.platform_uptake)
Cost        C_t = F + M + Σ_u N (a · rise of S + b · S) + v Σ_u U_ut;  cash K_t = Σ_u c_u U_ut;  hours T_t = Σ_u h_u U_ut
Break-even  in cash: first year with Σ K ≥ Σ C; uses a year at which K = C at the year's mix of uses. Hours are **never** added to cash; instead
            the price of an hour is told: w = (Σ C − Σ K) ⁄ Σ T, and compared with the most the prefecture will pay for one (policy, register).
Stop rule   after the grace period, stop when the yearly price of an hour (C_t − K_t) ⁄ T_t lies above that most in k years running. The same line in
            uses: (F + M + connections) ⁄ (c̄ − v + h̄ · most), what to count every year.
Guard       a benefit is claimed by one use case only, and not where another exhibit claims it (dxmodels.services.use_cases).
Uncertainty scrambled Sobol' draws over every range of the register; 5–95 % bands. Nothing is discounted (price of an hour is a ratio of sums).
What it leaves out: residents' time, better decisions from data, disasters beyond a usual year, cost of a failed start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.money import format_rate, format_yen
from dxmodels.services.platform_uptake import bass_share, logistic_share
from dxmodels.services.use_cases import UseCase, check_claims
from dxmodels.streams import sobol_draws

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]
Curve = Literal["logistic", "bass"]
Values = Mapping[str, Floats]

COST_NAMES = (
    "platform_fixed_yen", "platform_management_yen", "platform_connect_yen", "platform_connect_running_yen", "platform_use_variable_yen",
    "platform_start_share", "platform_uptake_rate", "platform_bass_innovation", "platform_bass_imitation", "platform_hour_ceiling_yen",
)  # fmt: skip
RULE_NAMES = ("platform_horizon_years", "platform_grace_years", "platform_stop_years")
_BAND = (0.05, 0.5, 0.95)
_MINUTES_PER_HOUR = 60.0
_TEN_THOUSAND = 10_000


@dataclass(frozen=True, eq=False)
class PlatformAccount:
    """The account by fiscal year and by use case, the price of an hour with its band, break-even and stop line."""

    by_year: pd.DataFrame = field(repr=False)
    by_use_case: pd.DataFrame = field(repr=False)
    hour_price_yen: float
    hour_price_band_yen: tuple[float, float, float]
    hour_ceiling_yen: float
    cash_break_even_fy: int | None
    cash_break_even_share: float
    within_ceiling_share: float
    stop_fy: int | None
    stop_share: float
    grace_years: int
    stop_years: int
    draws_count: int
    curve: Curve
    assumptions: tuple[str, ...]

    @property
    def pays(self) -> bool:
        """Whether an hour costs no more than the prefecture will pay for it (central values)."""
        return self.hour_price_yen <= self.hour_ceiling_yen

    def to_frame(self) -> pd.DataFrame:
        """Return the account in cash by fiscal year."""
        return self.by_year[
            ["fiscal_year", "platform_standing_yen", "platform_connection_yen", "platform_variable_yen", "platform_cash_yen",
             "platform_cumulated_yen", "platform_cumulated_p05_yen", "platform_cumulated_p95_yen"]
        ]  # fmt: skip

    def summary(self) -> str:
        """Return the answer in Japanese."""
        low, _, high = self.hour_price_band_yen
        share = format_rate(self.cash_break_even_share, decimals=0)
        if self.cash_break_even_fy:
            cash = f"現金だけで{era_year(self.cash_break_even_fy)}に元が取れる（試行の{share}で取れる）。"
        else:
            cash = f"現金だけでは{len(self.by_year)}年で元が取れない（取れるのは試行の{share}）。"
        return (
            f"データ連携基盤は、{cash}差額は職員の時間を{_price(self.hour_price_yen)}（5〜95％の幅 {_price(low)}〜{_price(high)}）で短縮する計算になり、"
            f"上限とする1時間{self.hour_ceiling_yen:,.0f}円を{'下回る' if self.pays else '上回る'}。"
        )

    def stop_line_ja(self) -> str:
        """Return in Japanese the uses below which to stop, and whether the central case keeps above them."""
        watched = self.by_year.iloc[min(self.grace_years, len(self.by_year) - 1)]
        line = f"{era_year(int(watched['fiscal_year']))}は年{_uses_ja(float(watched['platform_stop_count']))}" if pd.notna(watched["platform_stop_count"]) else "利用がないうちは定まらない"  # fmt: skip
        judged = f"{era_year(self.stop_fy)}にこの条件に当たり、やめる" if self.stop_fy else "この条件に当たらず、続ける"
        return (
            f"データ連携基盤は、開始から{self.grace_years}年を過ぎて年間利用が停止線（{line}）を{self.stop_years}年続けて下回ればやめる。"
            f"中心の見込みでは{judged}（前提を幅の中で動かした試行の{format_rate(self.stop_share, decimals=0)}では当たる）。"
        )

    def stop_rule(self) -> str:
        """Return the stop rule as one Japanese sentence."""
        return (
            f"開始から{self.grace_years}年を過ぎ、職員1時間の短縮に要する費用（費用から現金の節減を引いた額÷短縮時間）が{self.hour_ceiling_yen:,.0f}円を"
            f"{self.stop_years}年続けて上回れば、継続しない。数えるのは年間利用件数で、年度ごとの停止線は表に示す。"
        )


def _uses_ja(count: float) -> str:
    """Return a count of uses; millions in ten thousands, since the line is no sharper than the assumptions it rests on."""
    return f"約{count / _TEN_THOUSAND:,.0f}万件" if count >= 100 * _TEN_THOUSAND else f"{count:,.0f}件"


def evaluate_platform(
    register: Register,
    use_cases: Sequence[UseCase],
    *,
    start_fy: int,
    municipalities: int,
    seed: int,
    draws: int = 512,
    curve: Curve = "logistic",
    claimed_elsewhere: Mapping[str, str] | None = None,
) -> PlatformAccount:
    """Return the account of the platform from ``start_fy`` on (yen, tax in, prices of the register).

    ``claimed_elsewhere``: benefit → exhibit that claims it already; such a benefit counts as zero here. Raises ModelError where two use
    cases claim one benefit, there is no use case, or ``draws`` is no power of two.
    """
    counted = check_claims(use_cases, claimed_elsewhere or {})
    names = (*COST_NAMES, *(name for case in use_cases for name in case.assumptions))
    horizon, grace, row = (round(register.value(name)) for name in RULE_NAMES)
    central = _account({name: np.array([register.value(name)]) for name in names}, use_cases, counted, municipalities, horizon, curve)  # fmt: skip
    drawn = _account(_sampled(register, names, seed, draws), use_cases, counted, municipalities, horizon, curve)
    stops, all_stops = _stop_years(central, grace, row), _stop_years(drawn, grace, row)
    low, middle, high = (float(value) for value in np.quantile(_hour_price(drawn), _BAND))
    return PlatformAccount(
        by_year=_by_year(central, drawn, start_fy),
        by_use_case=_by_use_case(central, use_cases, counted, claimed_elsewhere or {}),
        hour_price_yen=float(_hour_price(central)[0]),
        hour_price_band_yen=(low, middle, high),
        hour_ceiling_yen=register.value("platform_hour_ceiling_yen"),
        cash_break_even_fy=_first_year(central["net"].cumsum(axis=1)[0] >= 0, start_fy),
        cash_break_even_share=float((drawn["net"].cumsum(axis=1) >= 0).any(axis=1).mean()),
        within_ceiling_share=float((_hour_price(drawn) <= drawn["ceiling"]).mean()),
        stop_fy=None if stops[0] < 0 else start_fy + int(stops[0]),
        stop_share=float((all_stops >= 0).mean()),
        grace_years=grace,
        stop_years=row,
        draws_count=draws,
        curve=curve,
        assumptions=(*names, *RULE_NAMES),
    )


def hour_margin(
    register: Register, use_cases: Sequence[UseCase], *, municipalities: int, curve: Curve = "logistic"
) -> float:
    """Return by how much the most paid for an hour exceeds its price [yen/h]: positive = the platform pays. For switching values."""
    names = (*COST_NAMES, *(name for case in use_cases for name in case.assumptions))
    values = {name: np.array([register.value(name)]) for name in names}
    counted = check_claims(use_cases, {})
    central = _account(values, use_cases, counted, municipalities, round(register.value(RULE_NAMES[0])), curve)
    return float(central["ceiling"][0] - _hour_price(central)[0])


def _sampled(register: Register, names: Sequence[str], seed: int, draws: int) -> Values:
    """One column of scrambled Sobol' points an assumption, in the order of the names."""
    points = sobol_draws(seed, "data-linkage platform", draws=draws, dimensions=len(names))
    return {name: register[name].quantile(points[:, place]) for place, name in enumerate(names)}


def _account(
    values: Values, use_cases: Sequence[UseCase], counted: Sequence[bool], bodies: int, horizon: int, curve: Curve
) -> dict[str, Floats]:
    """Return arrays (draws, years) of cost parts, cash and hours, and (draws, years, use cases) of uses and shares."""
    years = np.arange(horizon)
    shares = np.stack([_share(values, case, years, curve) for case in use_cases], axis=2)
    uses = shares * np.stack([values[case.uses] for case in use_cases], axis=1)[:, None, :]
    cash_each = np.stack([values[c.cash] * k for c, k in zip(use_cases, counted, strict=True)], axis=1)[:, None, :]
    hours_each = np.stack([values[c.minutes] * k / _MINUTES_PER_HOUR for c, k in zip(use_cases, counted, strict=True)], axis=1)[:, None, :]  # fmt: skip
    rise = np.diff(shares, axis=1, prepend=0.0)
    connect = bodies * (values["platform_connect_yen"][:, None] * rise.sum(axis=2))
    connect += bodies * values["platform_connect_running_yen"][:, None] * shares.sum(axis=2)
    shape = np.ones_like(connect)
    found = {
        "fixed": values["platform_fixed_yen"][:, None] * shape,
        "management": values["platform_management_yen"][:, None] * shape,
        "connect": connect,
        "variable": values["platform_use_variable_yen"][:, None] * uses.sum(axis=2),
        "cash": (uses * cash_each).sum(axis=2),
        "hours": (uses * hours_each).sum(axis=2),
        "ceiling": values["platform_hour_ceiling_yen"],
        "uses": uses,
        "shares": shares,
        "cash_by_case": uses * cash_each,
        "hours_by_case": uses * hours_each,
    }
    found["cost"] = found["fixed"] + found["management"] + found["connect"] + found["variable"]
    found["net"] = found["cash"] - found["cost"]
    return found


def _share(values: Values, case: UseCase, years: npt.NDArray[np.int64], curve: Curve) -> Floats:
    since = years[None, :] - values[case.delay][:, None]
    if curve == "bass":
        return bass_share(
            since, values["platform_bass_innovation"][:, None], values["platform_bass_imitation"][:, None]
        )
    if curve != "logistic":
        raise ModelError(f"普及曲線「{curve}」は使えません。logistic か bass にしてください。")
    return logistic_share(since, values["platform_start_share"][:, None], values["platform_uptake_rate"][:, None])


def _hour_price(account: Mapping[str, Floats]) -> Floats:
    """Price of an hour over the horizon; 0 or less where cash alone pays."""
    return np.asarray(-account["net"].sum(axis=1) / np.maximum(account["hours"].sum(axis=1), 1e-9), dtype=float)


def _stop_years(account: Mapping[str, Floats], grace: int, row: int) -> npt.NDArray[np.int64]:
    """Return for each draw the first year in which the rule bites (-1 = never)."""
    price = -account["net"] / np.maximum(account["hours"], 1e-9)
    dear = (price > account["ceiling"][:, None]) & (np.arange(price.shape[1]) >= grace)
    run = np.zeros(len(price), dtype=np.int64)
    first = np.full(len(price), -1, dtype=np.int64)
    for year in range(price.shape[1]):
        run = np.where(dear[:, year], run + 1, 0)
        first = np.where((first < 0) & (run >= row), year, first)
    return first


def _by_year(central: Mapping[str, Floats], drawn: Mapping[str, Floats], start_fy: int) -> pd.DataFrame:
    uses, hours, cash = central["uses"].sum(axis=2)[0], central["hours"][0], central["cash"][0]
    standing = central["fixed"][0] + central["management"][0] + central["connect"][0]
    cash_margin = _ratio(cash - central["variable"][0], uses)
    worth = cash_margin + _ratio(hours, uses) * central["ceiling"][0]
    prices = np.quantile(_ratio(-drawn["net"], drawn["hours"]), _BAND, axis=0)
    cumulated = np.quantile(drawn["net"].cumsum(axis=1), _BAND, axis=0)
    columns = {
        "platform_uses_count": uses,
        "platform_stop_count": np.ceil(_ratio(standing, worth)),
        "platform_even_count": np.ceil(_ratio(standing, cash_margin)),
        "platform_standing_yen": central["fixed"][0] + central["management"][0],
        "platform_connection_yen": central["connect"][0],
        "platform_variable_yen": central["variable"][0],
        "platform_cash_yen": cash,
        "platform_net_yen": central["net"][0],
        "platform_cumulated_yen": central["net"][0].cumsum(),
        "platform_cumulated_p05_yen": cumulated[0],
        "platform_cumulated_p95_yen": cumulated[2],
        "platform_hours_count": hours,
        "hour_price_yen": _ratio(-central["net"][0], hours),
        "hour_price_p05_yen": prices[0],
        "hour_price_p95_yen": prices[2],
    }
    whole = {name: pd.array(np.rint(values), dtype="Int64") for name, values in columns.items()}
    return pd.DataFrame({"fiscal_year": start_fy + np.arange(len(uses)), **whole})


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return above ÷ below, NaN where below is not positive: no use, no price."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0), dtype=float)


def _by_use_case(
    central: Mapping[str, Floats], use_cases: Sequence[UseCase], counted: Sequence[bool], elsewhere: Mapping[str, str]
) -> pd.DataFrame:
    rows = []
    for place, (case, counts) in enumerate(zip(use_cases, counted, strict=True)):
        rows.append(
            {
                "use_case_ja": case.name_ja,
                "claimed_benefit_ja": case.benefit_ja,
                "claim_state_ja": "この表で数える" if counts else f"{elsewhere[case.benefit_ja]}で数えるため除く",
                "connected_share": float(central["shares"][0, -1, place]),
                "platform_uses_count": round(float(central["uses"][0, -1, place])),
                "platform_cash_yen": round(float(central["cash_by_case"][0, :, place].sum())),
                "platform_hours_count": round(float(central["hours_by_case"][0, :, place].sum())),
            }
        )
    return pd.DataFrame(rows)


def _first_year(reached: npt.NDArray[np.bool_], start_fy: int) -> int | None:
    return start_fy + int(np.argmax(reached)) if reached.any() else None


def _price(value: float) -> str:
    return f"1時間{format_yen(value, '円', with_unit=False)}円"
