"""How does a case become a joint-procurement problem under a scenario and an option?

Units come from the holdings (holdings.py), purchases from the offers (purchases.py). Capacities become coupling rows: vendors' parallel
migrations by year, staff of each municipality by year, the prefecture's staff for departments. The option decides the reach: without
joint purchase of core systems (municipal_bundling) or of the departments (department_bundling) only the alone choices remain, so the
same function prices the status quo. Choices dearer than going alone by more than the slack, even before any share of the fixed cost, can
never pay in a plan without coupling and are left out (with coupling the slack keeps what a tight row may need).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from dxmodels.bundling.holdings import units_of_case
from dxmodels.bundling.names import groups_of_option, texts_of_case
from dxmodels.bundling.params import DEPARTMENTAL, MUNICIPAL, BundleParams
from dxmodels.bundling.problem import BundleProblem, Coupling, Floats
from dxmodels.bundling.purchases import HEAD, LEAD, Clockwork, Purchase, Setting, going_alone, joint_purchases
from dxmodels.bundling.rules import apply_rules, rules_of_option
from dxmodels.bundling.texts import STRUCTURE

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Patch

_SLACK = (
    1.10  # a choice up to 10 % dearer than alone before its share of the fixed cost is kept for tight coupling rows
)
_LABELS = ("cash_yen", "migration_fte", "staff_fte")


def build_problem(
    case: Case,
    params: BundleParams,
    *,
    scenario: Patch | None = None,
    option: Patch | None = None,
    capacities: bool = True,
    rules: bool = True,
) -> BundleProblem:
    """Return the problem of a case: units × purchases in yen (tax in, discounted to the base year), with capacity and rule rows.

    ``scenario`` and ``option`` are laid over the register of ``params``; without an option every joint purchase is allowed. The option's
    named groups become scopes, its rules and the lever of one vendor's share become coupling rows. ``capacities`` and ``rules`` False
    leave them out. Raises MissingTableError where holdings or offers are absent, ParameterError with every rule that fits nothing.
    """
    params = params.under(scenario, option)
    units = units_of_case(case, params)
    texts = texts_of_case(case, units)
    params = replace(params, groups=(*params.groups, *groups_of_option(option, texts, units)))
    clock = Clockwork.of(case.base_fy, params.horizon_years, params.value(params.discount_name))
    subsidy = float(option.lever("migration_subsidy_rate")) if option is not None else 0.0
    setting = Setting.of(params, subsidy)
    offers = _allowed_offers(case.table("offers"), option)
    purchases = going_alone(units, clock, setting) + joint_purchases(
        units, offers, params, clock, setting, slack=_SLACK
    )
    problem = replace(_assemble(units, purchases), texts=texts)
    problem = problem.with_coupling(_lead_rows(problem, params))
    if capacities and case.has("capacity"):
        problem = problem.with_coupling(problem.coupling.joined(_capacity_rows(problem, case, _taken(params))))
    return apply_rules(problem, rules_of_option(option)) if rules else problem


def _taken(params: BundleParams) -> dict[tuple[str, int], float]:
    """The capacity that earlier plans (exits) have taken, by (holder, fiscal year)."""
    return {(holder, year): amount for holder, year, amount in params.capacity_taken}


def _allowed_offers(offers: pd.DataFrame, option: Patch | None) -> pd.DataFrame:
    if option is None:
        return offers
    allowed = set()
    if option.lever("municipal_bundling") == "core_systems":
        allowed.add(MUNICIPAL)
    if option.lever("department_bundling"):
        allowed.add(DEPARTMENTAL)
    return offers[offers["unit_kind"].isin(allowed)]


def _assemble(units: pd.DataFrame, purchases: list[Purchase]) -> BundleProblem:
    sizes = np.array([len(purchase.unit) for purchase in purchases])
    bundle = np.repeat(np.arange(len(purchases)), sizes)
    unit = np.concatenate([purchase.unit for purchase in purchases]).astype(np.int64)
    order = np.lexsort((bundle, unit))
    bundles = pd.DataFrame([purchase.head for purchase in purchases], columns=list(HEAD))
    bundles.insert(0, "bundle_id", bundles.astype(str).agg("|".join, axis=1))
    gathered = {name: np.concatenate([getattr(p, name) for p in purchases])[order] for name in ("cost", *_LABELS)}
    return BundleProblem(
        units=units,
        bundles=bundles,
        unit_of=unit[order],
        bundle_of=bundle[order],
        cost=gathered.pop("cost"),
        load=np.ones(len(order)),
        fixed_cost=np.array([purchase.fixed for purchase in purchases]),
        capacity=np.full(len(purchases), np.inf),
        min_units=np.array([purchase.fewest for purchase in purchases]),
        max_units=np.array([purchase.most for purchase in purchases]),
        coupling=Coupling.empty(len(order), len(purchases)),
        choice_labels=gathered,
        money_unit="円",
    )


def _lead_rows(problem: BundleProblem, params: BundleParams) -> Coupling:
    """y_f ≤ x of the lead body: a lead's purchase cannot be opened without the lead in it."""
    led = {group.title_ja: group.lead for group in params.groups if group.lead}
    bundles = np.flatnonzero((problem.bundles["scope"] == LEAD).to_numpy())
    lead_of = np.full(problem.n_bundles, "", dtype=object)
    lead_of[bundles] = [led[str(name)] for name in problem.bundles["scope_name"].iloc[bundles]]
    owner = problem.units["owner"].to_numpy(dtype=object)[problem.unit_of]
    row = np.full(problem.n_bundles, -1)
    row[bundles] = np.arange(len(bundles))
    lead = np.flatnonzero((row[problem.bundle_of] >= 0) & (owner == lead_of[problem.bundle_of]))
    size = len(bundles)
    on_choices = sparse.csr_matrix(
        (-np.ones(len(lead)), (row[problem.bundle_of[lead]], lead)), shape=(size, problem.n_choices)
    )
    on_bundles = sparse.csr_matrix((np.ones(size), (np.arange(size), bundles)), shape=(size, problem.n_bundles))
    return Coupling((STRUCTURE,) * size, on_choices, on_bundles, np.zeros(size), np.ones(size))


