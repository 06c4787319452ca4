"""What does each column of the workbook mean: label, machine name, kind, unit, and the sheet it stands in?"""

from __future__ import annotations

from typing import Any

from dxmodels.runs.display import display_unit
from dxmodels.runs.model import Exhibit
from dxmodels.runs.render.xlsx.formats import Formats

_KINDS = {
    "text": "文字列",
    "code": "コード（文字列）",
    "choice": "選択肢（文字列）",
    "integer": "整数",
    "number": "数値",
    "yen": "金額",
    "rate": "割合",
    "fiscal_year": "年度（西暦の整数）",
    "date": "日付",
    "boolean": "真偽値",
}
_HEADERS = ("シート", "図表", "項目名", "列名（機械可読）", "種類", "単位（データ）", "単位（印刷）")


def write_dictionary(book: Any, formats: Formats, named: list[tuple[str, Exhibit]]) -> None:
    """Write the data dictionary as the last sheet."""
    sheet = book.add_worksheet("データ辞書")
    for place, (header, width) in enumerate(zip(_HEADERS, (16, 8, 34, 30, 20, 16, 14), strict=True)):
        sheet.write_string(0, place, header, formats.head)
        sheet.set_column(place, place, width)
    row = 1
    for name, exhibit in named:
        for column in exhibit.columns if exhibit.computable else ():
            unit = display_unit(column, exhibit.unit)
            texts = (
                f"{name}_data",
                exhibit.id,
                column.label,
                column.name,
                _KINDS[column.kind],
                column.unit or "－",
                unit or "－",
            )
            for place, text in enumerate(texts):
                sheet.write_string(row, place, text, formats.body)
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.fit_to_pages(1, 0)
