"""Is every need of the plan answered by an exhibit, and where are the holes?

The plan's needs are rows of table ``plan_items`` (our own words, the decisions and exhibits that answer each). An item names the very
exhibits that answer it (E41b); a plain number (E16) stands for that exhibit, or, where there are only branches of it, for all of these.
Against the exhibits really produced each item is

* 対応 (answered): every exhibit named for it exists and could be computed on real tables,
* 一部 (partly): one at least could, another could not, is missing, or is shown on illustrative data only,
* 例示のみ (shown): none could, but the method is shown on illustrative data,
* 未対応 (hole): no exhibit is named, or none of those named could be computed. 算出不能 is no answer.

Exhibits about the report itself (this trace, the bridge to the last edition, the register, the validation) answer no need of the plan.
Apart from that, the chain 課題 → 対策 → 効果 → 指標 is checked: a need without a measure, a measure without an effect, an effect without an
indicator is a gap of the plan itself and is shown as one. The module stands beside the audit of the inventory because it is one: it
judges the completeness of a table, holds no model of the field and needs no room.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.inputs.availability import NotComputable
from dxmodels.money import format_rate

ANSWERED, PARTLY, SHOWN, HOLE = "対応", "一部", "例示のみ", "未対応"
ANSWERS = (HOLE, SHOWN, PARTLY, ANSWERED)  # holes first: they are what a reader must see
FULL, ILLUSTRATIVE, NOT_COMPUTABLE = "full", "illustrative", "not_computable"
_CHAIN = (("measure_ja", "対策なし"), ("effect_ja", "効果なし"), ("indicator_ja", "指標なし"))
TEAMS = ("府庁DX", "市町村DX", "制度・あり方", "共通")
_STATES = (FULL, ILLUSTRATIVE, NOT_COMPUTABLE)  # best first
_BRANCH_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ILLUSTRATIVE_GRADE, _NOT_COMPUTABLE_JA = "架空", "算出不能"


_BOOKKEEPING = ("E33", "E34", "E35", "E36", "E37")


@dataclass(frozen=True, eq=False)
class PlanTrace:
    """One row per need of the plan: chain, decisions, exhibits by state, how far it is answered, and gaps of the plan itself."""

    table: pd.DataFrame

    def count(self, answer: str) -> int:
        """Number of needs with that answer (対応, 一部, 例示のみ, 未対応)."""
        return int((self.table["answer_ja"] == answer).sum())

    @property
    def holes(self) -> pd.DataFrame:
        """Needs no exhibit answers."""
        return self.table[self.table["answer_ja"] == HOLE]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per need, holes first; the exhibits in one column, each that does not answer with the reason in brackets."""
        ordered = self.table.sort_values("answer_ja", key=lambda answers: answers.map(ANSWERS.index), kind="stable")
        columns = ["answer_ja", "team", "part", "need_ja", "measure_ja", "effect_ja", "indicator_ja"]
        frame = ordered[columns].reset_index(drop=True)
        frame.insert(1, "exhibits_ja", [_exhibits_text(row) for row in ordered.to_dict("records")])
        return frame

    def counts(self) -> pd.DataFrame:
        """Return one row per team and 合計: needs, and how many carry each answer."""
        answers = {"answered_count": ANSWERED, "partly_count": PARTLY, "shown_count": SHOWN, "hole_count": HOLE}
        teams = [team for team in TEAMS if (self.table["team"] == team).any()]
        rows = [(team, self.table[self.table["team"] == team]["answer_ja"]) for team in teams]
        rows.append(("合計", self.table["answer_ja"]))
        return pd.DataFrame(
            [
                {"team": team, "needs_count": len(held)}
                | {name: int((held == answer).sum()) for name, answer in answers.items()}
                for team, held in rows
            ]
        )

    def summary(self) -> str:
        """Return the headline sentence (Japanese) of the whole list."""
        parts = "、".join(f"{answer}{self.count(answer)}項目" for answer in ANSWERS)
        return f"計画の{len(self.table)}項目を、穴の大きいものから並べた：{parts}。"


@dataclass(frozen=True, eq=False)
class TraceCounts:
    """The trace by team, for the exhibit that stands before the whole list."""

    trace: PlanTrace

    def to_frame(self) -> pd.DataFrame:
        """Return one row per team and 合計."""
        return self.trace.counts()

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        gaps = self.trace.table.loc[self.trace.table["plan_gap_ja"] != "", "plan_gap_ja"].value_counts()
        parts = "、".join(f"{gap}が{int(gaps.get(gap, 0))}項目" for _, gap in _CHAIN)
        return (
            f"計画の{len(self.trace.table)}項目のうち、公表値などの実在の表による図表で答えられるのは{self.trace.count(ANSWERED)}項目、一部に答えられるのが{self.trace.count(PARTLY)}項目で、"
            f"{self.trace.count(SHOWN)}項目は架空データによる例示だけ、{self.trace.count(HOLE)}項目には答える図表がない。"
            f"計画の側でも、課題→対策→効果→指標のつながりは、{parts}で途切れる。"
        )


