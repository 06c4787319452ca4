"""Which option would be chosen under which weights, when nobody can agree on one set?

Options i with criteria values v_ij in 0..1 (higher is better; possibly a draw k of a simulation), additive value u_i(w) = Σ_j w_j v_ij.
Weights are drawn over all that the panel admits (the whole simplex, or an importance order, bounds, or given weight sets).
Rank acceptability b_i^r: share of draws in which option i takes rank r. Central weights: the mean of the weights that put i first.
Confidence factor: how often i is first under its own central weights. Method: SMAA-2 (Lahdelma & Salminen 2001, Operations Research 49, 444-454).

What it leaves out: additive value assumes that criteria do not interact; an acceptability is a share of weights, not a probability of being right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.streams import stream

Floats = npt.NDArray[np.float64]
Weights = str | Sequence[str] | Sequence[float] | Mapping[str, tuple[float, float] | float] | pd.DataFrame | Floats

_MOST_ROUNDS = 200
_TIE_DIGITS = 12


@dataclass(frozen=True, eq=False)
class Acceptability:
    """Rank acceptabilities, central weights and confidence factors, with draws, seed and their standard errors."""

    acceptability: pd.DataFrame
    central_weights: pd.DataFrame
    confidence: pd.Series
    draws: int
    seed: int
    weights_ja: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row an option: share of draws at each rank, standard error of the first, confidence factor."""
        frame = self.acceptability.copy()
        frame.columns = [f"rank{rank}_share" for rank in frame.columns]
        first = self.acceptability[1]
        frame["rank1_standard_error_share"] = np.sqrt(first * (1 - first) / self.draws)
        frame["confidence_share"] = self.confidence
        return frame.rename_axis("option").reset_index()

    def summary(self) -> str:
        """Return the option most often first, in Japanese, with draws and seed."""
        first = self.acceptability[1]
        return (
            f"{self.weights_ja}のもとで1位になる割合が最も高いのは「{first.idxmax()}」（{format_rate(float(first.max()), decimals=0)}）である"
            f"（試行{self.draws:,}回、乱数の種{self.seed}）。"
        )


def smaa(
    values: pd.DataFrame | npt.ArrayLike,
    *,
    weights: Weights = "uniform",
    draws: int,
    seed: int,
    options: Sequence[str] | None = None,
    criteria: Sequence[str] | None = None,
) -> Acceptability:
    """Return rank acceptabilities of options under uncertain weights and, where given, uncertain values.

    ``values``: options × criteria (a DataFrame or a mapping of columns keeps its names), or an array (simulation draws, options, criteria) whose draws are
    sampled with the weights. ``weights``: "uniform" over the simplex; a list of criteria from most to least important; a mapping
    criterion → (low, high), or → its fixed weight; one weight a criterion; or weight sets (rows × criteria) sampled evenly (sets and fixed weights are
    scaled to add up to one). Ties are broken by lot. Raises ModelError on values or weights that cannot be read.
    """
    if draws < 1:
        raise ModelError(f"試行回数 {draws} は1以上にしてください（例：10000）。")
    cube, option_names, criterion_names = _named_cube(values, options, criteria)
    generator = stream(seed, "smaa")
    drawn, label = _draw_weights(weights, criterion_names, draws, generator)
    picks = generator.integers(0, len(cube), draws) if len(cube) > 1 else np.zeros(draws, dtype=np.int64)
    utility = np.einsum("dj,dij->di", drawn, cube[picks])
    # Options of the same value share a rank by lot, so that the order of the table gives nobody an advantage.
    order = np.lexsort((generator.random(utility.shape), -utility.round(_TIE_DIGITS)), axis=1)
    count = len(option_names)
    shares = np.column_stack([np.bincount(order[:, rank], minlength=count) for rank in range(count)]) / draws
    central = np.array(
        [
            drawn[order[:, 0] == i].mean(axis=0) if shares[i, 0] else np.full(drawn.shape[1], np.nan)
            for i in range(count)
        ]
    )
    confidence = [_confidence(cube, weight, number) for number, weight in enumerate(central)]
    return Acceptability(
        acceptability=pd.DataFrame(shares, index=option_names, columns=range(1, count + 1)),
        central_weights=pd.DataFrame(central, index=option_names, columns=criterion_names),
        confidence=pd.Series(confidence, index=option_names),
        draws=draws,
        seed=seed,
        weights_ja=label,
    )


def _confidence(cube: Floats, weight: Floats, number: int) -> float:
    if not np.isfinite(weight).all():
        return 0.0
    utility = cube @ weight
    return float((utility.argmax(axis=1) == number).mean())


def _draw_weights(weights: Weights, names: list[str], draws: int, generator: np.random.Generator) -> tuple[Floats, str]:
    if isinstance(weights, str):
        if weights != "uniform":
            raise ModelError(f"重みの指定「{weights}」は使えません。uniform、項目の順、範囲、重みの表のいずれかです。")
        return generator.dirichlet(np.ones(len(names)), draws), "あらゆる重みの組合せ"
    if isinstance(weights, Mapping):
        return _mapped(weights, names, draws, generator)
    if weights is None:
        raise ModelError("重みの指定（weights）がありません。重みを定めない場合は uniform を指定してください。")
    if isinstance(weights, pd.DataFrame | np.ndarray):
        return _given_sets(weights, names, draws, generator), "委員の重み"
    if not all(isinstance(name, str) for name in weights):
        return _given_sets(_number_sets(weights), names, draws, generator), "与えられた重み"
    order = [str(name) for name in weights]
    if sorted(order) != sorted(names):
        raise ModelError(f"重要度の順 {order} は、項目 {names} をすべて 1 回ずつ含めてください。")
    drawn = np.sort(generator.dirichlet(np.ones(len(names)), draws), axis=1)[:, ::-1]
    return drawn[:, [order.index(name) for name in names]], "委員の示した重要度の順"


