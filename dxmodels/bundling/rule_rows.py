"""How is each kind of rule written as rows Σ g·x + Σ h·y ≤ b over the choices and openings of a problem?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from dxmodels.bundling.labels import purchase_names
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints
from dxmodels.errors import ModelError

Objects = npt.NDArray[np.object_]
_MOST_VENDORS = 3  # beyond, the sets of vendors become too many rows
_FIELDS_JA = {"owner": "団体・部局", "unit_key": "業務・種類", "vendor_id": "事業者", "offer_id": "提案"}


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows ≤ with a word for each (what the row is about), as plain arrays."""

    details: tuple[str, ...]
    on_choices: sparse.csr_matrix
    on_bundles: sparse.csr_matrix
    rhs: Floats
    signs: Floats


class RowMaker:
    """The labels of one problem, spread over its choices, from which rules are written."""

    def __init__(self, problem: BundleProblem) -> None:
        self.problem = problem
        self.joint = self.label("scope") != "own"
        self.vendor, self.offer, self.start = self.label("vendor_id"), self.label("offer_id"), self.label("start_fy")
        self.owner, self.key = self.unit("owner"), self.unit("unit_key")

    def label(self, name: str) -> Objects:
        """A bundle label for every choice."""
        return self._column(self.problem.bundles, name)[self.problem.bundle_of]

    def unit(self, name: str) -> Objects:
        """A unit label for every choice."""
        return self._column(self.problem.units, name)[self.problem.unit_of]

    def _column(self, table: Any, name: str) -> Objects:
        if name not in table.columns:
            raise ModelError(
                f"この規則には列「{name}」が必要です。build_problem で作った問題か、その列を持つ表を使ってください。"
            )
        return np.asarray(table[name], dtype=object)

    @cached_property
    def purchases(self) -> list[str]:
        """What each bundle is called to a planner."""
        return purchase_names(self.problem)

    def keys_named(self, fields: Mapping[str, Any]) -> list[str]:
        """The task or kind a rule names, as code; none where it names none."""
        if not fields.get("unit_key"):
            return []
        self.known(self.key, fields["unit_key"], "unit_key")
        return [self.problem.texts.code(str(fields["unit_key"]))]

    def who(self, fields: Mapping[str, Any]) -> Flags:
        """Choices of the named owner and/or task; names that do not occur are refused."""
        chosen = np.ones(self.problem.n_choices, dtype=bool)
        for name, column in (("owner", self.owner), ("unit_key", self.key)):
            if fields.get(name) is not None:
                chosen &= self.known(column, fields[name], name)
        return chosen

    def known(self, column: Objects, value: object, name: str) -> Flags:
        """Where the column has the value (a code, or the name it goes by); at least once, else ModelError."""
        found = np.asarray(column == self.problem.texts.code(str(value)), dtype=bool)
        if not found.any():
            raise ModelError(
                f"{_FIELDS_JA.get(name, name)}「{value}」は、この問題にありません。名称・コードを確かめてください。"
            )
        return found

    def rows(
        self, details: tuple[str, ...], row: Ints, choice: Ints, value: Floats, rhs: Floats, *, sign: float = 1.0
    ) -> Rows:
        """Rows over choices only; ``sign`` −1 turns ≥ into ≤."""
        shape = (len(details), self.problem.n_choices)
        matrix = sparse.csr_matrix((sign * value, (row, choice)), shape=shape)
        none = sparse.csr_matrix((len(details), self.problem.n_bundles))
        return Rows(details, matrix, none, sign * np.asarray(rhs, dtype=float), np.full(len(details), sign))

    def forbid(self, where: Flags) -> Rows:
        """One row: none of these choices."""
        at = np.flatnonzero(where)
        return self.rows(("",), np.zeros(len(at), dtype=np.int64), at, np.ones(len(at)), np.zeros(1))

    def alone_cost(self) -> Floats:
        """What each unit pays by itself: its cheapest choice that is not joint."""
        cost = np.full(self.problem.n_units, np.inf)
        own = np.flatnonzero(~self.joint)
        np.minimum.at(cost, self.problem.unit_of[own], self.problem.cost[own])
        return cost


