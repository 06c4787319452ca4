"""By how much did each recorded number move between two runs, and which part of it is data, assumptions, method?

Let f(D, A, M) be a number as computed from data D, assumptions A (with scenario, option and settings) and method M (code, notebooks,
environment); 0 is the earlier run, 1 the later one. The old code cannot be run any more, the old inputs can (each run keeps them), so

* method      = f(D0, A0, M1) − f(D0, A0, M0)
* data        = ½ [f(D1, A0, M1) − f(D0, A0, M1)] + ½ [f(D1, A1, M1) − f(D0, A1, M1)]
* assumptions = f(D1, A1, M1) − f(D0, A0, M0) − method − data

Data and assumptions are taken in both orders and averaged, so that neither gains from being named first; the three parts add up to the
difference exactly. Where only one of the three has changed nothing need be run again. A number that one of the cases cannot give is
shown with its difference and without parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from dxmodels.fiscal import era_date
from dxmodels.runs.compare.finished import FinishedRun, Key
from dxmodels.runs.display import MISSING, difference_text, quantity_text
from dxmodels.runs.model import ILLUSTRATIVE, Record

TOLERANCE = 1e-9  # of the larger of the two values: below it two runs agree, above it they do not
UNCHANGED, CHANGED, NEW, GONE = "変化なし", "変化", "新設", "廃止"
_CAUSES = ("データ", "前提", "計算方法")
Values = Mapping[Key, float | None]
Case = tuple[str, str]  # whose data, whose assumptions: "old" or "new"; the method is always the new one


@dataclass(frozen=True)
class Change:
    """One recorded number in two runs; the parts are None where they were not (or could not be) told apart."""

    name: str
    label: str
    grade: str
    state: str
    old_ja: str
    new_ja: str
    change_ja: str = ""
    old: float | None = None
    new: float | None = None
    data: float | None = None
    assumptions: float | None = None
    method: float | None = None
    data_ja: str = ""
    assumptions_ja: str = ""
    method_ja: str = ""


@dataclass(frozen=True)
class Bridge:
    """Every number that two runs recorded, what became of it, and what changed between the runs."""

    earlier: str
    later: str
    earlier_date: str
    causes: tuple[str, ...]
    split: bool
    changes: tuple[Change, ...]

    def to_frame(self, *, illustrative: bool | None = None) -> pd.DataFrame:
        """Return one row a number that moved, came or went; ``illustrative`` picks those on illustrative data or the others."""
        shown = [
            change
            for change in self.changes
            if change.state != UNCHANGED and illustrative in (None, change.grade == ILLUSTRATIVE)
        ]
        columns = ("label", "old_ja", "new_ja", "change_ja", "data_ja", "assumptions_ja", "method_ja", "grade")
        frame = pd.DataFrame(
            [[getattr(change, name) or MISSING for name in columns] for change in shown], columns=list(_PRINTED)
        )
        return frame.astype("string")

    def to_machine_frame(self) -> pd.DataFrame:
        """Return every number as stored: record_name, state, old, new, data, assumptions, method."""
        names = ("name", "state", "old", "new", "data", "assumptions", "method")
        rows = [[getattr(change, name) for name in names] for change in self.changes]
        return pd.DataFrame(rows, columns=["record_name", *names[1:]])

    def count(self, state: str, *, illustrative: bool | None = None) -> int:
        """Number of recorded numbers in that state."""
        return sum(
            change.state == state and illustrative in (None, change.grade == ILLUSTRATIVE) for change in self.changes
        )

    def summary(self, *, illustrative: bool | None = None) -> str:
        """Return the headline sentence (Japanese)."""
        moved, same, new, gone = (
            self.count(state, illustrative=illustrative) for state in (CHANGED, UNCHANGED, NEW, GONE)
        )
        came = f"、新設 {new} 件、廃止 {gone} 件" if new + gone else ""
        what = "・".join(self.causes) if self.causes else ""
        why = f"前回から変わった要因は{what}である。" if what else "入力も計算方法も前回と同じである。"
        return (
            f"前回の取りまとめ（{self.earlier_date}）と比べ、記録した数値 {moved + same + new + gone} 件のうち変わったのは {moved} 件、"
            f"変わらないのは {same} 件{came}。{why}"
        )

    def listing(self) -> str:
        """Return the bridge for a terminal: the sentence, then a line a number that is not the same."""
        lines = [self.summary()]
        for change in self.changes:
            if change.state == UNCHANGED:
                continue
            parts = zip(_CAUSES, (change.data_ja, change.assumptions_ja, change.method_ja), strict=True)
            why = "、".join(f"{cause} {text}" for cause, text in parts if text and text != MISSING)
            moved = (
                f"（差 {change.change_ja}{f'：{why}' if why else ''}）" if change.change_ja else f"（{change.state}）"
            )
            lines.append(f"  {change.label}［{change.grade}］：{change.old_ja} → {change.new_ja}{moved}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the bridge as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Bridge:
        """Return the bridge written by ``to_json``."""
        changes = tuple(Change(**entry) for entry in content["changes"])
        return cls(**{**content, "causes": tuple(content["causes"]), "changes": changes})


_PRINTED = (
    "recorded_quantity_ja", "previous_ja", "current_ja", "run_difference_ja", "data_part_ja", "assumption_part_ja", "method_part_ja", "grade",
)  # fmt: skip


def bridge_runs(
    old: FinishedRun,
    new: FinishedRun,
    *,
    rerun: Callable[[Case], Values] | None = None,
    tolerance: float = TOLERANCE,
) -> Bridge:
    """Return what became of every number between ``old`` and ``new``.

    ``rerun((whose data, whose assumptions))`` gives the numbers under the new method; without it only what needs no new computation is
    told apart. ``tolerance`` is relative to the larger value.
    """
    causes = causes_of(old, new)
    parts = _parts(old, new, causes, rerun)
    keys = dict.fromkeys((*new.records, *old.records))
    changes = tuple(_change(key, old.records.get(key), new.records.get(key), parts, tolerance) for key in keys)
    return Bridge(old.run_id, new.run_id, date_ja(old), causes, parts is not None, changes)


def causes_of(old: FinishedRun, new: FinishedRun) -> tuple[str, ...]:
    """Return which of data, assumptions and method differ between two runs."""
    same_method = old.method is not None and old.method == new.method
    differ = (old.data != new.data, old.assumptions != new.assumptions, not same_method)
    return tuple(name for name, changed in zip(_CAUSES, differ, strict=True) if changed)


def date_ja(run: FinishedRun) -> str:
    """Return when a run was made, as printed."""
    return f"{era_date(dt.date.fromisoformat(run.finished_at[:10]))}作成" if run.finished_at else run.run_id


def _parts(
    old: FinishedRun, new: FinishedRun, causes: tuple[str, ...], rerun: Callable[[Case], Values] | None
) -> Callable[[Key], tuple[float | None, float | None]] | None:
    """Return (data part, method part) of a number, None where they were not told apart."""
    first, last = _numbers(old.records), _numbers(new.records)
    data, assumed, method = (cause in causes for cause in _CAUSES)
    known: dict[Case, Values] = {("new", "new"): last}
    for case in (("old", "old"), ("new", "old"), ("old", "new")):
        same = [
            other
            for other in known
            if (data is False or other[0] == case[0]) and (assumed is False or other[1] == case[1])
        ]
        if same:
            known[case] = known[same[0]]
        elif not method and case == ("old", "old"):
            known[case] = first
        elif len(causes) > 1 and rerun is not None:
            known[case] = rerun(case)
        elif len(causes) > 1:
            return None

    def parts(key: Key) -> tuple[float | None, float | None]:
        base = known.get(("old", "old"), last)
        held = [known.get(case, base).get(key) for case in (("old", "old"), ("new", "old"), ("old", "new"))]
        return _split(first.get(key), last.get(key), *held)

    return parts


def _split(
    first: float | None, last: float | None, old: float | None, data: float | None, assumed: float | None
) -> tuple[float | None, float | None]:
    if first is None or last is None or old is None or data is None or assumed is None:
        return None, None
    return ((data - old) + (last - assumed)) / 2, old - first


def _change(
    key: Key,
    old: Record | None,
    new: Record | None,
    parts: Callable[[Key], tuple[float | None, float | None]] | None,
    tolerance: float,
) -> Change:
    known = new or old
    assert known is not None
    label = known.label + (f"（{key[1]}）" if key[1] else "")
    old_ja, new_ja = _printed(old), _printed(new)
    if old is None or new is None:
        return Change(known.name, label, known.grade, NEW if old is None else GONE, old_ja, new_ja)
    before, after = _number(old), _number(new)
    if before is None or after is None or old.unit != new.unit:
        return Change(known.name, label, known.grade, UNCHANGED if old.value == new.value else CHANGED, old_ja, new_ja)
    total = after - before
    if abs(total) <= tolerance * max(abs(before), abs(after)):
        return Change(known.name, label, known.grade, UNCHANGED, old_ja, new_ja, "", before, after, 0.0, 0.0, 0.0)
    data, method = parts(key) if parts is not None else (None, None)
    assumed = None if data is None or method is None else total - method - data
    texts = [difference_text(value, known.kind, known.unit) for value in (total, data, assumed, method)]
    return Change(
        known.name, label, known.grade, CHANGED, old_ja, new_ja, texts[0], before, after, data, assumed, method, *texts[1:]
    )  # fmt: skip


def _printed(record: Record | None) -> str:
    return "－" if record is None else quantity_text(record.value, record.kind, record.unit, name=record.name)


def _numbers(records: Mapping[Key, Record]) -> dict[Key, float | None]:
    return {key: _number(record) for key, record in records.items()}


def _number(record: Record) -> float | None:
    plain = isinstance(record.value, int | float) and not isinstance(record.value, bool)
    return float(record.value) if plain and record.value is not None else None
