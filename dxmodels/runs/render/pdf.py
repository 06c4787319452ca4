"""How does a document become an A4 PDF that is tagged, searchable and set in the fonts of the wheels?

Typst compiles one fixed template; the document goes in as JSON, never as formatted source, so a text cannot become a command.
PDF/UA-1 is demanded of the compiler: a figure without alternative text or a broken heading order is an error here, not a finding later.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Literal

import typst

from dxmodels.errors import RunError
from dxmodels.runs.document.model import Document
from dxmodels.runs.render.fonts import font_folders, with_known_characters
from dxmodels.runs.render.html import TEMPLATES
from dxmodels.runs.render.packing import packed

STANDARD: Literal["ua-1"] = "ua-1"


def document_pdf(document: Document) -> bytes:
    """Return the document as PDF/UA-1; the same document gives the same bytes. Raises RunError where it cannot be compiled."""
    data = with_known_characters(json.dumps(document.model_dump(mode="json"), ensure_ascii=False))
    day = dt.datetime.combine(dt.date.fromisoformat(document.as_of_iso), dt.time(), dt.UTC)
    try:
        made = _compiler().compile(
            input=_template(),
            format="pdf",
            sys_inputs={"document": data},
            pdf_standards=STANDARD,
            timestamp=int(day.timestamp()),
        )
    except typst.TypstError as error:
        raise RunError(f"PDFを作成できません（{document.title}）：{error.message}") from error
    if not isinstance(made, bytes):
        raise RunError(f"PDFを作成できません（{document.title}）。")
    return packed(made)


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in font_folders()],
    )
    return typst.Compiler(font_paths=fonts)


@cache
def _template() -> bytes:
    return (TEMPLATES / "document.typ").read_bytes()
