"""What does each rule cost a year, which rules cannot hold together, and what is the cheapest way out?

Price alone    cost with all rules − cost with all but this one (what dropping it would save while the others stay)
Attribution    Shapley value of the game v(R) = cost with the rules R − cost with none: rules that overlap share what they cost together;
               exact to five rules (2^5 solves), beyond by random orders
Infeasible     minimal conflict set by the deletion filter (Chinneck & Dravnieks 1991, ORSA J. Computing 3): drop a rule; if the rest is still
               impossible it stays dropped, else it belongs to the conflict. Cheapest relaxation: the elastic model, every row may be
               exceeded at a price of 1 per 1 % of its right-hand side (Brown & Graves 1975), smallest total first.
All solves use one effort; each price's own uncertainty (the two gaps) is reported beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import sparse

from dxmodels.bundling.core import cheapest
from dxmodels.bundling.game import CostGame
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem, Coupling, Flags, Floats
from dxmodels.bundling.rules import rule_ids, without_rules
from dxmodels.bundling.shapley import shapley_exact, shapley_sampled
from dxmodels.bundling.strong import strong_arrays
from dxmodels.errors import ModelError
from dxmodels.solver import INFEASIBLE, Effort, LinearProblem, solve_arrays

_EXACT_RULES = 5
_SAMPLED_ORDERS = 8
_ELASTIC_CHOICES = 20_000
_PRICING_GAP = 1e-3


@dataclass(frozen=True, eq=False)
class RulePrices:
    """What each rule costs over the horizon and a year, alone and jointly attributed; ``uncertainty`` is what the gaps leave open."""

    table: pd.DataFrame = field(repr=False)
    with_rules: float
    without_rules: float
    years: float
    money_unit: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row a rule: rule_id, price_alone, price_alone_per_year, price_joint, price_joint_per_year, uncertainty."""
        return self.table.copy()

    def summary(self) -> str:
        """Return the dearest rule and the total as one Japanese sentence."""
        total = self.with_rules - self.without_rules
        if self.table.empty or total <= 0:
            return "どの規則も費用を増やしていない。"
        top = self.table.iloc[0]
        return (
            f"規則全体で {total:,.0f}{self.money_unit}（年 {total / self.years:,.0f}）の費用増。最も高いのは「{top['rule_id']}」で、"
            f"これだけを外せば年 {top['price_alone_per_year']:,.0f}{self.money_unit} 減る（共同の寄与では年 {top['price_joint_per_year']:,.0f}）。"
        )


