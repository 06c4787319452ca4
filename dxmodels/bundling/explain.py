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
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from dxmodels.bundling.feasibility import feasibility_gap, is_impossible, narrowed, row_size
from dxmodels.bundling.game import CostGame
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem, Coupling, Flags
from dxmodels.bundling.relaxed_rules import RELAXED_GAP, RelaxedValues
from dxmodels.bundling.rules import rule_ids, without_rules
from dxmodels.bundling.shapley import shapley_exact, shapley_sampled
from dxmodels.bundling.strong import strong_arrays
from dxmodels.bundling.texts import Texts
from dxmodels.errors import ModelError
from dxmodels.money import format_yen
from dxmodels.solver import OPTIMAL, Effort, LinearProblem, solve_arrays

_SHOWN = 5
_NO_EXCEPTION = "例外なし"
_EXACT_RULES = 6
_SAMPLED_ORDERS = 8
_PRICING_GAP = 1e-3


@dataclass(frozen=True, eq=False)
class RulePrices:
    """What each rule costs over the horizon and a year, alone and jointly attributed; ``uncertainty`` is what the gaps leave open.

    ``table`` has one row a rule: rule_id, rule_ja, price_alone, price_alone_per_year, price_joint, price_joint_per_year, uncertainty.
    """

    table: pd.DataFrame = field(repr=False)
    with_rules: float
    without_rules: float
    years: float
    money_unit: str

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a page prints it: rules by their titles, amounts a year."""
        columns = {
            "rule_ja": "rule_ja",
            "price_alone_per_year": "price_alone_yen",
            "price_joint_per_year": "price_joint_yen",
            "uncertainty": "uncertainty_yen",
        }
        yearly = self.table.assign(uncertainty=self.table["uncertainty"] / self.years)
        return yearly[list(columns)].rename(columns=columns)

    def summary(self) -> str:
        """Return the dearest rule and the total as one Japanese sentence."""
        total = self.with_rules - self.without_rules
        if self.table.empty or total <= 0:
            return "どの規則も費用を増やしていない。"
        top = self.table.iloc[0]
        return (
            f"規則全体で年 {format_yen(total / self.years, '百万円')}の費用増。最も高いのは「{top['rule_ja']}」で、"
            f"これだけを外せば年 {format_yen(float(top['price_alone_per_year']), '百万円')}減る"
            f"（規則全体への寄与では年 {format_yen(float(top['price_joint_per_year']), '百万円')}）。"
        )


@dataclass(frozen=True, eq=False)
class Conflict:
    """Why no plan exists: rules that cannot hold together, and the smallest easing that makes a plan possible.

    ``relaxation`` has one row a limit that gives way: limit_id, limit, eased_limit, easing, easing_rate.
    """

    rules: tuple[str, ...]
    relaxation: pd.DataFrame = field(repr=False)
    structural: bool = False
    proven_cheapest: bool = True
    texts: Texts = field(default_factory=Texts, repr=False)

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles of the clashing rules."""
        return tuple(self.texts.rule(name).title_ja for name in self.rules)

    def to_frame(self) -> pd.DataFrame:
        """Return the easing as a page prints it: limit_ja, from_ja, to_ja, easing_rate."""
        rows = [
            (self.texts.limit_ja(str(row.limit_id)), *self._change(row), row.easing_rate)
            for row in self.relaxation.itertuples()
        ]
        return pd.DataFrame(rows, columns=["limit_ja", "from_ja", "to_ja", "easing_rate"])

    def _change(self, row: Any) -> tuple[str, str]:
        """Limit and eased limit in the rule's own unit; a rule that only forbids is eased by exceptions."""
        text = self.texts.rule(str(row.limit_id).split("@")[0])
        if not text.unit_ja:
            return _NO_EXCEPTION, f"{max(1, round(float(row.easing)))}件の例外"
        return text.amount_ja(float(row.limit)), text.amount_ja(float(row.eased_limit))

    def summary(self) -> str:
        """Return clash and cure as Japanese sentences."""
        if self.structural:
            return "規則をすべて外しても計画がありません。参加できる束の定員・最少参加数・容量を見直してください。"
        if len(self.rules) == 1:
            head = f"規則「{self.titles[0]}」は、ほかの規則がなくても成り立ちません（満たす選択肢がない）。外すか緩めてください。"
        else:
            named = "、".join(f"「{title}」" for title in self.titles)
            head = f"次の規則は同時に成り立ちません：{named}。どれか一つを外すか緩めれば、この衝突は解けます。"
        lines = [head]
        if len(self.relaxation):
            parts = [_easing_ja(row) for row in self.to_frame().head(_SHOWN).itertuples()]
            more = f" ほか{len(self.relaxation) - _SHOWN}件" if len(self.relaxation) > _SHOWN else ""
            found = "最も小さい緩和" if self.proven_cheapest else "見つかった中で最も小さい緩和"
            lines.append(f"{found}：{'、'.join(parts)}{more}。")
        return "".join(lines)