def _mapped(
    weights: Mapping[str, tuple[float, float] | float], names: list[str], draws: int, generator: np.random.Generator
) -> tuple[Floats, str]:
    """Read criterion → (low, high) as bounds, and criterion → number for every criterion as fixed weights."""
    fixed = {name: value for name, value in weights.items() if np.ndim(value) == 0}
    if not fixed:
        bounds = {name: (float(pair[0]), float(pair[1])) for name, pair in weights.items()}  # type: ignore[index]
        return _within_bounds(bounds, names, draws, generator), "重みの範囲"
    if set(fixed) != set(names):
        raise ModelError(f"重みは項目 {names} のすべてに1つずつの数か、（下限, 上限）の範囲で指定してください。")
    return _given_sets(_number_sets([fixed[name] for name in names]), names, draws, generator), "与えられた重み"


def _number_sets(weights: object) -> Floats:
    try:
        return np.atleast_2d(np.asarray(weights, dtype=float))
    except (TypeError, ValueError) as error:
        raise ModelError("重みの表に数値でない値があります。項目の数だけの数にしてください。") from error


def _within_bounds(
    bounds: Mapping[str, tuple[float, float]], names: list[str], draws: int, generator: np.random.Generator
) -> Floats:
    unknown = [name for name in bounds if name not in names]
    if unknown:
        raise ModelError(f"重みの範囲に未知の項目 {unknown} があります。項目は {names} です。")
    low = np.array([bounds.get(name, (0.0, 1.0))[0] for name in names])
    high = np.array([bounds.get(name, (0.0, 1.0))[1] for name in names])
    if (low > high).any() or (low < 0).any() or low.sum() > 1 or high.sum() < 1:
        raise ModelError("重みの範囲が矛盾しています。0≦下限≦上限、下限の合計≦1、上限の合計≧1 にしてください。")
    if np.isclose(low.sum(), 1.0):
        return np.tile(low, (draws, 1))
    kept: list[Floats] = []
    found = 0
    for _ in range(_MOST_ROUNDS):
        # Lower bounds are met exactly by scaling the rest of the simplex; upper bounds by rejection (still uniform).
        trial = low + (1.0 - low.sum()) * generator.dirichlet(np.ones(len(names)), max(draws, 4096))
        kept.append(trial[(trial <= high + 1e-12).all(axis=1)])
        found += len(kept[-1])
        if found >= draws:
            return np.concatenate(kept)[:draws]
    raise ModelError("重みの範囲が狭すぎて試行を作れません。上限を広げてください。")


def _given_sets(sets: pd.DataFrame | Floats, names: list[str], draws: int, generator: np.random.Generator) -> Floats:
    table = sets[names].to_numpy(dtype=float) if isinstance(sets, pd.DataFrame) else np.atleast_2d(sets).astype(float)
    if (
        table.shape[1] != len(names)
        or (table < 0).any()
        or not np.isfinite(table).all()
        or (table.sum(axis=1) <= 0).any()
    ):
        raise ModelError(f"重みの表は {len(names)} 列（項目の数）で、0 以上の有限な数にしてください。")
    table = table / table.sum(axis=1, keepdims=True)
    # Every set as often as every other (but for a remainder), in an order by lot: no noise from drawing the sets themselves.
    sets_in_turn = generator.permutation(len(table))[np.arange(draws) % len(table)]
    return np.asarray(table[generator.permutation(sets_in_turn)], dtype=float)


def _named_cube(
    values: pd.DataFrame | npt.ArrayLike, options: Sequence[str] | None, criteria: Sequence[str] | None
) -> tuple[Floats, list[str], list[str]]:
    values = pd.DataFrame(dict(values)) if isinstance(values, Mapping) else values
    try:
        cube = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ModelError("価値の表に数値でない値があります。選択肢×項目の数にしてください。") from error
    cube = cube[None, :, :] if cube.ndim == 2 else cube
    if cube.ndim != 3 or cube.shape[1] < 2 or not np.isfinite(cube).all():
        raise ModelError("価値の表は、選択肢（2 つ以上）×項目の有限な数にしてください（試行ごとなら 3 次元）。")
    if isinstance(values, pd.DataFrame):
        options = options or [str(name) for name in values.index]
        criteria = criteria or [str(name) for name in values.columns]
    names = list(options or [f"選択肢{i + 1}" for i in range(cube.shape[1])])
    columns = list(criteria or [f"項目{j + 1}" for j in range(cube.shape[2])])
    if len(names) != cube.shape[1] or len(columns) != cube.shape[2]:
        raise ModelError("選択肢または項目の名前の数が、価値の表の大きさと一致しません。")
    return cube, names, columns
