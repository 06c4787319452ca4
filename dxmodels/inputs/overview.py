"""What does this case know, table by table, and how far can each table be trusted?

One row a table held: its title, what it rests on (published, illustrative, the owner's own), its rows and its source as case.yml states
it. Tables a published-only run leaves out are not listed: they are not used.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dxmodels.inputs.case import Case
from dxmodels.inputs.schemas import TABLES

PROVENANCE_JA = {"published": "公表値", "own": "自前の台帳", "illustrative": "架空"}


@dataclass(frozen=True, eq=False)
class TableOverview:
    """Tables of a case, published ones first."""

    table: pd.DataFrame
    title_ja: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row per table: table_title, provenance_ja, rows_count, source (``table`` holds the machine names too)."""
        return self.table.drop(columns="table")

    @property
    def holds_any(self) -> bool:
        """False where there is no table of this kind."""
        return len(self.table) > 0

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        counts = self.table.groupby("provenance_ja", sort=False).agg(
            tables=("table", "size"), rows=("rows_count", "sum")
        )
        parts = "、".join(
            f"{name}{row.tables}表・{row.rows:,}行" for name, row in zip(counts.index, counts.itertuples(), strict=True)
        )
        return f"「{self.title_ja}」の表は{parts}。"


def list_tables(case: Case, *, illustrative: bool | None = None) -> TableOverview:
    """Return the tables a case holds with their provenance, rows and source; ``illustrative`` picks the made-up ones or the others."""
    order = list(PROVENANCE_JA)
    wanted = [name for name in case.tables if illustrative in (None, case.provenance(name) == "illustrative")]
    names = sorted(wanted, key=lambda name: (order.index(case.provenance(name)), list(TABLES).index(name)))
    rows = [
        {
            "table": name,
            "table_title": TABLES[name].title_ja,
            "provenance_ja": PROVENANCE_JA[case.provenance(name)],
            "rows_count": len(case.table(name)),
            "source": case.source(name),
        }
        for name in names
    ]
    columns = ["table", "table_title", "provenance_ja", "rows_count", "source"]
    return TableOverview(pd.DataFrame(rows, columns=columns), case.title_ja)
