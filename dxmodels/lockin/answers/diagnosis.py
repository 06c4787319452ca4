"""E04 and E18: which systems are suspected, what should be done with each, is the planners' sentence true, and can it be computed at all?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from dxmodels.errors import MissingTableError
from dxmodels.glossary import label_ja
from dxmodels.inputs.schemas import TABLES
from dxmodels.lockin.answers.answer import Answer, with_names
from dxmodels.lockin.diagnosis import LEVELS, LOCKED, OPEN, TREATMENT_JA, UNKNOWN
from dxmodels.lockin.from_case import planners_statement
from dxmodels.lockin.indicators import LEVEL_JA
from dxmodels.lockin.indicators.catalogue import BY_NAME
from dxmodels.lockin.indicators.wording import value_ja
from dxmodels.lockin.statement import NOT_VERIFIABLE, VERDICT_JA, check_statement
from dxmodels.lockin.study import LockinStudy
from dxmodels.money import format_rate

_SHORT_STATE = {LOCKED: "疑いが強い", OPEN: "強くない", UNKNOWN: "算出不能"}
_FLAG_IS_NO_VERDICT = "該当は契約書類を開くきっかけ（競争性の低下のシグナル）であり、契約や事業者への評価ではない。"


def place_systems(study: LockinStudy) -> Answer:
    """E04: every system in its quadrant with the treatment proposed by the rule."""
    diagnosis = study.diagnosis
    rows = _with_inventory(study)
    short = {key: words.partition("（")[0] for key, words in TREATMENT_JA.items()}
    counts = rows["treatment"].value_counts()
    known = rows[rows["treatment"] != UNKNOWN]
    cost = known["annual_cost_yen"].astype("Float64").groupby(known["treatment"]).sum()
    acted = (
        format_rate(float(cost.reindex(["migrate", "eliminate"]).fillna(0).sum() / cost.sum()))
        if float(cost.sum()) > 0
        else "算出不能"
    )
    order = ["migrate", "eliminate", "invest", "tolerate", UNKNOWN]
    rows = rows.assign(place=rows["treatment"].map(order.index), treatment_ja=rows["treatment"].map(short))
    rows = rows.sort_values(["place", "annual_cost_yen", "system_id"], ascending=[True, False, True])
    columns = [
        "system_id",
        "name_ja",
        "department_ja",
        "business_value_score",
        "technical_fit_score",
        "treatment_ja",
        "lockin_state_ja",
        "annual_cost_yen",
    ]
    spread = "、".join(f"{short[name]} {int(counts.get(name, 0))}" for name in order[:-1])
    return Answer(
        rows[columns].reset_index(drop=True),
        f"点数のそろった {len(known)} システムの処置案は、{spread}。手を打つべき側（移行と廃止・統合）が年間経費の {acted} を占める。点数が空欄の {int(counts.get(UNKNOWN, 0))} システムは算出不能。",
        (
            f"縦が業務価値、横が技術適合で、境は業務価値 {study.rule.value_cut_score:g} 点、技術適合 {study.rule.fit_cut_score:g} 点（以上を高いとする）。投資＝育てる、移行＝作り直すか移す、維持＝そのまま使う、廃止・統合＝やめるか他に寄せる。",
            "色はロックインの判定。移行の側にあって疑いが強いものは、契約終了の時期（E20）と条項（E21）を先に見る。",
        ),
        ("点数は所管課の自己評価で、境を1点動かすと処置案が変わるものがある。", "処置案は点数から機械的に置いたもので、決定ではない。"),
        diagnosis,
    )  # fmt: skip


def show_indicator_coverage(study: LockinStudy) -> Answer:
    """E18: which indicators could be computed at all, and which are flagged."""
    found = study.indicators
    table = pd.DataFrame(
        {
            "indicator_ja": found.coverage["indicator_ja"],
            "lockin_level_ja": found.coverage["level"].map(LEVEL_JA),
            "subjects_count": found.coverage["subjects_count"],
            "computable_count": found.coverage["computable_count"],
            "flagged_count": found.coverage["flagged_count"],
            "flagged_share": found.coverage["flagged_share"],
            "threshold_ja": [_threshold(row) for row in found.coverage.to_dict("records")],
            "needs_ja": [_needs(row["indicator"], row["subjects_count"]) for row in found.coverage.to_dict("records")],
        }
    )
    computable = int((table["computable_count"] > 0).sum())
    return Answer(
        table,
        found.summary(),
        (
            f"{len(table)} 指標のうち {computable} 指標が1件以上算出できた。斜線は項目が空欄で算出できない部分で、非該当とはしていない。",
            "基準が「自データ」のものは、自らの値の四分位から外れ値の境を求めた（テューキーの方法）。",
            "「調達一般」の11指標は、調達の透明性を扱う国際団体オープン・コントラクティング・パートナーシップが公開する着眼点の定義による。",
            "一者応札は競争入札だけで数えた。随意契約やプロポーザルには選ばれた1者しか載らない。",
            "事業者集中度（HHI＝ハーフィンダール・ハーシュマン指数）は各事業者の割合を2乗して足した値で、1に近いほど一社に偏る。",
        ),
        (_FLAG_IS_NO_VERDICT, "基準の多くは公表された値がなく、前提台帳の仮置きである。"),
        found,
    )


def rank_suspicion(study: LockinStudy) -> Answer:
    """E18: the systems with the strongest suspicion, by level, with the interval of the rank."""
    rows = _with_inventory(study)
    for level in LEVELS:
        rows[f"{level}_state_ja"] = rows[f"{level}_state"].map(_SHORT_STATE)
    states = [f"{level}_state_ja" for level in LEVELS]
    columns = ["lockin_rank", "rank_low", "rank_high", "system_id", "name_ja", "lockin_state_ja", *states, "flagged_count", "computable_count"]  # fmt: skip
    counts = rows["lockin_state"].value_counts()
    labelled = replace(
        study.diagnosis,
        table=study.diagnosis.table.assign(system_id=with_names(study.diagnosis.table["system_id"], _names(study))),
    )
    return Answer(
        rows[columns],
        f"{len(rows)} システムのうち、ロックインの疑いが強いもの {int(counts.get(LOCKED, 0))}、項目の不足で算出不能 {int(counts.get(UNKNOWN, 0))}。",
        (
            f"規則：{study.rule.text_ja()}",
            "順位の幅は、指標の重みを一様に引き直した 1,000 通りの順位の5〜95％。幅が重なるものの間に順序はない。",
        ),
        (_FLAG_IS_NO_VERDICT, "判定の適合率と再現率は、植え付けた正解のある架空データでの検証による（検証のページ）。"),
        labelled,
    )  # fmt: skip


def weigh_statement(study: LockinStudy) -> Answer:
    """E18: do about 40 systems hold about half of the budget? Limits, verdict, and what is needed."""
    is_illustrative = study.case.provenance("systems") == "illustrative"
    statement = planners_statement(study.register)
    check = check_statement(
        study.systems, study.diagnosis.states(), statement=statement, is_illustrative=is_illustrative
    )
    counts = (
        f"{statement.systems_low_count:.0f}〜{statement.systems_high_count:.0f} システム",
        f"{check.locked_low_count}〜{check.locked_high_count} システム",
    )
    known = not pd.isna(check.share_low)
    shares = (
        f"{format_rate(statement.budget_low_share)}〜{format_rate(statement.budget_high_share)}",
        f"{format_rate(check.share_low)}〜{format_rate(check.share_high)}" if known else "算出不能",
    )
    table = pd.DataFrame(
        {
            "quantity_ja": ["ロックインの疑いが強いシステム数", "その年間経費の割合"],
            "stated_ja": [
                f"約 {statement.systems_count:.0f} システム（{counts[0]}）",
                f"約 {format_rate(statement.budget_share, decimals=0)}（{shares[0]}）",
            ],
            "found_range_ja": [counts[1], shares[1]],
            "verdict_ja": VERDICT_JA[check.verdict],
            "needs_ja": "、".join(
                f"{row['field_ja']}（{row['systems_count']} システム）" for row in check.needs.to_dict("records")
            ),
        }
    )
    return Answer(
        table,
        check.summary(),
        (
            "台帳から分かる範囲は、空欄のシステムの判定をどちらとみても、空欄の経費を0から台帳の最大額までのどこに置いても外れない範囲である。",
            "範囲が主張の幅に収まれば「台帳と矛盾しない」、外れれば「台帳に合わない」、どちらとも言えなければ「算出不能」とする。",
        )
        + (("この台帳は架空のため、上の範囲は方法の例示であって府の実態ではない。",) if check.verdict == NOT_VERIFIABLE else ()),
        ("診断そのものの誤り（見逃しと過剰）は範囲に含まれない。",),
        check,
    )  # fmt: skip


def _with_inventory(study: LockinStudy) -> pd.DataFrame:
    """The diagnosis with name, department and cost of the inventory, states in words."""
    inventory = study.systems.drop_duplicates("system_id").set_index("system_id")
    rows = study.diagnosis.table.copy()
    departments = study.names("departments", "department_id")
    ids = rows["system_id"]
    rows["name_ja"] = ids.map(inventory["name_ja"])
    rows["department_ja"] = (
        ids.map(inventory["department_id"]).astype(str).map(lambda code: departments.get(code, code))
    )
    rows["annual_cost_yen"] = ids.map(inventory["annual_cost_yen"]).astype("Int64")
    rows["lockin_state_ja"] = rows["lockin_state"].map(_SHORT_STATE)
    return rows


def _names(study: LockinStudy) -> pd.Series:
    try:
        return study.names("systems", "system_id")
    except MissingTableError:
        return pd.Series(dtype=object)


def _threshold(row: dict[object, object]) -> str:
    limit = value_ja(str(row["indicator"]), float(str(row["threshold_value"])))
    basis = str(row["threshold_basis_ja"])
    return f"{limit}（{'自データ' if basis.startswith('自') else '前提'}）" if limit else basis


def _needs(indicator: str, subjects: object) -> str:
    entry = BY_NAME[indicator]
    if not subjects:
        return "表：" + "、".join(TABLES[name].title_ja for name in entry.tables)
    return "、".join(label_ja(name) for name in entry.fields)
