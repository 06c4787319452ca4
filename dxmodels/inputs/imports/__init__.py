"""What do files of procurement kept by others (OCDS, bid lists, 行政事業レビュー, 公金支出情報) say in the tables of a case?

The doors of this folder; ``dx import KIND FILE --into CASE`` is ``import_file``.
"""

from __future__ import annotations

from dxmodels.inputs.imports.aliases import title_terms
from dxmodels.inputs.imports.door import KINDS, TAXES, ImportReport, import_file
from dxmodels.inputs.imports.reviews import read_review

__all__ = ["KINDS", "TAXES", "ImportReport", "import_file", "read_review", "title_terms"]
