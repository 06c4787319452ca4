"""How complete and how fresh is what this case knows, and where are the holes?

Coverage: filled cells by table and column. Staleness: rows whose ``as_of_date`` lies more than ``stale_after_days`` before the day of the
case (rows without a date are counted apart: an unknown age is not a fresh one). Joins: what points to what, and which systems,
municipalities or vendors no other table speaks of. Inventory (E01): how many systems have an owner, a function, a cost, a contract
end, rights …, and what share of the known yearly cost these systems carry.

What it leaves out: whether a filled cell is true, and whether a blank means "none" or "not known" (a municipality without a shared cloud
leaves that cell blank rightly). Coverage counts cells, it does not verify them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_date
from dxmodels.inputs.availability import NotComputable, attempt
from dxmodels.inputs.case import Case
from dxmodels.inputs.joins import joins_of
from dxmodels.inputs.schemas import TABLES
from dxmodels.money import format_rate

_AS_OF = "as_of_date"
_COST_ITEM = "年間運用経費"
# What an inventory must say about a system before anyone may decide on it; each item needs all of its columns.
ESSENTIAL_ITEMS: dict[str, tuple[str, ...]] = {
    "管理責任者": ("owner_ja",),
    "機能（目的）": ("description_ja",),
    _COST_ITEM: ("annual_cost_yen",),
    "契約終了日": ("contract_end_date",),
    "著作権の帰属": ("source_rights",),
}
FURTHER_ITEMS: dict[str, tuple[str, ...]] = {
    "現行事業者": ("vendor_id",),
    "利用者数": ("users_people",),
    "根拠法令": ("legal_basis_ja",),
    "稼働開始年度": ("start_fy",),
    "設置形態": ("hosting",),
    "更新・移行の見積額": ("replacement_cost_yen",),
    "データ出力形式": ("export_format_ja",),
    "データ出力試験": ("export_test_date",),
    "連携仕様書の有無": ("has_interface_documents",),
    "中途解約条項・ソース預託": ("has_break_clause", "has_escrow"),
    "サポート終了日": ("end_of_support_date",),
    "職員による説明可否": ("own_staff_can_explain",),
    "業務価値・技術適合": ("business_value_score", "technical_fit_score"),
    "サーバの利用率": ("server_count", "cpu_mean_rate"),
}
RECORDS = {"契約の記録": "contracts", "経費の記録": "spending"}


@dataclass(frozen=True, eq=False)
class InventoryAudit:
    """Completeness of the inventory of the prefecture's systems (E01); ``items`` has one row an item, essential ones first."""

    items: pd.DataFrame
    systems_count: int
    complete_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return item, is_essential, systems_count, filled_count, coverage_rate, cost_coverage_rate."""
        return self.items.copy()

    def summary(self) -> str:
        """Return the finding as one Japanese sentence."""
        emptiest = self.items.sort_values("coverage_rate", kind="stable").iloc[0]
        return (
            f"情報システム台帳{self.systems_count:,}件のうち、必須{len(ESSENTIAL_ITEMS)}項目（{'、'.join(ESSENTIAL_ITEMS)}）が"
            f"すべて記入されているのは{self.complete_count:,}件（{format_rate(self.complete_count / self.systems_count)}）。"
            f"記入率が最も低い項目は「{emptiest['item']}」（{format_rate(emptiest['coverage_rate'])}）。"
        )


@dataclass(frozen=True, eq=False)
class QualityAudit:
    """Coverage, staleness, joins and inventory of one case, as labelled tables."""

    case: str
    as_of: dt.date
    stale_after_days: int
    coverage: pd.DataFrame
    staleness: pd.DataFrame
    joins: pd.DataFrame
    inventory: InventoryAudit | NotComputable

    @property
    def stale_count(self) -> int:
        """Rows whose date is older than the limit."""
        return int(self.staleness["stale_count"].sum())

    def to_frame(self) -> pd.DataFrame:
        """Return coverage: one row a table and column (blank column = the table as a whole)."""
        return self.coverage.copy()

    def summary(self) -> str:
        """Return the finding in Japanese: tables, coverage, staleness, inventory."""
        whole = self.coverage[self.coverage["column"] == ""]
        cells, filled = int(whole["cells_count"].sum()), int(whole["filled_count"].sum())
        share = format_rate(filled / cells) if cells else "－"
        return (
            f"{len(whole)}表{int(whole['rows_count'].sum()):,}行の記入率は{share}（{era_date(self.as_of)}時点）。"
            f"{self._staleness_words()}{self.inventory.summary()}"
        )

    def _staleness_words(self) -> str:
        if self.staleness.empty:
            return "時点の欄を持つ台帳はありません。"
        rows, undated = int(self.staleness["rows_count"].sum()), int(self.staleness["undated_count"].sum())
        share = format_rate(self.stale_count / rows)
        limit = f"{self.stale_after_days}日を超えて更新のない行は{rows:,}行中{self.stale_count:,}行（{share}）"
        return f"{limit}、時点の記入がない行は{undated:,}行。"


def audit_quality(case: Case, *, stale_after_days: int) -> QualityAudit:
    """Return how complete and fresh the tables of ``case`` are; ``stale_after_days`` comes from the register (days, ≥ 1)."""
    if isinstance(stale_after_days, bool) or stale_after_days < 1:
        raise ModelError(f"stale_after_days が {stale_after_days} です。1 以上の日数にしてください（例：90）。")
    frames = {name: case.table(name) for name in case.tables}
    return QualityAudit(
        case=case.name,
        as_of=case.as_of,
        stale_after_days=int(stale_after_days),
        coverage=_coverage(case, frames),
        staleness=_staleness(frames, case.as_of, int(stale_after_days)),
        joins=_joins(frames),
        inventory=attempt(audit_inventory, case),
    )


def audit_inventory(case: Case) -> InventoryAudit:
    """Return the completeness of the prefecture's inventory; MissingTableError where the case holds no systems."""
    systems = case.table("systems")
    cost = systems["annual_cost_yen"].astype("Float64").fillna(0.0)
    rows = []
    for item, filled in _filled_items(case, systems).items():
        # Of the cost item itself the share of the known cost is all of it, which would say nothing.
        told = cost.sum() > 0 and item != _COST_ITEM
        carried = float(cost[filled].sum() / cost.sum()) if told else np.nan
        rows.append((item, item in ESSENTIAL_ITEMS, len(systems), int(filled.sum()), float(filled.mean()), carried))
    names = ["item", "is_essential", "systems_count", "filled_count", "coverage_rate", "cost_coverage_rate"]
    needed = [column for columns in ESSENTIAL_ITEMS.values() for column in columns]
    complete = int(systems[needed].notna().all(axis=1).sum())
    return InventoryAudit(pd.DataFrame(rows, columns=names), len(systems), complete)


