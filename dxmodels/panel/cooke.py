"""Whose quantiles have earned weight on questions whose answers are known?

Expert e states quantiles (5, 50, 95 %) for N seed questions with known realisations. With p = (.05, .45, .45, .05) the theoretical and s_e the
observed shares of realisations between the quantiles:
calibration  C(e) = P(χ²_3 ≥ 2 N I(s_e, p)),  I(s, p) = Σ s ln(s/p);
information  K(e) = mean over questions of ln(U − L) + Σ p ln(p / width), the background uniform (or log-uniform) on the intrinsic range [L, U], which
is the span of all experts' quantiles and the realisation, widened by the overshoot k on both sides;
weight       w(e) ∝ C(e) · K(e) · 1[C(e) ≥ α].
Method: Cooke, Experts in Uncertainty (1991), classical model with global weights; α is given, or chosen so that the weighted panel scores best.

What it leaves out: with fewer than about ten seed questions C hardly tells experts apart (the number is printed);
weights earned on seed questions are assumed to carry over to the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2

from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]
Scale = Literal["uniform", "log"]

_PROBABILITIES = (0.05, 0.5, 0.95)
_TEN_SEEDS = 10


@dataclass(frozen=True, eq=False)
class CookeWeights:
    """Calibration, information and weight by expert; the weighted panel's own scores; α and the number of seed questions."""

    table: pd.DataFrame
    panel_quantiles: pd.DataFrame
    panel_calibration: float
    panel_information: float
    alpha: float
    questions: int
    overshoot: float

    @property
    def weights(self) -> pd.Series:
        """Weight by expert, adding up to one."""
        return self.table.set_index("expert")["weight_share"]

    def to_frame(self) -> pd.DataFrame:
        """Return one row an expert: calibration, information, score, weight."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese who carries weight, and how small the basis is."""
        weighted = self.table[self.table["weight_share"] > 0]
        caution = "。既知の設問が少なく、重みの差は不確か" if self.questions < _TEN_SEEDS else ""
        return (
            f"既知の設問{self.questions}問での成績により、{len(self.table)}人中{len(weighted)}人に重みが付く"
            f"（合成の較正度{self.panel_calibration:.2f}、情報量{self.panel_information:.2f}、重みを付ける較正度の下限{self.alpha:.3g}）{caution}。"
        )


def cooke_weights(
    quantiles: pd.DataFrame | npt.ArrayLike,
    realisations: pd.Series | Mapping[str, float] | Sequence[float],
    *,
    probabilities: Sequence[float] = _PROBABILITIES,
    alpha: float | Literal["optimise"] = 0.0,
    overshoot: float = 0.1,
    scale: Scale | Sequence[Scale] = "uniform",
) -> CookeWeights:
    """Return performance weights of experts from seed questions.

    ``quantiles``: a DataFrame with columns expert, question and one column a quantile (in the order of ``probabilities``), an array
    (experts, questions, quantiles), or a mapping expert → (questions, quantiles). ``realisations``: by question, or in the array's order. ``alpha``: significance below which an
    expert gets no weight, or "optimise". ``scale``: background measure, one for all or one a question ("log" needs positive values).
    """
    if not all(low < high for low, high in pairwise([0.0, *probabilities, 1.0])):
        raise ModelError(
            f"分位点の確率 {list(probabilities)} は 0 と 1 の間で小さい順に並べてください（例：0.05、0.5、0.95）。"
        )
    cube, experts, questions = _cube(quantiles, len(probabilities))
    truth = _truth(realisations, questions)
    logs = np.array([name == "log" for name in ([scale] * len(questions) if isinstance(scale, str) else scale)])
    cube, truth = _transformed(cube, truth, logs)
    low, high = _intrinsic_range(cube, truth, overshoot)
    masses = np.diff(np.concatenate([[0.0], probabilities, [1.0]]))
    calibration = np.array([_calibration(answers, truth, masses) for answers in cube])
    information = np.array([_information(answers, low, high, masses) for answers in cube])
    score = calibration * information
    cutoff, weights, panel = _best_panel(cube, truth, calibration, score, masses, probabilities, low, high, alpha)
    table = pd.DataFrame(
        {
            "expert": experts,
            "calibration_value": calibration,
            "information_value": information,
            "combined_value": score,
            "weight_share": weights,
        }
    )
    shown = np.where(logs[:, None], np.exp(np.where(logs[:, None], panel, 0.0)), panel)
    panel_frame = pd.DataFrame(shown, index=questions, columns=[f"q{p:g}_value" for p in probabilities])
    return CookeWeights(
        table=table,
        panel_quantiles=panel_frame.rename_axis("question").reset_index(),
        panel_calibration=_calibration(panel, truth, masses),
        panel_information=_information(panel, low, high, masses),
        alpha=cutoff,
        questions=len(questions),
        overshoot=overshoot,
    )


def combine_quantiles(
    quantiles: Floats, weights: Floats, low: float, high: float, probabilities: Sequence[float] = _PROBABILITIES
) -> Floats:
    """Return the quantiles of the weighted mixture for one question; ``quantiles`` is (experts, quantiles), the range [low, high]."""
    levels = np.concatenate([[0.0], probabilities, [1.0]])
    knots = np.column_stack([np.full(len(quantiles), low), quantiles, np.full(len(quantiles), high)])
    grid = np.unique(knots)
    mixture = sum(weight * np.interp(grid, row, levels) for weight, row in zip(weights, knots, strict=True))
    combined: Floats = np.interp(probabilities, np.asarray(mixture, dtype=float), grid)
    return combined


