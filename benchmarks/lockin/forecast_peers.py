"""Forecasts and native intervals of the peer programs, for forecast_scores.py; runs in a virtual environment of its own.

Usage: PEERS_PYTHON benchmarks/lockin/forecast_peers.py series.json forecasts.json  (needs statsforecast and statsmodels; see forecast_scores.py).
A peer that fails on a series gives the naive forecast and no interval there; how often is printed.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from statsforecast.models import AutoETS, AutoTheta, DynamicOptimizedTheta
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

warnings.simplefilter("ignore")
Z = 1.959963984540054


def naive(y, h):
    sigma = np.sqrt(np.mean(np.diff(y) ** 2)) * np.sqrt(np.arange(1, h + 1))
    point = np.full(h, y[-1])
    return point, point - Z * sigma, point + Z * sigma


def drift(y, h):
    slope = (y[-1] - y[0]) / (len(y) - 1)
    ahead = np.arange(1, h + 1)
    sigma = np.std(np.diff(y), ddof=1) * np.sqrt(ahead * (1 + ahead / (len(y) - 1)))
    point = y[-1] + slope * ahead
    return point, point - Z * sigma, point + Z * sigma


def statsmodels_theta(y, h):
    fit = ThetaModel(y, period=1, deseasonalize=False).fit()
    bounds = fit.prediction_intervals(h, alpha=0.05).to_numpy()
    return np.asarray(fit.forecast(h)), bounds[:, 0], bounds[:, 1]


def statsmodels_ets(y, h):
    fit = ETSModel(
        pd.Series(y),
        error="add",
        trend="add",
        damped_trend=True,
        initialization_method="heuristic" if len(y) >= 10 else "estimated",
    ).fit(disp=False)
    table = fit.get_prediction(len(y), len(y) + h - 1).summary_frame(alpha=0.05)
    return tuple(table[name].to_numpy() for name in ("mean", "pi_lower", "pi_upper"))


def from_statsforecast(model):
    def run(y, h):
        found = model().forecast(y=y, h=h, level=[95])
        return found["mean"], found["lo-95"], found["hi-95"]

    return run


PEERS = {
    "naive": naive,
    "drift": drift,
    "statsmodels Theta": statsmodels_theta,
    "statsmodels ETS": statsmodels_ets,
    "statsforecast AutoETS": from_statsforecast(AutoETS),
    "statsforecast AutoTheta": from_statsforecast(AutoTheta),
    "statsforecast DynamicOptimizedTheta": from_statsforecast(DynamicOptimizedTheta),
}


def main(source: str, target: str) -> None:
    with open(source, encoding="utf-8") as file:
        series = json.load(file)
    out = {}
    for name, run in PEERS.items():
        rows, failed, began = [], 0, time.perf_counter()
        for values, horizon in series:
            try:
                point, low, high = (np.asarray(part, dtype=float) for part in run(np.array(values), horizon))
                if not (np.isfinite(point).all() and np.isfinite(low).all() and np.isfinite(high).all()):
                    raise ValueError("not finite")
            except Exception:
                failed += 1
                point = np.full(horizon, values[-1], dtype=float)
                low = high = point
            rows.append([point.tolist(), low.tolist(), high.tolist()])
        out[name] = {"rows": rows, "failed": failed, "seconds": time.perf_counter() - began}
        print(name, "failed", failed, flush=True)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(out, file)


if __name__ == "__main__":
    main(*sys.argv[1:3])
