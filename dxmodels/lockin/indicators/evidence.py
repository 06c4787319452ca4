"""Which tables and rounds do the indicators read?

A *round* is one award of a system (initial or renewal; changes belong to their round), in the scopes and methods the settings admit. Bids are counted only in competitive
methods: 随意契約 and プロポーザル rows list the chosen firm alone, so a single bid there says nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import MissingTableError
from dxmodels.inputs import Case
from dxmodels.lockin.indicators.settings import IndicatorSettings

_CHANGE = "change"


@dataclass(frozen=True, eq=False)
class Evidence:
    """Tables of a case as the indicators read them (empty where the case has none), the day and the fiscal year asked from."""

    systems: pd.DataFrame
    contracts: pd.DataFrame
    bids: pd.DataFrame
    municipal_systems: pd.DataFrame
    vendors: pd.DataFrame
    as_of: dt.date
    base_fy: int
    missing: tuple[str, ...]
    settings: IndicatorSettings

    def rounds(self) -> pd.DataFrame:
        """Awards (not changes) of the prefecture's systems, oldest first within a system."""
        table = self.contracts
        kept = table[table["system_id"].notna() & _is_award(table)]
        if "contract_scope" in kept.columns:
            kept = kept[kept["contract_scope"].isna() | kept["contract_scope"].isin(self.settings.scopes)]
        return kept.sort_values(["system_id", "contract_fy", "contract_id"], kind="stable")

    def competitive_rounds(self) -> pd.DataFrame:
        """Rounds whose bidders may be counted, with ``bids_count`` = valid bids, or bidders where those are blank."""
        rounds = self.rounds()
        return _with_bids(rounds[rounds["contract_method"].isin(self.settings.competitive_methods)])

    def competitive_contracts(self) -> pd.DataFrame:
        """All competitive contracts, municipal ones and every scope included, with ``bids_count``; indexed by contract."""
        table = self.contracts[_is_award(self.contracts)]
        return _with_bids(table[table["contract_method"].isin(self.settings.competitive_methods)]).set_index(
            "contract_id"
        )

    def changes(self) -> pd.DataFrame:
        """Change contracts with the round they change."""
        return self.contracts[~_is_award(self.contracts)].dropna(subset=["parent_contract_id"])

    def competitive_bids(self) -> pd.DataFrame:
        """Bids of competitive contracts."""
        return self.bids[self.bids["contract_id"].isin(self.competitive_contracts().index)]

    def all_systems(self) -> pd.Index:
        """Every system that is in the inventory or has a contract."""
        listed = self.systems["system_id"].astype(str) if len(self.systems) else pd.Series(dtype=str)
        named = self.contracts["system_id"].dropna().astype(str) if len(self.contracts) else pd.Series(dtype=str)
        found: pd.Index = pd.Index(list(dict.fromkeys([*listed, *named])), name="system_id", dtype=object)
        return found


def _is_award(contracts: pd.DataFrame) -> pd.Series:
    """Not a change of an earlier contract; a blank kind is an award."""
    return contracts["contract_kind"].ne(_CHANGE).fillna(True).astype(bool)


def read_evidence(case: Case, settings: IndicatorSettings) -> Evidence:
    """Return the tables with the settings' exclusions applied; MissingTableError where there are no systems, contracts or municipal systems."""
    found: dict[str, pd.DataFrame] = {}
    for name in ("systems", "contracts", "bids", "municipal_systems", "vendors"):
        try:
            found[name] = case.table(name)
        except MissingTableError:
            found[name] = pd.DataFrame(columns=_columns_of(name))
    missing = tuple(name for name, table in found.items() if table.empty)
    if {"systems", "contracts", "municipal_systems"} <= set(missing):
        raise MissingTableError("systems", reason="（システム台帳）も、契約（contracts）も、市町村の業務システム（municipal_systems）もありません")  # fmt: skip
    found["contracts"] = _without_excluded(found["contracts"], settings)
    return Evidence(as_of=case.as_of, base_fy=case.base_fy, missing=missing, settings=settings, **found)


def _columns_of(name: str) -> list[str]:
    from dxmodels.inputs import TABLES

    return list(TABLES[name].columns)


def _without_excluded(contracts: pd.DataFrame, settings: IndicatorSettings) -> pd.DataFrame:
    gone = contracts["contract_method"].isin(settings.excluded_methods)
    details = contracts["method_detail_ja"].fillna("").astype(str)
    for words in settings.excluded_method_details:
        gone |= details.str.contains(words, regex=False)
    return contracts[~gone.astype(bool)]


def _with_bids(rounds: pd.DataFrame) -> pd.DataFrame:
    return rounds.assign(bids_count=rounds["valid_bids_count"].fillna(rounds["bidders_count"]))
