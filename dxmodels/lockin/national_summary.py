"""How do real contracts of the state for information systems compare with its other contracts in competition and price?

Definition (the published figures of table ``national_contracts`` follow it): contracts with a vendor and an amount; a title with one of the
terms of ``title_terms.csv`` and none of its exclusions, of an office that is no defence office, is an information-system contract; competitive = the
method names 一般競争 or 指名競争 and the number of bidders is positive; award rates above 100.5 % or not positive are left out.

    single-bid share s = #{b_i = 1} / #{competitive};  by value: the same with weights w_i = award yen
    log(rate_i) = a + e·log(b_i) + c·log(w_i) + method dummies + u_i   (OLS, HC3; MacKinnon & White 1985; normal 95 % intervals)
    HHI = Σ_v (w_v / Σ w)²  over vendors as named

What it leaves out: causes. The ceiling may follow the only bidder's quotation, so both coefficients are correlations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from dxmodels.errors import MissingTableError
from dxmodels.inputs.imports.aliases import title_terms
from dxmodels.money import format_rate

NEEDED = (
    "office_ja",
    "vendor_name_ja",
    "title_ja",
    "award_yen",
    "contract_method_ja",
    "bidders_count",
    "award_rate_pct",
)
_HIGHEST_RATE_PCT = (
    100.5  # part of the definition: a rate beyond it is a slip of the pen (rounding explains half a point)
)
_QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
_BIDDERS = (("1", 1, 1), ("2", 2, 2), ("3+", 3, np.inf))
_TOP = 5
_MEANINGS = {
    "it_contracts": "情報システム契約の件数（n は全契約）",
    "it_value_bn_yen": "その契約額（十億円）",
    "negotiated_share_by_number": "随意契約の割合（件数）",
    "negotiated_share_by_value": "随意契約の割合（金額）",
    "single_bid_share": "競争契約のうち一者応札の割合",
    "single_bid_share_by_value": "同（金額）",
    "single_bid_share_other_contracts": "情報システム以外の競争契約の一者応札の割合",
    "bidder_elasticity": "応札者数に対する落札率の弾力性（相関、HC3）",
    "single_bid_premium_log": "一者応札の落札率の対数差（相関、HC3）",
    "vendor_hhi": "事業者別金額のハーフィンダール指数",
    "vendor_top5_share": "上位5者の金額割合",
    "contract_value_median_m_yen": "契約額の中央値（百万円）",
}


def summarize_information_contracts(
    table: pd.DataFrame, *, terms: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Return the national figures: name, value, low95, high95, n, p10 … p90, meaning; rounded as published.

    ``table``: one row a contract with office_ja, vendor_name_ja, title_ja, award_yen (yen), contract_method_ja, bidders_count,
    award_rate_pct (the staging table of ``dx import review54``). ``terms``: the words by role, those of the house unless given.
    Raises MissingTableError where a column is absent or no information-system contract is found.
    """
    words = title_terms() if terms is None else terms
    contracts = _typed(table)
    chosen = _is_information_system(contracts, words)
    if not chosen.any():
        raise MissingTableError("review_contracts", NEEDED, reason="に情報システムの契約が見つかりません")
    systems, others = contracts[chosen], contracts[~chosen]
    competitive = systems[_is_competitive(systems, words)]
    rated = competitive[(competitive["award_rate_pct"] > 0) & (competitive["award_rate_pct"] <= _HIGHEST_RATE_PCT)]
    rows = [
        *_size_rows(contracts, systems, words),
        *_single_bid_rows(competitive, others[_is_competitive(others, words)]),
        *_award_rate_rows(rated),
        *_regression_rows(rated),
        *_vendor_rows(systems),
    ]
    columns = ["name", "value", "low95", "high95", "n", *(f"p{round(100 * q)}" for q in _QUANTILES), "meaning"]
    return pd.DataFrame(rows, columns=columns)


def describe_summary(summary: pd.DataFrame) -> str:
    """Return the sentence on competition from the figures of ``summarize_information_contracts`` (Japanese)."""
    values: dict[str, float] = dict(zip(summary["name"], summary["value"], strict=True))
    counts: dict[str, int] = dict(zip(summary["name"], summary["n"], strict=True))
    parts = [f"国の情報システム契約 {values['it_contracts']:,.0f} 件（全 {counts['it_contracts']:,} 件）"]
    if "single_bid_share" in values:
        share = format_rate(values["single_bid_share"])
        parts.append(f"競争契約の一者応札 {share}（{counts['single_bid_share']} 件）")
    for bidders, label in (("1", "1者"), ("2", "2者"), ("3+", "3者以上")):
        name = f"award_rate bidders {bidders}"
        if name in values:
            parts.append(f"落札率 {label} {values[name]:.1f}％（{counts[name]} 件）")
    return "、".join(parts) + "。相関であり、囲い込みの価格ではない。"


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    absent = [name for name in NEEDED if name not in table.columns]
    if absent:
        raise MissingTableError("review_contracts", absent, reason="に必要な列がありません")
    typed = table[list(NEEDED)].copy()
    for name in ("award_yen", "bidders_count", "award_rate_pct"):
        typed[name] = pd.to_numeric(typed[name], errors="coerce").astype(float)
    for name in ("office_ja", "vendor_name_ja", "title_ja", "contract_method_ja"):
        typed[name] = typed[name].astype("string").fillna("").astype(object)
    return typed[(typed["vendor_name_ja"] != "") & typed["award_yen"].notna()]


