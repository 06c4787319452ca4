"""Reading data/assumptions: every fault at once, in Japanese, with file, line, key, value and cure."""

from pathlib import Path

import pytest

from dxmodels.errors import InputError
from dxmodels.inputs import load_register

GOOD = """topic: t
title_ja: 見本
assumptions:
  a_share:
    label_ja: 割合
    unit: share
    value: {central: 0.3, low: 0.1, high: 0.5}
    distribution: triangular
    source: 見本
    as_of: "2026年"
    grade: 推計
"""


def read(folder: Path, text: str, name: str = "t.yml") -> InputError | None:
    (folder / name).write_text(text, encoding="utf-8")
    try:
        load_register(folder)
    except InputError as error:
        return error
    return None


def test_a_good_file_reads(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) is None
    assert load_register(tmp_path).value("a_share") == 0.3


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("label_ja:", "lable_ja:", "a_share.lable_ja", "label_ja」の誤り"),
        ("label_ja: 割合", "label_ja:", "a_share.label_ja", "必須の項目がありません"),
        ("label_ja: 割合", "label_ja: 5", "a_share.label_ja", "文字列ではありません"),
        ("source: 見本", "source: ''", "a_share.source", "空欄です"),
        ("    source: 見本\n", "", "a_share.source", "必須の項目がありません"),
        ('"2026年"', "2026", "a_share.as_of", "引用符で囲んで"),
        ('"2026年"', "2026-04-01", "a_share.as_of", "引用符で囲んで"),
        ("grade: 推計", "grade: 公表", "a_share.grade", "公表値"),
        ("grade: 推計", "grade: 仮置き", "a_share.note", "要確認"),
        ("grade: 推計", "grade: 仮置き\n    note: 後で", "a_share.note", "要確認"),
        ("unit: share", "unit: shares", "a_share.unit", "知らない単位"),
        ("0.5}", "1.5}", "a_share.value.high", "範囲 0〜1"),
        ("low: 0.1", "low: 0.4", "a_share.value", "low ≤ central ≤ high"),
        ("central: 0.3", "central: '0.3'", "a_share.value.central", "数値ではありません"),
        ("central: 0.3", "central: true", "a_share.value.central", "数値ではありません"),
        ("central: 0.3", "central: .nan", "a_share.value.central", "数値ではありません"),
        ("central: 0.3", "central: .inf", "a_share.value.central", "数値ではありません"),
        ("central: 0.3", "central: １", "a_share.value.central", "数値ではありません"),
        ("central: 0.3, ", "", "a_share.value.central", "必須の項目がありません"),
        ("central: 0.3", "centre: 0.3", "a_share.value.centre", "central"),
        ("value: {central: 0.3, low: 0.1, high: 0.5}", "value: 0.3", "a_share.value", "組になっていません"),
        ("value:", "values:", "a_share.values.central", "年度ではありません"),
        (
            "value: {central: 0.3, low: 0.1, high: 0.5}",
            "values: {1850: {central: 0.3}}",
            "values.1850",
            "年度ではありません",
        ),
        ("value: {", "values: {}\n    value: {", "a_share", "どちらか一方"),
        ("distribution: triangular", "distribution: triangle", "a_share.distribution", "triangular"),
        ("distribution: triangular", "distribution: normal\n    interval: bounds", "a_share.value", "interval"),
        ("distribution: triangular", "distribution: triangular\n    carry_forward: 1", "carry_forward", "true / false"),
        ("low: 0.1, ", "", "a_share.value", "low と high が要ります"),
        ("  a_share:", "  A-share:", "A-share", "名前が規則"),
        ("topic: t", "topic: other", "topic", "ファイル名"),
        ("topic: t\n", "", "topic", "必須の項目がありません"),
        ("topic: t", "topic: t\nextra: 1", "extra", "知らないキー"),
        ("assumptions:", "assumptions: []\nolder:", "assumptions", "名前ごとの項目"),
    ],
)
def test_each_fault_is_found_and_placed(tmp_path: Path, old: str, new: str, key: str, said: str) -> None:
    assert old in GOOD
    error = read(tmp_path, GOOD.replace(old, new, 1))
    assert error is not None
    hits = [fault for fault in error.faults if fault.column.endswith(key) and said in fault.problem + fault.cure]
    assert hits, str(error)
    assert hits[0].file == "t.yml"
    assert hits[0].cure


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "形になっていません"),
        ("- 1\n- 2\n", "形になっていません"),
        ("topic: [unclosed\n", "YAMLとして読めません"),
        (GOOD + GOOD[GOOD.index("  a_share") :], "同じキー"),
        ("topic: !!python/object/apply:os.system ['true']\n", "文字列ではありません"),
    ],
)
def test_a_file_that_is_no_topic_is_refused(tmp_path: Path, text: str, said: str) -> None:
    error = read(tmp_path, text)
    assert error is not None
    assert said in str(error)


def test_wrong_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_bytes(GOOD.encode("cp932"))
    with pytest.raises(InputError, match="UTF-8"):
        load_register(tmp_path)


def test_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_bytes(GOOD.encode("utf-8-sig"))
    assert len(load_register(tmp_path)) == 1


def test_all_faults_of_all_files_come_at_once_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "u.yml").write_text(GOOD.replace("topic: t", "topic: u").replace("unit: share", "unit: x2"), "utf-8")
    error = read(tmp_path, GOOD.replace("central: 0.3", "central: a").replace("source: 見本", "source: 1"))
    assert error is not None
    assert sorted((fault.file, fault.row) for fault in error.faults) == [("t.yml", 7), ("t.yml", 9), ("u.yml", 6)]


def test_the_same_name_in_two_topics_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text(GOOD.replace("topic: t", "topic: s"), "utf-8")
    error = read(tmp_path, GOOD)
    assert error is not None
    assert "s.yml と t.yml" in str(error)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\*\.yml"):
        load_register(tmp_path)


def test_yaml_words_that_look_like_truth_values_stay_text(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace("label_ja: 割合", "label_ja: no").replace("a_share", "off")) is None
    assert load_register(tmp_path)["off"].label_ja == "no"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    assert load_register(tmp_path).value("a_share") == 0.3
    read(tmp_path, GOOD.replace("central: 0.3", "central: 0.35"))
    assert load_register(tmp_path).value("a_share") == 0.35
