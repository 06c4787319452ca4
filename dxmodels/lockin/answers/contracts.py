"""E21 and E40: what goes into the next contract of each system, and do the reviewers' hours suffice through the year?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.lockin.answers.answer import Answer
from dxmodels.lockin.clauses import CHECK, CLAUSES, REQUIRED, STANDING
from dxmodels.lockin.from_case import review_effort
from dxmodels.lockin.gate_load import plan_gate_load
from dxmodels.lockin.study import LockinStudy

_MARK = {REQUIRED: "●", CHECK: "？", STANDING: "○"}


@dataclass(frozen=True, eq=False)
class ClauseCounts:
    """Systems by clause and need: clause_ja, required_count, check_count, standing_count."""

    table: pd.DataFrame


def list_clauses_by_system(study: LockinStudy) -> Answer:
    """E21: one row a system, one column a clause: required because of its flags, to be checked first, or standing."""
    plan = study.clauses
    systems = study.systems.drop_duplicates("system_id").set_index("system_id")
    marks = plan.table.assign(mark=plan.table["need"].map(_MARK)).pivot(
        index="system_id", columns="clause", values="mark"
    )
    marks = (
        marks.reindex(columns=list(CLAUSES)).fillna("－").rename(columns=lambda name: f"clause_{name}_ja").reset_index()
    )
    required = plan.table[plan.table["need"] == REQUIRED].groupby("system_id").size()
    marks.insert(1, "name_ja", marks["system_id"].map(systems["name_ja"]))
    marks.insert(2, "required_count", marks["system_id"].map(required).fillna(0).astype(int))
    return Answer(
        marks.sort_values(["required_count", "system_id"], ascending=[False, True]).reset_index(drop=True),
        plan.summary(),
        (
            "●は該当した指標に対応する必須の条項、？は対応する指標が空欄で先に確かめるもの、○は標準として全契約に入れるもの。",
            "どの指標のために要るかは、システムごとのカルテ（E05）にある。",
        ),
        ("条項は次の契約から効く。現在の契約には遡らない。",),
    )  # fmt: skip


def list_clause_outlines(study: LockinStudy) -> Answer:
    """E21: the clauses in outline, with how many systems require each."""
    counts = _counts(study.clauses.table)
    outlines = {clause.title_ja: clause.outline_ja for clause in CLAUSES.values()}
    top = counts.iloc[0]
    return Answer(
        counts.assign(outline_ja=counts["clause_ja"].map(outlines))[["clause_ja", "required_count", "check_count", "outline_ja"]],
        f"次の契約で最も多くのシステムに要るのは「{top['clause_ja']}」（{int(top['required_count'])} システム）。文言は骨子であり、法務の確認を要する。",
        ("必須＝該当した指標に対応する条項。要確認＝対応する指標が空欄で算出できず、先に確かめるもの。どちらでもなく標準のものは全契約に入れる。",),
        ("文言は骨子であり、特定の機関の契約約款ではない。",),
        ClauseCounts(counts),
    )  # fmt: skip


def plan_gate(study: LockinStudy) -> Answer:
    """E40: through the coming years, how many budgets and specifications arrive each month, and do the reviewers' hours suffice?"""
    load = plan_gate_load(study.calendar.table, effort=review_effort(study.register))
    months = load.to_frame()
    busy = months[(months["cases_count"] > 0) | (months["waiting_hours"] > 0)]
    return Answer(
        busy.reset_index(drop=True),
        load.summary(),
        (
            "件数も積み残しもない月は表から除いた。契約終了日から逆算して、予算要求は見積りの開始月に、仕様書は作成の開始月に審査へ届くとした。",
            "積み残しは翌月に持ち越す。山が予算要求の時期に集まるため、年間の時間が足りていても月では足りなくなる。",
        ),
        ("判断の期限を過ぎた契約は含まない（延長や次の終了時の審査が別に要る）。", "1件の審査時間・差戻しの割合・審査者数は前提台帳の仮置きである。"),
        load,
    )  # fmt: skip


def _counts(clauses: pd.DataFrame) -> pd.DataFrame:
    counted = clauses.groupby(["clause_ja", "need"]).size().unstack(fill_value=0)
    counted = counted.reindex(columns=[REQUIRED, CHECK, STANDING], fill_value=0)
    counted.columns = pd.Index(["required_count", "check_count", "standing_count"])
    return counted.sort_values("required_count", ascending=False).reset_index()
