"""How does a document become a workbook that people can print and machines can read?"""

from __future__ import annotations

from dxmodels.runs.render.xlsx.book import document_xlsx

__all__ = ["document_xlsx"]
