"""Is one table sound: header, every cell, ranges, choices, blanks, keys?

The cells are read by the kinds of the schema, then pandera validates the typed table (lazily: all faults together).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.errors

from dxmodels.errors import Fault
from dxmodels.inputs.columns import faults_at, read_column, typed_array
from dxmodels.inputs.headers import match_header
from dxmodels.inputs.raw import RawTable, cell_text
from dxmodels.inputs.schemas import ColumnFacts, TableSpec

_TOTAL_WORDS = frozenset({"合計", "総計", "小計", "総合計", "合　計", "合 計", "計"})
_TOTALS_LOOKED_FOR = 2  # columns: a line of totals names itself in the first or the second


@dataclass(frozen=True, eq=False)
class CheckedTable:
    """One typed table with the spreadsheet row of each line; ``faulty_columns`` could not be relied on for joins."""

    file: str
    spec: TableSpec
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    faulty_columns: frozenset[str]


def check_table(raw: RawTable, spec: TableSpec) -> CheckedTable:
    """Return the typed table and every fault of its own (joins and rules between tables come later)."""
    header = match_header(raw, spec)
    faults = [*header.faults, *(raw.faults if header.places else ())]  # without a header no line can be too long
    arrays: dict[str, Any] = {}
    unread: dict[str, npt.NDArray[np.bool_]] = {}
    for name, facts in spec.facts.items():
        if name in header.places:
            arrays[name], found, unread[name] = read_column(
                raw.cells[header.places[name]], raw.rows, facts, file=raw.file
            )
            faults += found
        else:
            arrays[name] = typed_array([None], facts.kind, np.zeros(len(raw.rows), dtype=np.intp))
            unread[name] = np.ones(len(raw.rows), dtype=bool)
    frame = pd.DataFrame(arrays)
    texts = {name: raw.cells[position] for name, position in header.places.items()}
    faults += _schema_faults(frame, raw, spec, texts, unread)
    faults += _key_faults(frame, raw, spec, unread)
    totals = _total_rows(raw)
    faults = [*totals, *(fault for fault in faults if fault.row not in {total.row for total in totals})]
    unreadable = {name for name, mask in unread.items() if mask.any() or name not in header.places}
    faulty = frozenset(unreadable) | {fault.column for fault in faults}
    return CheckedTable(raw.file, spec, frame, raw.rows, tuple(faults), header.warnings, faulty)


def _total_rows(raw: RawTable) -> list[Fault]:
    """A line of totals below a ledger is one fault, told as what it is, whatever else is wrong with it."""
    cure = "台帳の行だけを残し、合計・小計の行は消してください（二重に数えるのを防ぐため、読み飛ばしません）"
    found: dict[int, str] = {}
    for cells in raw.cells[:_TOTALS_LOOKED_FOR]:
        for row, text in zip(raw.rows, cells, strict=True):
            if text and text.strip(" 　「」（）()【】") in _TOTAL_WORDS:
                found.setdefault(int(row), text.strip())
    return [Fault(raw.file, "合計の行です", cure, row, value=text) for row, text in sorted(found.items())]


def _schema_faults(
    frame: pd.DataFrame,
    raw: RawTable,
    spec: TableSpec,
    texts: Mapping[str, Any],
    unread: Mapping[str, npt.NDArray[np.bool_]],
) -> list[Fault]:
    try:
        spec.schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    faults: list[Fault] = []
    for (name, check), group in cases.groupby(["column", "check"], sort=False):
        lines = group["index"].dropna().to_numpy(dtype=np.int64)
        lines = np.sort(lines[~unread[str(name)][lines]])
        problem, cure = _in_japanese(str(check), spec.facts[str(name)])
        values = [texts[str(name)][line].strip() for line in lines[:1000]]
        faults += faults_at(raw.rows[lines], values, file=raw.file, column=str(name), problem=problem, cure=cure)
    return faults


def _in_japanese(check: str, facts: ColumnFacts) -> tuple[str, str]:
    span = _span(facts)
    if check == "not_nullable":
        return "空欄です", f"{facts.title_ja}は必ず入れてください{_example(facts)}"
    if check.startswith("greater_than_or_equal_to") and facts.minimum == 0:
        return (
            "負の値です",
            f"{span}にしてください（減額なら補正・変更契約の欄へ）" if facts.kind == "yen" else f"{span}にしてください",
        )
    if check.startswith(("greater_than_or_equal_to", "less_than_or_equal_to")):
        return f"範囲外です（{span}）", f"{span}に直してください{_share_hint(facts)}"
    if check.startswith("isin"):
        return "選択肢にない値です", f"{'、'.join(facts.choices)} のいずれかにしてください"
    return f"検査「{check}」に合いません", f"{facts.title_ja}の値を data/README.md の説明に合わせてください"


def _span(facts: ColumnFacts) -> str:
    low = "" if facts.minimum is None else f"{facts.minimum:g} 以上"
    high = "" if facts.maximum is None else f"{facts.maximum:g} 以下"
    return (low + high) + (f"（単位：{facts.unit}）" if facts.unit else "")


def _share_hint(facts: ColumnFacts) -> str:
    return "（85％なら 0.85 または 85%）" if facts.maximum == 1 else ""


def _example(facts: ColumnFacts) -> str:
    examples = {"fiscal_year": "2026", "date": "2026-04-01", "boolean": "はい", "yen": "1234000"}
    example = examples.get(facts.kind) or (facts.choices[0] if facts.choices else "")
    return f"（例：{example}）" if example else ""


def _key_faults(
    frame: pd.DataFrame, raw: RawTable, spec: TableSpec, unread: Mapping[str, npt.NDArray[np.bool_]]
) -> list[Fault]:
    """A key that stands twice: the second and later lines are at fault, and point to the first."""
    key = list(spec.key)
    whole = ~np.logical_or.reduce([unread[name] for name in key]) & frame[key].notna().all(axis=1).to_numpy(dtype=bool)
    keys = frame.loc[whole, key]
    again = keys.duplicated(keep="first").to_numpy()
    if not again.any():
        return []
    group = keys.groupby(key, sort=False).ngroup().to_numpy()
    lines = np.flatnonzero(whole)
    first = dict(zip(group[~again], raw.rows[lines[~again]], strict=True))
    faults: list[Fault] = []
    for place in np.flatnonzero(again)[:1000]:
        value = "、".join(cell_text(frame.at[lines[place], name]) for name in key)
        problem = f"キーが {first[group[place]]} 行目と重複しています"
        faults.append(
            Fault(
                raw.file,
                problem,
                "どちらか一方を消すか、キーを直してください",
                int(raw.rows[lines[place]]),
                "＋".join(key),
                value,
            )
        )
    rest = int(again.sum()) - 1000
    if rest > 0:
        faults.append(
            Fault(
                raw.file, f"キーの重複がほかに {rest:,} 件あります", "重複した行を消してください", column="＋".join(key)
            )
        )
    return faults
