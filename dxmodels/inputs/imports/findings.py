"""What became of every row of an imported file, and what was not understood of it?

A row is used, superseded (an earlier round of the same bidder), idle (a total, a repeated heading, a line without a contract) or refused;
rows and yen of the file equal the sum over these four. A finding names file, row, column, value and cure; a refused row is kept whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from dxmodels.errors import Fault, ModelError

Fate = Literal["used", "superseded", "idle", "refused"]
FATES_JA: Mapping[str, str] = {"used": "取込", "superseded": "前回の札", "idle": "対象外", "refused": "不採用"}
EFFECTS_JA: Mapping[str, str] = {"row_refused": "行を不採用", "value_blank": "値だけ空欄", "note": "注意"}
REPORT_COLUMNS = ("file", "row", "column", "value", "problem", "cure", "effect_ja")


@dataclass
class Ledger:
    """The running account of one import: findings in row order, fates of rows, yen as written (before tax)."""

    file: str
    findings: list[tuple[Fault, str]] = field(default_factory=list)
    refused: list[tuple[str, int, str, str]] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    yen: Counter[str] = field(default_factory=Counter)
    rows_read: int = 0
    yen_read: int = 0

    def read(self, yen: int | None = None) -> None:
        """Count one row of the file before anything is decided about it."""
        self.rows_read += 1
        self.yen_read += yen or 0

    def settle(self, fate: Fate, yen: int | None = None) -> None:
        """Count the fate of one row already read."""
        self.rows[fate] += 1
        self.yen[fate] += yen or 0

    def find(self, fault: Fault, effect: str) -> None:
        """Keep a finding; ``effect`` is row_refused, value_blank or note."""
        self.findings.append((fault, effect))

    def refuse(self, fault: Fault, line: str, yen: int | None = None) -> None:
        """Refuse one row: the finding, the row as it was written, and its yen."""
        self.find(fault, "row_refused")
        self.refused.append((fault.file, fault.row, line, fault.problem))
        self.settle("refused", yen)

    def check(self) -> None:
        """Raise ModelError unless rows and yen in equal rows and yen out plus refused."""
        if self.rows_read != sum(self.rows.values()) or self.yen_read != sum(self.yen.values()):
            raise ModelError(
                f"{self.file}：読んだ {self.rows_read:,} 行・{self.yen_read:,} 円と、取り込んだ・取り込まなかった合計 "
                f"{sum(self.rows.values()):,} 行・{sum(self.yen.values()):,} 円が合いません。取込みを中止しました。"
            )

    def report(self) -> pd.DataFrame:
        """Return what was not understood: one row a finding, in the order of the file."""
        lines = sorted(self.findings, key=lambda pair: (pair[0].file, pair[0].row))
        rows = [
            (fault.file, fault.row or "", fault.column, fault.value, fault.problem, fault.cure, EFFECTS_JA[effect])
            for fault, effect in lines
        ]
        return pd.DataFrame(rows, columns=list(REPORT_COLUMNS), dtype=object)

    def refused_rows(self) -> pd.DataFrame:
        """Return every refused row as it was written."""
        return pd.DataFrame(sorted(self.refused), columns=["file", "row", "line", "problem"], dtype=object)

    def totals(self) -> pd.DataFrame:
        """Return rows and yen by fate, with the file's own total first."""
        rows = [("読取", self.rows_read, self.yen_read)]
        rows += [(word, self.rows[fate], self.yen[fate]) for fate, word in FATES_JA.items()]
        return pd.DataFrame(rows, columns=["fate_ja", "rows_count", "written_yen"])


@dataclass(frozen=True, eq=False)
class Reading:
    """What a file says in our words: tables as frames of text or numbers, and the account of its rows.

    ``keeping`` are tables kept beside the case rather than in it (staging, national statistics, drafts), by file name.
    """

    kind: str
    contracts: pd.DataFrame
    bids: pd.DataFrame
    ledger: Ledger
    keeping: Mapping[str, pd.DataFrame] = field(default_factory=dict)
