"""What is a joint-procurement problem once every amount is on the table?

Sets        units u (who buys which task: a municipality × task, a department × kind of system, or any customer),
            bundles f (one purchase that may be opened: scope × offer × tier × start year, or any facility), choices (u, f) that exist.
Parameters  cost c_uf and load a_uf of a choice, fixed cost F_f, capacity C_f, fewest and most members m_f, M_f (the unit of money and of
            load is the caller's; problems built from a case are in yen), coupling rows Σ g·x + Σ h·y ≤ b.
Meaning     x_uf = 1: unit u buys in bundle f; y_f = 1: bundle f is bought, and then at least one unit is in it. Going alone is a bundle
            with fixed cost 0. A published facility-location problem is units = customers, bundles = facilities; set partitioning is a
            bundle with min_units = its number of units.
Source      strong formulation of facility location: Cornuéjols, Nemhauser & Wolsey (1990), The uncapacitated facility location problem.
Leaves out  volume discounts "on all units" inside one bundle: give each line of a price list its own bundle (lower envelope).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from dxmodels.bundling.door import read_tables
from dxmodels.bundling.texts import Texts
from dxmodels.errors import ModelError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Coupling:
    """Rows that tie bundles together: ``on_choices``·x + ``on_bundles``·y ≤ ``rhs``, named by ``limit_ids``.

    An equality stands as two rows of the same name; ``signs`` is −1 where the rule was written with ≥.
    """

    limit_ids: tuple[str, ...]
    on_choices: sparse.csr_matrix
    on_bundles: sparse.csr_matrix
    rhs: Floats
    signs: Floats

    @classmethod
    def empty(cls, choices: int, bundles: int) -> Self:
        """Return a set of no rows for the given numbers of choices and bundles."""
        return cls((), sparse.csr_matrix((0, choices)), sparse.csr_matrix((0, bundles)), np.zeros(0), np.zeros(0))

    def __len__(self) -> int:
        return len(self.limit_ids)

    def take(self, rows: Flags | Ints) -> Coupling:
        """Return the chosen rows only."""
        names = np.array(self.limit_ids, dtype=object)[rows]
        return Coupling(tuple(names), self.on_choices[rows], self.on_bundles[rows], self.rhs[rows], self.signs[rows])

    def joined(self, other: Coupling) -> Coupling:
        """Return these rows followed by those of ``other``."""
        return Coupling(
            (*self.limit_ids, *other.limit_ids),
            sparse.vstack([self.on_choices, other.on_choices], format="csr"),
            sparse.vstack([self.on_bundles, other.on_bundles], format="csr"),
            np.concatenate([self.rhs, other.rhs]),
            np.concatenate([self.signs, other.signs]),
        )

    def use(self, taken: Flags, opened: Flags) -> Floats:
        """Return the left-hand side of every row for a plan."""
        used: Floats = self.on_choices @ taken.astype(float) + self.on_bundles @ opened.astype(float)
        return used


@dataclass(frozen=True, eq=False)
class BundleProblem:
    """Who may buy with whom, at what cost, under which limits: arrays for the models, labelled tables for people.

    ``units`` and ``bundles`` are tables (first column ``unit_id`` / ``bundle_id``) sorted by id, so that the order of rows in a
    file never matters; choices are sorted by (unit, bundle). Array k of a choice belongs to unit ``unit_of[k]`` and bundle
    ``bundle_of[k]`` (positions in the tables). Without a limit, capacity and max_units are +inf and min_units is 1.
    """

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
    coupling: Coupling
    choice_labels: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict)
    money_unit: str = ""
    texts: Texts = field(default_factory=Texts, repr=False)

    @classmethod
    def from_tables(
        cls, choices: pd.DataFrame, bundles: pd.DataFrame, limits: pd.DataFrame | None = None, *, money_unit: str = ""
    ) -> Self:
        """Build a problem from plain tables; ids may be text or numbers, amounts may be floats.

        ``choices``: unit_id, bundle_id, cost [, load = 1]. ``bundles``: bundle_id, fixed_cost [, capacity, min_units, max_units]
        (blank = no limit). ``limits``: one row a coefficient — limit_id, sense (<=, >=, =), rhs, unit_id, bundle_id, coefficient.
        Both ids name one choice; a blank unit_id means the opening of the bundle; a blank bundle_id every choice of the unit.
        sense and rhs are repeated on each row of a limit. Other columns of the tables are kept as labels.
        Raises InputError listing every fault of all three tables at once.
        """
        read = read_tables(choices, bundles, limits)
        coupling = Coupling(read.limit_ids, read.on_choices, read.on_bundles, read.rhs, read.signs)
        return cls(
            units=read.units,
            bundles=read.bundles,
            unit_of=read.unit_of,
            bundle_of=read.bundle_of,
            cost=read.cost,
            load=read.load,
            fixed_cost=read.fixed_cost,
            capacity=read.capacity,
            min_units=read.min_units,
            max_units=read.max_units,
            coupling=coupling,
            choice_labels=read.choice_labels,
            money_unit=money_unit,
        )

    @property
    def n_units(self) -> int:
        """Number of units that must each be in exactly one bundle."""
        return len(self.units)

    @property
    def n_bundles(self) -> int:
        """Number of bundles that may be opened."""
        return len(self.bundles)

    @property
    def n_choices(self) -> int:
        """Number of (unit, bundle) pairs that exist."""
        return len(self.cost)

    @property
    def members_possible(self) -> Ints:
        """For every bundle, how many units could join it."""
        return np.bincount(self.bundle_of, minlength=self.n_bundles)

    @property
    def unit_ids(self) -> npt.NDArray[np.object_]:
        """Ids of the units in table order."""
        return np.asarray(self.units["unit_id"], dtype=object)

    @property
    def bundle_ids(self) -> npt.NDArray[np.object_]:
        """Ids of the bundles in table order."""
        return np.asarray(self.bundles["bundle_id"], dtype=object)

    def value(self, taken: Flags) -> float:
        """Return the total cost of a plan given as one flag a choice: costs taken plus fixed costs of bundles used."""
        return float(self.cost[taken].sum() + self.fixed_cost[np.unique(self.bundle_of[taken])].sum())

    def opened_by(self, taken: Flags) -> Flags:
        """Return one flag a bundle: has it a member in this plan?"""
        opened = np.zeros(self.n_bundles, dtype=bool)
        opened[self.bundle_of[taken]] = True
        return opened

    def keep_choices(self, kept: Flags) -> BundleProblem:
        """Return the problem with the marked choices only; units and bundles keep their positions.

        Raises ModelError, naming units, where a unit would have no choice left.
        """
        left = np.bincount(self.unit_of[kept], minlength=self.n_units)
        if (left == 0).any():
            names = "、".join(str(name) for name in self.unit_ids[left == 0][:10])
            raise ModelError(f"選択肢が一つも残らない単位があります：{names}。除外条件を緩めてください。")
        rows = self.coupling
        coupling = Coupling(rows.limit_ids, rows.on_choices[:, kept], rows.on_bundles, rows.rhs, rows.signs)
        labels = {name: values[kept] for name, values in self.choice_labels.items()}
        return replace(
            self,
            unit_of=self.unit_of[kept],
            bundle_of=self.bundle_of[kept],
            cost=self.cost[kept],
            load=self.load[kept],
            coupling=coupling,
            choice_labels=labels,
        )

    def with_coupling(self, coupling: Coupling) -> BundleProblem:
        """Return the problem with these coupling rows in place of its own."""
        return replace(self, coupling=coupling)

    def without_limits(self, limit_ids: Sequence[str]) -> BundleProblem:
        """Return the problem without the named coupling rows; unknown names raise ModelError."""
        unknown = sorted(set(limit_ids) - set(self.coupling.limit_ids))
        if unknown:
            raise ModelError(f"制約「{'、'.join(unknown)}」はこの問題にありません。")
        kept = np.array([name not in set(limit_ids) for name in self.coupling.limit_ids], dtype=bool)
        return self.with_coupling(self.coupling.take(kept))

    def choices_table(self) -> pd.DataFrame:
        """Return every choice as a table: unit_id, bundle_id, cost, load and its labels."""
        frame = pd.DataFrame(
            {
                "unit_id": self.unit_ids[self.unit_of],
                "bundle_id": self.bundle_ids[self.bundle_of],
                "cost": self.cost,
                "load": self.load,
            }
        )
        for name, values in self.choice_labels.items():
            frame[name] = values
        return frame
