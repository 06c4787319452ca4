"""How fast do Osaka's municipalities take up a shared service, by what has been published?

Estimator  logistic growth through two published shares s₁, s₂ of the 43 at times t₁, t₂ [years]: rate = (logit s₂ − logit s₁) ⁄ (t₂ − t₁).
           One rate a service with at least two dates; the slowest, median and fastest are the range of ``platform_uptake_rate``.
Curves     logistic S(t) = 1 ⁄ (1 + e^−(logit s₀ + k t)); Bass (1969) F(t) = (1 − e^−(p+q)t) ⁄ (1 + (q⁄p) e^−(p+q)t), as a comparison.
What it leaves out: four services, two dates each: no interval can be estimated; a platform is not a chat tool.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_date

Floats = npt.NDArray[np.float64]
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class UptakeRates:
    """One row a service with two published dates; slowest, median and fastest yearly growth of the logit."""

    table: pd.DataFrame = field(repr=False)

    @property
    def slowest(self) -> float:
        """Lowest rate."""
        return float(self.table["uptake_rate_number"].min())

    @property
    def median(self) -> float:
        """Middle rate."""
        return float(self.table["uptake_rate_number"].median())

    @property
    def fastest(self) -> float:
        """Highest rate."""
        return float(self.table["uptake_rate_number"].max())

    def to_frame(self) -> pd.DataFrame:
        """Return service, first and last published count, yearly rate, years from 10 % to 90 % of the bodies."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the range as one Japanese sentence."""
        years = self.table["years_10_to_90"]
        return (
            f"府内の共同調達{len(self.table)}件の公表値では、団体の1割から9割に広がるまでに{years.min():.0f}年から{years.max():.0f}年"
            f"（中央値は{2 * float(logit(0.9)) / self.median:.0f}年）かかる速さの開きがある。"
        )


def estimate_uptake_rates(joint_uptake: pd.DataFrame) -> UptakeRates:
    """Return the growth rate of each service of ``joint_uptake`` with a share strictly between 0 and 1 at two dates or more.

    Raises ModelError where no service has two such dates.
    """
    rows = []
    for _, part in joint_uptake.sort_values("as_of_date").groupby("uptake_id", sort=False):
        first, last = part.iloc[0], part.iloc[-1]
        shares = [float(one["members_count"] / one["eligible_count"]) for one in (first, last)]
        years = (last["as_of_date"] - first["as_of_date"]).days / _DAYS_PER_YEAR
        if years <= 0 or not all(0 < share < 1 for share in shares):
            continue
        rate = float((logit(shares[1]) - logit(shares[0])) / years)
        rows.append(
            {
                "service_ja": first["service_ja"],
                "first_uptake_ja": f"{era_date(first['as_of_date'].date())}：{int(first['members_count'])}団体",
                "last_uptake_ja": f"{era_date(last['as_of_date'].date())}：{int(last['members_count'])}団体",
                "uptake_rate_number": rate,
                "years_10_to_90": 2 * float(logit(0.9)) / rate if rate > 0 else np.nan,
            }
        )
    if not rows:
        raise ModelError("参加団体数が2時点以上公表されたサービスがないため、広がる速さを計算できません。")
    return UptakeRates(pd.DataFrame(rows).sort_values("uptake_rate_number", ascending=False, ignore_index=True))


def logistic_share(years: npt.ArrayLike, start: npt.ArrayLike, rate: npt.ArrayLike) -> Floats:
    """Return the share of bodies connected ``years`` after the start (0 before it), growing from ``start`` at the logit rate."""
    time = np.asarray(years, dtype=float)
    share = expit(logit(np.asarray(start, dtype=float)) + np.asarray(rate, dtype=float) * time)
    return np.asarray(np.where(time >= 0, share, 0.0), dtype=float)


def bass_share(years: npt.ArrayLike, innovation: npt.ArrayLike, imitation: npt.ArrayLike) -> Floats:
    """Return the cumulated share of adopters ``years`` after the start (0 before it) of the Bass curve."""
    time, p, q = (np.asarray(value, dtype=float) for value in (years, innovation, imitation))
    fading = np.exp(-(p + q) * np.maximum(time, 0.0))
    return np.asarray((1 - fading) / (1 + q / p * fading), dtype=float)
