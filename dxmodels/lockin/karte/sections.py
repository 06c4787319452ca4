"""What stands in each block of a karte? One function a block, in the order of the page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dxmodels.lockin.clauses import CHECK, REQUIRED, STANDING
from dxmodels.lockin.diagnosis import LEVELS, LOCKED, OPEN, TREATMENT_JA, UNKNOWN, DiagnosisRule
from dxmodels.lockin.indicators import CATALOGUE, FLAGGED, LEVEL_JA
from dxmodels.lockin.indicators.catalogue import BY_NAME
from dxmodels.lockin.indicators.findings import NOT_COMPUTABLE
from dxmodels.lockin.indicators.wording import value_ja
from dxmodels.lockin.karte import values as show
from dxmodels.lockin.karte.confidence import Confidence
from dxmodels.lockin.karte.facts import FactSource, SystemFacts
from dxmodels.lockin.karte.page import Block

LEVEL_STATE_JA = {LOCKED: "疑いが強い", OPEN: "強くない", UNKNOWN: "不明"}
_LINKS_SHOWN = 4


def overview(facts: SystemFacts) -> Block:
    """Purpose, department, owner, users, legal basis, platform."""
    row = facts.row
    shown, more = facts.links[:_LINKS_SHOWN], len(facts.links) - _LINKS_SHOWN
    links = "、".join(shown) + (f" ほか{more}" if more > 0 else "")
    rows = (
        ("目的", show.text(row["description_ja"])),
        ("所管・責任者", "　".join(filter(None, (facts.department, show.text(row["owner_ja"]) or "責任者未記入")))),
        ("利用者", show.counted(row["users_people"], "人")),
        ("根拠法令", show.text(row["legal_basis_ja"])),
        ("稼働開始・基盤", "　".join(filter(None, (show.year(row["start_fy"]), show.choice("hosting", row["hosting"]))))),
        ("連携する相手", f"{len(facts.links)} 件：{links}" if facts.links else "連携の記載なし"),
    )  # fmt: skip
    return Block("概要", "pairs", rows)


def cost(facts: SystemFacts) -> Block:
    """Budget, contract and settled amount of five years, with bars of the latest known."""
    known = facts.cost["settled_yen"].fillna(facts.cost["contract_yen"]).fillna(facts.cost["budget_yen"]) if len(facts.cost) else pd.Series(dtype=float)  # fmt: skip
    most = float(known.max()) if known.notna().any() else 0.0
    rows = [
        (show.year(year), *(show.bare_thousands(line[name]) for name in ("budget_yen", "contract_yen", "settled_yen")))
        for year, line in facts.cost.iterrows()
    ]
    note = f"年間経費 {show.thousand_yen(facts.row['annual_cost_yen']) or '未記入'}　更新・移行の見積額 {show.thousand_yen(facts.row['replacement_cost_yen']) or '未記入'}"
    if not rows:
        return Block("経費（千円・税込）", "list", (("予算・契約・決算の記録がない。",),), note=note)
    total = ("5年計", *(show.bare_thousands(facts.cost[name].sum(min_count=1)) for name in ("budget_yen", "contract_yen", "settled_yen")))  # fmt: skip
    bars = tuple(0.0 if pd.isna(value) or most <= 0 else float(value) / most for value in known)
    return Block(
        "5年間の経費（千円・税込、一時経費を含む）",
        "table",
        (*rows, total),
        ("年度", "予算現額", "契約", "決算"),
        (False, True, True, True),
        (*bars, 0.0),
        note,
    )


def contract(facts: SystemFacts, source: FactSource) -> Block:
    """The running contract: vendor, term, method and ground, bidders, price, history."""
    last: Any = facts.last_round
    if last is None:
        end = ("契約終了日（台帳）", show.day(facts.row["contract_end_date"]))
        return Block("現在の契約", "pairs", (("契約の記録", ""), end, ("受注者（台帳）", facts.vendor)))
    ceiling, award = last["ceiling_yen"], last["award_yen"]
    ratio = show.rate(float(award) / float(ceiling)) if award and ceiling else ""
    price = show.thousand_yen(award) + (f"（落札率 {ratio}）" if ratio else "（予定価格未記入）")
    method = show.text(last["contract_method"])
    # 随意契約 and プロポーザル list only the chosen firm: its "one bidder" says nothing about competition.
    is_competed = method in source.competitive_methods
    bids = (
        show.counted(last["valid_bids_count"] or last["bidders_count"], "者")
        if is_competed
        else "数えない（競争入札ではない）"
    )
    ground = show.text(last["method_detail_ja"])
    rows = (
        ("受注者", source.vendor_name(last["vendor_id"])),
        ("期間", f"{show.day(last['start_date'])}〜{show.day(last['end_date'])}" if last["start_date"] and last["end_date"] else ""),
        ("契約終了日（台帳）", show.day(facts.row["contract_end_date"])),
        ("方式", f"{method}（{ground}）" if ground else method),
        ("応札者", bids),
        ("公告〜開札", _between(last["announced_date"], last["opening_date"], method)),
        ("契約金額", price + (f"　変更 {show.thousand_yen(facts.change_yen)}" if facts.change_yen else "")),
        ("これまでの契約", _history(facts)),
    )  # fmt: skip
    return Block("現在の契約", "pairs", rows)


def rights(facts: SystemFacts) -> Block:
    """Rights, clauses, data, documents, knowledge, end of support."""
    row = facts.row
    export = "　".join(filter(None, (show.text(row["export_format_ja"]) or "形式未記入", f"最終試験 {show.day(row['export_test_date'])}" if row["export_test_date"] else "試験日未記入")))  # fmt: skip
    rows = (
        ("著作権・預託", f"{show.choice('source_rights', row['source_rights']) or '未記入'}　ソースの預託 {show.either(row['has_escrow']) or '未記入'}"),
        ("中途解約条項", show.either(row["has_break_clause"])),
        ("データの出力", "" if row["export_format_ja"] is None and row["export_test_date"] is None else export),
        ("連携仕様書", show.either(row["has_interface_documents"])),
        ("職員の理解", show.either(row["own_staff_can_explain"], "仕様を説明できる", "仕様を説明できない")),
        ("カスタマイズ率", show.rate(row["customisation_rate"])),
        ("標準的な製品", show.either(row["standard_package_exists"])),
        ("基盤のサポート終了", show.day(row["end_of_support_date"])),
    )  # fmt: skip
    return Block("権利・データ・技術", "pairs", rows)


def card(facts: SystemFacts) -> Block:
    """The lock-in card: state of each level with how many of its indicators could be computed."""
    found = facts.diagnosis
    if found is None:
        return Block("ロックイン", "list", (("指標を算出できる項目がない。",),))
    counts = {entry.name: entry.level for entry in CATALOGUE}
    states = facts.findings.set_index("indicator")["state"]
    rows = []
    for level in LEVELS:
        own = states[[name for name in states.index if counts[name] == level]]
        flagged, known = int((own == FLAGGED).sum()), int((own != NOT_COMPUTABLE).sum())
        rows.append((LEVEL_JA[level], LEVEL_STATE_JA[found[f"{level}_state"]], f"{flagged}／{known}", f"{len(own)}"))
    note = f"疑いの強さの順位 {found['lockin_rank']} 位（重みを変えると {found['rank_low']}〜{found['rank_high']} 位）"
    return Block(
        "ロックイン（水準別）",
        "table",
        tuple(rows),
        ("水準", "判定", "該当／算出", "指標数"),
        (False, False, True, True),
        (),
        note,
    )


def flags(facts: SystemFacts) -> Block:
    """Every flagged indicator with its value, the limit and the evidence."""
    hit = facts.findings[facts.findings["state"] == FLAGGED]
    rows = []
    for line in hit.to_dict("records"):
        name = line["indicator"]
        value, limit = value_ja(name, line["found_value"]), value_ja(name, line["threshold_value"])
        rows.append((BY_NAME[name].title_ja, value or "該当", limit or "－"))
    if not rows:
        return Block("該当した指標", "list", (("該当した指標はない（算出できたものに限る）。",),))
    return Block("該当した指標と根拠の値", "table", tuple(rows), ("指標", "値", "基準"), (False, True, True))


def treatment(facts: SystemFacts, rule: DiagnosisRule) -> Block:
    """Business value and technical fit with the proposal and its rule."""
    row, found = facts.row, facts.diagnosis
    proposal = TREATMENT_JA[found["treatment"] if found is not None else UNKNOWN]
    rows = (
        ("業務価値", show.score(row["business_value_score"])),
        ("技術適合", show.score(row["technical_fit_score"])),
        ("処置案", proposal),
    )
    note = f"業務価値 {rule.value_cut_score:g} 点・技術適合 {rule.fit_cut_score:g} 点以上を高いとする。案であり決定ではない。"
    return Block("処置案（4象限）", "pairs", rows, note=note)


def dates(facts: SystemFacts) -> Block:
    """Dates counted back from the end of the contract."""
    found = facts.dates
    if found is None:
        end = facts.last_round["end_date"] if facts.last_round is not None else None
        cure = f"契約の記録では {show.day(end)} に終了する。台帳に写せば算出できる。" if end is not None else ""
        return Block("判断の期限", "list", ((f"台帳の契約終了日が空欄のため算出不能。{cure}",),))
    left = "過ぎた" if found["is_past"] else f"あと {found['left_days']:,} 日"
    rows = (
        ("最終の判断期限", f"{show.day(found['decision_date'])}（{left}）"),
        ("期限を決める手続", show.text(found["binding_ja"])),
        ("予算要求・議決", f"{show.day(found['budget_request_date'])}・{show.day(found['budget_vote_date'])}"),
        ("公告・契約の期限", f"{show.day(found['announced_date'])}・{show.day(found['signing_date'])}"),
        ("次の契約の開始", show.day(found["go_live_date"])),
    )  # fmt: skip
    return Block("契約終了時に替える場合の判断の期限", "pairs", rows)


def clauses(facts: SystemFacts) -> Block:
    """Clauses of the next contract: required with their reason, to be checked, standing."""
    by_need = {need: facts.clauses[facts.clauses["need"] == need] for need in (REQUIRED, CHECK, STANDING)}
    rows = [
        (f"必須：{title}", reason)
        for title, reason in zip(by_need[REQUIRED]["clause_ja"], by_need[REQUIRED]["because_ja"], strict=True)
    ]
    for need, label in ((CHECK, "要確認"), (STANDING, "標準")):
        if len(by_need[need]):
            rows.append((label, "、".join(by_need[need]["clause_ja"])))
    return Block("次の契約に入れる条項", "pairs", tuple(rows) or (("条項", "指標を算出できず、標準の条項による"),))


def blanks(confidence: Confidence) -> Block:
    """The fields that are blank, and how far the page can be trusted."""
    age = "時点不明" if confidence.age_days is None else f"{confidence.age_days} 日前の時点"
    missing = "、".join(confidence.missing_ja) or "なし"
    rows = (
        ("確度", f"{confidence.grade}（記入率 {show.rate(confidence.filled_share)}、{age}）"),
        (f"欠けている項目（{len(confidence.missing_ja)}）", missing),
    )
    return Block("このカルテの確度", "pairs", rows)


def _between(announced: Any, opening: Any, method: str) -> str:
    if announced is None or opening is None:
        return "該当なし（随意契約）" if method == "随意契約" else ""
    return f"{(opening - announced).days} 日"


def _history(facts: SystemFacts) -> str:
    vendors = [line["vendor_id"] for line in facts.rounds]
    run = next((place for place, vendor in enumerate(reversed(vendors)) if vendor != vendors[-1]), len(vendors))
    first = show.year(facts.rounds[0]["contract_fy"])
    return f"{first}から {len(vendors)} 回、同じ事業者が続けて {run} 回"
