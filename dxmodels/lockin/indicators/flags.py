"""The eleven general procurement flags, computable from contracts and bids alone. One function a flag.

Definitions follow the open methodology of the Open Contracting Partnership's Cardinal (indicators R003, R018, R024, R025, R028, R030, R035, R036, R038, R048, R058), written
anew for the tables of a case: competitive methods only, subjects are contracts, vendors or departments.
"""

from __future__ import annotations

import pandas as pd

from dxmodels.lockin.indicators.evidence import Evidence
from dxmodels.lockin.indicators.findings import compared, fixed, lower_fence, report, upper_fence

_CONTRACT, _VENDOR, _DEPARTMENT = "contract", "vendor", "department"
_NO_BIDS = "入札の記録（1者1行）がない、または金額が空欄"


def short_submission_period(evidence: Evidence) -> pd.DataFrame:
    """R003: was the time from notice to opening short?"""
    contracts = evidence.competitive_contracts()
    days = (contracts["opening_date"] - contracts["announced_date"]).dt.days.astype("Float64")
    days, limit = days.where(days >= 0), fixed(evidence.settings.notice_days)
    return report(
        "short_submission_period",
        _CONTRACT,
        days,
        compared(days, limit, above=False),
        threshold=limit,
        reason_ja="公告日または開札日が空欄",
    )


def single_bid(evidence: Evidence) -> pd.DataFrame:
    """R018: did a competitive procedure draw a single bid?"""
    bids = evidence.competitive_contracts()["bids_count"].astype("Float64")
    bids = bids.where(bids > 0)
    return report("single_bid", _CONTRACT, bids, bids == 1, reason_ja="応札者数が空欄")


def price_close_to_winner(evidence: Evidence) -> pd.DataFrame:
    """R024: was the second-lowest valid bid within a few per cent of the winner?"""
    prices = _winner_and_second(evidence)
    gap = (prices["second"] - prices["winner"]) / prices["winner"]
    limit = fixed(evidence.settings.price_gap_rate)
    return report(
        "price_close_to_winner", _CONTRACT, gap, compared(gap, limit, above=False), threshold=limit, reason_ja=_NO_BIDS
    )


def excessive_losing_bids(evidence: Evidence) -> pd.DataFrame:
    """R025: does a vendor that bids often win conspicuously seldom (share of wins a low outlier)?"""
    bids = evidence.competitive_bids()
    grouped = bids.groupby("vendor_id")["is_winner"]
    share = grouped.mean().astype("Float64").where(grouped.size() >= evidence.settings.least_bids_count)
    limit = lower_fence(share, evidence.settings.fence_multiple)
    text = grouped.size().astype(str) + "回応札"
    return report(
        "excessive_losing_bids",
        _VENDOR,
        share,
        compared(share, limit, above=False),
        threshold=limit,
        evidence=text,
        reason_ja="応札回数が少ない",
    )


def identical_prices(evidence: Evidence) -> pd.DataFrame:
    """R028: did different bidders bid the same price?"""
    bids = evidence.competitive_bids().dropna(subset=["bid_yen"])
    same = bids.groupby("contract_id")["bid_yen"].agg(lambda prices: int(prices.duplicated(keep=False).sum()))
    counted = bids.groupby("contract_id").size()
    number = same.where(counted > 1).reindex(_with_bids(evidence)).astype("Float64")
    return report("identical_prices", _CONTRACT, number, number > 0, reason_ja="金額の分かる入札が2者に満たない")


def late_bid_won(evidence: Evidence) -> pd.DataFrame:
    """R030: did a bid win that came after the deadline?"""
    bids = evidence.competitive_bids()
    late = ((bids["bid_status"] == "late") & bids["is_winner"]).groupby(bids["contract_id"]).any().astype("boolean")
    return report("late_bid_won", _CONTRACT, late.astype("Float64"), late, reason_ja=_NO_BIDS)


def others_disqualified(evidence: Evidence) -> pd.DataFrame:
    """R035: were all bids but the winner's disqualified?"""
    bids = evidence.competitive_bids()
    losers = bids[~bids["is_winner"].fillna(False)]
    out = (losers["bid_status"] == "disqualified").groupby(losers["contract_id"]).mean()
    share = out.reindex(_with_bids(evidence)).astype("Float64")
    return report("others_disqualified", _CONTRACT, share, share == 1, reason_ja="落札者以外の入札がない")


