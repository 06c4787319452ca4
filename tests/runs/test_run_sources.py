"""How sources stand under an exhibit: few by name, many counted by grade, illustrative tables in one line."""

from dxmodels.runs.document.items import source_lines
from dxmodels.runs.model import Source


def assumption(number: int, grade: str) -> Source:
    return Source(
        kind="assumption",
        name=f"a{number}",
        label=f"前提{number}",
        grade=grade,
        value="1",
        range="",
        detail="統計（2025年）",
    )


def test_a_few_assumptions_are_named() -> None:
    assert source_lines([assumption(1, "公表値"), assumption(2, "仮置き")]) == (
        "前提「前提1」［公表値］",
        "前提「前提2」［仮置き］",
    )


def test_many_assumptions_are_counted_by_grade_and_found_in_the_annex() -> None:
    many = [assumption(n, "仮置き" if n < 3 else "公表値") for n in range(7)]
    (line,) = source_lines(many)
    assert line.startswith("前提 7 件（仮置き 3 件、公表値 4 件。")
    assert "用いた前提" in line


def test_illustrative_tables_share_a_line_and_published_ones_keep_their_source() -> None:
    sources = [
        Source(kind="table", name="systems", label="情報システム", grade="架空", detail="架空：作成データ"),
        Source(kind="table", name="pilot", label="先行事業", grade="公表値", detail="公表値：デジタル庁"),
        Source(kind="table", name="contracts", label="契約", grade="架空", detail="架空：作成データ"),
        Source(kind="citation", name="地方自治法", label="地方自治法"),
    ]
    assert source_lines(sources) == (
        "表「先行事業」（公表値：デジタル庁）",
        "地方自治法",
        "架空の表「情報システム」「契約」",
    )