@dataclass(frozen=True, eq=False)
class GradeShares:
    """How many recorded headline numbers carry each grade, and how many could not be computed."""

    table: pd.DataFrame
    records_count: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per grade, 算出不能 last."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        if not self.records_count:
            return "記録された数値がないため、区分別の割合は示せない。"
        parts = "、".join(
            f"{row['grade']}{row['records_count']}件（{format_rate(row['records_share'])}）"
            for row in self.table.to_dict("records")
        )
        return f"記録した数値{self.records_count}件の区分は、{parts}。"


def exhibit_states(recorded: pd.DataFrame | NotComputable) -> dict[str, str]:
    """Return exhibit id → full, illustrative or not_computable; where several runs made the same exhibit the best state counts.

    ``recorded``: columns exhibit_id, state, grade of the exhibits made so far (``recorded_exhibits``).
    """
    found: dict[str, str] = {}
    if isinstance(recorded, NotComputable):
        return found
    for row in recorded.to_dict("records"):
        number = str(row["exhibit_id"])
        state = (
            NOT_COMPUTABLE if row["state"] != FULL else ILLUSTRATIVE if row["grade"] == _ILLUSTRATIVE_GRADE else FULL
        )
        found[number] = min(found.get(number, NOT_COMPUTABLE), state, key=_STATES.index)
    return found


def share_by_grade(records: pd.DataFrame | NotComputable) -> GradeShares:
    """Return the share of recorded numbers by grade; ``records``: columns grade and printed_value (``recorded_table``)."""
    if isinstance(records, NotComputable) or records.empty:
        return GradeShares(pd.DataFrame(columns=["grade", "records_count", "records_share"]), 0)
    missing = records["printed_value"].str.startswith(_NOT_COMPUTABLE_JA).fillna(False)
    grades = records["grade"].where(~missing, _NOT_COMPUTABLE_JA)
    order = ["公表値", "推計", _ILLUSTRATIVE_GRADE, _NOT_COMPUTABLE_JA]
    counts = grades.value_counts().reindex(order, fill_value=0)
    table = pd.DataFrame(
        {"grade": order, "records_count": counts.to_numpy(), "records_share": counts.to_numpy() / len(records)}
    )
    return GradeShares(table, len(records))


def trace_plan(plan_items: pd.DataFrame, available_exhibits: Mapping[str, str]) -> PlanTrace:
    """Return how far each need is answered by ``available_exhibits``: exhibit id (E07 …) → full, illustrative or not_computable.

    Raises ModelError for a state that is none of the three.
    """
    wrong = sorted(set(available_exhibits.values()) - set(_STATES))
    if wrong:
        raise ModelError(f"図表の状態 {'・'.join(wrong)} は使えません。{'・'.join(_STATES)} のいずれかにしてください。")
    rows = []
    for item in plan_items.to_dict("records"):
        wanted = [name for name in _split(item["exhibits"]) if name.rstrip(_BRANCH_LETTERS) not in _BOOKKEEPING]
        named = [name for plain in wanted for name in _branches(plain, available_exhibits)]
        by_state = {state: [name for name in named if available_exhibits.get(name) == state] for state in _STATES}
        absent = [name for name in named if name not in available_exhibits]
        rows.append(
            {
                **{name: _text(item[name]) for name in ("item_id", "team", "part", "need_ja")},
                **{name: _text(item[name]) for name, _ in _CHAIN},
                "decisions": "・".join(_split(item["decisions"])),
                "full_exhibits": "・".join(by_state[FULL]),
                "illustrative_exhibits": "・".join(by_state[ILLUSTRATIVE]),
                "not_computable_exhibits": "・".join(by_state[NOT_COMPUTABLE]),
                "absent_exhibits": "・".join(absent),
                "answer_ja": _answer(named, by_state),
                "plan_gap_ja": _first_gap({name: item[name] for name, _ in _CHAIN}),
            }
        )
    return PlanTrace(pd.DataFrame(rows))


def _branches(name: str, available: Mapping[str, str]) -> list[str]:
    """An exhibit by its own id; a plain number that was not made itself stands for all its branches."""
    found = [other for other in sorted(available) if other.rstrip(_BRANCH_LETTERS) == name]
    return found if name not in available and found else [name]


def _exhibits_text(row: Mapping[Hashable, object]) -> str:
    kinds = (
        ("full_exhibits", ""),
        ("illustrative_exhibits", "架空"),
        ("not_computable_exhibits", "算出不能"),
        ("absent_exhibits", "なし"),
    )
    parts = [f"{row[column]}（{word}）" if word else str(row[column]) for column, word in kinds if row[column]]
    return "、".join(parts)


def _split(text: object) -> list[str]:
    return [part for part in re.split(r"[;；,、\s]+", _text(text)) if part]


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value).strip()  # type: ignore[call-overload]


def _answer(named: list[str], by_state: Mapping[str, list[str]]) -> str:
    if named and len(by_state[FULL]) == len(named):
        return ANSWERED
    if by_state[FULL]:
        return PARTLY
    return SHOWN if by_state[ILLUSTRATIVE] else HOLE


def _first_gap(item: Mapping[str, object]) -> str:
    """The first link missing in 課題 → 対策 → 効果 → 指標; what follows a missing link cannot exist either."""
    return next((gap for column, gap in _CHAIN if not _text(item[column])), "")