def _has_any(texts: pd.Series, words: Sequence[str]) -> pd.Series:
    """Return whether a text holds one of the words as written (no folding of width: the definition does none)."""
    return texts.map(lambda text: any(word in text for word in words)).astype(bool)


def _is_information_system(contracts: pd.DataFrame, words: Mapping[str, Sequence[str]]) -> pd.Series:
    title = contracts["title_ja"]
    named = _has_any(title, words["title_has"]) & ~_has_any(title, words["title_has_not"])
    return named & ~_has_any(contracts["office_ja"], words["office_has_not"])


def _is_competitive(contracts: pd.DataFrame, words: Mapping[str, Sequence[str]]) -> pd.Series:
    return _has_any(contracts["contract_method_ja"], words["competitive"]) & (contracts["bidders_count"] > 0)


def _row(name: str, value: float, decimals: int, n: int, **more: Any) -> dict[str, Any]:
    rounded = {key: round(float(number), decimals) for key, number in more.items()}
    return {"name": name, "value": _rounded(value, decimals), **rounded, "n": n, "meaning": _meaning(name)}


def _rounded(value: float, decimals: int) -> float:
    """Round half to even on the decimal scale (as numpy does), so that a mean of 73.65 is not lifted by its last bit."""
    return float(np.round(value, decimals))


def _meaning(name: str) -> str:
    if name in _MEANINGS:
        return _MEANINGS[name]
    if name.startswith("award_rate "):
        return "落札率（％）の平均と分位点"
    return "落札率（％）の契約額による加重平均" if name.startswith("award_rate_value") else "契約方式別の一者応札の割合"


def _size_rows(
    contracts: pd.DataFrame, systems: pd.DataFrame, words: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    yen = systems["award_yen"]
    negotiated = _has_any(systems["contract_method_ja"], words["negotiated"])
    count = len(systems)
    return [
        _row("it_contracts", count, 0, len(contracts)),
        _row("it_value_bn_yen", yen.sum() / 1e9, 1, count),
        _row("negotiated_share_by_number", negotiated.mean(), 3, count),
        _row("negotiated_share_by_value", yen[negotiated].sum() / yen.sum(), 3, count),
    ]


def _single_bid_rows(competitive: pd.DataFrame, others: pd.DataFrame) -> list[dict[str, Any]]:
    if competitive.empty:
        return []
    single = competitive["bidders_count"] == 1
    yen = competitive["award_yen"]
    rows = [
        _row("single_bid_share", single.mean(), 3, len(competitive)),
        _row("single_bid_share_by_value", yen[single].sum() / yen.sum(), 3, len(competitive)),
    ]
    for method, group in single.groupby(competitive["contract_method_ja"]):
        rows.append(_row(f"single_bid_share {method}", group.mean(), 3, len(group)))
    if len(others):
        rows.append(_row("single_bid_share_other_contracts", (others["bidders_count"] == 1).mean(), 3, len(others)))
    return rows


def _award_rate_rows(rated: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for label, least, most in _BIDDERS:
        group = rated[rated["bidders_count"].between(least, most)]
        if group.empty:
            continue
        rates, yen = group["award_rate_pct"], group["award_yen"]
        quantiles = {f"p{round(100 * q)}": rates.quantile(q) for q in _QUANTILES}
        rows.append(_row(f"award_rate bidders {label}", rates.mean(), 1, len(group), **quantiles))
        if yen.sum() > 0:
            weighted = float(np.average(rates, weights=yen))
            rows.append(_row(f"award_rate_value_weighted bidders {label}", weighted, 1, len(group)))
    return rows


def _regression_rows(rated: pd.DataFrame) -> list[dict[str, Any]]:
    """Both correlations; left out where there are too few contracts to estimate them."""
    usable = rated[rated["award_yen"] > 0]
    if len(usable) <= usable["contract_method_ja"].nunique() + 3 or usable["bidders_count"].nunique() < 2:
        return []
    logs = pd.DataFrame(
        {
            "rate": np.log(usable["award_rate_pct"] / 100.0),
            "bidders": np.log(usable["bidders_count"]),
            "single": (usable["bidders_count"] == 1).astype(float),
            "value": np.log(usable["award_yen"]),
            "method": usable["contract_method_ja"],
        }
    )
    rows = []
    for name, regressor in (("bidder_elasticity", "bidders"), ("single_bid_premium_log", "single")):
        fit = smf.ols(f"rate ~ {regressor} + value + C(method)", logs).fit(cov_type="HC3")
        low, high = fit.conf_int().loc[regressor]
        rows.append(_row(name, fit.params[regressor], 3, len(logs), low95=low, high95=high))
    return rows


def _vendor_rows(systems: pd.DataFrame) -> list[dict[str, Any]]:
    by_vendor = systems.groupby("vendor_name_ja")["award_yen"].sum().sort_values(ascending=False)
    shares = by_vendor / by_vendor.sum()
    millions = systems["award_yen"] / 1e6
    quantiles = {f"p{round(100 * q)}": millions.quantile(q) for q in _QUANTILES}
    return [
        _row("vendor_hhi", (shares**2).sum(), 4, len(shares)),
        _row("vendor_top5_share", shares.head(_TOP).sum(), 3, len(shares)),
        _row("contract_value_median_m_yen", millions.median(), 0, len(systems), **quantiles),
    ]
