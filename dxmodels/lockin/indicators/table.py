"""Which indicators can be computed at all, which are flagged, and on what evidence?

Coverage comes first: a red flag's reach is limited by data, not by code. A flag is a reason to open the file (競争性の低下シグナル), never a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import Fault, ModelError, ParameterError
from dxmodels.inputs import Case
from dxmodels.lockin.indicators import flags, history, market, system
from dxmodels.lockin.indicators.catalogue import CATALOGUE, Entry
from dxmodels.lockin.indicators.evidence import Evidence, read_evidence
from dxmodels.lockin.indicators.findings import COLUMNS, FLAGGED, NOT_COMPUTABLE, STATE_JA
from dxmodels.lockin.indicators.settings import IndicatorSettings
from dxmodels.money import format_rate

_MODULES = {"history": history, "system": system, "market": market, "general": flags}


@dataclass(frozen=True, eq=False)
class IndicatorTable:
    """``findings``: one row an indicator and subject (state, value, threshold, evidence). ``coverage``: one row an indicator, what it lacks included.

    ``single_bids``: share of single bids by method among competitive contracts with a known number of bidders. ``assumptions``: names of the thresholds used.
    """

    findings: pd.DataFrame
    coverage: pd.DataFrame
    single_bids: pd.DataFrame
    assumptions: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return coverage first: the table to be shown before any flag."""
        return self.coverage.copy()

    def of(self, indicator: str) -> pd.DataFrame:
        """Return the findings of one indicator; unknown names raise ParameterError."""
        if indicator not in {entry.name for entry in CATALOGUE}:
            raise ParameterError(
                [
                    Fault(
                        file="指標",
                        column=indicator,
                        problem="この指標はありません",
                        cure="指標一覧の名前にしてください",
                    )
                ]
            )
        return self.findings[self.findings["indicator"] == indicator].reset_index(drop=True)

    def by_system(self) -> pd.DataFrame:
        """Return systems × indicators (history, system and market ones that speak of systems), states as words."""
        own = self.findings[self.findings["subject_kind"] == "system"]
        return own.pivot(index="subject_id", columns="indicator", values="state").rename_axis(
            index="system_id", columns=None
        )

    def summary(self) -> str:
        """Return in Japanese how much could be computed and what stands out, in neutral words."""
        computable = self.coverage["computable_count"].sum()
        asked = self.coverage["subjects_count"].sum()
        top = self.coverage[self.coverage["computable_count"] > 0].nlargest(1, "flagged_share")
        text = f"{len(self.coverage)} 指標・延べ {asked:,} 件のうち算出できたのは {computable:,} 件（{format_rate(computable / asked if asked else float('nan'))}）。"
        if top.empty:
            return text
        row = top.iloc[0]
        return text + (
            f"該当の割合が最も高いのは「{row['indicator_ja']}」（算出できた {row['computable_count']} 件中 {row['flagged_count']} 件）。"
            "該当は競争性の低下のシグナルであり、個別の契約への評価ではない。"
        )


def evaluate_indicators(case: Case, settings: IndicatorSettings) -> IndicatorTable:
    """Return every indicator for every subject of the case; tables a case lacks make their indicators not computable, named in ``coverage``.

    Raises MissingTableError where there are no systems, contracts or municipal systems, ModelError where ``settings`` are not IndicatorSettings.
    """
    if not isinstance(settings, IndicatorSettings):
        raise ModelError(f"指標の設定は IndicatorSettings で渡してください（{type(settings).__name__} が渡されました）。→ IndicatorSettings.from_register(load_register(), 設定名=値) で作れます。")  # fmt: skip
    evidence = read_evidence(case, settings)
    parts, rows = [], []
    for entry in CATALOGUE:
        lacking = [name for name in entry.tables if name in evidence.missing]
        found = pd.DataFrame(columns=list(COLUMNS)) if lacking else _function(entry)(evidence)
        parts.append(found)
        rows.append(_coverage_row(entry, found, lacking))
    kept = [part for part in parts if len(part)]
    findings = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COLUMNS))
    return IndicatorTable(findings, pd.DataFrame(rows), _single_bids(evidence), settings.assumptions)


def _function(entry: Entry) -> Callable[[Evidence], pd.DataFrame]:
    function: Callable[[Evidence], pd.DataFrame] = getattr(_MODULES[entry.group], entry.name)
    return function


def _coverage_row(entry: Entry, found: pd.DataFrame, lacking: list[str]) -> dict[str, object]:
    computable = int((found["state"] != NOT_COMPUTABLE).sum())
    flagged = int((found["state"] == FLAGGED).sum())
    known = found.dropna(subset=["threshold_value"])
    return {
        "indicator": entry.name,
        "indicator_ja": entry.title_ja,
        "group": entry.group,
        "level": entry.level,
        "subjects_count": len(found),
        "computable_count": computable,
        "computable_share": computable / len(found) if len(found) else 0.0,
        "flagged_count": flagged,
        "flagged_share": flagged / computable if computable else float("nan"),
        "threshold_value": float(known["threshold_value"].iloc[0]) if len(known) else float("nan"),
        "threshold_basis_ja": str(found["threshold_basis_ja"].iloc[0]) if len(found) else "",
        "needs_ja": f"表がありません：{'、'.join(lacking)}" if lacking else "、".join(entry.fields),
    }


def _single_bids(evidence: Evidence) -> pd.DataFrame:
    columns = ["contract_method", "contracts_count", "single_bids_count", "single_bid_share"]
    if "contracts" in evidence.missing:
        return pd.DataFrame(columns=columns)
    contracts = evidence.competitive_contracts()
    known = contracts[contracts["bids_count"].gt(0).fillna(False)]
    grouped = (known["bids_count"] == 1).groupby(known["contract_method"])
    table = pd.DataFrame({"contracts_count": grouped.size(), "single_bids_count": grouped.sum()}).reset_index()
    table["single_bid_share"] = table["single_bids_count"].astype(float) / table["contracts_count"]
    return table[columns]


def state_ja(state: str) -> str:
    """Return a state as a Japanese table prints it."""
    return STATE_JA[state]
