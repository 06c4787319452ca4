"""Page 1 speaks in full sentences of what was recorded, by name: every number in it is a recorded one, none is computed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from exhibit_maker import EDITION, exhibit, page

from dxmodels.errors import ParameterError
from dxmodels.runs.document import plan_document
from dxmodels.runs.document.abstract import abstract_of
from dxmodels.runs.doors import build_record
from dxmodels.runs.model import Record
from dxmodels.runs.notebook_files import notebook_path, read_cells
from dxmodels.runs.plans import ABSTRACT_NAME, Plan, load_plan
from dxmodels.runs.shown import value_of

PROJECT = Path(__file__).parents[2]
PLANS = [load_plan(path.stem) for path in sorted((PROJECT / "data" / "plans").glob("*.yml"))]
_NUMBER = re.compile(r"▲?\d[\d,]*(?:\.\d+)?")


def record(name: str, value: object, unit: str, grade: str = "推計") -> Record:
    return build_record(name, value, unit=unit, sources=["総務省の資料"], grade=grade, label=name)


def plan(*sentences: dict[str, object]) -> Plan:
    chapters = [{"title_ja": "府庁DX", "notebooks": [{"notebook": "00_data"}]}]
    return Plan.model_validate({"name": "x", "title_ja": "x", "edition_ja": "x", "chapters": chapters, "abstract": list(sentences)})  # fmt: skip


RECORDS = [
    record("difference_yen", -198_282_529, "円"),
    record("rate_number", 137.451, "円/ドル"),
    record("made_up_yen", 5, "円", "架空"),
    record("open_yen", None, "円"),
]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("分かれ目は{rate_number}。", "分かれ目は137.45円/ドル。"),
        ("差は{difference_yen}。", "差は▲1.9億円。"),
        ("{difference_yen:size}だけ{difference_yen|安い|高い}。", "1.9億円だけ安い。"),
        ("架空の{made_up_yen}。", "ほかの文。"),
        ("算出不能の{open_yen}と{rate_number}。", "ほかの文。"),
        ("記録のない{never_recorded}。", "ほかの文。"),
    ],
)
def test_sentences_are_filled_with_recorded_values_or_replaced(text: str, told: str) -> None:
    made = abstract_of(plan({"text": text, "otherwise": "ほかの文。", "exhibits": ["E07", "E99"]}), RECORDS, ["E07"])
    assert made == ((told if told == "ほかの文。" else f"{told}（図表 E07）"),)  # E99 was not made


@pytest.mark.parametrize("text", ["費用は5億円。", "費用は５億円。", "{Rate}は高い。", "{rate", "{rate:big}。"])
def test_a_number_of_its_own_or_a_false_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="abstract"):
        plan({"text": text})


def test_the_fault_of_a_plan_file_names_the_cure(project: Path) -> None:
    from notebook_maker import PLAN, write_plan

    write_plan(project, "loud", PLAN + "abstract:\n  - text: 費用は5億円。\n")
    with pytest.raises(ParameterError, match="記録された値から引いてください"):
        load_plan("loud")


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_every_name_of_page_1_is_recorded_by_a_notebook_of_the_plan(plan: Plan) -> None:
    named = {found[1] for sentence in plan.abstract for found in ABSTRACT_NAME.finditer(sentence.text)}
    notebooks = [batch.notebook for chapter in plan.chapters for batch in chapter.notebooks] + [plan.summary or ""]
    sources = "".join(cell.source for name in notebooks if name for cell in read_cells(notebook_path(name)))
    assert sorted(name for name in named if f'"{name}"' not in sources) == []


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_every_number_on_page_1_is_a_recorded_one(plan: Plan) -> None:
    names = sorted({found[1] for sentence in plan.abstract for found in ABSTRACT_NAME.finditer(sentence.text)})
    records = [record(name, -(17 + 1_000_003 * place), "円") for place, name in enumerate(names, start=3)]
    allowed = {number.lstrip("▲") for one in records for number in _NUMBER.findall(value_of(one))}
    for sentence in abstract_of(plan, records, []):
        assert {number.lstrip("▲") for number in _NUMBER.findall(sentence)} <= allowed
    assert len(abstract_of(plan, records, [])) == len(plan.abstract)


def test_the_final_summary_opens_with_three_to_six_sentences() -> None:
    final = next(plan for plan in PLANS if plan.name == "final_summary")
    assert 3 <= len(final.abstract) <= 6


def test_page_1_tells_no_machinery_and_the_record_of_the_run_does() -> None:
    made = plan_document(
        plan({"text": "分かれ目は{rate_number}。"}),
        [page(exhibit(), records=(RECORDS[1],), parameters={"effort": "draft", "scenario": "base"}, notebook="20_cost", key="20_cost")],
        EDITION,
    )  # fmt: skip
    assert made.abstract == ("分かれ目は137.45円/ドル。",)
    first = "".join(
        [*made.abstract, *made.notices, *made.lead, made.subtitle, *(text for fact in made.facts for text in fact)]
    )
    for word in ("ノートブック", "20_cost", "draft", "effort", "base", "ハッシュ"):
        assert word not in first
    assert sum("速報精度" in notice for notice in made.notices) == 1
    assert made.annexes[-1].title == "実行の記録"
    assert "20_cost" in str(made.annexes[-1].sheet.rows)


_NO_FINDING = re.compile(
    r"[A-Z]\d{2}[a-z]?|\d+件に\d+件|0から"
)  # an exhibit's number, what a P-value means, the zero of a difference
_TOLD = ("title", "reading", "limits")


def test_the_final_summarys_own_sentences_hold_no_number_that_was_not_recorded() -> None:
    """Numbers of notebook 90 come from its tables and records; what stands in its cells as text names none."""
    found = []
    for cell in read_cells(PROJECT / "notebooks" / "90_final_summary.ipynb"):
        if cell.kind != "code":
            found += re.findall(r"\d+", re.sub(r"^# 90|[A-Z]\d{2}[a-z]?", "", cell.source))
            continue
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        for keyword in (keyword for call in calls for keyword in call.keywords if keyword.arg in _TOLD):
            texts = [
                node.value
                for node in ast.walk(keyword.value)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
            found += [text for text in texts if re.search(r"\d", _NO_FINDING.sub("", text))]
    assert found == []


@pytest.mark.parametrize("number", ["E33", "E33a", "E34", "E35", "E36"])
def test_the_final_summary_tells_matrix_bridge_register_and_limits(number: str) -> None:
    source = "\n".join(cell.source for cell in read_cells(PROJECT / "notebooks" / "90_final_summary.ipynb"))
    assert f'exhibit("{number}"' in source or (number == "E34" and "recorded_bridge()" in source)
