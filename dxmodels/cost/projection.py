"""What will each system cost in each coming year if nothing is decided differently?

Running        amount(i, j, y) = amount(i, j, b)·e_j(y): last known year b of system i, escalation of item j (see ``prices``). A system
               whose spending stopped before the year before the base year is taken as closed and is not projected.
Modifications  one-off cost that recurs: the mean over the system's known years of one-off amounts up to a ceiling (share of the year's
               running cost), escalated. Larger amounts are rebuilds and are not repeated every year.
Renewals       estimate to replace × share of renewals that become a rebuild, at the end of the contract and every lease term after it,
               escalated from the base year: an expected value, not a plan. A contract end in the past (a stale entry) is moved on by
               whole terms.
What it leaves out: changes of scope, price jumps at renewal (the lock-in room's question), systems not yet planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxmodels.cost.prices import dollar_shares, escalation_rates, exchange_rates
from dxmodels.inputs.schemas import ONE_OFF

if TYPE_CHECKING:
    from dxmodels.inputs import Register

KEYS: list[str] = ["system_id", "fiscal_year", "cost_item"]
PROJECTED = "推計"
_CLOUD = "cloud_usage"


def known_costs(spending: pd.DataFrame) -> pd.DataFrame:
    """Return system_id, fiscal_year, cost_item, nominal_yen, amount_basis: settlement, else contract, else budget with supplement.

    Rows without any of them are dropped (``len`` of input less output counts them).
    """
    planned = spending["budget_yen"] + spending["supplement_yen"].fillna(0)
    amount = spending["settled_yen"].fillna(spending["contract_yen"]).fillna(planned)
    basis = np.select(
        [spending["settled_yen"].notna(), spending["contract_yen"].notna(), planned.notna()],
        ["決算", "契約", "予算"],
        default="",
    )
    known = spending[KEYS].assign(nominal_yen=amount, amount_basis=basis)
    return (
        known[known["nominal_yen"].notna()]
        .astype({"fiscal_year": "int64", "nominal_yen": "float64"})
        .reset_index(drop=True)
    )


def project_running(
    known: pd.DataFrame, hosting: pd.Series, register: Register, *, base_fy: int, last_fy: int
) -> pd.DataFrame:
    """Return the running cost of every live system from the year after its last known one to ``last_fy``.

    ``hosting``: form by system_id, for the dollar share of its cloud usage.
    """
    running = known[known["cost_item"] != ONE_OFF]
    last_known = running.groupby("system_id", observed=True)["fiscal_year"].transform("max")
    start = running[(running["fiscal_year"] == last_known) & (last_known >= base_fy - 1)]
    first = int(start["fiscal_year"].min()) if len(start) else last_fy
    years = pd.DataFrame({"year": np.arange(first + 1, last_fy + 1)})
    grown = start.merge(years, how="cross")
    grown = grown[grown["year"] > grown["fiscal_year"]]
    if grown.empty:
        return known.iloc[:0]
    rates = grown["cost_item"].map(escalation_rates(register)).to_numpy(dtype=float)
    factor = (1.0 + rates) ** (grown["year"] - grown["fiscal_year"]).to_numpy(dtype=float)
    factor *= np.where(grown["cost_item"] == _CLOUD, _dollar_factor(grown, hosting, register), 1.0)
    return pd.DataFrame(
        {
            "system_id": grown["system_id"].to_numpy(),
            "fiscal_year": grown["year"].to_numpy(),
            "cost_item": grown["cost_item"].to_numpy(),
            "nominal_yen": grown["nominal_yen"].to_numpy() * factor,
            "amount_basis": PROJECTED,
        }
    )


def project_modifications(known: pd.DataFrame, live: pd.Index, register: Register, *, last_fy: int) -> pd.DataFrame:
    """Return the recurring small one-off cost of every live system after its last known year."""
    ceiling = register.value("modification_ceiling_share")
    yearly = known.assign(kind=np.where(known["cost_item"] == ONE_OFF, "one_off", "running"))
    table = yearly.pivot_table(index=["system_id", "fiscal_year"], columns="kind", values="nominal_yen", aggfunc="sum")
    table = table.reindex(columns=["one_off", "running"]).fillna(0.0).reset_index()
    table = table[table["system_id"].isin(live)]
    small = table["one_off"].where(table["one_off"] <= ceiling * table["running"], 0.0)
    means = small.groupby(table["system_id"]).mean()
    last = table.groupby("system_id")["fiscal_year"].max()
    rate = escalation_rates(register)[ONE_OFF]
    rows = [
        (
            str(system_id),
            year,
            ONE_OFF,
            float(means[system_id]) * (1.0 + rate) ** (year - int(last[system_id])),
            PROJECTED,
        )
        for system_id in means.index[means > 0]
        for year in range(int(last[system_id]) + 1, last_fy + 1)
    ]
    return pd.DataFrame(rows, columns=[*KEYS, "nominal_yen", "amount_basis"])


def project_renewals(
    systems: pd.DataFrame, register: Register, *, known: pd.DataFrame, base_fy: int, last_fy: int
) -> pd.DataFrame:
    """Return the expected one-off cost of rebuilding each live system at the end of its contract and each lease term after it.

    Systems without an estimate or a contract end have no rows. Years that already hold known one-off cost are skipped.
    """
    term = round(register.value("lease_years"))
    share, rate = register.value("renewal_rebuild_share"), escalation_rates(register)[ONE_OFF]
    live = systems[systems["replacement_cost_yen"].notna() & systems["contract_end_date"].notna()]
    done = set(
        known.loc[known["cost_item"] == ONE_OFF, ["system_id", "fiscal_year"]].itertuples(index=False, name=None)
    )
    rows = []
    for system_id, cost, end in live[["system_id", "replacement_cost_yen", "contract_end_date"]].itertuples(
        index=False, name=None
    ):
        end_fy = end.year if end.month >= 4 else end.year - 1
        first = end_fy if end_fy > base_fy else end_fy + term * ((base_fy - end_fy) // term + 1)
        rows += [
            (str(system_id), year, ONE_OFF, float(cost) * share * (1.0 + rate) ** (year - base_fy), PROJECTED)
            for year in range(first, last_fy + 1, term)
            if (system_id, year) not in done
        ]
    return pd.DataFrame(rows, columns=[*KEYS, "nominal_yen", "amount_basis"])


def _dollar_factor(grown: pd.DataFrame, hosting: pd.Series, register: Register) -> np.ndarray:
    rates = exchange_rates(register, {*grown["fiscal_year"].astype(int), *grown["year"].astype(int)})
    moved = grown["year"].map(rates).to_numpy(dtype=float) / grown["fiscal_year"].map(rates).to_numpy(dtype=float)
    share = dollar_shares(register, grown["system_id"].map(hosting).fillna("").to_numpy(dtype=str))
    return np.asarray(share * moved + 1.0 - share)
