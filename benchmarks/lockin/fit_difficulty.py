"""Learn the reference difficulty from M1 and Tourism yearly and write dxmodels/lockin/forecast/difficulty_reference.py.

Run: PEERS_PYTHON=… python benchmarks/lockin/fit_difficulty.py [set …]   (default both; one set alone gives the cross-set check of forecast_scores.py)
Every series is cut at every origin and to its last 5, 6, 8, 12 and all years; each set counts the same. The coefficients are a plain ridge of the log error.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from yearly_sets import SETS, load_set

from dxmodels.lockin.forecast.combine import combine, method_weights
from dxmodels.lockin.forecast.difficulty import _OFFSET, FEATURES, describe_windows
from dxmodels.lockin.forecast.methods import forecast_methods
from dxmodels.lockin.forecast.windows import Windows, _stack, rolling_windows

TARGET = Path(__file__).parents[2] / "dxmodels" / "lockin" / "forecast" / "difficulty_reference.py"
CUTS = (5, 6, 8, 12, 0)
HORIZON = 6
RIDGE = 1e-3


def reference_windows(name: str) -> tuple[Windows, np.ndarray, np.ndarray]:
    """Windows of one set with the candidates of each and the central path of the whole-panel weights."""
    whole = [np.concatenate(pair) for pair in load_set(name)]
    rolling = rolling_windows(whole, horizon=HORIZON)
    weights = method_weights(rolling, forecast_methods(rolling), series_count=len(whole))
    pieces, owners, targets = [], [], []
    for owner, history in enumerate(whole):
        for end in range(3, len(history)):
            for length in {min(cut, end) if cut else end for cut in CUTS}:
                after = np.full(HORIZON, np.nan)
                known = history[end : end + HORIZON]
                after[: len(known)] = known
                pieces.append(history[end - length : end])
                owners.append(owner)
                targets.append(after)
    windows = _stack(pieces, np.array(owners), np.array(targets))
    candidates = forecast_methods(windows)
    return windows, candidates, combine(candidates, weights[windows.owner])


def learn(names: tuple[str, ...]) -> dict[str, np.ndarray]:
    rows, logs, weights, signed = [], [], [], []
    for name in names:
        windows, candidates, central = reference_windows(name)
        features = describe_windows(windows, candidates, central)
        error = (windows.target - central) / windows.unit[:, None]
        known = np.isfinite(error)
        rows.append(features[known])
        logs.append(np.log(np.abs(error[known]) + _OFFSET))
        signed.append(error[known])
        weights.append(np.full(known.sum(), 1.0 / known.sum()))
    x, y, w, e = (np.concatenate(part) for part in (rows, logs, weights, signed))
    means, spreads = (
        np.average(x, axis=0, weights=w),
        np.sqrt(np.average((x - np.average(x, axis=0, weights=w)) ** 2, axis=0, weights=w)) + 1e-9,
    )
    means[:2], spreads[:2] = 0.0, 1.0
    z = np.clip((x - means) / spreads, -4, 4)
    z[:, 0] = 1.0
    penalty = RIDGE * np.eye(z.shape[1])
    penalty[0, 0] = 0.0
    wn = w / w.sum()
    beta = np.linalg.solve((z * wn[:, None]).T @ z + penalty, (z * wn[:, None]).T @ y)
    scores = e / np.exp(z @ beta)
    order = np.argsort(scores)
    points = np.concatenate([[0.0025, 0.005], (np.arange(100) + 0.5) / 100, [0.995, 0.9975]])
    return {
        "MEANS": means,
        "SPREADS": spreads,
        "COEFFICIENTS": beta,
        "SCORES": np.interp((np.arange(200) + 0.5) / 200, np.cumsum(wn[order]), scores[order]),
        "_points": points,
    }


def main(names: tuple[str, ...]) -> None:
    found = learn(names)
    lines = [
        f'"""Reference difficulty learnt from yearly {" and ".join(names)}; made by benchmarks/lockin/fit_difficulty.py, not by hand.',
        "",
    ]
    lines += [
        "Order of MEANS, SPREADS and COEFFICIENTS: " + ", ".join(FEATURES) + ".",
        "SCORES: 200 quantiles (0.0025, 0.0075, …) of signed error divided by difficulty.",
        '"""',
        "",
    ]
    for key in ("MEANS", "SPREADS", "COEFFICIENTS", "SCORES"):
        lines.append(f"{key} = (")
        lines += [
            "    " + " ".join(f"{value:.4f}," for value in found[key][at : at + 14])
            for at in range(0, len(found[key]), 14)
        ]
        lines.append(")")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or SETS)