def _capacity_rows(problem: BundleProblem, case: Case, taken: Mapping[tuple[str, int], float]) -> Coupling:
    capacity = case.table("capacity")
    moving = (problem.bundles["scope"] != "own").to_numpy()[problem.bundle_of]
    start = problem.bundles["start_fy"].to_numpy()[problem.bundle_of]
    vendor = problem.bundles["vendor_id"].to_numpy(dtype=object)[problem.bundle_of]
    owner = problem.units["owner"].to_numpy(dtype=object)[problem.unit_of]
    effort = problem.choice_labels["migration_fte"].astype(float)
    department = (problem.units["unit_kind"] == DEPARTMENTAL).to_numpy()[problem.unit_of]
    rows = [
        ("vendor", vendor, np.ones(problem.n_choices), moving),
        ("municipality_staff", owner, effort, moving & ~department),
        ("prefecture_staff", _constant(capacity, "prefecture_staff", problem.n_choices), effort, moving & department),
    ]
    parts = [
        _rows_of(problem, capacity[capacity["capacity_kind"] == kind], kind, holder, weight, where, start, taken)
        for kind, holder, weight, where in rows
    ]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.joined(part)
    return joined


def _constant(capacity: pd.DataFrame, kind: str, size: int) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    holders = capacity.loc[capacity["capacity_kind"] == kind, "holder_id"].unique()
    return np.full(size, holders[0] if len(holders) else "", dtype=object)


def _rows_of(
    problem: BundleProblem, capacity: pd.DataFrame, kind: str, holder: np.ndarray[tuple[int], np.dtype[np.object_]], weight: Floats,
    where: np.ndarray[tuple[int], np.dtype[np.bool_]], start: np.ndarray[tuple[int], np.dtype[np.int64]], taken: Mapping[tuple[str, int], float],
) -> Coupling:  # fmt: skip
    """One row a holder and year that any choice touches: Σ weight·x ≤ capacity less what is taken."""
    index = pd.MultiIndex.from_arrays([capacity["holder_id"].astype(str), capacity["fiscal_year"].astype(int)])
    rhs = capacity["capacity_fte"].to_numpy(dtype=float)
    rhs = np.maximum(0.0, rhs - np.array([taken.get((str(name), int(year)), 0.0) for name, year in index]))
    row = index.get_indexer(pd.MultiIndex.from_arrays([holder.astype(str), start]))
    used = np.flatnonzero(where & (row >= 0))
    on_choices = sparse.csr_matrix((weight[used], (row[used], used)), shape=(len(index), problem.n_choices))
    names = tuple(f"{kind}@{name}@{year}" for name, year in index)
    touched = np.diff(on_choices.indptr) > 0
    empty = sparse.csr_matrix((len(index), problem.n_bundles))
    return Coupling(names, on_choices, empty, rhs, np.ones(len(index))).take(touched)
