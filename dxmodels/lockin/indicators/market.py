"""Could anyone else supply it? One function an indicator; subjects are tasks of the municipalities or systems of the prefecture."""

from __future__ import annotations

import pandas as pd

from dxmodels.lockin.indicators.evidence import Evidence
from dxmodels.lockin.indicators.findings import compared, fixed, report


def vendor_concentration(evidence: Evidence) -> pd.DataFrame:
    """How concentrated are the vendors of a task over the municipalities (Herfindahl index of their counts, 0..1)?"""
    table = evidence.municipal_systems.dropna(subset=["vendor_id"])
    counts = table.groupby(["task", "vendor_id"]).size().unstack(fill_value=0)
    shares = counts.div(counts.sum(axis=1), axis=0)
    tasks = pd.Index(pd.unique(evidence.municipal_systems["task"].astype(str)))
    index = (shares**2).sum(axis=1).reindex(tasks) if len(table) else pd.Series(pd.NA, index=tasks, dtype="Float64")
    limit = fixed(evidence.settings.vendor_hhi_index)
    text = (
        (counts > 0).sum(axis=1).astype(str) + "社、" + counts.sum(axis=1).astype(str) + "団体" if len(table) else None
    )
    return report(
        "vendor_concentration",
        "task",
        index,
        compared(index, limit, above=True),
        threshold=limit,
        evidence=text,
        reason_ja="事業者が空欄",
    )


def few_live_references(evidence: Evidence) -> pd.DataFrame:
    """How many vendors with a live reference already run a task of this kind for a municipality?"""
    known = evidence.vendors.dropna(subset=["references_count"])
    live = set(known.loc[known["references_count"] > 0, "vendor_id"].astype(str))
    table = evidence.municipal_systems.dropna(subset=["vendor_id"])
    tasks = pd.Index(pd.unique(evidence.municipal_systems["task"].astype(str)))
    usable = table[table["vendor_id"].astype(str).isin(set(known["vendor_id"].astype(str)))]
    counted = usable[usable["vendor_id"].astype(str).isin(live)].groupby("task")["vendor_id"].nunique()
    vendors = counted.reindex(pd.unique(usable["task"].astype(str))).fillna(0).reindex(tasks).astype("Float64")
    limit = fixed(evidence.settings.live_references_count)
    flags = (vendors < limit.value).astype("boolean").where(vendors.notna())
    return report(
        "few_live_references", "task", vendors, flags, threshold=limit, reason_ja="稼働実績数または事業者が空欄"
    )


def standard_package_missing(evidence: Evidence) -> pd.DataFrame:
    """Does no standard package exist that could do the work?"""
    there = evidence.systems.set_index(evidence.systems["system_id"].astype(str))["standard_package_exists"].astype(
        "boolean"
    )
    return report(
        "standard_package_missing", "system", (~there).astype("Float64"), ~there, reason_ja="標準的な製品の有無が空欄"
    )