def lowest_bid_disqualified(evidence: Evidence) -> pd.DataFrame:
    """R036: was the lowest bid disqualified while another won?"""
    bids = evidence.competitive_bids().dropna(subset=["bid_yen"])
    lowest = (
        bids.sort_values(["contract_id", "bid_yen"], kind="stable")
        .groupby("contract_id")
        .head(1)
        .set_index("contract_id")
    )
    several = bids.groupby("contract_id").size() > 1
    out = ((lowest["bid_status"] == "disqualified") & ~lowest["is_winner"].fillna(False)).astype("boolean")
    out = out.where(several.reindex(out.index)).reindex(_with_bids(evidence)).astype("boolean")
    return report(
        "lowest_bid_disqualified",
        _CONTRACT,
        out.astype("Float64"),
        out,
        evidence=lowest["vendor_id"],
        reason_ja="金額の分かる入札が2者に満たない",
    )


def excessive_disqualifications(evidence: Evidence) -> pd.DataFrame:
    """R038: does a department disqualify a conspicuously high share of bids?"""
    systems = (
        evidence.systems.set_index("system_id")["department_id"] if len(evidence.systems) else pd.Series(dtype=object)
    )
    department = evidence.contracts.set_index("contract_id")["system_id"].map(systems)
    bids = evidence.competitive_bids()
    owner = bids["contract_id"].map(department)
    grouped = (bids["bid_status"] == "disqualified").groupby(owner)
    share = grouped.mean().astype("Float64").where(grouped.size() >= evidence.settings.least_bids_count)
    limit = upper_fence(share, evidence.settings.fence_multiple)
    return report(
        "excessive_disqualifications",
        _DEPARTMENT,
        share,
        compared(share, limit, above=True),
        threshold=limit,
        reason_ja="部局の入札件数が少ない",
    )


def heterogeneous_supplier(evidence: Evidence) -> pd.DataFrame:
    """R048: does one vendor win conspicuously many different kinds of system or task?"""
    won = evidence.contracts.dropna(subset=["vendor_id"])
    kinds = evidence.systems.set_index("system_id")["system_kind"] if len(evidence.systems) else pd.Series(dtype=object)
    kind = won["task"].astype("object").where(won["task"].notna(), won["system_id"].map(kinds))
    number = kind.groupby(won["vendor_id"]).nunique().astype("Float64")
    number = number.where(number > 0)
    limit = upper_fence(number, evidence.settings.fence_multiple)
    return report(
        "heterogeneous_supplier",
        _VENDOR,
        number,
        compared(number, limit, above=True),
        threshold=limit,
        reason_ja="種類または業務が空欄、もしくは事業者数の不足",
    )


def heavily_discounted_bid(evidence: Evidence) -> pd.DataFrame:
    """R058: was the winning bid conspicuously far below the second lowest?"""
    prices = _winner_and_second(evidence)
    discount = (prices["second"] - prices["winner"]) / prices["second"]
    limit = upper_fence(discount, evidence.settings.fence_multiple)
    return report(
        "heavily_discounted_bid",
        _CONTRACT,
        discount,
        compared(discount, limit, above=True),
        threshold=limit,
        reason_ja=_NO_BIDS,
    )


def _with_bids(evidence: Evidence) -> pd.Index:
    return pd.Index(pd.unique(evidence.competitive_bids()["contract_id"].astype(str)), name="contract_id")


def _winner_and_second(evidence: Evidence) -> pd.DataFrame:
    """Winning price and lowest other valid price of every contract with bids (blank where there is no second)."""
    bids = evidence.competitive_bids()
    valid = bids[(bids["bid_status"] == "valid") & bids["bid_yen"].gt(0).fillna(False)].assign(
        bid_yen=lambda t: t["bid_yen"].astype(float)
    )
    winner = valid[valid["is_winner"].fillna(False)].groupby("contract_id")["bid_yen"].min()
    second = valid[~valid["is_winner"].fillna(False)].groupby("contract_id")["bid_yen"].min()
    subjects = _with_bids(evidence)
    return pd.DataFrame({"winner": winner.reindex(subjects), "second": second.reindex(subjects)}).astype("Float64")