def _filled_items(case: Case, systems: pd.DataFrame) -> dict[str, pd.Series]:
    """Which systems fill each item; having any row among the contracts and the spending counts as an item too."""
    items = {**ESSENTIAL_ITEMS, **FURTHER_ITEMS}
    filled = {item: systems[list(columns)].notna().all(axis=1) for item, columns in items.items()}
    for item, table in RECORDS.items():
        if table in case.tables:
            filled[item] = systems["system_id"].isin(case.table(table)["system_id"])
    return filled


audit_inventory.question_ja = "情報システム台帳の記入状況"  # type: ignore[attr-defined]


def _coverage(case: Case, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for name, frame in frames.items():
        spec, filled = TABLES[name], frame.notna().sum()
        head = (name, spec.title_ja, case.provenance(name))
        rows.append((*head, "", spec.title_ja, len(frame), frame.size, int(filled.sum())))
        for column, facts in spec.facts.items():
            rows.append((*head, column, facts.title_ja, len(frame), len(frame), int(filled[column])))
    names = ["table", "table_title", "provenance", "column", "label", "rows_count", "cells_count", "filled_count"]
    coverage = pd.DataFrame(rows, columns=names)
    coverage["missing_count"] = coverage["cells_count"] - coverage["filled_count"]
    coverage["coverage_rate"] = coverage["filled_count"] / coverage["cells_count"]
    return coverage


def _staleness(frames: dict[str, pd.DataFrame], as_of: dt.date, limit: int) -> pd.DataFrame:
    """One row a table whose rows carry the date they were last known true; a date that is part of the key is a series, not an age."""
    rows = []
    for name, frame in frames.items():
        if _AS_OF not in frame.columns or _AS_OF in TABLES[name].key:
            continue
        dates = frame[_AS_OF].dropna()
        age = (pd.Timestamp(as_of) - dates).dt.days
        stale, future = int((age > limit).sum()), int((age < 0).sum())
        spread = (dates.min(), dates.max(), float(age.median())) if len(dates) else (pd.NaT, pd.NaT, np.nan)
        share = stale / len(frame)
        rows.append((name, TABLES[name].title_ja, len(frame), len(frame) - len(dates), stale, future, share, *spread))
    names = [
        "table", "table_title", "rows_count", "undated_count", "stale_count", "future_count", "stale_rate",
        "oldest_date", "newest_date", "median_age_days",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _joins(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a join between tables of the case: how many rows point, how many blanks, and which targets nobody points to."""
    rows = []
    for name, frame in frames.items():
        for join in joins_of(name):
            if join.target not in frames:
                continue
            pointers = join.pointers(frame)
            targets = frames[join.target][join.target_column].dropna().drop_duplicates()
            lost, alone = ~pointers.isin(targets), ~targets.isin(pointers)
            rows.append(
                (name, join.column, f"{join.target}.{join.target_column}", len(pointers), int(frame[join.column].isna().sum()),
                 int(lost.sum()), len(targets), int(alone.sum()))
            )  # fmt: skip
    names = [
        "table", "column", "target", "pointers_count", "blank_count", "lost_count", "targets_count", "unreferenced_count",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)
