"""How far has each of the 20 tasks moved in each municipality, and why not further?

Counts      moved = state in Government Cloud, other standard platform or shared body; otherwise the steps done of the 40 of the national
            dashboard (progress = steps / 40; moved = 1). Late = not moved after the deadline; of these, those with a reason for special
            support (特定移行支援) by reason, and those without any reason. A blank state is unknown, neither moved nor late, and counted.
Source      table municipal_systems; deadline of the case; 40 steps as the national dashboard counts them (std_migration_steps).

What it leaves out: steps differ in work; a row's date may be old (rows older than the case's limit are counted).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.fiscal import era_year, fiscal_year_of
from dxmodels.inputs.schemas.choices import CHOICE_LABELS
from dxmodels.money import format_rate
from dxmodels.municipalities.move.present import MOVED_STATES

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

STATE_ASSUMPTIONS: tuple[str, ...] = ("std_migration_steps", "std_deadline_fy")
UNKNOWN, NO_REASON = "不明", "理由の記載なし"
STATES_JA: tuple[str, ...] = (*CHOICE_LABELS["migration_state"].values(), UNKNOWN)
_STATE, _REASON = CHOICE_LABELS["migration_state"], CHOICE_LABELS["special_support_reason"]


@dataclass(frozen=True, eq=False)
class StateMatrix:
    """One row a municipality and task (``cells``), one row a municipality (``table``), late systems by reason (``reasons``)."""

    cells: pd.DataFrame
    table: pd.DataFrame
    reasons: pd.DataFrame
    deadline_fy: int
    unknown_count: int
    undated_count: int
    is_past: bool

    @property
    def moved_count(self) -> int:
        """Systems that have moved."""
        return int(self.cells["has_moved"].sum())

    @property
    def waiting_count(self) -> int:
        """Systems whose state is known and that have not moved."""
        return len(self.cells) - self.moved_count - self.unknown_count

    def to_frame(self) -> pd.DataFrame:
        """Return one row a municipality, least progress first (codes stand in ``table``)."""
        return self.table.drop(columns="municipality_code")

    def of(self, municipality_code: str) -> pd.DataFrame:
        """Return the tasks of one municipality (empty where the table does not hold it)."""
        return self.cells[self.cells["municipality_code"] == municipality_code].reset_index(drop=True)

    def summary(self) -> str:
        """Return the headline sentences (Japanese), the answer first."""
        bodies, done = len(self.table), int((self.table["waiting_systems_count"] == 0).sum())
        text = (
            f"{bodies} 団体・{len(self.cells)} システムのうち移行を終えたのは {self.moved_count}"
            f"（{format_rate(self.moved_count / len(self.cells))}）。{done} 団体は全業務を終え、残る {self.waiting_count} システムは"
            + ("期限（{}末）を過ぎている。" if self.is_past else "期限（{}末）までに移す。").format(
                era_year(self.deadline_fy)
            )
        )
        if len(self.reasons):
            words = "、".join(
                f"{name} {count}" for name, count in zip(self.reasons["special_support_reason_ja"], self.reasons["late_systems_count"], strict=True)
            )  # fmt: skip
            text += f"理由の内訳は{words}。"
        if self.unknown_count:
            text += f"状態の記載がないものが {self.unknown_count} ある。"
        return text


def map_states(case: Case, register: Register) -> StateMatrix:
    """Return the state of every task in every municipality (E25); needs municipal_systems and tasks (MissingTableError otherwise)."""
    systems = case.table("municipal_systems", ["migration_state"])
    tasks = case.table("tasks").set_index("task")
    places = case.table("municipalities").set_index("municipality_code")
    moved = systems["migration_state"].isin(list(MOVED_STATES)).fillna(False).astype(bool)
    steps = systems["progress_steps_count"].astype("Float64") / register.value("std_migration_steps")
    cells = pd.DataFrame(
        {
            "municipality_code": systems["municipality_code"],
            "name_ja": systems["municipality_code"].map(places["name_ja"]),
            "task": systems["task"],
            "task_ja": systems["task"].map(tasks["name_ja"]),
            "state_ja": systems["migration_state"].map(_STATE).fillna(UNKNOWN),
            "has_moved": moved,
            "progress_share": steps.mask(moved, 1.0),
            "special_support_reason_ja": systems["special_support_reason"].map(_REASON),
            "order": systems["task"].map(tasks["task_number"]),
        }
    ).sort_values(["municipality_code", "order"], ignore_index=True).drop(columns="order")  # fmt: skip
    deadline = fiscal_year_of(case.deadlines["standardisation"]) if "standardisation" in case.deadlines else round(register.value("std_deadline_fy"))  # fmt: skip
    return StateMatrix(
        cells=cells,
        table=_bodies(cells),
        reasons=_reasons(cells),
        deadline_fy=deadline,
        unknown_count=int((cells["state_ja"] == UNKNOWN).sum()),
        undated_count=int(systems["as_of_date"].isna().sum()),
        is_past=fiscal_year_of(case.as_of) > deadline,
    )


map_states.question_ja = "標準化の業務別・団体別の状況"  # type: ignore[attr-defined]


def _bodies(cells: pd.DataFrame) -> pd.DataFrame:
    by = cells.assign(waiting=~cells["has_moved"] & (cells["state_ja"] != UNKNOWN)).groupby("municipality_code")
    table = pd.DataFrame(
        {
            "name_ja": by["name_ja"].first(),
            "systems_count": by.size(),
            "moved_systems_count": by["has_moved"].sum().astype(int),
            "waiting_systems_count": by["waiting"].sum().astype(int),
            "special_support_systems_count": by["special_support_reason_ja"].count(),
            "progress_share": by["progress_share"].mean().astype(float),
        }
    )
    waiting = cells[~cells["has_moved"]].groupby("municipality_code")["task_ja"].agg("・".join)
    table["waiting_tasks_ja"] = waiting.reindex(table.index).fillna("").astype(str)
    return table.reset_index().sort_values(["progress_share", "municipality_code"], ignore_index=True)


def _reasons(cells: pd.DataFrame) -> pd.DataFrame:
    waiting = cells[~cells["has_moved"] & (cells["state_ja"] != UNKNOWN)]
    counts = waiting["special_support_reason_ja"].fillna(NO_REASON).value_counts()
    return counts.rename_axis("special_support_reason_ja").rename("late_systems_count").reset_index()
