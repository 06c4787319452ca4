"""Does cost grow slower than size, from which size on no longer, and how sure is that?

Sets        rows of any tidy table (systems, municipality × task, municipalities …), optional bodies they belong to
Estimator   piecewise log-log with one knot, see ``scale_fit``: elasticity below and above the knot with t intervals (HC3, or its
            clustered form where bodies have a random effect); knot given, searched (``knot="search"``) or none (power law)
Average     cost ÷ size falls where the elasticity is below 1 and rises where it is above 1: its minimum is at the knot if the two
cost        elasticities lie on either side of 1, else at an end of the data; "proven" only where both intervals exclude 1.
            Levels in yen use Duan's smearing factor (Duan 1983, JASA 78), for exp(mean of logs) is below the mean.
Check       repeated K-fold (whole bodies left out) against a plain power law and against proportional cost (``scale_check``)
Source      form and anchors: 総務省 市区町村における情報システム経費の調査結果（2017年度当初予算）, U-shaped by population band.
What it leaves out: scope and quality differences, cause (large bodies differ in more than size); 43 bodies say little above 400,000.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from dxmodels.cost.checks import require_columns, require_range
from dxmodels.cost.scale_check import cross_validate
from dxmodels.cost.scale_fit import BodyEffect, ScaleData, ScaleFit, curve_columns, fit_curve, search_knot
from dxmodels.errors import ModelError
from dxmodels.streams import stream

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScaleCurve:
    """A fitted cost curve.

    ``coefficients``: term, name_ja, estimate, standard_error, low, high (level), search_low, search_high (knot searched anew in
    every redraw; NaN where the knot was given). ``validation``: model, rmse_log, median_error_rate. ``observations``: body, size, cost.
    """

    coefficients: pd.DataFrame
    validation: pd.DataFrame
    observations: pd.DataFrame
    knot: float
    knot_low: float
    knot_high: float
    knot_searched: bool
    body_effect: BodyEffect
    level: float
    smearing: float
    fit: ScaleFit = field(repr=False)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.observations)

    @property
    def bodies(self) -> int:
        """Number of bodies."""
        return int(self.observations["body"].nunique())

    def elasticity(self, side: str = "below") -> tuple[float, float, float]:
        """Return (estimate, low, high) of the elasticity below or above the knot (either word for a power law)."""
        rows = self.coefficients.set_index("term")
        term = f"elasticity_{side}" if f"elasticity_{side}" in rows.index else "elasticity"
        return float(rows["estimate"][term]), float(rows["low"][term]), float(rows["high"][term])

    @property
    def minimum_state(self) -> str:
        """Where average cost is lowest: interior_proven, interior, falling (largest is cheapest) or rising."""
        below, _, below_high = self.elasticity("below")
        above, above_low, _ = self.elasticity("above")
        if math.isfinite(self.knot) and below < 1.0 < above:
            return "interior_proven" if below_high < 1.0 < above_low else "interior"
        return "falling" if above <= 1.0 else "rising"

    @property
    def minimum_size(self) -> float:
        """The size at which average cost is lowest, within the data."""
        sizes = self.observations["size"]
        if self.minimum_state.startswith("interior"):
            return self.knot
        return float(sizes.max() if self.minimum_state == "falling" else sizes.min())

    def predict(self, sizes: Iterable[float]) -> pd.DataFrame:
        """Return size, cost, low, high (interval of the mean curve) and the same per unit of size."""
        grid = np.asarray(list(sizes), dtype=float)
        if len(grid) == 0 or not (np.isfinite(grid).all() and (grid > 0).all()):
            raise ModelError("規模は正の数で指定してください（例：人口 50000）。")
        columns = curve_columns(np.log(grid), self.fit.log_knot)
        used = columns.shape[1]
        centre = columns @ self.fit.beta[:used] + self._control_offset
        error = np.sqrt(np.einsum("ij,jk,ik->i", columns, self.fit.covariance[:used, :used], columns))
        half = float(stats.t.ppf(0.5 + self.level / 2, self.fit.freedom)) * error
        mean, low, high = (np.exp(value) * self.smearing for value in (centre, centre - half, centre + half))
        frame = pd.DataFrame({"size": grid, "cost": mean, "low": low, "high": high})
        return frame.assign(average_cost=mean / grid, average_low=low / grid, average_high=high / grid)

    def to_frame(self) -> pd.DataFrame:
        """Return the elasticities with their intervals (E12)."""
        return self.coefficients.drop(columns="term").rename(columns={"estimate": "elasticity"})

    def summary(self) -> str:
        """Return the result as Japanese sentences."""
        below, low, high = self.elasticity("below")
        span = f"（{self.level:.0%}区間{low:.2f}〜{high:.2f}）".replace("%", "％")
        if not math.isfinite(self.knot):
            return f"規模が1％増えると費用は{below:.2f}％増える{span}。n={self.n}（{self.bodies}団体）。"
        above, low_above, high_above = self.elasticity("above")
        span_above = f"（同{low_above:.2f}〜{high_above:.2f}）"
        place = {
            "interior_proven": f"規模当たりの費用は{self.knot:,.0f}付近で最小となる。",
            "interior": f"規模当たりの費用は{self.knot:,.0f}付近で最小とみられるが、区間が1をまたぐため断定できない。",
            "falling": "規模当たりの費用は規模とともに下がり続け、最小点は見いだせない。",
            "rising": "規模当たりの費用は規模とともに上がり続け、最小点は見いだせない。",
        }[self.minimum_state]
        searched = f"（探索した値。区間{self.knot_low:,.0f}〜{self.knot_high:,.0f}）" if self.knot_searched else ""
        return (
            f"折れ点{self.knot:,.0f}{searched}より小さい側では規模が1％増えると費用は{below:.2f}％{span}、大きい側では"
            f"{above:.2f}％{span_above}増える。{place}n={self.n}（{self.bodies}団体）。"
        )

    @property
    def _control_offset(self) -> float:
        # The mean cost over the levels of the controls, not the cost of the mean level: sums over tasks come out right.
        return math.log(float(np.exp(self.observations["control_part"]).mean()))


def estimate_scale(
    table: pd.DataFrame,
    *,
    size: str,
    cost: str,
    knot: float | str | None,
    body: str | None = None,
    body_effect: BodyEffect | None = None,
    controls: Sequence[str] = (),
    level: float = 0.95,
    seed: int = 0,
    resamples: int = 199,
    folds: int = 5,
    repeats: int = 10,
) -> ScaleCurve:
    """Return the cost curve of ``table`` (columns ``size`` and ``cost``, both positive; rows with blanks are left out).

    ``knot``: a size, "search", or None for a power law. ``body``: column of the body a row belongs to; its effect is random unless
    ``body_effect`` says "fixed" or "none". ``controls``: categorical columns (task …). Raises ModelError for fewer than 8 usable rows.
    """
    require_range("信頼水準", level, 0.5, 0.999, "0.5以上0.999以下で指定してください（例：0.95）。")
    rows, data = _prepare(table, size, cost, body, controls)
    effect: BodyEffect = (body_effect or "random") if body else "none"
    searched = knot == "search"
    log_knot, knot_low, knot_high = _place_knot(data, knot, level)
    fit = fit_curve(data, log_knot, effect)
    redrawn = _redraw(data, effect, seed, resamples) if searched else None
    used = curve_columns(data.log_size[:1], log_knot).shape[1]
    rows["control_part"] = data.controls @ fit.beta[used : used + data.controls.shape[1]]
    return ScaleCurve(
        coefficients=_coefficient_table(fit, level, redrawn),
        validation=cross_validate(data, knot=log_knot, searched=searched, seed=seed, folds=folds, repeats=repeats),
        observations=rows,
        knot=math.exp(log_knot),
        knot_low=math.exp(knot_low),
        knot_high=math.exp(knot_high),
        knot_searched=searched,
        body_effect=effect,
        level=level,
        smearing=float(np.mean(np.exp(fit.residuals))),
        fit=fit,
    )


def _prepare(
    table: pd.DataFrame, size: str, cost: str, body: str | None, controls: Sequence[str]
) -> tuple[pd.DataFrame, ScaleData]:
    columns = [size, cost, *([body] if body else []), *controls]
    require_columns(table, columns, "規模と費用")
    used = table[columns].dropna()
    values = used[[size, cost]].astype("float64")
    used = used[(values > 0).all(axis=1)]
    if len(used) < 8:
        raise ModelError(f"規模と費用がともに正の行が {len(used)} 行しかありません。8行以上にしてください。")
    names = used[body].astype(str).to_numpy() if body else used.index.astype(str).to_numpy()
    rows = pd.DataFrame(
        {"body": names, "size": used[size].astype(float).to_numpy(), "cost": used[cost].astype(float).to_numpy()}
    )
    dummies = (
        pd.get_dummies(used[list(controls)].astype(str), drop_first=True, dtype=float).to_numpy() if controls else None
    )
    data = ScaleData(
        log_size=np.log(rows["size"].to_numpy()),
        log_cost=np.log(rows["cost"].to_numpy()),
        bodies=np.asarray(pd.factorize(rows["body"], sort=True)[0], dtype=np.int64) if body else None,
        controls=np.empty((len(rows), 0)) if dummies is None else dummies,
    )
    return rows, data


def _place_knot(data: ScaleData, knot: float | str | None, level: float) -> tuple[float, float, float]:
    if knot is None:
        return math.nan, math.nan, math.nan
    if isinstance(knot, str):
        if knot != "search":
            raise ModelError(f"折れ点「{knot}」は使えません。規模の値、search、または指定なし（None）にしてください。")
        return search_knot(data, level)
    inside = np.exp(data.log_size.min()) < knot < np.exp(data.log_size.max())
    if not inside:
        raise ModelError(f"折れ点 {knot:,.0f} がデータの規模の範囲の外です。範囲内の値か search を指定してください。")
    return math.log(knot), math.log(knot), math.log(knot)


def _redraw(data: ScaleData, effect: BodyEffect, seed: int, resamples: int) -> Floats:
    """Return slopes (below, above) of redrawn bodies with the knot searched anew: what searching adds to uncertainty."""
    generator = stream(seed, "scale/redraw")
    units = np.arange(len(data.log_size)) if data.bodies is None else data.bodies
    members = [np.flatnonzero(units == unit) for unit in range(int(units.max()) + 1)]
    slopes = []
    for _ in range(resamples):
        picked = generator.integers(0, len(members), len(members))
        rows = np.concatenate([members[unit] for unit in picked])
        sizes = [len(members[unit]) for unit in picked]
        drawn = data.take(rows)
        drawn = ScaleData(drawn.log_size, drawn.log_cost, np.repeat(np.arange(len(picked)), sizes), drawn.controls)
        log_knot, _, _ = search_knot(drawn, 0.95)
        design = np.column_stack([curve_columns(drawn.log_size, log_knot), drawn.controls])
        slopes.append(np.linalg.lstsq(design, drawn.log_cost, rcond=None)[0][1:3])
    return np.array(slopes)


def _coefficient_table(fit: ScaleFit, level: float, redrawn: Floats | None) -> pd.DataFrame:
    terms = [("elasticity", "弾力性（費用÷規模）")]
    if math.isfinite(fit.log_knot):
        terms = [("elasticity_below", "折れ点より小さい側の弾力性"), ("elasticity_above", "折れ点より大きい側の弾力性")]
    rows = []
    for index, (term, name_ja) in enumerate(terms, start=1):
        error, low, high = fit.interval(index, level)
        ends = (math.nan, math.nan)
        if redrawn is not None:
            lower, upper = np.quantile(redrawn[:, index - 1], [0.5 - level / 2, 0.5 + level / 2])
            ends = (float(lower), float(upper))
        rows.append((term, name_ja, float(fit.beta[index]), error, low, high, *ends))
    names = ["term", "name_ja", "estimate", "standard_error", "low", "high", "search_low", "search_high"]
    return pd.DataFrame(rows, columns=names)
