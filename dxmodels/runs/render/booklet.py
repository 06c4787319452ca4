"""How do the forms of a notebook become one PDF?

Compiled in process from one fixed Typst template, tagged (PDF/UA-1) and byte-stable. The type shrinks until a page
fits; one that does not fit on a sheet even at the smallest type is an error, never a second sheet.
"""

from __future__ import annotations

import datetime as dt

from dxmodels.fiscal import era_date
from dxmodels.runs.booklets import Booklet
from dxmodels.runs.document.items import MARK
from dxmodels.runs.model import ILLUSTRATIVE
from dxmodels.runs.render.compiling import compiled_pdf


def booklet_pdf(entry: Booklet, *, run_id: str, as_of: dt.date) -> bytes:
    """Return the pages as PDF/UA-1, one sheet a page; RunError where Typst refuses or a page runs over."""
    mark = MARK if entry.grade == ILLUSTRATIVE else ""
    content = {**entry.model_dump(mode="json"), "run_id": run_id, "as_of": era_date(as_of), "mark": mark}
    what = f"帳票のPDFを作成できません（{entry.title}）"
    return compiled_pdf("booklet.typ", "booklet", content, as_of=as_of, what=what)