def _easing_ja(row: Any) -> str:
    return (
        f"「{row.limit_ja}」に{row.to_ja}を認める"
        if row.from_ja == _NO_EXCEPTION
        else f"「{row.limit_ja}」を{row.from_ja}から{row.to_ja}へ"
    )


def price_rules(
    problem: BundleProblem,
    *,
    years: float,
    joint: bool = True,
    relaxed: bool = False,
    effort: Effort | None = None,
    seed: int = 0,
) -> RulePrices:
    """Return the price of every rule of a problem (rows are grouped by the part of their name before '@').

    ``years``: length of the horizon, to state prices a year. ``relaxed``: by the relaxation instead of whole plans, which is quick and
    free of search gaps, but blind to what only whole plans feel. Raises ModelError where the problem is infeasible with its rules.
    """
    names = rule_ids(problem)
    value, open_of = (_relaxed_values if relaxed else _planned_values)(problem, names, effort, seed)
    everything = np.ones(len(names), dtype=bool)
    full = value(everything)
    if not np.isfinite(full):
        raise ModelError(
            "規則をすべて課した計画が得られないため、価格を出せません。explain_infeasibility で衝突を確認してください。"
        )
    shares = _joint_prices(value, len(names), seed) if joint and names else np.full(len(names), np.nan)
    rows = []
    for k, name in enumerate(names):
        less = np.arange(len(names)) != k
        price, open_ = full - value(less), open_of(everything) + open_of(less)
        if relaxed:  # below what the relaxation resolves
            price, shares[k] = (0.0 if abs(amount) <= open_ else amount for amount in (price, shares[k]))
        title = problem.texts.rule(name).title_ja
        rows.append((name, title, price, price / years, shares[k], shares[k] / years, open_))
    columns = [
        "rule_id", "rule_ja", "price_alone", "price_alone_per_year", "price_joint", "price_joint_per_year", "uncertainty",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values(["price_alone", "price_joint"], ascending=False, ignore_index=True)
    return RulePrices(table, full, value(~everything), years, problem.money_unit)


def explain_infeasibility(problem: BundleProblem, *, effort: Effort | None = None) -> Conflict | None:
    """Return a minimal set of clashing rules and the cheapest easing; None where a plan exists after all.

    Raises ModelError where the limits of the effort leave it open whether a plan exists.
    """
    names = rule_ids(problem)
    if not is_impossible(problem, effort):
        return None
    if is_impossible(without_rules(problem, names), effort):
        return Conflict((), _no_easing(), structural=True, texts=problem.texts)
    conflict = _suspects(problem, names, effort)
    for name in list(conflict):
        rest = [other for other in conflict if other != name]
        if is_impossible(without_rules(problem, set(names) - set(rest)), effort):
            conflict = rest
    table, proven = _easing_of(problem, conflict, effort)
    return Conflict(tuple(conflict), table, proven_cheapest=proven, texts=problem.texts)


_Value = Callable[[Flags], float]


def _planned_values(
    problem: BundleProblem, names: Sequence[str], effort: Effort | None, seed: int
) -> tuple[_Value, _Value]:
    """Cost of the best plan with the flagged rules only, and how much its proof leaves open; every set of rules is solved once."""
    memory: dict[bytes, BundlePlan] = {}
    effort = effort or Effort(gap=_PRICING_GAP)

    def solved(kept: Flags) -> BundlePlan:
        key = np.asarray(kept, dtype=bool).tobytes()
        if key not in memory:
            dropped = [name for name, flag in zip(names, kept, strict=True) if not flag]
            memory[key] = optimize_bundles(without_rules(problem, dropped), effort=effort, seed=seed)
        return memory[key]

    return lambda kept: solved(kept).objective, lambda kept: solved(kept).objective - solved(kept).bound


def _relaxed_values(
    problem: BundleProblem, names: Sequence[str], effort: Effort | None, seed: int
) -> tuple[_Value, _Value]:
    values = RelaxedValues(problem, list(names))
    return values.value, lambda kept: RELAXED_GAP * abs(values.value(kept))


def _joint_prices(value: _Value, rules: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    base = value(np.zeros(rules, dtype=bool))
    game = CostGame(tuple(map(str, range(rules))), lambda kept: value(kept) - base)
    if rules <= _EXACT_RULES:
        # Large sets first: their prices settle many smaller ones without a solve (relaxed_rules.py).
        for mask in sorted(range(1 << rules), key=lambda mask: -mask.bit_count()):
            value((mask >> np.arange(rules) & 1).astype(bool))
        return shapley_exact(game)[0]
    return shapley_sampled(game, samples=_SAMPLED_ORDERS, seed=seed)[0]


def _suspects(problem: BundleProblem, names: list[str], effort: Effort | None) -> list[str]:
    """Rules with a price in the elastic relaxation, where they alone already admit no plan; otherwise all rules."""
    _, priced = feasibility_gap(problem)
    few = [name for name in names if name in priced]
    if few and is_impossible(without_rules(problem, set(names) - set(few)), effort):
        return few
    return names


def _easing_of(problem: BundleProblem, conflict: Sequence[str], effort: Effort | None) -> tuple[pd.DataFrame, bool]:
    """The cheapest easing of the clashing rules while the others hold; of any rule where that is not enough."""
    own = np.array([name.split("@")[0] in set(conflict) for name in problem.coupling.limit_ids], dtype=bool)
    every = np.ones(len(own), dtype=bool)
    for part, may_give in ((narrowed(problem), own), (problem, own), (narrowed(problem), every)):
        table, optimal = _cheapest_easing(part, may_give, effort)
        if len(table):
            break
    return table, optimal and part.n_choices == problem.n_choices and may_give is own


def _cheapest_easing(part: BundleProblem, own: Flags, effort: Effort | None) -> tuple[pd.DataFrame, bool]:
    """The elastic model: one extra column a row that may give, priced at 1 per 1 % of the row's size; only rows that give are returned."""
    rows, model = part.coupling, strong_arrays(part)
    width, start = len(model.cost), len(model.row_lower) - len(rows)
    at = np.flatnonzero(own)
    size = np.maximum(np.abs(rows.rhs), row_size(rows))[at]
    give = sparse.csr_matrix(
        (-np.ones(len(at)), (start + at, np.arange(len(at)))), shape=(len(model.row_lower), len(at))
    )
    elastic = LinearProblem(
        cost=np.concatenate([np.zeros(width), 100.0 / size]),
        matrix=sparse.hstack([model.matrix, give], format="csr"),
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        lower=np.zeros(width + len(at)),
        upper=np.concatenate([model.upper, np.full(len(at), np.inf)]),
        integer=np.concatenate([model.integer, np.zeros(len(at), dtype=bool)]),
    )
    report = solve_arrays(elastic, effort=effort or Effort(gap=0.01, nodes=200))
    if not report.has_solution:
        return _no_easing(), False
    easing = report.values[width:]
    used = easing > 1e-7 * size
    return _easing_table(rows, easing[used], at[used], size[used]), report.status == OPTIMAL


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
            "eased_limit": limit[used] + rows.signs[used] * easing,
            "easing": easing,
            "easing_rate": easing / size,
        }
    )
    return table.sort_values("easing_rate", ascending=False, ignore_index=True)


def _no_easing() -> pd.DataFrame:
    return pd.DataFrame(columns=["limit_id", "limit", "eased_limit", "easing", "easing_rate"])
