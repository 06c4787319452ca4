"""The HTML page: structure a screen reader needs, nothing that runs or fetches, texts exactly as printed."""

from __future__ import annotations

import base64
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from exhibit_maker import (
    EDITION,
    HOSTILE,
    exhibit,
    hostile,
    illustrative,
    long_table,
    missing,
    notebook_page,
    page,
    report,
)
from notebook_maker import write_notebook

from dxmodels.figures.style import contrast
from dxmodels.runs.document import Document
from dxmodels.runs.execute import Outcome
from dxmodels.runs.notebook_files import draws_taken
from dxmodels.runs.render.html import TEMPLATES, cleaned, document_html, forms_html

VOID = {"meta", "img", "br", "link", "input"}


class Outline(HTMLParser):
    """What a checker needs of a page: elements with attributes, headings in order, texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} closes another element"

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def full_report() -> Document:
    pages = [
        page(exhibit("E07"), missing(), long_table()),
        page(illustrative(), hostile(), key="20_cost", notebook="20_cost", records=(), parameters={"effort": "draft"}),
    ]
    return report(pages)[0]


@pytest.fixture(scope="module")
def html() -> str:
    return document_html(full_report())


@pytest.fixture(scope="module")
def outline(html: str) -> Outline:
    return Outline(html)


def test_language_title_and_one_first_heading(outline: Outline) -> None:
    assert outline.all("html")[0]["lang"] == "ja"
    assert len(outline.all("h1")) == 1
    assert len(outline.all("main")) == 1
    assert len(outline.all("title")) == 1


def test_headings_never_skip_a_level(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_image_has_words_and_every_header_cell_a_scope(outline: Outline) -> None:
    assert outline.all("img")
    assert all((image["alt"] or "").strip() for image in outline.all("img"))
    assert all(cell.get("scope") in {"col", "row"} for cell in outline.all("th"))
    assert len(outline.all("caption")) == len(outline.all("table"))


def test_names_in_the_page_are_unique_and_links_lead_somewhere(outline: Outline) -> None:
    names = [attributes["id"] for _, attributes in outline.elements if attributes.get("id")]
    assert len(names) == len(set(names))
    targets = [link["href"] or "" for link in outline.all("a")]
    assert {target[1:] for target in targets if target.startswith("#")} <= set(names)
    assert all(target.startswith(("#", "tables/")) for target in targets)


def test_nothing_runs_and_nothing_is_fetched(html: str, outline: Outline) -> None:
    policy = next(
        meta["content"] or "" for meta in outline.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert not {"script", "iframe", "object", "link", "form", "base", "embed"} & {tag for tag, _ in outline.elements}
    assert not [
        name for _, attributes in outline.elements for name in attributes if name.startswith("on") or name == "style"
    ]
    assert not re.search(r"(?:src|href)=[\"']?\s*(?:https?:|//|javascript:|file:)", html, re.IGNORECASE)
    assert all((image["src"] or "").startswith("data:image/svg+xml;base64,") for image in outline.all("img"))


def test_hostile_texts_are_shown_as_texts(outline: Outline) -> None:
    for text in HOSTILE:
        assert text in outline.text
    assert "<script>alert(2)</script>は<b>太字</b>か" in outline.text


def test_no_figure_holds_a_script(outline: Outline) -> None:
    for image in outline.all("img"):
        svg = base64.b64decode((image["src"] or "").split(",", 1)[1]).decode("utf-8")
        assert "<script" not in svg
        assert "実行番号 small-0123456789ab" in svg


@pytest.mark.parametrize(
    "fragment",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="https://example.org">x</a>',
        '<a href="//example.org">x</a>',
        '<iframe src="data:text/html,x"></iframe>',
        '<img src="data:text/html;base64,PHNjcmlwdD4=">',
        "<svg><script>alert(1)</script></svg>",
        '<p style="background:url(https://example.org)">x</p>',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
def test_the_allow_list_leaves_nothing_alive(fragment: str) -> None:
    kept = cleaned(fragment)
    assert not re.search(r"script|onerror|javascript|example\.org|iframe|text/html|style", kept)


def test_the_allow_list_keeps_what_the_template_needs() -> None:
    whole = '<h1 id="a">x</h1><p class="b">y</p><table><tr><th scope="col">z</th></tr></table><img src="data:image/svg+xml;base64,AA==" alt="w">'
    kept = cleaned(whole)
    for part in ('<h1 id="a">', '<p class="b">', 'scope="col"', 'src="data:image/svg+xml;base64,AA=="', 'alt="w"'):
        assert part in kept


def test_parts_are_never_mixed_and_stand_in_their_order(outline: Outline) -> None:
    text = outline.text
    places = [
        text.rindex(title) for title in ("公表値で言えること", "方法の例示（架空データ）", "答えられなかった問い")
    ]
    assert places == sorted(places)
    document = full_report()
    for part in document.parts:
        grades = {item.grade for chapter in part.chapters for item in chapter.items}
        expected = {"published": {"公表値", "推計"}, "illustrative": {"架空"}, "open": {"算出不能"}}[part.key]
        assert grades <= expected


def test_page_one_prints_the_share_of_headline_numbers_by_grade(outline: Outline) -> None:
    assert "見出しの数値2個の区分：公表値1個（50％）、推計1個（50％）、架空0個（0％）。" in re.sub(
        r"\n", "", outline.text
    )
    assert "48.1億円" in outline.text
    assert "▲4.1％" in outline.text
    assert "▲4.1％ 幅：▲6.1〜0.2％（前提の幅）" in outline.text  # never run together with its value


def test_what_cannot_be_computed_names_table_and_field(outline: Outline) -> None:
    assert "経費（システム×年度×経費項目）" in outline.text
    assert "答えられなかった問い" in outline.text


def test_long_tables_are_cut_in_the_page_and_say_so(outline: Outline) -> None:
    assert "先頭45行。残り75行はCSV・Excelに収録" in outline.text


def test_the_marks_stand_where_illustrative_numbers_stand() -> None:
    assert "架空データを含む" not in document_html(notebook_page(exhibit())[0])
    assert document_html(notebook_page(illustrative())[0]).count("架空データを含む") >= 3


def test_the_footer_names_run_and_notebook() -> None:
    text = Outline(document_html(notebook_page(exhibit())[0])).text
    assert "実行番号 small-0123456789ab" in text


def test_a_failed_notebook_is_told_on_top_with_what_it_had_sent() -> None:
    failed = page(exhibit(), outcome=Outcome("00_data", "failed", 1.0, "予算額がありません。"))
    text = Outline(document_html(report([failed])[0])).text
    assert "（00_data）は最後まで実行できなかった：予算額がありません。" in text
    assert "E07　いくらか" in text


def test_the_same_document_gives_the_same_page() -> None:
    assert document_html(full_report()) == document_html(full_report())


def test_colours_of_the_page_keep_their_contrast() -> None:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", style))
    white = "#ffffff"
    for text, ground in [
        (colours["ink"], white),
        (colours["muted"], white),
        (colours["muted"], colours["soft"]),
        (colours["accent"], colours["soft"]),
        (white, colours["accent"]),
        (white, colours["mark"]),
        (colours["mark"], colours["markbg"]),
        (colours["mark"], white),
        ("#0b4f8a", white),
    ]:
        assert contrast(text, ground) >= 4.5, (text, ground)


def test_a_report_and_the_lists_of_a_run_say_what_was_run() -> None:
    """Case, scenario, effort, seed and draws stand on the report itself, in words, and on the list of single forms."""
    parameters = {"effort": "draft", "scenario": "base", "seed": 7}
    document, _ = report([page(exhibit("E07"), key="20_cost", notebook="20_cost", parameters=parameters)])
    told = Outline(document_html(document)).text
    for words in ("小さなケース", "シナリオ", "基準", "速報精度", "乱数の種", "試行回数", "2,048回"):
        assert words in told, words
    listed = Outline(forms_html("一覧", EDITION, document.settings, {"E05/P001.pdf": "第一"})).text
    assert "速報精度" in listed
    assert EDITION.run_id in listed


def test_the_draws_of_a_notebook_are_read_from_its_cells(tmp_path: Path) -> None:
    cells = ['is_full = params.effort == "full"', "a = simulate(case, draws=8192 if is_full else 1024)"]
    cells.append('kind, draws = ("auto", 512) if is_full else ("plain", 64)\nb = other(draws=draws, seed=1)')
    write_notebook(tmp_path / "n.ipynb", cells)
    assert draws_taken(tmp_path / "n.ipynb", full=False) == (64, 1024)
    assert draws_taken(tmp_path / "n.ipynb", full=True) == (512, 8192)