@dataclass(frozen=True, eq=False)
class Conflict:
    """Why no plan exists: rules that cannot hold together, and the smallest easing that makes a plan possible."""

    rules: tuple[str, ...]
    relaxation: pd.DataFrame = field(repr=False)
    structural: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Return the easing, one row a limit: limit_id, limit, eased_limit, easing, easing_rate."""
        return self.relaxation.copy()

    def summary(self) -> str:
        """Return clash and cure as Japanese sentences."""
        if self.structural:
            return "規則をすべて外しても計画がありません。参加できる束の定員・最少参加数・容量を見直してください。"
        if len(self.rules) == 1:
            head = f"規則「{self.rules[0]}」は、ほかの規則がなくても成り立ちません（満たす選択肢がない）。外すか緩めてください。"
        else:
            head = f"次の規則は同時に成り立ちません：{'、'.join(self.rules)}。どれか一つを外すか緩めれば、この衝突は解けます。"
        lines = [head]
        if len(self.relaxation):
            parts = [
                f"「{row.limit_id}」を {row.limit:,.4g} から {row.eased_limit:,.4g} へ"
                for row in self.relaxation.head(5).itertuples()
            ]
            more = f" ほか{len(self.relaxation) - 5}件" if len(self.relaxation) > 5 else ""
            lines.append(f"最も小さい緩和：{'、'.join(parts)}{more}。")
        return "".join(lines)


def price_rules(
    problem: BundleProblem, *, years: float, joint: bool = True, effort: Effort | None = None, seed: int = 0
) -> RulePrices:
    """Return the price of every rule of a problem (rows are grouped by the part of their name before '@').

    ``years``: length of the horizon, to state prices a year. Raises ModelError where the problem is infeasible with its rules.
    """
    effort = effort or Effort(gap=_PRICING_GAP)
    names = rule_ids(problem)
    solved = _remembering(problem, names, effort, seed)
    full = solved(np.ones(len(names), dtype=bool))
    if not full.has_plan:
        raise ModelError(
            "規則をすべて課した計画が得られないため、価格を出せません。explain_infeasibility で衝突を確認してください。"
        )
    rows = []
    shares = _joint_prices(solved, len(names), seed) if joint and names else np.full(len(names), np.nan)
    for k, name in enumerate(names):
        less = solved(np.arange(len(names)) != k)
        price, open_ = full.objective - less.objective, (full.objective - full.bound) + (less.objective - less.bound)
        rows.append((name, price, price / years, shares[k], shares[k] / years, open_))
    columns = ["rule_id", "price_alone", "price_alone_per_year", "price_joint", "price_joint_per_year", "uncertainty"]
    table = pd.DataFrame(rows, columns=columns).sort_values("price_alone", ascending=False, ignore_index=True)
    none = solved(np.zeros(len(names), dtype=bool)).objective
    return RulePrices(table, full.objective, none, years, problem.money_unit)


def explain_infeasibility(problem: BundleProblem, *, effort: Effort | None = None) -> Conflict | None:
    """Return a minimal set of clashing rules and the cheapest easing; None where a plan exists after all.

    Raises ModelError where the limits of the effort leave it open whether a plan exists.
    """
    names = rule_ids(problem)
    if not _impossible(problem, effort):
        return None
    if _impossible(without_rules(problem, names), effort):
        return Conflict((), _no_easing(), structural=True)
    conflict = list(names)
    for name in names:
        rest = [other for other in conflict if other != name]
        if _impossible(without_rules(problem, set(names) - set(rest)), effort):
            conflict = rest
    return Conflict(tuple(conflict), _cheapest_easing(problem, effort))


_Solver = Callable[[Flags], BundlePlan]


def _remembering(problem: BundleProblem, names: Sequence[str], effort: Effort | None, seed: int) -> _Solver:
    """Solve with the flagged rules only, once for every set of rules."""
    memory: dict[bytes, BundlePlan] = {}

    def solved(kept: Flags) -> BundlePlan:
        key = np.asarray(kept, dtype=bool).tobytes()
        if key not in memory:
            dropped = [name for name, flag in zip(names, kept, strict=True) if not flag]
            memory[key] = optimize_bundles(without_rules(problem, dropped), effort=effort, seed=seed)
        return memory[key]

    return solved


def _joint_prices(solved: _Solver, rules: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    base = solved(np.zeros(rules, dtype=bool)).objective
    game = CostGame(tuple(map(str, range(rules))), lambda kept: solved(kept).objective - base)
    if rules <= _EXACT_RULES:
        return shapley_exact(game)[0]
    return shapley_sampled(game, samples=_SAMPLED_ORDERS, seed=seed)[0]


def _impossible(problem: BundleProblem, effort: Effort | None) -> bool:
    """Is there provably no plan? Costs are set aside: only feasibility is asked."""
    plain = replace(problem, cost=np.zeros(problem.n_choices), fixed_cost=np.zeros(problem.n_bundles))
    plan = optimize_bundles(_narrowed(plain, problem), effort=effort or Effort(gap=0.5))
    if plan.has_plan:
        return False
    plan = optimize_bundles(plain, effort=effort or Effort(gap=0.5))
    if plan.status not in (INFEASIBLE,) and not plan.has_plan:
        raise ModelError("計画の有無を上限内で確定できませんでした。計算量（effort）の上限を上げてください。")
    return plan.status == INFEASIBLE


def _narrowed(plain: BundleProblem, problem: BundleProblem) -> BundleProblem:
    """A few choices a unit, for a quick yes: its cheapest, and its lightest on the coupling rows."""
    if problem.n_choices <= _ELASTIC_CHOICES:
        return plain
    use = np.asarray(abs(problem.coupling.on_choices).sum(axis=0), dtype=float).ravel()
    kept = cheapest(problem.cost, problem.unit_of, 4) | cheapest(use, problem.unit_of, 4)
    return plain.keep_choices(kept)


def _cheapest_easing(problem: BundleProblem, effort: Effort | None) -> pd.DataFrame:
    """The elastic model: one extra column a row, priced at 1 per 1 % of the row's size; only rows that give way are returned."""
    part = _narrowed(problem, problem)
    rows = part.coupling
    model = strong_arrays(part)
    width, start = len(model.cost), len(model.row_lower) - len(rows)
    size = np.maximum(np.abs(rows.rhs), _row_size(rows))
    give = sparse.csr_matrix(
        (-np.ones(len(rows)), (start + np.arange(len(rows)), np.arange(len(rows)))),
        shape=(len(model.row_lower), len(rows)),
    )
    elastic = LinearProblem(
        cost=np.concatenate([np.zeros(width), 100.0 / size]),
        matrix=sparse.hstack([model.matrix, give], format="csr"),
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        lower=np.zeros(width + len(rows)),
        upper=np.concatenate([model.upper, np.full(len(rows), np.inf)]),
        integer=np.concatenate([model.integer, np.zeros(len(rows), dtype=bool)]),
    )
    report = solve_arrays(elastic, effort=effort or Effort(gap=0.01, nodes=200))
    if not report.has_solution:
        return _no_easing()
    easing = report.values[width:]
    used = np.flatnonzero(easing > 1e-7 * size)
    return _easing_table(rows, easing, used, size)


def _row_size(rows: Coupling) -> Floats:
    on_choices = abs(rows.on_choices).max(axis=1).toarray().ravel()
    on_bundles = abs(rows.on_bundles).max(axis=1).toarray().ravel()
    largest: Floats = np.maximum(np.maximum(on_choices, on_bundles), 1e-9)
    return largest


def _easing_table(
    rows: Coupling,
    easing: np.ndarray[tuple[int], np.dtype[np.float64]],
    used: np.ndarray[tuple[int], np.dtype[np.int64]],
    size: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> pd.DataFrame:
    limit = rows.signs * rows.rhs
    table = pd.DataFrame(
        {
            "limit_id": [rows.limit_ids[r] for r in used],
            "limit": limit[used],
            "eased_limit": limit[used] + rows.signs[used] * easing[used],
            "easing": easing[used],
            "easing_rate": easing[used] / size[used],
        }
    )
    return table.sort_values("easing_rate", ascending=False, ignore_index=True)


def _no_easing() -> pd.DataFrame:
    return pd.DataFrame(columns=["limit_id", "limit", "eased_limit", "easing", "easing_rate"])
