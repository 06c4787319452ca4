"""What does the system itself say: technical, contractual and knowledge lock-in? One function an indicator."""

from __future__ import annotations

import pandas as pd

from dxmodels.lockin.indicators.evidence import Evidence
from dxmodels.lockin.indicators.findings import compared, fixed, report, stated

_SYSTEM = "system"
_DAYS_A_YEAR = 365.25
_OPEN_FORMATS = ("CSV", "XML", "JSON", "標準", "SQL")


def customisation_high(evidence: Evidence) -> pd.DataFrame:
    """Which share of the functions is customised?"""
    share, limit = _column(evidence, "customisation_rate"), fixed(evidence.settings.customisation_rate)
    return report(
        "customisation_high",
        _SYSTEM,
        share,
        compared(share, limit, above=True),
        threshold=limit,
        reason_ja="カスタマイズ率が空欄",
    )


def source_closed(evidence: Evidence) -> pd.DataFrame:
    """Does the vendor hold the rights with no source in escrow?"""
    rights, escrow = _column(evidence, "source_rights"), _column(evidence, "has_escrow").astype("boolean")
    closed = (rights != "owner").astype("boolean").where(rights.notna()) & ~escrow
    closed = closed.mask((rights == "owner").fillna(False), False)
    return report(
        "source_closed",
        _SYSTEM,
        closed.astype("Float64"),
        closed,
        evidence=stated("source_rights", rights),
        reason_ja="著作権の帰属またはソース預託の有無が空欄",
    )


def export_untested(evidence: Evidence) -> pd.DataFrame:
    """Has the export of all data in an open format been tested recently? (Value: years since the last test.)"""
    tested = _column(evidence, "export_test_date")
    years = (pd.Timestamp(evidence.as_of) - tested.astype("datetime64[ns]")).dt.days / _DAYS_A_YEAR
    limit = fixed(evidence.settings.export_test_years)
    stale = compared(years.astype("Float64"), limit, above=True)
    form = _column(evidence, "export_format_ja")
    closed = ~form.fillna("").astype(str).str.contains("|".join(_OPEN_FORMATS), regex=True) & form.notna()
    flags = stale.mask(closed & stale.notna(), True)
    return report(
        "export_untested", _SYSTEM, years, flags, threshold=limit, evidence=form, reason_ja="データ出力試験の日が空欄"
    )


def interface_documents_missing(evidence: Evidence) -> pd.DataFrame:
    """Do interface documents exist?"""
    return _lacking(evidence, "interface_documents_missing", "has_interface_documents", "連携仕様書の有無が空欄")


def staff_cannot_explain(evidence: Evidence) -> pd.DataFrame:
    """Can the office's own staff explain the system?"""
    return _lacking(evidence, "staff_cannot_explain", "own_staff_can_explain", "職員が説明できるかが空欄")


def break_clause_missing(evidence: Evidence) -> pd.DataFrame:
    """Does the running contract have a break clause?"""
    return _lacking(evidence, "break_clause_missing", "has_break_clause", "中途解約条項の有無が空欄")


def support_ending(evidence: Evidence) -> pd.DataFrame:
    """In how many years does support of the platform end (negative: it has ended)?"""
    end = _column(evidence, "end_of_support_date")
    years = (end.astype("datetime64[ns]") - pd.Timestamp(evidence.as_of)).dt.days / _DAYS_A_YEAR
    limit = fixed(evidence.settings.support_years)
    years = years.astype("Float64")
    return report(
        "support_ending",
        _SYSTEM,
        years,
        compared(years, limit, above=False),
        threshold=limit,
        reason_ja="サポート終了日が空欄",
    )


def switching_cost_high(evidence: Evidence) -> pd.DataFrame:
    """How many years of running cost would replacing the system cost?"""
    running = _column(evidence, "annual_cost_yen").astype("Float64")
    years = _column(evidence, "replacement_cost_yen").astype("Float64") / running.where(running > 0)
    limit = fixed(evidence.settings.switching_years)
    return report(
        "switching_cost_high",
        _SYSTEM,
        years,
        compared(years, limit, above=True),
        threshold=limit,
        reason_ja="更新見積額または年間経費が空欄",
    )


def _column(evidence: Evidence, name: str) -> pd.Series:
    return evidence.systems.set_index(evidence.systems["system_id"].astype(str))[name]


def _lacking(evidence: Evidence, indicator: str, column: str, reason: str) -> pd.DataFrame:
    there = _column(evidence, column).astype("boolean")
    return report(
        indicator,
        _SYSTEM,
        (~there).astype("Float64"),
        ~there,
        evidence=stated(column, there),
        reason_ja=reason,
    )
