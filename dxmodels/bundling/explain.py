"""What does each rule cost a year, which rules cannot hold together, and what is the cheapest way out?

Price alone    cost with all rules − cost with all but this one (what dropping it would save while the others stay)
Attribution    Shapley value of the game v(R) = cost with the rules R − cost with none: rules that overlap share what they cost together;
               exact to five rules (2^5 solves), beyond by random orders
Proof          the price of rule r is cost(R) − cost(R∖r). With a plan of cost U for all rules and a bound L on every plan without r it
               cannot exceed U − L, whatever the search found: the ceiling printed beside it. The floor is the same with the bound of
               all rules and a plan without r, where such a plan was sought, else zero (a rule never saves money).
Infeasible     minimal conflict set by the deletion filter (Chinneck & Dravnieks 1991, ORSA J. Computing 3): drop a rule; if the rest is still
               impossible it stays dropped, else it belongs to the conflict. The least easing of each: easing.py.
All solves use one effort; each price's own uncertainty (the two gaps) is reported beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dxmodels.bundling.easing import COLUMNS, Easing, easing_options
from dxmodels.bundling.feasibility import feasibility_gap, is_impossible
from dxmodels.bundling.game import CostGame
from dxmodels.bundling.optimize import optimize_bundles
from dxmodels.bundling.plan import BundlePlan
from dxmodels.bundling.problem import BundleProblem, Flags
from dxmodels.bundling.relaxed_rules import RELAXED_GAP, RelaxedValues
from dxmodels.bundling.rules import rule_ids, without_rules
from dxmodels.bundling.shapley import shapley_exact, shapley_sampled
from dxmodels.bundling.texts import Texts
from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.solver import Effort

_SHOWN = 5
_NO_EXCEPTION = "例外なし"
_EXACT_RULES = 6
_SAMPLED_ORDERS = 8
_PRICING_GAP = 1e-3


@dataclass(frozen=True, eq=False)
class RulePrices:
    """What each rule costs over the horizon and a year, alone and jointly attributed; ``uncertainty`` is what the gaps leave open.

    ``table`` has one row a rule: rule_id, rule_ja, price_alone, price_alone_per_year, price_joint, price_joint_per_year, uncertainty, and
    the proven range of price_alone: price_floor, price_ceiling (NaN where no plan is known). ``relaxed``: prices are differences of bounds.
    """

    table: pd.DataFrame = field(repr=False)
    with_rules: float
    without_rules: float
    years: float
    money_unit: str
    relaxed: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a page prints it: rules by their titles, amounts a year."""
        columns = {
            "rule_ja": "rule_ja",
            "price_alone_per_year": "price_alone_yen",
            "price_ceiling": "price_ceiling_yen",
            "price_joint_per_year": "price_joint_yen",
            "uncertainty": "uncertainty_yen",
        }
        over = {name: self.table[name] / self.years for name in ("uncertainty", "price_ceiling")}
        frame = self.table.assign(**over)[list(columns)].rename(columns=columns)
        return frame if frame["price_ceiling_yen"].notna().any() else frame.drop(columns="price_ceiling_yen")

    def summary(self) -> str:
        """Return the dearest rule and the total as one Japanese sentence."""
        total = self.with_rules - self.without_rules
        if self.table.empty or total <= 0:
            return "どの規則も費用を増やしていない。"
        top = self.table.iloc[0]
        ceiling = float(top["price_ceiling"]) / self.years
        proven = f"（多くても{format_yen(ceiling, '百万円')}と証明済み）" if np.isfinite(ceiling) else ""
        return (
            f"規則全体で年{format_yen(total / self.years, '百万円')}の費用増。最も高いのは「{top['rule_ja']}」で、"
            f"これだけを外せば年{format_yen(float(top['price_alone_per_year']), '百万円')}減る{proven}。"
            f"重なり合う規則の間で公平に分けた寄与では年{format_yen(float(top['price_joint_per_year']), '百万円')}。"
        )


