"""What stands in a report, page by page, before it becomes HTML, PDF or Excel?"""

from __future__ import annotations

from dxmodels.runs.document.annexes import STATES
from dxmodels.runs.document.assemble import Edition, notebook_document, plan_document
from dxmodels.runs.document.model import Document, Page, with_file_names
from dxmodels.runs.document.volumes import report_volumes

__all__ = [
    "STATES",
    "Document",
    "Edition",
    "Page",
    "notebook_document",
    "plan_document",
    "report_volumes",
    "with_file_names",
]
