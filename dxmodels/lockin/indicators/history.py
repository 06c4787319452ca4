"""What does the contract history of a system say? One function an indicator; each has a card of the same name in docs/models/indicators/."""

from __future__ import annotations

import pandas as pd

from dxmodels.lockin.indicators.evidence import Evidence
from dxmodels.lockin.indicators.findings import compared, fixed, report, stated, upper_fence

_SYSTEM = "system"
_NO_TENDER = "競争入札の記録がない"
_NO_HISTORY = "契約の記録がない、または項目が空欄"


def single_bid_last_tender(evidence: Evidence) -> pd.DataFrame:
    """Was there one valid bid at the last competitive tender?"""
    last = evidence.competitive_rounds().groupby("system_id").tail(1).set_index("system_id")
    bids = last["bids_count"].reindex(evidence.all_systems())
    return report(
        "single_bid_last_tender",
        _SYSTEM,
        bids,
        bids == 1,
        evidence=_round_text(last, "valid_bids_count"),
        reason_ja=_NO_TENDER,
    )


def years_since_open_tender(evidence: Evidence) -> pd.DataFrame:
    """How many years ago was the last tender by a competitive method? (Never: at least since the first known contract.)"""
    rounds = evidence.rounds()
    tendered = evidence.competitive_rounds().groupby("system_id")["contract_fy"].max()
    first = rounds.groupby("system_id")["contract_fy"].min()
    years = evidence.base_fy - tendered.reindex(first.index).fillna(first)
    never = pd.Series("競争入札の記録なし（最初の契約からの年数）", index=first.index).where(
        ~first.index.isin(tendered.index), ""
    )
    limit = fixed(evidence.settings.open_tender_years)
    years = years.reindex(evidence.all_systems())
    return report(
        "years_since_open_tender",
        _SYSTEM,
        years,
        compared(years, limit, above=True),
        threshold=limit,
        evidence=never,
        reason_ja=_NO_HISTORY,
    )


def consecutive_awards_same_vendor(evidence: Evidence) -> pd.DataFrame:
    """How many rounds in a row has the present contractor won?"""
    rounds = evidence.rounds().dropna(subset=["vendor_id"])
    runs = (
        rounds.groupby("system_id")["vendor_id"].agg(_length_of_last_run).astype("Float64")
        if len(rounds)
        else pd.Series(dtype="Float64")
    )
    runs = runs.reindex(evidence.all_systems())
    limit = fixed(evidence.settings.consecutive_awards_count)
    vendor = rounds.groupby("system_id")["vendor_id"].last()
    return report(
        "consecutive_awards_same_vendor",
        _SYSTEM,
        runs,
        compared(runs, limit, above=True),
        threshold=limit,
        evidence=vendor,
        reason_ja=_NO_HISTORY,
    )


def supplier_share_of_spend(evidence: Evidence) -> pd.DataFrame:
    """Which share of all money spent on the system (changes included) went to the present contractor?"""
    paid = evidence.contracts.dropna(subset=["system_id", "vendor_id", "award_yen"]).assign(
        award_yen=lambda t: t["award_yen"].astype(float)
    )
    present = evidence.rounds().dropna(subset=["vendor_id"]).groupby("system_id")["vendor_id"].last()
    own = paid[paid["vendor_id"] == paid["system_id"].map(present)].groupby("system_id")["award_yen"].sum()
    total = paid.groupby("system_id")["award_yen"].sum()
    share = (
        (own.reindex(total.index).fillna(0.0) / total.where(total > 0))
        .where(total.index.isin(present.index))
        .reindex(evidence.all_systems())
    )
    limit = fixed(evidence.settings.supplier_share)
    return report(
        "supplier_share_of_spend",
        _SYSTEM,
        share,
        compared(share, limit, above=True),
        threshold=limit,
        evidence=present,
        reason_ja=_NO_HISTORY,
    )


def negotiated_share(evidence: Evidence) -> pd.DataFrame:
    """Which share of the rounds was awarded by 随意契約, and on which legal ground?"""
    rounds = evidence.rounds().dropna(subset=["contract_method"])
    negotiated = rounds["contract_method"] == "随意契約"
    share = negotiated.astype(float).groupby(rounds["system_id"]).mean().reindex(evidence.all_systems())
    grounds = rounds[negotiated].groupby("system_id")["method_detail_ja"].agg(_distinct)
    limit = fixed(evidence.settings.negotiated_share)
    return report(
        "negotiated_share",
        _SYSTEM,
        share,
        compared(share, limit, above=True),
        threshold=limit,
        evidence=grounds,
        reason_ja=_NO_HISTORY,
    )


