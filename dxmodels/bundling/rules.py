"""Which rules must a plan obey, written as data that a planner can switch on and off?

A rule has an id, a kind and the fields of its kind; applying it adds coupling rows named "rule_id@detail" (or removes choices), so that
every rule can be priced or dropped by its id (explain.py).

budget              amount_yen by fiscal_year (or one amount for all years): Σ migration outlay of starts in the year ≤ amount
vendor_share_cap    share: Σ yearly cost of units served by the vendor ≤ share × yearly cost of all units; own systems count too
vendor_cap          vendor_id, count: units that one vendor newly serves ≤ count
minimum_vendors     count: joint purchases from at least this many vendors (each with at least one purchase)
members             most and/or fewest units in every joint purchase
keep_incumbent      owner and/or unit_key: stays with its vendor or goes alone
exclude             vendor_id and/or offer_id: may not be chosen
must_join / must_not_join   owner and/or unit_key: must (must not) be in a joint purchase
lots                unit_key, count: at most this many purchases of the task
together            owner list, unit_key: all in joint purchases of one start year, or none
nobody_worse_off    with transfers inside each purchase: members' cost + fixed cost ≤ what they pay alone, purchase by purchase
fairness_floor      rate: every owner's own costs, before any share of fixed costs, fall by at least the rate
Sources  award limits, lots and incumbency as in procurement optimisation (Bichler, Davenport, Hohner & Kalagnanam 2006, Industrial
         procurement auctions, in Combinatorial Auctions); dependence cap against the next lock-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dxmodels.bundling.problem import BundleProblem, Coupling, Flags
from dxmodels.bundling.rule_rows import MAKERS, RowMaker, Rows
from dxmodels.errors import Fault, ModelError, ParameterError

KINDS_JA = {
    "budget": "年度予算の上限",
    "vendor_share_cap": "一事業者の占有率の上限",
    "vendor_cap": "事業者の受注数の上限",
    "minimum_vendors": "最少事業者数",
    "members": "参加数の範囲",
    "keep_incumbent": "現行事業者の継続",
    "exclude": "対象外とする事業者・提案",
    "must_join": "参加の義務",
    "must_not_join": "不参加",
    "lots": "分割発注の上限",
    "together": "足並みをそろえる団体",
    "nobody_worse_off": "誰も損をしない（調達内の調整金あり）",
    "fairness_floor": "各団体の削減の下限",
}
_FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {  # required, optional
    "budget": (frozenset({"amount_yen"}), frozenset({"fiscal_year"})),
    "vendor_share_cap": (frozenset({"share"}), frozenset({"vendor_id"})),
    "vendor_cap": (frozenset({"vendor_id", "count"}), frozenset()),
    "minimum_vendors": (frozenset({"count"}), frozenset()),
    "members": (frozenset(), frozenset({"fewest", "most"})),
    "keep_incumbent": (frozenset(), frozenset({"owner", "unit_key"})),
    "exclude": (frozenset(), frozenset({"vendor_id", "offer_id"})),
    "must_join": (frozenset(), frozenset({"owner", "unit_key"})),
    "must_not_join": (frozenset(), frozenset({"owner", "unit_key"})),
    "lots": (frozenset({"count"}), frozenset({"unit_key"})),
    "together": (frozenset({"owners"}), frozenset({"unit_key"})),
    "nobody_worse_off": (frozenset(), frozenset()),
    "fairness_floor": (frozenset({"rate"}), frozenset()),
}


@dataclass(frozen=True)
class Rule:
    """One rule of a plan: ``rule_id`` (unique), ``kind`` (see the module's first lines) and its fields."""

    rule_id: str
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    title_ja: str = ""

    def __post_init__(self) -> None:
        """Refuse unknown kinds and fields, all faults at once."""
        faults = _faults_of(self)
        if faults:
            raise ParameterError(faults)

    @property
    def label_ja(self) -> str:
        """Title of the rule, or the name of its kind."""
        return self.title_ja or KINDS_JA[self.kind]


def rules_from(entries: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return rules from plain mappings as an option file holds them: rule_id, kind, [title_ja], and the fields of the kind."""
    rules = []
    for entry in entries:
        rest = {name: value for name, value in entry.items() if name not in ("rule_id", "kind", "title_ja")}
        rules.append(
            Rule(str(entry.get("rule_id", "")), str(entry.get("kind", "")), rest, str(entry.get("title_ja", "")))
        )
    names = [rule.rule_id for rule in rules]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ModelError(f"rule_id「{'、'.join(repeated)}」が重なっています。規則ごとに異なる名前にしてください。")
    return tuple(rules)


def apply_rules(problem: BundleProblem, rules: Sequence[Rule]) -> BundleProblem:
    """Return the problem with every rule as coupling rows named "rule_id@detail".

    Raises ModelError where a rule names an owner, task, vendor or offer that the problem does not have.
    """
    maker = RowMaker(problem)
    joined = problem.coupling
    for rule in rules:
        joined = joined.joined(_as_coupling(problem, rule, MAKERS[rule.kind](maker, rule.fields)))
    return problem.with_coupling(joined)


def rule_ids(problem: BundleProblem) -> list[str]:
    """Return the ids of the rules in a problem, in order: the part of each row's name before '@'."""
    return list(dict.fromkeys(name.split("@")[0] for name in problem.coupling.limit_ids))


def without_rules(problem: BundleProblem, dropped: Iterable[str]) -> BundleProblem:
    """Return the problem without the rows of the named rules."""
    names = set(dropped)
    kept: Flags = np.array([name.split("@")[0] not in names for name in problem.coupling.limit_ids], dtype=bool)
    return problem.with_coupling(problem.coupling.take(kept))


def _as_coupling(problem: BundleProblem, rule: Rule, rows: Rows) -> Coupling:
    names = tuple(f"{rule.rule_id}@{detail}" if detail else rule.rule_id for detail in rows.details)
    return Coupling(names, rows.on_choices, rows.on_bundles, rows.rhs, rows.signs)


def _faults_of(rule: Rule) -> list[Fault]:
    where = f"規則「{rule.rule_id or '（名前なし）'}」"
    if rule.kind not in _FIELDS:
        return [
            Fault(where, "種類が分かりません", f"{'、'.join(_FIELDS)} のいずれかにしてください", 0, "kind", rule.kind)
        ]
    required, optional = _FIELDS[rule.kind]
    faults = [
        Fault(where, "項目がありません", "値を入れてください", 0, name) for name in sorted(required - set(rule.fields))
    ]
    faults += [
        Fault(where, "知らない項目です", f"{'、'.join(sorted(required | optional)) or 'なし'} が使えます", 0, name)
        for name in sorted(set(rule.fields) - required - optional)
    ]
    if not rule.rule_id or "@" in rule.rule_id:
        faults.append(Fault(where, "rule_id が空か @ を含みます", "@ を含まない名前を付けてください", 0, "rule_id"))
    for name in ("share", "rate"):
        value = rule.fields.get(name)
        if value is not None and not 0 <= float(value) <= 1:
            faults.append(Fault(where, "割合が範囲の外です", "0〜1 にしてください", 0, name, str(value)))
    return faults
