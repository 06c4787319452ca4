"""Does the plan really obey every rule, and does the bound shipped with it really hold?

Independent of the solver, of the pricing code and of how the plan was found: feasibility is checked against the raw tables one bundle
and one row at a time, and the bound is added up again from the prices of the certificate:

    L(π, λ) = Σ_u π_u − Σ_r λ_r b_r + Σ_f min(0, z_f),    z_f ≤ F_f + λ·h_f + min over allowed members S of Σ_S (c_uf + λ·g_uf − π_u)

L is below the cost of every feasible plan for any π and any λ ≥ 0 (weak duality: each plan pays at least its bundles' worth). Where a
bundle has a capacity, its best members are relaxed to fractions of the last one; where it has fewest or most members, the cheapest
allowed number is taken; the larger of the two estimates counts, and both are below the true value. Where the plan's own bound comes from
branch and bound it can be higher than L; then the difference is reported as resting on the solver.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.bundling.plan import BY_PRICES, BundlePlan
from dxmodels.bundling.problem import BundleProblem, Floats
from dxmodels.errors import ModelError
from dxmodels.money import format_rate
from dxmodels.solver import relative_gap

_ROUNDING = 1e-6  # relative room for rounding in sums of floating-point amounts


@dataclass(frozen=True, eq=False)
class Verification:
    """What an independent check found: broken rules, wrong statements of the plan about itself, its cost and its bound added up again.

    ``proven_by_prices`` is true where the bound claimed by the plan is no higher than the one recomputed here.
    """

    violations: tuple[str, ...]
    objective: float
    bound: float
    claimed_bound: float
    claimed_objective: float
    misstatements: tuple[str, ...] = ()

    @property
    def feasible(self) -> bool:
        """True where no rule is broken."""
        return not self.violations

    @property
    def gap(self) -> float:
        """Relative distance between the recomputed objective and the recomputed bound."""
        return float(relative_gap(self.objective, self.bound))

    @property
    def proven_by_prices(self) -> bool:
        """True where the plan's claimed bound follows from the prices alone."""
        return bool(self.claimed_bound <= self.bound + _ROUNDING * (1.0 + abs(self.bound)))

    @property
    def ok(self) -> bool:
        """True where the plan is feasible, states its own figures rightly, and neither bound exceeds its cost."""
        room = _ROUNDING * (1.0 + abs(self.objective))
        highest = max(self.bound, self.claimed_bound)
        return self.feasible and not self.misstatements and bool(highest <= self.objective + room)

    def to_frame(self) -> pd.DataFrame:
        """Return the check as a table: what was checked, its value."""
        rows = [
            ("violations_count", float(len(self.violations))),
            ("misstatements_count", float(len(self.misstatements))),
            ("objective", self.objective),
            ("claimed_objective", self.claimed_objective),
            ("bound", self.bound),
            ("claimed_bound", self.claimed_bound),
            ("gap", self.gap),
        ]
        return pd.DataFrame(rows, columns=["check", "check_value"])

    def summary(self) -> str:
        """Return the verdict as one Japanese sentence."""
        if not self.feasible:
            return f"検算：計画は{len(self.violations)}件の条件に反します（{self.violations[0]} など）。"
        if self.misstatements:
            return f"検算：計画は条件を満たしますが、記載が元データと合いません（{'、'.join(self.misstatements)}）。"
        source = (
            "価格（双対値）だけから"
            if self.proven_by_prices
            else "求解器の分枝限定により（価格からの下界はこれより低い）"
        )
        return (
            f"検算：計画は元データのすべての条件を満たし、総費用は {self.objective:,.2f}。価格から再計算した下界は {self.bound:,.2f}"
            f"（差 {format_rate(self.gap, decimals=3)}）。計画が主張する下界 {self.claimed_bound:,.2f} は{source}示されます。"
        )


def verify_plan(problem: BundleProblem, plan: BundlePlan) -> Verification:
    """Check a plan against the raw tables and add its bound up again from the certificate.

    Raises ModelError where the plan has no solution to check, or does not belong to a problem of this size.
    """
    if not plan.has_plan:
        raise ModelError(f"検算できる計画がありません（状態：{plan.status_ja}）。計画が得られたものを渡してください。")
    if len(plan.taken) != problem.n_choices:
        raise ModelError(
            f"計画の選択肢数 {len(plan.taken)} が問題の {problem.n_choices} と異なります。同じ問題を渡してください。"
        )
    if (len(plan.certificate.unit_price), len(plan.certificate.limit_price)) != (
        problem.n_units,
        len(problem.coupling),
    ):
        raise ModelError(
            f"証明の価格の数（単位{len(plan.certificate.unit_price)}、制約{len(plan.certificate.limit_price)}）が問題の数"
            f"（単位{problem.n_units}、制約{len(problem.coupling)}）と異なります。同じ問題を渡してください。"
        )
    chosen = problem.choices_table()[plan.taken]
    objective = _cost_of(problem, chosen)
    bound = bound_from_prices(problem, plan.certificate.unit_price, plan.certificate.limit_price)
    wrong = tuple(_misstatements(plan, objective, bound))
    return Verification(tuple(_broken_rules(problem, chosen)), objective, bound, plan.bound, plan.objective, wrong)


