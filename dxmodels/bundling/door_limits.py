"""Which rows tie bundles together, as the long table of limits states them?

One row of the table is one coefficient; ``sense`` and ``rhs`` stand on each. A blank unit means the opening of the bundle, a blank bundle
every choice of the unit. Every row leaves as "at most": what was written with ≥ is turned round, an equality becomes two rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from dxmodels.bundling.door_cells import SHOWN_PER_KIND, id_index, id_text, read_ids, read_numbers
from dxmodels.errors import Fault

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LIMITS = "limits"
_SENSES = ("<=", ">=", "=")


def read_limits(
    limits: pd.DataFrame | None,
    units: pd.DataFrame,
    bundles: pd.DataFrame,
    unit_of: Ints,
    bundle_of: Ints,
    faults: list[Fault],
) -> tuple[tuple[str, ...], sparse.csr_matrix, sparse.csr_matrix, Floats, Floats]:
    """Return names, coefficients on choices and on openings, right-hand sides and signs of all rows, each as "at most"."""
    n_choices, n_bundles = len(unit_of), len(bundles)
    if limits is None or limits.empty:
        return (), sparse.csr_matrix((0, n_choices)), sparse.csr_matrix((0, n_bundles)), np.zeros(0), np.zeros(0)
    frame = limits.reset_index(drop=True)
    names = read_ids(frame, "limit_id", LIMITS, faults).to_numpy(dtype=object)
    coefficient = read_numbers(frame, "coefficient", LIMITS, faults, blank=None, minimum=None)
    rhs = read_numbers(frame, "rhs", LIMITS, faults, blank=None, minimum=None)
    sense = frame["sense"].astype("string").str.strip().replace({"≤": "<=", "≦": "<=", "≥": ">=", "≧": ">=", "==": "="})
    faults += [
        Fault(LIMITS, "不等号が読めません", "<=、>=、= のいずれかにしてください", int(row) + 2, "sense", str(sense.iloc[row]))
        for row in np.flatnonzero(~sense.isin(_SENSES).to_numpy(dtype=bool, na_value=False))[:SHOWN_PER_KIND]
    ]  # fmt: skip
    heads = pd.DataFrame({"limit_id": names, "sense": sense, "rhs": rhs}).drop_duplicates()
    for name in heads.loc[heads["limit_id"].duplicated(), "limit_id"].unique()[:SHOWN_PER_KIND]:
        faults.append(
            Fault(
                LIMITS,
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


def _positions(
    frame: pd.DataFrame, column: str, known: pd.Series[str], faults: list[Fault]
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    text = id_text(frame[column])
    blank = (text.isna() | (text == "")).to_numpy(dtype=bool, na_value=True)
    position = id_index(known).get_indexer(pd.Index(text.fillna("").to_numpy(dtype=object)))
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
    for row in np.flatnonzero(wrong)[:SHOWN_PER_KIND]:
        faults.append(Fault(LIMITS, problem, cure, int(row) + 2, column, "" if text is None else str(text.iloc[row])))
