"""E19: how much competition was there, what does it say of the next tender, and how much dearer is the suspected system?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxmodels.errors import MissingTableError
from dxmodels.lockin.answers.answer import Answer
from dxmodels.lockin.from_case import premium_rows
from dxmodels.lockin.next_tender import fit_next_tender, list_tender_events
from dxmodels.lockin.premium import PremiumEstimate, estimate_premium
from dxmodels.lockin.premium.door import Method
from dxmodels.lockin.premium.result import METHOD_JA
from dxmodels.lockin.shares import wilson_interval
from dxmodels.lockin.study import LockinStudy
from dxmodels.money import format_rate

CONTROLS = ("users_log", "servers_log", "customisation_rate", "age_years", "has_own_server")
_LADDER: tuple[Method, ...] = ("ols", "regression_adjustment", "aipw", "att")
_METHODS_EXPLAINED = (
    "重回帰（OLS＝最小二乗法。標準誤差は、ばらつきの違いに頑健な HC3）は、条件と疑いの有無から経費を説明する一つの式を当てはめる。回帰調整（RA）は式を二つの群に分けて当てはめる。"
    "二重頑健推定（AIPW）は、経費の式と疑いの有無の式の一方が正しければ偏らない。方法を替えても同じ向きになるかを見る。"
)
_BENCHMARK, _PLACEBO = "users_log", "hardware_lease_yen"


def show_tender_history(study: LockinStudy) -> Answer:
    """E19: by competitive method: single bids with interval, days of notice and of preparation; and how often the same vendor won again."""
    if "contracts" in study.evidence.missing:
        raise MissingTableError(
            "contracts", ["contract_method", "bidders_count", "announced_date", "opening_date", "start_date"]
        )
    contracts = study.evidence.competitive_contracts()
    rows = [_method_row(str(method), part) for method, part in contracts.groupby("contract_method")]
    table = pd.DataFrame(rows).sort_values("contracts_count", ascending=False).reset_index(drop=True)
    again, renewals = _won_again(study)
    single, known = int(table["single_bids_count"].sum()), int(table["contracts_count"].sum())
    if not known:
        raise MissingTableError("contracts", ["bidders_count"], reason="の必要な列がすべて空欄です")
    low, high = wilson_interval(single / known, known)
    return Answer(
        table,
        f"競争入札 {known:,} 件の {format_rate(single / known)} が一者応札（95％区間 {format_rate(low)}〜{format_rate(high)}）。更新 {renewals:,} 件の {format_rate(again)} は前と同じ事業者が受注した。",
        (
            "応札者を数えられる競争入札だけで、方式ごとに示した。区間は件数による（ウィルソン法）。",
            "公告から開札までの日数と、開札から履行開始までの日数は中央値。短いほど現行の事業者以外が準備しにくい。",
        ),
        ("一者応札は競争がなかったことの証明ではない。", "応札者数や日付が空欄の契約は数えていない（件数の列を参照）。"),
        study.indicators,
    )  # fmt: skip


def predict_next_tender(study: LockinStudy) -> Answer:
    """E19: how likely is a single bid next time, and is the prediction of any use? ModelError (算出不能) below the register's number of events."""
    events = list_tender_events(study.case, study.settings)
    model = fit_next_tender(events, least_count=study.register.value("single_bid_model_least_count"), seed=study.seed)
    return Answer(
        model.to_frame(),
        model.summary(),
        (
            "学習に使っていないシステムに対する予測を確率の低い順に5つに分け、予測と実際の一者応札の割合を並べた。二つが近く、段ごとに上がれば使える。",
            "AUC（当てやすさ。0.5 は当て推量、1 は完全）の区間が 0.5 を含む場合、予測には使わない。",
        ),
        ("過去の続きとしての確率であり、公告期間や要件を変えた場合は表さない。",),
        model,
    )


