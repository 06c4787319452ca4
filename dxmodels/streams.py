"""Where does randomness come from, so that every option sees the same draws?

One integer seed per run. Each purpose gets a child stream by name: adding an input never reshuffles the others, and two options
that ask for the same name see common random numbers. Method: NumPy SeedSequence with the name's SHA-256 as spawn key
(NumPy NEP 19); quasi-random draws are Owen-scrambled Sobol' points (Owen 1995; SciPy ``qmc.Sobol``).
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from dxmodels.errors import ModelError

_MAX_SEED = 2**63


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of purpose ``name`` under ``seed``: same two arguments, same numbers, on every machine."""
    return np.random.Generator(np.random.PCG64(_sequence(seed, name)))


def sobol_draws(seed: int, name: str, *, draws: int, dimensions: int) -> npt.NDArray[np.float64]:
    """Return scrambled Sobol' points in (0, 1), shape (draws, dimensions); ``draws`` must be a power of two."""
    if draws < 1 or draws & (draws - 1):
        raise ModelError(f"試行回数 {draws} は 2 のべき乗にしてください（例：2048、8192）。")
    sampler = qmc.Sobol(dimensions, scramble=True, rng=stream(seed, name))
    points: npt.NDArray[np.float64] = sampler.random(draws)
    # 0 would be minus infinity under a normal quantile; the open interval is what inverse transforms need.
    return np.clip(points, np.finfo(np.float64).tiny, 1.0 - np.finfo(np.float64).epsneg)


def _sequence(seed: int, name: str) -> np.random.SeedSequence:
    if isinstance(seed, bool) or not 0 <= seed < _MAX_SEED:
        raise ModelError(f"乱数の種 {seed} は 0 以上 2^63 未満の整数にしてください。")
    digest = hashlib.sha256(name.encode("utf-8")).digest()
    words = [int.from_bytes(digest[index : index + 4], "little") for index in range(0, 32, 4)]
    return np.random.SeedSequence(entropy=seed, spawn_key=tuple(words))