def _best_panel(
    cube: Floats,
    truth: Floats,
    calibration: Floats,
    score: Floats,
    masses: Floats,
    probabilities: Sequence[float],
    low: Floats,
    high: Floats,
    alpha: float | Literal["optimise"],
) -> tuple[float, Floats, Floats]:
    cutoffs = sorted(set(calibration.tolist())) if alpha == "optimise" else [float(alpha)]
    best: tuple[float, float, Floats, Floats] | None = None
    for cutoff in cutoffs:
        weights = np.where(calibration >= cutoff, score, 0.0)
        if weights.sum() <= 0:
            continue
        weights = weights / weights.sum()
        panel = np.array(
            [combine_quantiles(cube[:, q], weights, low[q], high[q], probabilities) for q in range(cube.shape[1])]
        )
        value = _calibration(panel, truth, masses) * _information(panel, low, high, masses)
        if best is None or value > best[0]:
            best = (value, cutoff, weights, panel)
    if best is None:
        raise ModelError(
            f"α={alpha} では重みの付く委員がいません。α を {float(calibration.max()):.3g} 以下にしてください。"
        )
    return best[1], best[2], best[3]


def _calibration(answers: Floats, truth: Floats, masses: Floats) -> float:
    # A realisation on a quantile counts to the bin below it, as "at or below the 5 % quantile" reads.
    bins = (truth[:, None] > answers).sum(axis=1)
    observed = np.bincount(bins, minlength=len(masses)) / len(truth)
    seen = observed > 0
    divergence = float((observed[seen] * np.log(observed[seen] / masses[seen])).sum())
    return float(chi2.sf(2 * len(truth) * divergence, len(masses) - 1))


def _information(answers: Floats, low: Floats, high: Floats, masses: Floats) -> float:
    edges = np.column_stack([low, answers, high])
    widths = np.diff(edges, axis=1)
    return float(np.mean(np.log(high - low) + (masses * np.log(masses / widths)).sum(axis=1)))


def _intrinsic_range(cube: Floats, truth: Floats, overshoot: float) -> tuple[Floats, Floats]:
    if not overshoot > 0:
        raise ModelError(f"余裕幅（overshoot）{overshoot} は正の数にしてください（例：0.1）。")
    low = np.minimum(cube.min(axis=(0, 2)), truth)
    high = np.maximum(cube.max(axis=(0, 2)), truth)
    return low - overshoot * (high - low), high + overshoot * (high - low)


def _transformed(cube: Floats, truth: Floats, logs: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    if len(logs) != len(truth):
        raise ModelError(f"尺度（scale）は設問の数 {len(truth)} と同じだけ指定してください。")
    if (cube[:, logs] <= 0).any() or (truth[logs] <= 0).any():
        raise ModelError("対数尺度の設問に 0 以下の値があります。uniform にするか、値を確認してください。")
    cube, truth = cube.copy(), truth.copy()
    cube[:, logs], truth[logs] = np.log(cube[:, logs]), np.log(truth[logs])
    return cube, truth


def _cube(quantiles: pd.DataFrame | npt.ArrayLike, count: int) -> tuple[Floats, list[str], list[str]]:
    if isinstance(quantiles, pd.DataFrame):
        columns = [name for name in quantiles.columns if name not in ("expert", "question")]
        if not {"expert", "question"} <= set(quantiles.columns) or len(columns) != count:
            raise ModelError(f"分位点の表には expert、question と {count} 個の分位点の列が必要です。")
        experts = [str(name) for name in quantiles["expert"].drop_duplicates()]
        questions = [str(name) for name in quantiles["question"].drop_duplicates()]
        keyed = quantiles.astype({"expert": str, "question": str}).set_index(["expert", "question"])
        if keyed.index.has_duplicates or len(keyed) != len(experts) * len(questions):
            raise ModelError("分位点の表は、委員×設問ごとに 1 行ずつ、欠けなく入れてください。")
        full = pd.MultiIndex.from_product([experts, questions])
        cube = keyed.loc[full, columns].to_numpy(dtype=float).reshape(len(experts), len(questions), count)
    else:
        named = isinstance(quantiles, Mapping)
        try:
            cube = np.asarray(list(quantiles.values()) if isinstance(quantiles, Mapping) else quantiles, dtype=float)
        except (TypeError, ValueError) as error:
            raise ModelError("分位点に数値でない値があるか、委員ごとの設問の数がそろっていません。") from error
        if cube.ndim != 3 or cube.shape[2] != count:
            raise ModelError(f"分位点の配列の形 {cube.shape} は（委員, 設問, {count}）にしてください。")
        experts = [str(name) for name in quantiles] if named else [f"委員{place + 1}" for place in range(cube.shape[0])]  # type: ignore[union-attr]
        questions = [f"設問{number + 1}" for number in range(cube.shape[1])]
    if not np.isfinite(cube).all() or (np.diff(cube, axis=2) <= 0).any():
        raise ModelError("分位点は有限で、小さい順（5％点＜50％点＜95％点）に入れてください。")
    return cube, experts, questions


def _truth(realisations: pd.Series | Mapping[str, float] | Sequence[float], questions: list[str]) -> Floats:
    if isinstance(realisations, pd.Series | Mapping):
        known = {str(name): float(value) for name, value in realisations.items()}
        missing = [name for name in questions if name not in known]
        if missing:
            raise ModelError(f"設問 {missing} の実現値がありません。")
        truth = np.array([known[name] for name in questions])
    else:
        truth = np.asarray(realisations, dtype=float)
    if truth.shape != (len(questions),) or not np.isfinite(truth).all():
        raise ModelError(f"実現値は設問の数（{len(questions)}）と同じだけ、有限な数で指定してください。")
    return truth
