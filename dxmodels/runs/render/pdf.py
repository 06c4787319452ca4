"""How does a document become an A4 PDF that is tagged, searchable and set in the fonts of the wheels?"""

from __future__ import annotations

import datetime as dt

from dxmodels.runs.document.model import Document
from dxmodels.runs.render.compiling import compiled_pdf


def document_pdf(document: Document) -> bytes:
    """Return the document as PDF/UA-1; the same document gives the same bytes. Raises RunError where it cannot be compiled."""
    return compiled_pdf(
        "document.typ",
        "document",
        document.model_dump(mode="json"),
        as_of=dt.date.fromisoformat(document.as_of_iso),
        what=f"PDFを作成できません（{document.title}）",
    )
