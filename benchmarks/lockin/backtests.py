"""What would the forecast have said at earlier dates? Printed as it comes out. Run: python benchmarks/lockin/backtests.py

Exchange rate 2018-2026 (published yearly means), bodies late with standardisation (171 → 643 → 743 → 935: four announcements at uneven dates, taken as steps), and the last three
years of the illustrative panel. One series alone leans on published yearly series for its interval, and a break (2022) or a definition widened (2025) is what no history shows.
"""

from __future__ import annotations

import pandas as pd

from dxmodels.inputs import load_case
from dxmodels.lockin.forecast import backtest_frozen
from dxmodels.lockin.from_case import cost_series


def published(name: str) -> pd.DataFrame:
    table = load_case("osaka").table("national_series")
    values = table.loc[table["series_id"] == name].sort_values("as_of")
    steps = values["as_of"].astype(int) if name == "usdjpy" else range(1, len(values) + 1)
    return pd.DataFrame(
        {"id": name, "fiscal_year": list(steps), "cost_yen": values["series_value"].astype(float).to_numpy()}
    )


def main() -> None:
    for name, horizon, frozen in (("usdjpy", 3, range(2020, 2026)), ("late_bodies", 1, (1, 2, 3))):
        found = backtest_frozen(published(name), horizon=horizon, frozen_fy=list(frozen))
        print(name, found.table.round(3).to_string(), found.summary(), sep="\n")
    panel = backtest_frozen(cost_series(load_case("osaka")), horizon=3, frozen_fy=[2023])
    print(
        "illustrative panel, frozen at FY2023",
        panel.table.groupby("fiscal_year")[["is_inside", "forecast_error_rate"]].mean().round(3).to_string(),
        panel.summary(),
        sep="\n",
    )


if __name__ == "__main__":
    main()
