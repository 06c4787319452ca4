"""E40: which sentences of a specification does the gate send back, how are they cured, and by when must the next specification stand?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from dxmodels.fiscal import era_date
from dxmodels.inputs import Register
from dxmodels.lockin.answers.answer import Answer
from dxmodels.lockin.calendar import exit_calendar
from dxmodels.lockin.from_case import lead_times
from dxmodels.lockin.gates import (
    MET,
    STATE_JA,
    UNCLEAR,
    VIOLATED,
    ProcurementFacts,
    SpecificationCheck,
    check_specification,
)
from dxmodels.lockin.specification_example import BRANDS, NOTICE_DAYS, TEXT
from dxmodels.lockin.study import LockinStudy

_ORDER = (VIOLATED, UNCLEAR, MET)
_LIMIT = "語を探す検査で、意味は読まない。語があっても内容が適切とは限らず、語がなくても別の言い方で定めていることがある。審査者が文を読む。"
_STEPS = {
    "estimate_date": "見積りを取り始める（予算要求の準備）",
    "budget_request_date": "予算要求（債務負担行為を含む）",
    "budget_vote_date": "予算・債務負担行為の議決",
    "specification_date": "仕様書の作成を始める",
    "announced_date": "公告",
    "opening_date": "開札",
    "signing_date": "契約の締結（移行の開始）",
    "go_live_date": "新しい契約での運用開始",
}


def check_example_specification(study: LockinStudy) -> Answer:
    """E40: the gate's rules on a made-up specification (架空), with the sentence found and the cure."""
    study.case.table("contracts")  # the gate belongs to a ledger of contracts: without one the question is not asked
    least = study.register.value("notice_days_wto")
    check = check_specification(
        TEXT, facts=ProcurementFacts(notice_days=NOTICE_DAYS, least_notice_days=least, brands=BRANDS)
    )
    table = _shown(check)[["checked_ja", "gate_state_ja", "sentence_ja", "cure_ja"]]
    lead = "例示の仕様書（架空）を規則で検査し、見つけた文と直し方を並べた。要修正と要確認がなくなるまで公告に進まない。自分の仕様書は、コマンド dx gate で同じ検査にかけられる。"
    return Answer(table, check.summary(), (lead,), (_LIMIT,), check)


def check_own_specification(text: str, *, facts: ProcurementFacts, place: Callable[[int], str]) -> Answer:
    """E40 for a planner's own text: result, place (by line of the text), sentence, cure and reason, faults first."""
    check = check_specification(text, facts=facts)
    shown = _shown(check)
    shown.insert(2, "text_place_ja", [place(number) or "－" for number in shown["text_line_number"]])
    lead = (
        "要修正は直してから、要確認は事実を確かめて書き足してから公告に進む。適合も、見つけた文が十分かを審査者が読む。"
    )
    return Answer(shown.drop(columns="text_line_number"), check.summary(), (lead,), (_LIMIT,), check)


def count_back_contract(end: dt.date, *, register: Register, as_of: dt.date, is_wto: bool) -> Answer:
    """E40: the dates of one procurement counted back from the end of today's contract, with the days left."""
    lead = lead_times(register, is_wto=is_wto)
    dates = exit_calendar(pd.DataFrame({"system_id": ["本件"], "contract_end_date": [pd.Timestamp(end)]}), lead=lead, as_of=as_of).table.iloc[0]  # fmt: skip
    table = pd.DataFrame(
        [(name, dates[column], (dates[column] - pd.Timestamp(as_of)).days) for column, name in _STEPS.items()],
        columns=["gate_step_ja", "due_date", "left_days"],
    ).sort_values("due_date", kind="stable", ignore_index=True)
    decision, left = dates["decision_date"].date(), int(dates["left_days"])
    told = (
        f"{era_date(as_of)}から見てあと {left:,} 日"
        if left >= 0
        else f"{era_date(as_of)}には {-left:,} 日過ぎている。短期の延長か、次の終了時に合わせて計画する"
    )
    notice = "特定調達" if is_wto else "特定調達以外"
    return Answer(
        table,
        f"現在の契約が{era_date(end)}に終わるとき、替えるための判断の期限は{era_date(decision)}（{told}）。決めているのは{dates['binding_ja']}。",
        (f"終了の翌日に新しい契約で動いているように、移行・契約・公告（{notice}、{lead.notice_days} 日）・仕様作成の期間を逆算し、予算の日程と比べて早い方を期限とした。",),
        ("期間の長さは前提台帳の値で、仮置きを含む。補正予算や臨時の議会は見込んでいない。",),
    )  # fmt: skip


def _shown(check: SpecificationCheck) -> pd.DataFrame:
    """One row a finding in a planner's words: faults first, then what to check, then what is met."""
    table = check.table
    rows = table.assign(order=table["state"].map(_ORDER.index), nowhere=table["sentence_number"] == 0)
    rows = rows.sort_values(["order", "nowhere", "sentence_number"], kind="stable", ignore_index=True)
    found = rows["sentence_ja"].where(rows["sentence_ja"] != "", "該当する文がない")
    return pd.DataFrame(
        {
            "checked_ja": rows["checked_ja"],
            "gate_state_ja": rows["state"].map(STATE_JA),
            "sentence_ja": found.where(
                (rows["state"] != MET) | (rows["sentence_ja"] != ""), "該当する文はない（問題なし）"
            ),
            "cure_ja": rows["cure_ja"].where(rows["cure_ja"] != "", "－"),
            "gate_reason_ja": rows["gate_reason_ja"],
            "text_line_number": rows["text_line_number"],
        }
    )
