"""Clauses follow from flags; gate rules find the sentence; the load of the gate by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from dxmodels.errors import ModelError
from dxmodels.lockin.clauses import CHECK, CLAUSES, REQUIRED, STANDING, list_clauses
from dxmodels.lockin.gate_load import ReviewEffort, plan_gate_load
from dxmodels.lockin.gates import MET, UNCLEAR, VIOLATED, ProcurementFacts, check_specification
from dxmodels.lockin.indicators import CATALOGUE
from dxmodels.lockin.indicators.table import IndicatorTable

GOOD = """業務の範囲は別紙のとおりとする。
サーバは、別紙の性能を満たすものとする。機種例としてX社製Aを挙げるが、同等以上の性能であればよい。
契約終了時には、受注者は全データをCSV形式で項目定義書とともに発注者に返還する。返還に先立ち、年1回の出力試験を行い発注者の検証を受ける。
成果物の著作権は、発注者に譲渡する。
発注者は、3か月前の通知により本契約を中途解約することができる。
契約終了時には、次期事業者への引継ぎに協力する。
受注者は、連携仕様書を作成し、改修の都度更新して納品する。
受注者は、運用手順書および設計書を納品し、職員への説明会を行う。
"""


def states(found) -> dict[str, str]:
    return found.to_frame().groupby("rule")["state"].first().to_dict()


def test_a_sound_specification_passes_every_rule():
    found = check_specification(GOOD, facts=ProcurementFacts(notice_days=45, least_notice_days=40))
    assert set(states(found).values()) == {MET}
    assert found.passes
    assert "通過" in found.summary()


@pytest.mark.parametrize(
    ("rule", "old", "new", "words"),
    [
        ("brand", "機種例としてX社製Aを挙げるが、同等以上の性能であればよい。", "サーバはX社製Aとする。", "同等以上"),
        ("data_return", "CSV形式で項目定義書とともに", "", "形式"),
        ("data_return", "返還に先立ち、年1回の出力試験を行い発注者の検証を受ける。", "", "試験"),
        ("data_return", "返還する。", "用いる。", "返還"),
        ("rights", "発注者に譲渡する", "受注者に帰属する", "譲渡"),
        ("rights", "成果物の著作権は、発注者に譲渡する。", "", "著作権"),
        ("break_clause", "中途解約することができる", "変更できる", "解約"),
        ("migration_duty", "次期事業者への引継ぎに協力する", "費用を精算する", "引継ぎ"),
        ("interface_documents", "連携仕様書", "報告書", "連携仕様書"),
        ("knowledge_handover", "運用手順書および設計書を納品し、職員への説明会を行う", "報告を行う", "手順書"),
        (
            "exclusivity",
            "業務の範囲は別紙のとおりとする。",
            "参加者は、現行システムの保守実績を有する者とする。",
            "特定の者に限らない",
        ),
    ],
)
def test_each_rule_finds_its_fault_and_gives_the_cure(rule, old, new, words):
    assert old in GOOD
    found = check_specification(GOOD.replace(old, new), facts=ProcurementFacts(notice_days=45, least_notice_days=40))
    rows = found.to_frame().set_index("rule").loc[[rule]]
    assert (rows["state"] == VIOLATED).all()
    assert words in rows["cure_ja"].iloc[0]
    others = {name: state for name, state in states(found).items() if name != rule}
    assert set(others.values()) == {MET}
    assert not found.passes


def test_the_offending_sentence_and_its_number_are_shown():
    found = check_specification("仕様は次のとおり。端末はゼット社製とする。", facts=ProcurementFacts())
    row = found.to_frame().set_index("rule").loc["brand"]
    assert (row["sentence_number"], row["sentence_ja"]) == (2, "端末はゼット社製とする。")


def test_named_brands_are_found_in_any_width():
    found = check_specification("データベースはＡｌｐｈａＤＢを用いる。", facts=ProcurementFacts(brands=("AlphaDB",)))
    assert states(found)["brand"] == VIOLATED


def test_notice_days_are_a_fact_of_the_procurement():
    assert states(check_specification(GOOD))["notice_days"] == UNCLEAR
    short = check_specification(GOOD, facts=ProcurementFacts(notice_days=10, least_notice_days=40))
    assert states(short)["notice_days"] == VIOLATED
    assert not short.passes


def test_rights_without_an_owner_are_unclear():
    assert states(check_specification(GOOD.replace("発注者に譲渡する", "別途定める")))["rights"] == UNCLEAR


def test_an_empty_text_is_refused():
    with pytest.raises(ModelError, match="文がありません"):
        check_specification(" \n ")


def table_of(states_by_system: dict[str, dict[str, str]]) -> IndicatorTable:
    rows = [
        (name, "system", system, state) for system, flags in states_by_system.items() for name, state in flags.items()
    ]
    return IndicatorTable(
        pd.DataFrame(rows, columns=["indicator", "subject_kind", "subject_id", "state"]),
        pd.DataFrame(),
        pd.DataFrame(),
        (),
    )


def test_clauses_follow_from_flags():
    found = list_clauses(
        table_of(
            {
                "A": {
                    "export_untested": "flagged",
                    "break_clause_missing": "not_flagged",
                    "switching_cost_high": "not_flagged",
                },
                "B": {
                    "export_untested": "not_computable",
                    "break_clause_missing": "flagged",
                    "switching_cost_high": "not_computable",
                },
            }
        )
    )
    a, b = (found.of(system).set_index("clause") for system in "AB")
    assert a.at["data_return", "need"] == REQUIRED
    assert "データ出力" in a.at["data_return", "because_ja"]
    assert "break_clause" not in a.index  # answered and not needed
    assert b.at["data_return", "need"] == CHECK
    assert b.at["break_clause", "need"] == REQUIRED
    assert found.of("B")["need"].tolist() == sorted(found.of("B")["need"], key=[REQUIRED, CHECK, STANDING].index)
    assert "必須の条項" in found.summary()


def test_every_clause_answers_known_indicators():
    names = {entry.name for entry in CATALOGUE}
    assert all(set(clause.answers) <= names for clause in CLAUSES.values())
    own = {entry.name for entry in CATALOGUE if entry.group in ("history", "system")}
    assert own <= {name for clause in CLAUSES.values() for name in clause.answers}


def test_gate_load_by_hand():
    # two budgets in August (4 h each), one specification in October (10 h); half return once; capacity 8 h a month
    calendar = pd.DataFrame(
        {
            "estimate_date": pd.to_datetime(["2027-08-05", "2027-08-20"]),
            "specification_date": pd.to_datetime(["2027-10-01", "2027-10-31"]),
        }
    )
    effort = ReviewEffort(
        specification_hours=10, budget_hours=4, return_share=0.5, reviewers_fte=0.5, hours_per_fte=192
    )
    found = plan_gate_load(calendar, effort=effort)
    assert found.table["month_text"].tolist() == ["令和9年8月", "令和9年9月", "令和9年10月"]
    assert found.table["needed_hours"].tolist() == [12, 0, 30]
    assert found.table["waiting_hours"].tolist() == [4, 0, 22]
    assert found.needed_fte == pytest.approx(30 * 12 / 192)
    assert "令和9年10月" in found.summary()
    with pytest.raises(ModelError, match="-1"):
        ReviewEffort(-1, 4, 0.5, 1, 100)


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("データベースは Oracle Database 19c を使用すること。", UNCLEAR),
        ("サーバは Windows Server 2022 又は同等以上の機能を有するものとする。", MET),
        ("通信は TLS 1.3 とし、WCAG 2.1 と JIS X 8341-3:2016 に準拠する。", MET),
        ("令和8年度から ISO 27001 の認証を維持し、99.9% の稼働率を確保する。", MET),
    ],
)
def test_a_product_with_a_version_is_asked_about_and_a_standard_is_not(sentence, state):
    assert states(check_specification(sentence))["brand"] == state


@pytest.mark.parametrize(
    ("sentence", "rule", "state"),
    [
        ("受注者が本契約に違反したときは、府は契約を解除することができる。", "break_clause", VIOLATED),
        ("府は、3か月前の通知により契約を解除することができる。", "break_clause", MET),
        ("受注者は、前受注者から業務の引継ぎを受けること。", "migration_duty", UNCLEAR),
        ("受注者は、後継事業者への引継ぎを行うこと。", "migration_duty", MET),
        ("成果物の著作権は府に帰属する。ただし、従前からの部分は受注者に留保される。", "rights", VIOLATED),
        ("成果物の著作権は府に帰属する。ただし、従前からの部分は受注者に留保され、府と後継事業者に利用を許諾する。", "rights", MET),
    ],
)  # fmt: skip
def test_words_that_look_like_a_clause_but_are_not(sentence, rule, state):
    assert states(check_specification(sentence))[rule] == state


def test_sentences_know_their_line_and_rules_their_reason():
    found = check_specification("件名\n\n端末はゼット社製とする。機能は別紙。").to_frame().set_index("rule")
    assert found.at["brand", "text_line_number"] == 3
    assert found.at["data_return", "text_line_number"] == 0
    assert found["gate_reason_ja"].str.len().min() > 10
