"""Into which regions does a national problem fall once a few wide rows are priced?

Sets        regions r (a prefecture with all its tasks, or a prefecture × task where no narrower row ties its tasks together): what is
            connected through bundles and narrow rows. Wide rows w tie regions together (national capacity of a vendor in a year …).
Prices      λ_w ≥ 0 of the wide rows (volume.py). At prices λ every region is a problem of its own.
Plan        regional_plan.py gives each region a share of every wide row and plans region by region.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxmodels.bundling.parts import take_part, unit_groups
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints

_LARGEST_SHARE = 0.25  # of the units in one region: above this the regions do not make the problem small


@dataclass(frozen=True, eq=False)
class Regions:
    """The region of every unit and which rows tie regions together."""

    of_unit: Ints
    wide: Flags

    @property
    def count(self) -> int:
        """Number of regions."""
        return int(self.of_unit.max()) + 1


def find_regions(problem: BundleProblem) -> Regions | None:
    """Return the split with the fewest wide rows whose regions are all small, or None where there is none."""
    rows = problem.coupling
    if not len(rows):
        return None
    group = unit_groups(problem)
    row, touched = _touched_groups(problem, group)
    breadth = np.bincount(row, np.bincount(group)[touched], minlength=len(rows))
    for limit in np.unique(breadth)[::-1]:
        wide = breadth >= limit
        region = _components(group, row, touched, ~wide, len(rows))
        if np.bincount(region).max() <= _LARGEST_SHARE * problem.n_units:
            return Regions(region, wide)
    return None


def _touched_groups(problem: BundleProblem, group: Ints) -> tuple[Ints, Ints]:
    """Every pair (row, group of units) where the row has a coefficient in the group, once."""
    on_x, on_y = problem.coupling.on_choices.tocoo(), problem.coupling.on_bundles.tocoo()
    of_bundle = np.zeros(problem.n_bundles, dtype=np.int64)
    of_bundle[problem.bundle_of] = group[problem.unit_of]
    size = int(group.max()) + 1
    pairs = np.unique(
        np.concatenate(
            [
                on_x.row.astype(np.int64) * size + group[problem.unit_of[on_x.col]],
                on_y.row.astype(np.int64) * size + of_bundle[on_y.col],
            ]
        )
    )
    return pairs // size, pairs % size


def _components(group: Ints, row: Ints, touched: Ints, narrow: Flags, n_rows: int) -> Ints:
    groups = int(group.max()) + 1
    kept = narrow[row]
    size = groups + n_rows
    ends = (touched[kept], groups + row[kept])
    _, label = connected_components(
        sparse.coo_matrix((np.ones(int(kept.sum())), ends), shape=(size, size)), directed=False
    )
    return np.unique(label[:groups], return_inverse=True)[1].astype(np.int64)[group]


@dataclass(eq=False)
class Region:
    """One region: its own problem (with a proportional share of the wide rows) and where its parts stand in the whole problem."""

    problem: BundleProblem
    units: Flags
    choices: Ints
    bundles: Ints
    rows: Ints
    wide: Flags

    def within(self, room: Floats) -> BundleProblem:
        """Return the region's problem with ``room`` (one number a row of the whole problem) on the right of its wide rows."""
        rows = self.problem.coupling
        return self.problem.with_coupling(replace(rows, rhs=np.where(self.wide, room[self.rows], rows.rhs)))


def split_regions(problem: BundleProblem, regions: Regions) -> list[Region]:
    """Return the regions as problems of their own, largest first; wide rows are shared among those they touch by number of units."""
    parts = []
    for number in np.argsort(-np.bincount(regions.of_unit), kind="stable"):
        units = regions.of_unit == number
        part, choices, kept = take_part(problem, units)
        rows = np.flatnonzero(kept)
        parts.append(Region(part, units, choices, np.unique(problem.bundle_of[choices]), rows, regions.wide[rows]))
    touched = np.zeros(len(problem.coupling))
    for region in parts:
        touched[region.rows] += region.units.sum()
    room = problem.coupling.rhs / np.maximum(1.0, touched)
    for region in parts:
        region.problem = region.within(room * region.units.sum())
    return parts