def _budget(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    years = sorted(set(maker.start[maker.joint]))
    if fields.get("fiscal_year") is not None:
        years = [int(fields["fiscal_year"])]
    cash = maker.problem.choice_labels["cash_yen"].astype(float)
    at = [np.flatnonzero(maker.joint & (maker.start == year)) for year in years]
    row = np.repeat(np.arange(len(years)), [len(part) for part in at])
    choice = np.concatenate(at) if at else np.zeros(0, dtype=np.int64)
    return maker.rows(
        tuple(str(year) for year in years), row, choice, cash[choice], np.full(len(years), float(fields["amount_yen"]))
    )


def _vendor_share_cap(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    weight = np.asarray(maker.problem.units["annual_cost_yen"], dtype=float)
    named = fields.get("vendor_id")
    vendors = [maker.problem.texts.code(str(named))] if named else sorted(set(maker.vendor))
    at = [np.flatnonzero(maker.known(maker.vendor, vendor, "vendor_id")) for vendor in vendors]
    row = np.repeat(np.arange(len(vendors)), [len(part) for part in at])
    choice = np.concatenate(at)
    rhs = np.full(len(vendors), float(fields["share"]) * weight.sum())
    return maker.rows(tuple(map(str, vendors)), row, choice, weight[maker.problem.unit_of[choice]], rhs)


def _vendor_cap(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    at = np.flatnonzero(maker.known(maker.vendor, fields["vendor_id"], "vendor_id") & maker.joint)
    return maker.rows(
        ("",), np.zeros(len(at), dtype=np.int64), at, np.ones(len(at)), np.array([float(fields["count"])])
    )


def _minimum_vendors(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    """For every set of count − 1 vendors: at least one joint purchase from somebody else (exact; up to three vendors)."""
    problem, needed = maker.problem, int(fields["count"])
    bundle_vendor = np.asarray(problem.bundles["vendor_id"], dtype=object)
    joint = np.asarray(problem.bundles["scope"] != "own", dtype=bool) & (problem.members_possible > 0)
    vendors = sorted(set(bundle_vendor[joint]))
    if not 2 <= needed <= min(_MOST_VENDORS, len(vendors)):
        raise ModelError(
            f"最少事業者数 {needed} は2〜{min(_MOST_VENDORS, len(vendors))}の範囲にしてください（提案のある事業者は{len(vendors)}者）。"
        )
    sets = list(itertools.combinations(vendors, needed - 1))
    rows = [sparse.csr_matrix(-(joint & ~np.isin(bundle_vendor, some)).astype(float)) for some in sets]
    none = sparse.csr_matrix((len(sets), problem.n_choices))
    details = tuple("・".join(map(problem.texts.name, some)) + "以外" for some in sets)
    return Rows(details, none, sparse.vstack(rows, format="csr"), np.full(len(sets), -1.0), np.full(len(sets), -1.0))


def _members(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    problem = maker.problem
    bundles = np.flatnonzero(np.asarray(problem.bundles["scope"] != "own", dtype=bool) & (problem.members_possible > 0))
    position = np.full(problem.n_bundles, -1)
    position[bundles] = np.arange(len(bundles))
    at = np.flatnonzero(position[problem.bundle_of] >= 0)
    parts, counts, names, signs = [], [], [], []
    for name, sign in (("most", 1.0), ("fewest", -1.0)):
        if fields.get(name) is not None:
            row = position[problem.bundle_of[at]]
            parts.append(
                sparse.csr_matrix((np.full(len(at), sign), (row, at)), shape=(len(bundles), problem.n_choices))
            )
            limit = np.full(len(bundles), -sign * float(fields[name]))
            counts.append(
                sparse.csr_matrix((limit, (np.arange(len(bundles)), bundles)), shape=(len(bundles), problem.n_bundles))
            )
            names += [f"{name}@{maker.purchases[f]}" for f in bundles]
            signs.append(np.full(len(bundles), sign))
    if not parts:
        raise ModelError("参加数の規則には fewest か most の少なくとも一方が必要です。")
    size = len(names)
    return Rows(
        tuple(names),
        sparse.vstack(parts, format="csr"),
        sparse.vstack(counts, format="csr"),
        np.zeros(size),
        np.concatenate(signs),
    )


def _keep_incumbent(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    current = maker.unit("vendor_id")
    return maker.forbid(maker.who(fields) & maker.joint & np.asarray(maker.vendor != current, dtype=bool))


def _exclude(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    where = maker.joint.copy()
    for name, column in (("vendor_id", maker.vendor), ("offer_id", maker.offer)):
        if fields.get(name) is not None:
            where &= maker.known(column, fields[name], name)
    return maker.forbid(where)


def _must_join(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    return maker.forbid(maker.who(fields) & ~maker.joint)


def _must_not_join(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    return maker.forbid(maker.who(fields) & maker.joint)


def _lots(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    problem = maker.problem
    joint = np.asarray(problem.bundles["scope"] != "own", dtype=bool)
    key_of = np.full(problem.n_bundles, None, dtype=object)
    key_of[problem.bundle_of] = maker.key
    keys = maker.keys_named(fields) or sorted(set(key_of[joint & (problem.members_possible > 0)]))
    matrix = np.zeros((len(keys), problem.n_bundles))
    for row, key in enumerate(keys):
        matrix[row, joint & np.asarray(key_of == key, dtype=bool)] = 1.0
    none = sparse.csr_matrix((len(keys), problem.n_choices))
    return Rows(
        tuple(map(str, keys)),
        none,
        sparse.csr_matrix(matrix),
        np.full(len(keys), float(fields["count"])),
        np.ones(len(keys)),
    )


def _together(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    """For every pair of owners, task and start year: the first joins as often as the second (both directions)."""
    owners = [maker.problem.texts.code(str(name)) for name in fields["owners"]]
    for name in owners:
        maker.known(maker.owner, name, "owner")
    details: list[Any] = []
    row, choice, value = [], [], []
    keys = maker.keys_named(fields) or sorted(set(maker.key[np.isin(maker.owner, owners)]))
    for first, second in pairwise(owners):
        for key in keys:
            for year in sorted(set(maker.start[maker.joint])):
                here = maker.joint & (maker.start == year) & (maker.key == key)
                one, two = np.flatnonzero(here & (maker.owner == first)), np.flatnonzero(here & (maker.owner == second))
                for sign in (1.0, -1.0):
                    row += [len(details)] * (len(one) + len(two))
                    choice += [*one.tolist(), *two.tolist()]
                    value += [sign] * len(one) + [-sign] * len(two)
                    details.append(f"{first}@{second}@{key}@{year}")
    return maker.rows(tuple(details), np.array(row), np.array(choice), np.array(value), np.zeros(len(details)))


def _nobody_worse_off(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    problem, alone = maker.problem, maker.alone_cost()
    bundles = np.flatnonzero(np.asarray(problem.bundles["scope"] != "own", dtype=bool) & (problem.members_possible > 0))
    position = np.full(problem.n_bundles, -1)
    position[bundles] = np.arange(len(bundles))
    at = np.flatnonzero(position[problem.bundle_of] >= 0)
    extra = problem.cost[at] - alone[problem.unit_of[at]]
    shape = (len(bundles), problem.n_choices)
    on_choices = sparse.csr_matrix((extra, (position[problem.bundle_of[at]], at)), shape=shape)
    fixed = problem.fixed_cost[bundles]
    on_bundles = sparse.csr_matrix((fixed, (np.arange(len(bundles)), bundles)), shape=(len(bundles), problem.n_bundles))
    names = tuple(maker.purchases[f] for f in bundles)
    return Rows(names, on_choices, on_bundles, np.zeros(len(bundles)), np.ones(len(bundles)))


def _fairness_floor(maker: RowMaker, fields: Mapping[str, Any]) -> Rows:
    problem = maker.problem
    owners, code = np.unique(maker.owner.astype(str), return_inverse=True)
    alone = np.zeros(len(owners))
    unit_owner = np.asarray(problem.units["owner"], dtype=str)
    np.add.at(alone, np.searchsorted(owners, unit_owner), maker.alone_cost())
    return maker.rows(
        tuple(owners), code, np.arange(problem.n_choices), problem.cost, (1.0 - float(fields["rate"])) * alone
    )


MAKERS: dict[str, Callable[[RowMaker, Mapping[str, Any]], Rows]] = {
    "budget": _budget,
    "vendor_share_cap": _vendor_share_cap,
    "vendor_cap": _vendor_cap,
    "minimum_vendors": _minimum_vendors,
    "members": _members,
    "keep_incumbent": _keep_incumbent,
    "exclude": _exclude,
    "must_join": _must_join,
    "must_not_join": _must_not_join,
    "lots": _lots,
    "together": _together,
    "nobody_worse_off": _nobody_worse_off,
    "fairness_floor": _fairness_floor,
}