def award_rate_last_tender(evidence: Evidence) -> pd.DataFrame:
    """How close to the ceiling was the last competitive award (落札率)?"""
    last = evidence.competitive_rounds().groupby("system_id").tail(1).set_index("system_id")
    ceiling = last["ceiling_yen"].astype("Float64")
    rate = (last["award_yen"].astype("Float64") / ceiling.where(ceiling > 0)).reindex(evidence.all_systems())
    limit = fixed(evidence.settings.award_rate)
    return report(
        "award_rate_last_tender", _SYSTEM, rate, compared(rate, limit, above=True), threshold=limit,
        evidence=_round_text(last, "award_yen"), reason_ja="予定価格または契約金額が空欄",
    )  # fmt: skip


def changes_over_initial(evidence: Evidence) -> pd.DataFrame:
    """By how much have change contracts raised the price of the last round?"""
    last = evidence.rounds().groupby("system_id").tail(1)
    extra = evidence.changes().groupby("parent_contract_id")["award_yen"].sum(min_count=1)
    # A round without a change contract has grown by nothing only where changes are recorded at all.
    recorded = evidence.changes()["award_yen"].notna().any()
    added = last["contract_id"].map(extra).astype("Float64").fillna(0.0 if recorded else pd.NA)
    initial = last["award_yen"].astype("Float64")
    ratio = pd.Series((added / initial.where(initial > 0)).to_numpy(), index=last["system_id"]).reindex(
        evidence.all_systems()
    )
    limit = upper_fence(ratio, evidence.settings.fence_multiple)
    text = pd.Series(last["contract_id"].astype(str).to_numpy(), index=last["system_id"])
    return report(
        "changes_over_initial", _SYSTEM, ratio, compared(ratio, limit, above=True), threshold=limit, evidence=text, reason_ja="変更契約または当初契約額の記録がない、もしくは件数不足"
    )  # fmt: skip


def brand_named(evidence: Evidence) -> pd.DataFrame:
    """Does the specification of the last round name a brand or product?"""
    last = evidence.rounds().groupby("system_id").tail(1).set_index("system_id")
    named = last["names_brand"].reindex(evidence.all_systems())
    return report(
        "brand_named",
        _SYSTEM,
        named.astype("Float64"),
        named,
        evidence=_round_text(last, "names_brand"),
        reason_ja="製品名指定の有無が空欄",
    )


def notice_days_short(evidence: Evidence) -> pd.DataFrame:
    """How many days had bidders between notice and opening at the last competitive tender?"""
    last = evidence.competitive_rounds().groupby("system_id").tail(1).set_index("system_id")
    days = _days(last["announced_date"], last["opening_date"]).reindex(evidence.all_systems())
    limit = fixed(evidence.settings.notice_days)
    return report(
        "notice_days_short", _SYSTEM, days, compared(days, limit, above=False), threshold=limit,
        evidence=_round_text(last, "announced_date"), reason_ja="公告日または開札日が空欄",
    )  # fmt: skip


def lead_days_short(evidence: Evidence) -> pd.DataFrame:
    """How many days would a new vendor have had between opening and start at the last competitive tender?"""
    last = evidence.competitive_rounds().groupby("system_id").tail(1).set_index("system_id")
    days = _days(last["opening_date"], last["start_date"]).reindex(evidence.all_systems())
    limit = fixed(evidence.settings.lead_days)
    return report(
        "lead_days_short", _SYSTEM, days, compared(days, limit, above=False), threshold=limit,
        evidence=_round_text(last, "start_date"), reason_ja="開札日または履行開始日が空欄",
    )  # fmt: skip


def bidders_fell(evidence: Evidence) -> pd.DataFrame:
    """Were there fewer bidders at the last competitive tender than at the first?"""
    counted = evidence.competitive_rounds().dropna(subset=["bids_count"]).groupby("system_id")["bids_count"]
    change = (counted.last() - counted.first()).where(counted.size() > 1).reindex(evidence.all_systems())
    text = counted.first().astype(str) + "者→" + counted.last().astype(str) + "者"
    return report(
        "bidders_fell", _SYSTEM, change, change < 0, evidence=text, reason_ja="応札者数の分かる競争入札が2回に満たない"
    )


def _length_of_last_run(vendors: pd.Series) -> int:
    return int((vendors[::-1] == vendors.iloc[-1]).cumprod().sum())


def _distinct(grounds: pd.Series) -> str:
    return "／".join(sorted(set(grounds.dropna().astype(str))))


def _days(earlier: pd.Series, later: pd.Series) -> pd.Series:
    days = (later - earlier).dt.days.astype("Float64")
    return days.where(days >= 0)


def _round_text(last: pd.DataFrame, column: str) -> pd.Series:
    return last["contract_id"].astype(str) + "の" + stated(column, last[column])
