"""How do plain tables of any published instance become a problem, and what is wrong with them if they do not?

Every fault of the three tables is collected and reported together, in Japanese, with the row as a spreadsheet shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from dxmodels.bundling.door_cells import (
    SHOWN_PER_KIND,
    id_index,
    missing_columns,
    read_ids,
    read_numbers,
    refuse_duplicates,
    shown_ids,
)
from dxmodels.bundling.door_limits import LIMITS, read_limits
from dxmodels.errors import Fault, InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CHOICES, _BUNDLES = "choices", "bundles"


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
    faults += missing_columns(choices, _CHOICES, ("unit_id", "bundle_id", "cost"))
    faults += missing_columns(bundles, _BUNDLES, ("bundle_id", "fixed_cost"))
    if limits is not None:
        faults += missing_columns(limits, LIMITS, ("limit_id", "sense", "rhs", "unit_id", "bundle_id", "coefficient"))
    if faults:
        raise InputError(faults)
    bundle_table, fixed, capacity, fewest, most = _read_bundles(bundles, faults)
    unit_table, unit_of, bundle_of, cost, load, labels = _read_choices(choices, bundle_table, faults)
    if faults:
        raise InputError(faults)
    rows = read_limits(limits, unit_table, bundle_table, unit_of, bundle_of, faults)
    if faults:
        raise InputError(faults)
    return ReadTables(
        unit_table, bundle_table, unit_of, bundle_of, cost, load, fixed, capacity, fewest, most, *rows, labels
    )


def _read_bundles(table: pd.DataFrame, faults: list[Fault]) -> tuple[pd.DataFrame, Floats, Floats, Floats, Floats]:
    frame = table.reset_index(drop=True)
    frame = frame.assign(bundle_id=read_ids(frame, "bundle_id", _BUNDLES, faults))
    refuse_duplicates(frame, ["bundle_id"], _BUNDLES, faults)
    shown = (
        frame["bundle_id"].to_numpy(dtype=object)
        if faults
        else shown_ids(frame["bundle_id"].to_numpy(dtype=object), table["bundle_id"])
    )
    order = np.argsort(shown, kind="stable")
    fixed = read_numbers(frame, "fixed_cost", _BUNDLES, faults, blank=None, minimum=None)
    capacity = read_numbers(frame, "capacity", _BUNDLES, faults, blank=np.inf)
    fewest = np.maximum(1.0, np.ceil(read_numbers(frame, "min_units", _BUNDLES, faults, blank=1.0)))
    most = np.floor(read_numbers(frame, "max_units", _BUNDLES, faults, blank=np.inf))  # members are whole
    crossed = fewest > most
    faults += [
        Fault(_BUNDLES, "最少参加数が最大参加数を超えています", "min_units ≦ max_units（1以上）にしてください。買わせない束は表から除いてください", int(row) + 2, "min_units", f"{fewest[row]:g} > {most[row]:g}")
        for row in np.flatnonzero(crossed)[:SHOWN_PER_KIND]
    ]  # fmt: skip
    labels = [name for name in frame.columns if name != "bundle_id"]
    sorted_table = frame.assign(bundle_id=shown).loc[order, ["bundle_id", *labels]].reset_index(drop=True)
    return sorted_table, fixed[order], capacity[order], fewest[order], most[order]


def _read_choices(
    table: pd.DataFrame, bundles: pd.DataFrame, faults: list[Fault]
) -> tuple[pd.DataFrame, Ints, Ints, Floats, Floats, dict[str, npt.NDArray[np.generic]]]:
    frame = table.reset_index(drop=True)
    unit = read_ids(frame, "unit_id", _CHOICES, faults).to_numpy(dtype=object)
    bundle = read_ids(frame, "bundle_id", _CHOICES, faults).to_numpy(dtype=object)
    unit_ids, unit_of = np.unique(unit if faults else shown_ids(unit, table["unit_id"]), return_inverse=True)
    bundle_of = id_index(bundles["bundle_id"]).get_indexer(pd.Index(bundle))
    faults += [
        Fault(_CHOICES, "bundles にない束を指しています", "bundles に束を足すか、この行を直してください", int(row) + 2, "bundle_id", str(bundle[row]))
        for row in np.flatnonzero(bundle_of < 0)[:SHOWN_PER_KIND]
    ]  # fmt: skip
    refuse_duplicates(pd.DataFrame({"unit_id": unit, "bundle_id": bundle}), ["unit_id", "bundle_id"], _CHOICES, faults)
    if frame.empty:
        faults.append(Fault(_CHOICES, "行がありません", "単位ごとに一つ以上の選択肢を入れてください"))
    cost = read_numbers(frame, "cost", _CHOICES, faults, blank=None, minimum=None)
    load = read_numbers(frame, "load", _CHOICES, faults, blank=1.0)
    order = np.lexsort((bundle_of, unit_of))
    named = {"unit_id", "bundle_id", "cost", "load"}
    labels = {str(name): frame[name].to_numpy()[order] for name in frame.columns if name not in named}
    units = pd.DataFrame({"unit_id": unit_ids})
    return units, unit_of[order], bundle_of[order].astype(np.int64), cost[order], load[order], labels
