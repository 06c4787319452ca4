"""A long report is printed as a body of chosen exhibits and annex volumes: nothing is lost, nothing told twice, each refers to the other."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest
from exhibit_maker import EDITION, exhibit, illustrative, long_table, missing, page, report
from pypdf import PdfReader

from dxmodels.figures.style import axes_for
from dxmodels.runs.document import Document, Page, report_volumes, with_file_names
from dxmodels.runs.doors import build_record
from dxmodels.runs.plans import Plan
from dxmodels.runs.render.html import document_html
from dxmodels.runs.render.pdf import document_pdf

CHAPTERS: list[dict[str, Any]] = [
    {"title_ja": "府庁DX", "notebooks": [{"notebook": "00_data"}]},
    {"title_ja": "市町村DX", "notebooks": [{"notebook": "20_cost"}]},
    {"title_ja": "替えた条件", "apart": True, "notebooks": [{"notebook": "20_cost"}]},
]


def plan(**changes: Any) -> Plan:
    body = {"exhibits": ["E12", "E01", "E99"], "closing": ["E36"]}
    held = {"name": "small", "title_ja": "小さな取りまとめ", "edition_ja": "試験版", "chapters": CHAPTERS, "body": body}
    return Plan.model_validate({**held, **changes})


def cost(value: float, **job: Any) -> Page:
    record = build_record("cost_yen", value, unit="円", sources=["総務省の資料"], grade="推計", label="費用")
    return page(
        exhibit("E07"),
        exhibit("E07a"),
        key=job.pop("key", "20_cost"),
        notebook="20_cost",
        chapter="市町村DX",
        records=(record,),
        **job,
    )


@pytest.fixture(scope="module")
def volumes() -> dict[str, Document]:
    beside = cost(2_000_000_000, key="20_cost-yen_weak", variant="yen_weak", parameters={"scenario": "yen_weak"})
    beside = Page(**{**vars(beside), "job": type(beside.job)(**{**vars(beside.job), "apart": True})})
    pages = [
        page(long_table(), illustrative(), missing()),
        cost(1_000_000_000),
        page(exhibit("E36"), key="90_final_summary", notebook="90_final_summary", chapter="取りまとめ"),
        beside,
    ]
    return report_volumes(plan(), with_file_names(pages), EDITION)


def numbers(document: Document) -> list[str]:
    return [item.number for item in document.items]


def test_the_body_shows_what_the_plan_names_and_every_exhibit_stands_in_one_volume(
    volumes: dict[str, Document],
) -> None:
    body, *others = volumes.values()
    assert list(volumes) == ["small", "small-annex1", "small-annex2", "small-annex3"]
    assert sorted(numbers(body)) == ["E01", "E12", "E36"]  # E99 was not made
    assert sorted(number for volume in others for number in numbers(volume)) == [
        "E01",
        "E07",
        "E07a",
        "E09",
        "E12",
        "E36",
    ]
    assert [document.title.split("　", 1)[-1] for document in others] == [
        "別冊 資料編1　府庁DX",
        "別冊 資料編2　市町村DX",
        "別冊 資料編3　取りまとめ・前提・実行の記録",
    ]
    places = {row[0]: row[3] for row in others[-1].annexes[0].sheet.rows}
    assert places == {"E01": "別冊 資料編1", "E09": "別冊 資料編1", "E12": "別冊 資料編1", "E07": "別冊 資料編2", "E07a": "別冊 資料編2", "E36": "別冊 資料編3"}  # fmt: skip
    assert [row[1:] for row in body.annexes[0].sheet.rows] == [
        ("E01、E09、E12", "3点"),
        ("E07、E07a", "2点"),
        ("E36", "1点"),
    ]


def test_a_table_cut_in_the_body_is_whole_in_its_volume(volumes: dict[str, Document]) -> None:
    short, whole = (
        next(item for item in volumes[name].items if item.number == "E12") for name in ("small", "small-annex1")
    )
    assert short.sheet is not None
    assert whole.sheet is not None
    assert len(short.sheet.rows) < len(whole.sheet.rows)
    assert len(short.sheet.rows) + short.sheet.hidden_rows == len(whole.sheet.rows) + whole.sheet.hidden_rows == 120
    assert "別冊 資料編1" in short.pointer
    assert not whole.pointer


def test_only_what_shows_made_up_figures_carries_the_mark(volumes: dict[str, Document]) -> None:
    assert {name: bool(document.mark) for name, document in volumes.items()} == {
        "small": True, "small-annex1": True, "small-annex2": False, "small-annex3": False,
    }  # fmt: skip


def test_other_conditions_are_told_by_the_numbers_they_move(volumes: dict[str, Document]) -> None:
    moved = next(annex for annex in volumes["small-annex3"].annexes if "シナリオ" in annex.title)
    assert [list(row) for row in moved.sheet.rows] == [["費用", moved.sheet.rows[0][1], "20.0億円", "10.0億円", "推計"]]
    assert "yen_weak" in moved.sheet.rows[0][1]


def test_every_volume_is_a_tagged_pdf_and_a_page_that_leads_to_the_others(volumes: dict[str, Document]) -> None:
    for stem, document in volumes.items():
        reader = PdfReader(io.BytesIO(document_pdf(document)))
        assert reader.xmp_metadata is not None
        assert "pdfuaid" in str(reader.trailer["/Root"]["/Metadata"].get_data())  # type: ignore[index]
        html = document_html(document)
        for other in volumes:
            assert f'href="{other}.html"' in html, stem


def test_without_a_body_the_report_is_one_document() -> None:
    assert list(report_volumes(plan(body=None), with_file_names([page(exhibit())]), EDITION)) == ["small"]


def test_on_paper_an_exhibit_of_the_body_keeps_to_one_page() -> None:
    """A tall figure, a page of sentences less a few lines, twelve rows: longer than a page each, unless figure and table give way."""
    rows = pd.DataFrame({"name_ja": [f"第{row}業務" for row in range(12)], "annual_cost_yen": range(12)})

    def tall(frame: pd.DataFrame) -> Any:
        ax = axes_for(None, height_mm=140)
        ax.bar(frame["name_ja"], frame["annual_cost_yen"])
        return ax

    many = [exhibit(f"E{number}", rows, figure=tall, reading=["ここを読む。"] * 8) for number in range(10, 15)]
    made = report_volumes(plan(body={"exhibits": [one.id for one in many]}), with_file_names([page(*many)]), EDITION)
    texts = [paper.extract_text() for paper in PdfReader(io.BytesIO(document_pdf(made["small"]))).pages]
    begun = [[one.id for one in many if f"{one.id}　" in text] for text in texts[1:]]
    assert begun == [[one.id] for one in many] + [[]]  # page 1 before them, conditions and volumes after them
    loose = made["small"].model_copy(update={"one_page_each": False})
    assert len(PdfReader(io.BytesIO(document_pdf(loose))).pages) > len(texts)  # without the rule tails stand alone


@pytest.mark.parametrize(
    ("second", "labels"),
    [(1_000_000_000, ["費用"]), (2_000_000_000, ["費用（20_cost）", "費用（50_consolidation）"])],
)
def test_a_number_that_two_notebooks_record_is_told_once_unless_they_disagree(second: float, labels: list[str]) -> None:
    other = cost(second, key="50_consolidation")
    other = Page(**{**vars(other), "job": type(other.job)(**{**vars(other.job), "notebook": "50_consolidation"})})
    document, _ = report([cost(1_000_000_000), other])
    assert [entry.label for entry in document.headlines] == labels
