"""How do plain tables of any published instance become a problem, and what is wrong with them if they do not?

Every fault of the three tables is collected and reported together, in Japanese, with the row as a spreadsheet shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from dxmodels.errors import Fault, InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CHOICES, _BUNDLES, _LIMITS = "choices", "bundles", "limits"
_SENSES = ("<=", ">=", "=")
_SHOWN_PER_KIND = 20


@dataclass
class ReadTables:
    """The three tables as sorted tables and arrays (see problem.BundleProblem)."""

    units: pd.DataFrame
    bundles: pd.DataFrame
    unit_of: Ints
    bundle_of: Ints
    cost: Floats
    load: Floats
    fixed_cost: Floats
    capacity: Floats
    min_units: Floats
    max_units: Floats
    limit_ids: tuple[str, ...]
    on_choices: sparse.csr_matrix
    on_bundles: sparse.csr_matrix
    rhs: Floats
    signs: Floats
    choice_labels: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict)


def read_tables(choices: pd.DataFrame, bundles: pd.DataFrame, limits: pd.DataFrame | None) -> ReadTables:
    """Return the tables as arrays; raises InputError with all faults of all tables."""
    faults: list[Fault] = []
    faults += _missing(choices, _CHOICES, ("unit_id", "bundle_id", "cost"))
    faults += _missing(bundles, _BUNDLES, ("bundle_id", "fixed_cost"))
    if limits is not None:
        faults += _missing(limits, _LIMITS, ("limit_id", "sense", "rhs", "unit_id", "bundle_id", "coefficient"))
    if faults:
        raise InputError(faults)
    bundle_table, fixed, capacity, fewest, most = _read_bundles(bundles, faults)
    unit_table, unit_of, bundle_of, cost, load, labels = _read_choices(choices, bundle_table, faults)
    if faults:
        raise InputError(faults)
    rows = _read_limits(limits, unit_table, bundle_table, unit_of, bundle_of, faults)
    if faults:
        raise InputError(faults)
    return ReadTables(
        unit_table, bundle_table, unit_of, bundle_of, cost, load, fixed, capacity, fewest, most, *rows, labels
    )


def _read_bundles(table: pd.DataFrame, faults: list[Fault]) -> tuple[pd.DataFrame, Floats, Floats, Floats, Floats]:
    frame = table.reset_index(drop=True)
    frame = frame.assign(bundle_id=_ids(frame, "bundle_id", _BUNDLES, faults))
    _refuse_duplicates(frame, ["bundle_id"], _BUNDLES, faults)
    shown = (
        frame["bundle_id"].to_numpy(dtype=object)
        if faults
        else _shown(frame["bundle_id"].to_numpy(dtype=object), table["bundle_id"])
    )
    order = np.argsort(shown, kind="stable")
    fixed = _numbers(frame, "fixed_cost", _BUNDLES, faults, blank=None, minimum=None)
    capacity = _numbers(frame, "capacity", _BUNDLES, faults, blank=np.inf)
    fewest = np.maximum(1.0, _numbers(frame, "min_units", _BUNDLES, faults, blank=1.0))
    most = _numbers(frame, "max_units", _BUNDLES, faults, blank=np.inf)
    crossed = fewest > most
    faults += [
        Fault(_BUNDLES, "最少参加数が最大参加数を超えています", "min_units ≦ max_units（1以上）にしてください", int(row) + 2, "min_units", f"{fewest[row]:g} > {most[row]:g}")
        for row in np.flatnonzero(crossed)[:_SHOWN_PER_KIND]
    ]  # fmt: skip
    labels = [name for name in frame.columns if name != "bundle_id"]
    sorted_table = frame.assign(bundle_id=shown).loc[order, ["bundle_id", *labels]].reset_index(drop=True)
    return sorted_table, fixed[order], capacity[order], fewest[order], most[order]


def _read_choices(
    table: pd.DataFrame, bundles: pd.DataFrame, faults: list[Fault]
) -> tuple[pd.DataFrame, Ints, Ints, Floats, Floats, dict[str, npt.NDArray[np.generic]]]:
    frame = table.reset_index(drop=True)
    unit = _ids(frame, "unit_id", _CHOICES, faults).to_numpy(dtype=object)
    bundle = _ids(frame, "bundle_id", _CHOICES, faults).to_numpy(dtype=object)
    unit_ids, unit_of = np.unique(unit if faults else _shown(unit, table["unit_id"]), return_inverse=True)
    bundle_of = _index(bundles["bundle_id"]).get_indexer(pd.Index(bundle))
    faults += [
        Fault(_CHOICES, "bundles にない束を指しています", "bundles に束を足すか、この行を直してください", int(row) + 2, "bundle_id", str(bundle[row]))
        for row in np.flatnonzero(bundle_of < 0)[:_SHOWN_PER_KIND]
    ]  # fmt: skip
    _refuse_duplicates(pd.DataFrame({"unit_id": unit, "bundle_id": bundle}), ["unit_id", "bundle_id"], _CHOICES, faults)
    if frame.empty:
        faults.append(Fault(_CHOICES, "行がありません", "単位ごとに一つ以上の選択肢を入れてください"))
    cost = _numbers(frame, "cost", _CHOICES, faults, blank=None, minimum=None)
    load = _numbers(frame, "load", _CHOICES, faults, blank=1.0)
    order = np.lexsort((bundle_of, unit_of))
    named = {"unit_id", "bundle_id", "cost", "load"}
    labels = {str(name): frame[name].to_numpy()[order] for name in frame.columns if name not in named}
    units = pd.DataFrame({"unit_id": unit_ids})
    return units, unit_of[order], bundle_of[order].astype(np.int64), cost[order], load[order], labels


def _read_limits(
    limits: pd.DataFrame | None,
    units: pd.DataFrame,
    bundles: pd.DataFrame,
    unit_of: Ints,
    bundle_of: Ints,
    faults: list[Fault],
) -> tuple[tuple[str, ...], sparse.csr_matrix, sparse.csr_matrix, Floats, Floats]:
    n_choices, n_bundles = len(unit_of), len(bundles)
    if limits is None or limits.empty:
        return (), sparse.csr_matrix((0, n_choices)), sparse.csr_matrix((0, n_bundles)), np.zeros(0), np.zeros(0)
    frame = limits.reset_index(drop=True)
    names = _ids(frame, "limit_id", _LIMITS, faults).to_numpy(dtype=object)
    coefficient = _numbers(frame, "coefficient", _LIMITS, faults, blank=None, minimum=None)
    rhs = _numbers(frame, "rhs", _LIMITS, faults, blank=None, minimum=None)
    sense = frame["sense"].astype("string").str.strip().replace({"≤": "<=", "≦": "<=", "≥": ">=", "≧": ">=", "==": "="})
    faults += [
        Fault(_LIMITS, "不等号が読めません", "<=、>=、= のいずれかにしてください", int(row) + 2, "sense", str(sense.iloc[row]))
        for row in np.flatnonzero(~sense.isin(_SENSES).to_numpy(dtype=bool, na_value=False))[:_SHOWN_PER_KIND]
    ]  # fmt: skip
    heads = pd.DataFrame({"limit_id": names, "sense": sense, "rhs": rhs}).drop_duplicates()
    for name in heads.loc[heads["limit_id"].duplicated(), "limit_id"].unique()[:_SHOWN_PER_KIND]:
        faults.append(
            Fault(
                _LIMITS,
                "同じ limit_id で不等号または右辺が食い違っています",
                "一つにそろえてください",
                0,
                "rhs",
                str(name),
            )
        )
    on_choices, on_bundles = _coefficients(frame, names, heads, coefficient, units, bundles, unit_of, bundle_of, faults)
    if faults:
        return (), on_choices, on_bundles, np.zeros(0), np.zeros(0)
    return _as_at_most(heads, on_choices, on_bundles)


def _coefficients(
    frame: pd.DataFrame, names: npt.NDArray[np.object_], heads: pd.DataFrame, coefficient: Floats,
    units: pd.DataFrame, bundles: pd.DataFrame, unit_of: Ints, bundle_of: Ints, faults: list[Fault],
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:  # fmt: skip
    row_of = pd.Index(heads["limit_id"].unique()).get_indexer(pd.Index(names))
    unit, unit_blank = _positions(frame, "unit_id", units["unit_id"], faults)
    bundle, bundle_blank = _positions(frame, "bundle_id", bundles["bundle_id"], faults)
    _refuse_rows(
        unit_blank & bundle_blank, "単位も束も空です", "unit_id か bundle_id の少なくとも一方を入れてください", faults
    )
    key = unit_of * len(bundles) + bundle_of  # sorted, since choices are sorted by (unit, bundle)
    both = ~unit_blank & ~bundle_blank & (unit >= 0) & (bundle >= 0)
    wanted = unit * len(bundles) + bundle
    place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    known = key[place] == wanted
    _refuse_rows(both & ~known, "choices にない組合せです", "choices に行を足すか、この行を消してください", faults)
    pairs = both & known
    whole = np.flatnonzero(~unit_blank & bundle_blank & (unit >= 0))
    starts, ends = np.searchsorted(unit_of, unit[whole]), np.searchsorted(unit_of, unit[whole], side="right")
    spread = np.concatenate(
        [np.arange(a, b) for a, b in zip(starts, ends, strict=True)] or [np.zeros(0, dtype=np.int64)]
    )
    rows = np.concatenate([row_of[pairs], np.repeat(row_of[whole], ends - starts)])
    columns = np.concatenate([place[pairs], spread])
    values = np.concatenate([coefficient[pairs], np.repeat(coefficient[whole], ends - starts)])
    size = len(heads["limit_id"].unique())
    on_choices = sparse.csr_matrix((values, (rows, columns)), shape=(size, len(unit_of)))
    opening = unit_blank & ~bundle_blank & (bundle >= 0)
    on_bundles = sparse.csr_matrix(
        (coefficient[opening], (row_of[opening], bundle[opening])), shape=(size, len(bundles))
    )
    return on_choices, on_bundles


def _as_at_most(
    heads: pd.DataFrame, on_choices: sparse.csr_matrix, on_bundles: sparse.csr_matrix
) -> tuple[tuple[str, ...], sparse.csr_matrix, sparse.csr_matrix, Floats, Floats]:
    sense, rhs = heads["sense"].to_numpy(dtype=object), heads["rhs"].to_numpy(dtype=float)
    rows, signs = [], []
    for position, word in enumerate(sense):
        for factor in {"<=": (1.0,), ">=": (-1.0,), "=": (1.0, -1.0)}[str(word)]:
            rows.append(position)
            signs.append(factor)
    order, sign = np.array(rows, dtype=np.int64), np.array(signs, dtype=float)
    names = tuple(str(name) for name in heads["limit_id"].to_numpy(dtype=object)[order])
    scale = sparse.diags(sign)
    return (
        names,
        sparse.csr_matrix(scale @ on_choices[order]),
        sparse.csr_matrix(scale @ on_bundles[order]),
        sign * rhs[order],
        sign,
    )


def _missing(table: pd.DataFrame, name: str, needed: tuple[str, ...]) -> list[Fault]:
    return [
        Fault(name, "列がありません", "列を足してください", 0, column)
        for column in needed
        if column not in table.columns
    ]


def _ids(frame: pd.DataFrame, column: str, table: str, faults: list[Fault]) -> pd.Series[str]:
    blank = frame[column].isna().to_numpy(dtype=bool)
    for row in np.flatnonzero(blank)[:_SHOWN_PER_KIND]:
        faults.append(Fault(table, "IDが空です", "IDを入れてください", int(row) + 2, column))
    return _text(frame[column]).fillna("").astype(object)


def _text(ids: pd.Series[Any]) -> pd.Series[str]:
    """Ids as text to match tables by; 1.0 (an integer id read beside blanks) is the same id as 1."""
    if pd.api.types.is_float_dtype(ids) and (ids.dropna() % 1 == 0).all():
        ids = ids.astype("Int64")
    return ids.astype("string").str.strip()


def _index(ids: pd.Series[str]) -> pd.Index[str]:
    index: pd.Index[str] = pd.Index(_text(ids).to_numpy(dtype=object))
    return index if index.is_unique else index.drop_duplicates()  # repeated ids are a fault already noted


def _shown(text: npt.NDArray[np.object_], original: pd.Series[str]) -> npt.NDArray[np.generic]:
    """The ids as their owner wrote them: integers stay integers (and sort as such), everything else is text."""
    whole = pd.api.types.is_integer_dtype(original)
    return text.astype(np.int64) if whole else text


def _numbers(
    frame: pd.DataFrame,
    column: str,
    table: str,
    faults: list[Fault],
    *,
    blank: float | None,
    minimum: float | None = 0.0,
) -> Floats:
    if column not in frame.columns:
        return np.full(len(frame), np.nan if blank is None else blank)
    raw = frame[column]
    values = pd.to_numeric(raw, errors="coerce").astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    empty = raw.isna().to_numpy(dtype=bool)
    allowed_infinite = blank is not None and np.isinf(blank)
    wrong = (np.isnan(values) & ~(empty & (blank is not None))) | (np.isinf(values) & (not allowed_infinite))
    if minimum is not None:
        wrong |= values < minimum
    cure = "有限の数値にしてください" if minimum is None else f"{minimum:g} 以上の数値にしてください"
    for row in np.flatnonzero(wrong)[:_SHOWN_PER_KIND]:
        faults.append(
            Fault(table, "数値として使えません", cure, int(row) + 2, column, "空" if empty[row] else str(raw.iloc[row]))
        )
    return np.where(empty, np.nan if blank is None else blank, values)


def _refuse_duplicates(frame: pd.DataFrame, key: list[str], table: str, faults: list[Fault]) -> None:
    repeated = np.flatnonzero(frame.duplicated(key).to_numpy(dtype=bool))
    for row in repeated[:_SHOWN_PER_KIND]:
        value = "・".join(str(frame[name].iloc[row]) for name in key)
        faults.append(
            Fault(table, "同じ行が二度あります", "一行にまとめてください", int(row) + 2, "、".join(key), value)
        )


def _positions(
    frame: pd.DataFrame, column: str, known: pd.Series[str], faults: list[Fault]
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    text = _text(frame[column])
    blank = (text.isna() | (text == "")).to_numpy(dtype=bool, na_value=True)
    position = _index(known).get_indexer(pd.Index(text.fillna("").to_numpy(dtype=object)))
    _refuse_rows(
        ~blank & (position < 0),
        f"知らない {column} です",
        "choices・bundles と同じIDにしてください",
        faults,
        column,
        text,
    )
    return position.astype(np.int64), blank


def _refuse_rows(
    wrong: npt.NDArray[np.bool_],
    problem: str,
    cure: str,
    faults: list[Fault],
    column: str = "",
    text: pd.Series[str] | None = None,
) -> None:
    for row in np.flatnonzero(wrong)[:_SHOWN_PER_KIND]:
        faults.append(Fault(_LIMITS, problem, cure, int(row) + 2, column, "" if text is None else str(text.iloc[row])))
