"""Which tables may a case hold, and what stands in each column?"""

from __future__ import annotations

from dxmodels.inputs.schemas.choices import CHOICE_LABELS, choice_label_ja
from dxmodels.inputs.schemas.columns import DTYPES, UNIT_SUFFIXES, ColumnFacts, Kind, TableSpec
from dxmodels.inputs.schemas.holdings import HOLDINGS
from dxmodels.inputs.schemas.published import PUBLISHED
from dxmodels.inputs.schemas.published_costs import COST_ITEMS, ONE_OFF
from dxmodels.inputs.schemas.quotations import QUOTATIONS

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (*PUBLISHED, *HOLDINGS, QUOTATIONS)}

__all__ = [
    "CHOICE_LABELS",
    "COST_ITEMS",
    "DTYPES",
    "HOLDINGS",
    "ONE_OFF",
    "PUBLISHED",
    "TABLES",
    "UNIT_SUFFIXES",
    "ColumnFacts",
    "Kind",
    "TableSpec",
    "choice_label_ja",
]