def estimate_premium_ladder(study: LockinStudy, *, draws: int) -> Answer:
    """E19: the same premium by several methods, with the smallest effect each could have found."""
    rows = premium_rows(study.case, study.diagnosis.states())
    held = [name for name in CONTROLS if rows[name].notna().any()]
    estimates = [
        estimate_premium(
            rows, outcome="annual_cost_yen", treatment="locked_in", controls=held, method=method, log_outcome=True, draws=draws, seed=study.seed, benchmark=_BENCHMARK if method == "ols" else None,
            placebo_outcome=_PLACEBO if method == "ols" and rows[_PLACEBO].notna().any() else None,
        )
        for method in _LADDER
    ]  # fmt: skip
    first = estimates[0]
    checks = [
        f"{row['check_ja']} {row['found_ja']}（{row['meaning_ja']}）" for row in first.diagnostics.to_dict("records")
    ]
    return Answer(
        pd.DataFrame([_estimate_row(one) for one in estimates]),
        _premium_sentence(first),
        (first.summary(), _METHODS_EXPLAINED, "ほかの説明：" + "。".join(first.alternative_explanations) + "。", "確認（値は経費の対数の差で、0.1 は約1割）：" + "。".join(checks) + "。"),
        ("診断の誤りは割増を小さく見せる。", "観察データによる比較であり、因果を証明しない。", "公正取引委員会の実態調査にある再契約の経験率（98.9％）は金額に乗じてはならない値であり、使っていない。"),
        tuple(estimates),
    )  # fmt: skip


def _premium_sentence(one: PremiumEstimate) -> str:
    middle, low, high = (_signed(value) for value in one.as_rate())
    found = f"{middle}、95％区間 {low}〜{high}、{one.n} システム"
    if one.interval[0] > 0:
        return f"ロックインの疑いが強いシステムは、規模・年数などの条件をそろえて比べても経費が高い（{found}）。"
    if one.interval[1] < 0:
        return f"ロックインの疑いが強いシステムの経費は、条件をそろえて比べるとむしろ低い（{found}）。"
    return f"ロックインの疑いが強いシステムの経費が、条件をそろえて比べても高いとは言えない（{found}）。検出できるのは {_signed(float(np.expm1(one.minimum_detectable)))} 以上の割増だけである。"


def _signed(value: float) -> str:
    return f"▲{format_rate(-value)}" if value < 0 else format_rate(value)


def _method_row(method: str, contracts: pd.DataFrame) -> dict[str, object]:
    bids = contracts["bids_count"].astype("Float64")
    known = bids[bids > 0]
    single, count = int((known == 1).sum()), len(known)
    low, high = wilson_interval(single / count, count) if count else (np.nan, np.nan)
    return {
        "contract_method": method,
        "contracts_count": count,
        "single_bids_count": single,
        "single_bid_share": single / count if count else np.nan,
        "low_share": low,
        "high_share": high,
        "median_notice_days": _median_days(contracts["announced_date"], contracts["opening_date"]),
        "median_lead_days": _median_days(contracts["opening_date"], contracts["start_date"]),
    }


def _median_days(earlier: pd.Series, later: pd.Series) -> float:
    days = (later - earlier).dt.days
    days = days[days >= 0]
    return float(days.median()) if len(days) else float("nan")


def _won_again(study: LockinStudy) -> tuple[float, int]:
    rounds = study.evidence.rounds().dropna(subset=["vendor_id"])
    before = rounds.groupby("system_id")["vendor_id"].shift()
    renewed = before.notna()
    count = int(renewed.sum())
    return (float((rounds["vendor_id"][renewed] == before[renewed]).mean()) if count else float("nan"), count)


def _estimate_row(one: PremiumEstimate) -> dict[str, object]:
    middle, low, high = one.as_rate()
    return {
        "method_ja": METHOD_JA[one.method],
        "premium_rate": middle,
        "lower_rate": low,
        "upper_rate": high,
        "observations_count": one.n,
        "treated_count": one.treated_count,
        "detectable_rate": float(np.expm1(one.minimum_detectable)),
        "robustness_value": one.robustness_value,
    }