@dataclass(frozen=True, eq=False)
class Conflict:
    """Why no plan exists: rules that cannot hold together, and by how much each must give, alone, so that a plan becomes possible.

    ``options`` are the least easings found, the smallest first (easing.Easing: with a proven bound); ``relaxation`` is the table of all:
    eased_rule, limit_id, limit, eased_limit, easing, easing_rate.
    """

    rules: tuple[str, ...]
    options: tuple[Easing, ...] = field(default=(), repr=False)
    structural: bool = False
    texts: Texts = field(default_factory=Texts, repr=False)

    @property
    def relaxation(self) -> pd.DataFrame:
        """One row a limit that gives way, option by option."""
        tables = [option.table for option in self.options]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles of the clashing rules."""
        return tuple(self.texts.rule(name).title_ja for name in self.rules)

    def to_frame(self) -> pd.DataFrame:
        """Return the easings as a page prints them: easing_option_ja, limit_ja, from_ja, to_ja, easing_rate, easing_proof_ja."""
        rows = [
            (self._option_ja(option), self.texts.limit_ja(str(row.limit_id)), *self._change(row), row.easing_rate, _proof_ja(option))
            for option in self.options
            for row in option.table.itertuples()
        ]  # fmt: skip
        columns = ["easing_option_ja", "limit_ja", "from_ja", "to_ja", "easing_rate", "easing_proof_ja"]
        return pd.DataFrame(rows, columns=columns)

    def _option_ja(self, option: Easing) -> str:
        titles = [f"「{self.texts.rule(name).title_ja}」" for name in option.rules if name in set(self.rules)]
        if len(option.rules) == 1:
            return f"{titles[0]}だけを緩める"
        return f"{'と'.join(titles)}をともに緩める" if len(titles) == len(option.rules) else "ほかの規則も含めて緩める"

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
        frame = self.to_frame()
        return head + "".join(
            self._cure_ja(option, frame[frame["easing_option_ja"] == self._option_ja(option)])
            for option in self.options
        )

    def _cure_ja(self, option: Easing, rows: pd.DataFrame) -> str:
        """One option as a sentence: what gives by how much, and whether less would do."""
        parts = [_easing_ja(row) for row in rows.head(_SHOWN).itertuples()]
        more = f"ほか{len(rows) - _SHOWN}件" if len(rows) > _SHOWN else ""
        return f"{self._option_ja(option)}なら、{'、'.join(parts)}{more}（{_proof_ja(option)}）。"


def _proof_ja(option: Easing) -> str:
    """Whether less would do, in words."""
    if option.is_least:
        return "これより小さい緩和では足りないと証明済み"
    return f"見つかった中で最小。証明された下限は合計でこの{format_rate(option.bound_share, decimals=0)}"


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
    plan: BundlePlan | None = None,
    effort: Effort | None = None,
    seed: int = 0,
) -> RulePrices:
    """Return the price of every rule of a problem (rows are grouped by the part of their name before '@').

    ``years``: length of the horizon, to state prices a year. ``relaxed``: by the relaxation instead of whole plans, which is quick and
    free of search gaps, but blind to what only whole plans feel; ``plan``: a plan of the problem found already, from which the ceilings
    follow. Raises ModelError where the problem is infeasible with its rules.
    """
    names = rule_ids(problem)
    if relaxed:
        value, open_of = _relaxed_values(problem, names, plan)
    else:
        value, open_of = _planned_values(problem, names, effort, seed)
    everything = np.ones(len(names), dtype=bool)
    full = value(everything)
    if not np.isfinite(full):
        raise ModelError(
            "規則をすべて課した計画が得られないため、価格を出せません。explain_infeasibility で衝突を確認してください。"
        )
    shares = _joint_prices(value, len(names), seed) if joint and names else np.full(len(names), np.nan)
    known = plan.objective if relaxed and plan is not None else np.nan if relaxed else full
    rows = []
    for k, name in enumerate(names):
        less = np.arange(len(names)) != k
        price, open_ = full - value(less), open_of(everything) + open_of(less)
        ceiling = max(0.0, known - value(less) + (0.0 if relaxed else open_of(less)))
        floor = 0.0 if relaxed else max(0.0, price - open_of(everything))
        if relaxed:  # below what the relaxation resolves
            price, shares[k] = (0.0 if abs(amount) <= open_ else amount for amount in (price, shares[k]))
        title = problem.texts.rule(name).title_ja
        rows.append((name, title, price, price / years, shares[k], shares[k] / years, open_, floor, ceiling))
    columns = [
        "rule_id", "rule_ja", "price_alone", "price_alone_per_year", "price_joint", "price_joint_per_year", "uncertainty",
        "price_floor", "price_ceiling",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values(["price_alone", "price_joint"], ascending=False, ignore_index=True)
    return RulePrices(table, full, value(~everything), years, problem.money_unit, relaxed)


def explain_infeasibility(problem: BundleProblem, *, effort: Effort | None = None) -> Conflict | None:
    """Return a minimal set of clashing rules and the cheapest easing; None where a plan exists after all.

    Raises ModelError where the limits of the effort leave it open whether a plan exists.
    """
    names = rule_ids(problem)
    if not is_impossible(problem, effort):
        return None
    if is_impossible(without_rules(problem, names), effort):
        return Conflict((), structural=True, texts=problem.texts)
    conflict = _suspects(problem, names, effort)
    for name in list(conflict):
        rest = [other for other in conflict if other != name]
        if is_impossible(without_rules(problem, set(names) - set(rest)), effort):
            conflict = rest
    return Conflict(tuple(conflict), easing_options(problem, conflict, effort), texts=problem.texts)


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


def _relaxed_values(problem: BundleProblem, names: Sequence[str], plan: BundlePlan | None) -> tuple[_Value, _Value]:
    values = RelaxedValues(problem, list(names), plan)
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
