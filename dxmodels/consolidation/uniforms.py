"""Where do the uniforms of a simulation come from, so that no option, chunk or executor ever changes them?

Global inputs: one dimension each of scrambled Sobol' points (``streams.sobol_draws``), several independent scrambles. Inputs of a body
or a unit: a counter-based hash h(key of the name, place, draw) → (0, 1), so that any slice of draws can be made anywhere and is the
same everywhere. Mixing function: the finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), applied twice.

What it leaves out: hashed uniforms are plain Monte Carlo; averaging over hundreds of units does for them what Sobol' does for the globals.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from dxmodels.errors import ModelError
from dxmodels.streams import sobol_draws

Floats = npt.NDArray[np.float64]
_Words = npt.NDArray[np.uint64]

# Constants of SplitMix64's finaliser and its increment (the golden ratio in 64 bits); 2^-53 makes a double of 53 bits.
_MIX_ONE, _MIX_TWO, _STEP = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15)
_SHIFT_ONE, _SHIFT_TWO, _SHIFT_THREE, _TO_53_BITS = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53


def global_uniforms(seed: int, names: tuple[str, ...], *, draws: int, scrambles: int) -> Floats:
    """Return (draws, names): ``scrambles`` independent scrambles of draws/scrambles Sobol' points each, one after the other."""
    if scrambles < 1 or draws % scrambles:
        raise ModelError(
            f"試行回数 {draws} はスクランブルの組数 {scrambles} で割り切れるようにしてください（例：8192と8）。"
        )
    each = draws // scrambles
    parts = [
        sobol_draws(seed, f"simulation/{number}", draws=each, dimensions=len(names)) for number in range(scrambles)
    ]
    return np.concatenate(parts, axis=0)


def hashed_uniforms(seed: int, name: str, places: tuple[str, ...], *, start: int, stop: int) -> Floats:
    """Return uniforms in (0, 1) of draws start … stop - 1 for each place (draws, places), pinned by seed, name and place."""
    keys = np.array([_key(seed, f"{name}/{place}") for place in places], dtype=np.uint64)
    counters = np.arange(start, stop, dtype=np.uint64)
    with np.errstate(over="ignore"):  # arithmetic modulo 2^64 is the method
        words = _mixed(_mixed(keys[None, :] + counters[:, None] * _STEP) ^ keys[None, :])
    uniforms: Floats = ((words >> _TO_53_BITS).astype(np.float64) + 0.5) * _UNIT
    return uniforms


def _mixed(words: _Words) -> _Words:
    words = (words ^ (words >> _SHIFT_ONE)) * _MIX_ONE
    words = (words ^ (words >> _SHIFT_TWO)) * _MIX_TWO
    return words ^ (words >> _SHIFT_THREE)


def _key(seed: int, text: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{text}".encode()).digest()[:8], "little")