def bound_from_prices(problem: BundleProblem, unit_price: Floats, limit_price: Floats) -> float:
    """Return the Lagrangian bound L(π, λ); negative λ, which would prove nothing, are taken as 0."""
    lam = np.maximum(0.0, limit_price)
    rows = problem.coupling
    reduced = problem.cost + rows.on_choices.T @ lam - unit_price[problem.unit_of]
    opening = problem.fixed_cost + rows.on_bundles.T @ lam
    order = np.argsort(problem.bundle_of, kind="stable")
    edges = np.searchsorted(problem.bundle_of[order], np.arange(problem.n_bundles + 1))
    total = float(unit_price.sum() - lam @ rows.rhs)
    for f in range(problem.n_bundles):
        members = order[edges[f] : edges[f + 1]]
        if len(members) >= problem.min_units[f]:
            best = _cheapest_members(problem, f, reduced[members], problem.load[members])
            total += min(0.0, opening[f] + best)
    return float(total)


def _cheapest_members(problem: BundleProblem, f: int, reduced: Floats, load: Floats) -> float:
    """A value no allowed set of members of bundle f can go below."""
    ranked = np.sort(reduced)
    most = int(min(len(ranked), problem.max_units[f]))
    fewest = int(problem.min_units[f])
    by_count = ranked[:fewest].sum() + np.minimum(0.0, ranked[fewest:most]).sum()
    capacity = problem.capacity[f]
    if load.sum() <= capacity:
        return float(by_count)
    gain, room = 0.0, float(capacity)
    paying = [
        (r / w if w > 0 else -np.inf, r, w) for r, w in zip(reduced, load, strict=True) if r < 0 and w <= capacity
    ]
    for _, r, w in sorted(paying):
        share = 1.0 if w <= room else room / w
        gain, room = gain + share * r, room - share * w
        if room <= 0:
            break
    return float(max(by_count, gain))


def _misstatements(plan: BundlePlan, objective: float, bound: float) -> Iterator[str]:
    """Figures the plan gives about itself that the raw tables and its own prices do not bear out."""
    room = _ROUNDING * (1.0 + abs(objective))
    if not abs(plan.objective - objective) <= room:
        yield f"総費用の記載 {plan.objective:,.2f} が、足し直した {objective:,.2f} と異なる"
    if not plan.certificate.bound <= bound + room:
        yield f"価格からの下界の記載 {plan.certificate.bound:,.2f} が、再計算した {bound:,.2f} を超える"
    if plan.certificate.method == BY_PRICES and not plan.bound <= bound + room:
        yield f"価格だけで示されるとする下界 {plan.bound:,.2f} が、再計算した {bound:,.2f} を超える"


def _cost_of(problem: BundleProblem, chosen: pd.DataFrame) -> float:
    fixed = pd.Series(problem.fixed_cost, index=problem.bundle_ids)
    return float(chosen["cost"].sum() + fixed[chosen["bundle_id"].unique()].sum())


def _broken_rules(problem: BundleProblem, chosen: pd.DataFrame) -> Sequence[str]:
    broken = []
    times = chosen["unit_id"].value_counts().reindex(problem.unit_ids, fill_value=0)
    broken += [f"単位「{unit}」の割当が{count}件（1件であるべき）" for unit, count in times.items() if count != 1]
    position = {bundle: f for f, bundle in enumerate(problem.bundle_ids)}
    for bundle, members in chosen.groupby("bundle_id", sort=False):
        f, count, load = position[bundle], len(members), float(members["load"].sum())
        if load > problem.capacity[f] * (1 + _ROUNDING) + _ROUNDING:
            broken.append(f"束「{bundle}」の負荷 {load:g} が上限 {problem.capacity[f]:g} を超過")
        if not problem.min_units[f] <= count <= problem.max_units[f]:
            broken.append(
                f"束「{bundle}」の参加数 {count} が範囲 {problem.min_units[f]:g}〜{problem.max_units[f]:g} の外"
            )
    return broken + _broken_rows(problem, chosen, position)


def _broken_rows(problem: BundleProblem, chosen: pd.DataFrame, position: dict[object, int]) -> list[str]:
    rows, broken = problem.coupling, []
    opened = np.zeros(problem.n_bundles)
    opened[[position[bundle] for bundle in chosen["bundle_id"].unique()]] = 1.0
    taken = np.zeros(problem.n_choices)
    taken[chosen.index.to_numpy()] = 1.0
    for r, name in enumerate(rows.limit_ids):
        a, b = rows.on_choices.indptr[r : r + 2]
        c, d = rows.on_bundles.indptr[r : r + 2]
        left = float(rows.on_choices.data[a:b] @ taken[rows.on_choices.indices[a:b]])
        left += float(rows.on_bundles.data[c:d] @ opened[rows.on_bundles.indices[c:d]])
        if left > rows.rhs[r] + _ROUNDING * (1.0 + abs(rows.rhs[r])):
            broken.append(f"制約「{name}」：{rows.signs[r] * left:g} が限度 {rows.signs[r] * rows.rhs[r]:g} に反する")
    return broken
