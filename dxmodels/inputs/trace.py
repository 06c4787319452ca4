"""Is every need of the plan answered by an exhibit, and where are the holes?

The plan's needs are rows of table ``plan_items`` (our own words, the decisions and exhibits that answer each). Against the exhibits
really produced each item is

* 対応 (answered): every exhibit named for it exists and could be computed on real tables,
* 一部 (partly): some exhibit exists, but another is missing, not computable, or shown on illustrative data only,
* 未対応 (hole): no exhibit is named, or none of those named exists.

Apart from that, the chain 課題 → 対策 → 効果 → 指標 is checked: a need without a measure, a measure without an effect, an effect without an
indicator is a gap of the plan itself and is shown as one. The module stands beside the audit of the inventory because it is one: it
judges the completeness of a table, holds no model of the field and needs no room.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.inputs.availability import NotComputable
from dxmodels.money import format_rate

ANSWERED, PARTLY, HOLE = "対応", "一部", "未対応"
FULL, ILLUSTRATIVE, NOT_COMPUTABLE = "full", "illustrative", "not_computable"
_CHAIN = (("measure_ja", "対策なし"), ("effect_ja", "効果なし"), ("indicator_ja", "指標なし"))
_STATES = (FULL, ILLUSTRATIVE, NOT_COMPUTABLE)  # best first
_BRANCH_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ILLUSTRATIVE_GRADE, _NOT_COMPUTABLE_JA = "架空", "算出不能"


# The trace itself, the register and the validation are about the report: they answer no need of the plan.
_BOOKKEEPING = ("E33", "E35", "E36")


@dataclass(frozen=True, eq=False)
class PlanTrace:
    """One row per need of the plan: chain, decisions, exhibits by state, how far it is answered, and gaps of the plan itself."""

    table: pd.DataFrame

    def count(self, answer: str) -> int:
        """Number of needs with that answer (対応, 一部, 未対応)."""
        return int((self.table["answer_ja"] == answer).sum())

    @property
    def holes(self) -> pd.DataFrame:
        """Needs no exhibit answers."""
        return self.table[self.table["answer_ja"] == HOLE]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per need; the exhibits in one column, each that does not answer with the reason in brackets."""
        columns = ["item_id", "team", "part", "need_ja", "measure_ja", "effect_ja", "indicator_ja", "decisions"]
        frame = self.table[columns].copy()
        frame["exhibits_ja"] = [_exhibits_text(row) for row in self.table.to_dict("records")]
        return frame.join(self.table[["answer_ja", "plan_gap_ja"]])

    def summary(self) -> str:
        """Return the headline sentence (Japanese)."""
        gaps = self.table.loc[self.table["plan_gap_ja"] != "", "plan_gap_ja"].value_counts()
        parts = "、".join(f"{gap}が {int(gaps.get(gap, 0))} 項目" for _, gap in _CHAIN)
        return (
            f"計画の {len(self.table)} 項目のうち、図表で答えられるのは {self.count(ANSWERED)} 項目、一部が {self.count(PARTLY)} 項目、"
            f"未対応が {self.count(HOLE)} 項目。課題→対策→効果→指標のつながりは、{parts}で途切れる。"
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
            return "先に実行されたノートブックの記録がないため、区分別の割合は示せない。"
        parts = "、".join(
            f"{row['grade']} {row['records_count']} 件（{format_rate(row['records_share'])}）"
            for row in self.table.to_dict("records")
        )
        return f"見出しの数値 {self.records_count} 件の区分は、{parts}。"


def exhibit_states(recorded: pd.DataFrame | NotComputable, *, own: Iterable[str] = ()) -> dict[str, str]:
    """Return exhibit number → best state of its branches (E16a and E16b count as E16): full, then illustrative, then not_computable.

    ``recorded``: columns exhibit_id, state, grade of the exhibits made before (``recorded_exhibits``); ``own``: exhibits that the asking
    notebook makes itself.
    """
    found = dict.fromkeys(own, FULL)
    if isinstance(recorded, NotComputable):
        return found
    for row in recorded.to_dict("records"):
        number = str(row["exhibit_id"]).rstrip(_BRANCH_LETTERS)
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
    order = [*dict.fromkeys(("公表値", "推計", _ILLUSTRATIVE_GRADE, _NOT_COMPUTABLE_JA))]
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
        named = [name for name in _split(item["exhibits"]) if name not in _BOOKKEEPING]
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
    return PARTLY if any(by_state.values()) else HOLE


def _first_gap(item: Mapping[str, object]) -> str:
    """The first link missing in 課題 → 対策 → 効果 → 指標; what follows a missing link cannot exist either."""
    return next((gap for column, gap in _CHAIN if not _text(item[column])), "")
