"""How do the forecasts score against the peers on M1 and Tourism yearly? Prints a table a set and a length.

Run: PEERS_PYTHON=… python benchmarks/lockin/forecast_scores.py [set …]   (peers run in their own virtual environment by subprocess; see forecast_peers.py)
Scores as in the literature: sMAPE = mean of 200|x-p|/(|x|+|p|); MASE with the in-sample mean absolute change; MSIS with the same scale; 95 % coverage. Lengths: all
history, and only its last 12, 8 and 6 years. Nothing of the test years is used for calibration. Processor milliseconds a series cover calibration and back-test.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from yearly_sets import SETS, load_set, peers_python

from dxmodels.lockin.forecast import forecast_costs
from dxmodels.lockin.forecast.combine import combine, method_weights
from dxmodels.lockin.forecast.methods import forecast_methods
from dxmodels.lockin.forecast.windows import rolling_windows, stack_histories

LENGTHS = (0, 12, 8, 6)
PEERS = Path(__file__).with_name("forecast_peers.py")


def cut(name: str, length: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(history[-length:] if length else history, after) for history, after in load_set(name)]


def long_table(pairs: list[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    rows = [
        (f"S{number}", 2000 + year, value)
        for number, (history, _) in enumerate(pairs)
        for year, value in enumerate(history)
    ]
    return pd.DataFrame(rows, columns=["id", "fiscal_year", "cost_yen"])


def own_forecast(pairs: list[tuple[np.ndarray, np.ndarray]]) -> list[list[np.ndarray]]:
    horizon = len(pairs[0][1])
    found = forecast_costs(long_table(pairs), horizon=horizon).to_frame()
    return [
        list(part.T)
        for part in found[["central_yen", "lower_yen", "upper_yen"]].to_numpy().reshape(len(pairs), horizon, 3)
    ]


def peer_forecasts(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, dict]:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "series.json"), Path(folder, "forecasts.json")
        source.write_text(json.dumps([[history.tolist(), len(after)] for history, after in pairs]), encoding="utf-8")
        subprocess.run([peers_python(), str(PEERS), str(source), str(target)], check=True, stdout=subprocess.DEVNULL)
        return json.loads(target.read_text(encoding="utf-8"))


def scores(pairs: list[tuple[np.ndarray, np.ndarray]], forecasts: list, alpha: float = 0.05) -> dict[str, float]:
    rows = []
    for (history, after), (point, low, high) in zip(pairs, forecasts, strict=True):
        point, low, high = (np.asarray(part, dtype=float) for part in (point, low, high))
        unit = np.abs(np.diff(history)).mean()
        if unit == 0:
            continue
        smape = np.mean(200 * np.abs(after - point) / (np.abs(after) + np.abs(point)))
        missed = np.maximum(low - after, 0) + np.maximum(after - high, 0)
        rows.append(
            (
                smape,
                np.abs(after - point).mean() / unit,
                ((after >= low) & (after <= high)).mean() * 100,
                (high - low + 2 / alpha * missed).mean() / unit,
                (high - low).mean() / unit,
            )
        )
    table = np.array(rows)
    names = ("sMAPE", "MASE", "coverage", "MSIS", "median_width")
    return dict(zip(names, [*table[:, :4].mean(axis=0), np.median(table[:, 4])], strict=True))


def plain_forecast(pairs: list[tuple[np.ndarray, np.ndarray]]) -> list[list[np.ndarray]]:
    """The same central path with the plain pooled interval: errors scaled by mean change only, a quantile for each year ahead."""
    horizon = len(pairs[0][1])
    rolling = rolling_windows([history for history, _ in pairs], horizon=horizon)
    final = stack_histories([history for history, _ in pairs], horizon=horizon)
    past = forecast_methods(rolling)
    weights = method_weights(rolling, past, series_count=len(pairs))
    path = combine(forecast_methods(final), weights)
    scored = (rolling.target - combine(past, weights[rolling.owner])) / rolling.unit[:, None]
    low, high = (
        np.array(
            [
                np.nanquantile(
                    column[np.isfinite(column)] if np.isfinite(column).any() else scored[np.isfinite(scored)], q
                )
                for column in scored.T
            ]
        )
        for q in (0.025, 0.975)
    )
    return [
        [point, np.maximum(point + low * unit, 0), point + high * unit]
        for point, unit in zip(path, final.unit, strict=True)
    ]


def small_panels(pairs: list[tuple[np.ndarray, np.ndarray]], size: int, draws: int) -> float:
    """Mean coverage over random panels of ``size`` series, each calibrated on itself alone."""
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(draws):
        chosen = [pairs[number] for number in rng.choice(len(pairs), size, replace=False)]
        inside.append(scores(chosen, own_forecast(chosen))["coverage"])
    return float(np.mean(inside))


def main(names: tuple[str, ...], peers: bool) -> None:
    for name in names:
        for length in LENGTHS:
            pairs = cut(name, length)
            began = time.process_time()
            own = own_forecast(pairs)
            seconds = (time.process_time() - began) / len(pairs)
            print(
                f"{name} {'all years' if not length else f'last {length}'}: {len(pairs)} series, {1000 * seconds:.2f} ms a series"
            )
            table = {
                "this workbench": scores(pairs, own),
                "same, plain pooled interval": scores(pairs, plain_forecast(pairs)),
            }
            if peers:
                table |= {
                    peer: scores(pairs, found["rows"]) | {"failed": found["failed"]}
                    for peer, found in peer_forecasts(pairs).items()
                }
            print(pd.DataFrame(table).T.round(3).to_string())
            for size in (5, 40):
                print(f"  panels of {size}: coverage {small_panels(pairs, size, 2000 // size // 4):.1f}")


if __name__ == "__main__":
    main(tuple(name for name in sys.argv[1:] if name in SETS) or SETS, "--no-peers" not in sys.argv)
