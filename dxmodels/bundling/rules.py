"""Which rules must a plan obey, written as data that a planner can switch on and off?

A rule has an id, a kind and the fields of its kind (``dxmodels.inputs.option_rules.RULE_KINDS`` lists them once for option files and for
code); applying it adds coupling rows named "rule_id@detail", so that every rule can be priced or dropped by its id (explain.py).

budget              amount_yen by fiscal_year (or one amount for all years): Σ migration outlay of starts in the year ≤ amount
capacity            capacity_kind, factor [, holder_id]: the capacity table's rows of vendors or staff × factor
vendor_share_cap    share [, vendor_id]: Σ yearly cost of units served by the vendor ≤ share × yearly cost of all units; own systems count too
vendor_cap          vendor_id, count: units that one vendor newly serves ≤ count
minimum_vendors     count: joint purchases from at least this many vendors (each with at least one purchase)
members             most and/or fewest units in every joint purchase
keep_incumbent      owner and/or unit_key: stays with its vendor or goes alone
exclude             vendor_id and/or offer_id: may not be chosen
must_join / must_not_join   owner and/or unit_key: must (must not) be in a joint purchase
lots                unit_key, count: at most this many purchases of the task
together            owner list, unit_key: all in joint purchases of one start year, or none
nobody_worse_off    purchase by purchase, members' cost + fixed cost ≤ what they pay alone (``sharing: transfers``: money may move inside a
                    purchase); nobody losing under a rule that fixes the shares is sought by nobody_loses.py, not by an option
fairness_floor      rate: every owner's own costs, before any share of fixed costs, fall by at least the rate
Levers   incumbent_share_cap_rate below 1 is a vendor_share_cap for every vendor.
Sources  award limits, lots and incumbency as in procurement optimisation (Bichler, Davenport, Hohner & Kalagnanam 2006, Industrial
         procurement auctions, in Combinatorial Auctions); dependence cap against the next lock-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dxmodels.bundling.problem import BundleProblem, Coupling, Flags
from dxmodels.bundling.rule_rows import MAKERS, RowMaker, Rows
from dxmodels.bundling.texts import STRUCTURE, RuleText
from dxmodels.errors import Fault, ModelError, ParameterError
from dxmodels.inputs.option_rules import RULE_KINDS, field_problem

if TYPE_CHECKING:
    from dxmodels.inputs import Patch

_MONEY_KINDS = ("budget", "nobody_worse_off", "fairness_floor")
_COUNT_KINDS = ("vendor_cap", "lots")
_SHARE_CAP_LEVER = "incumbent_share_cap_rate"


@dataclass(frozen=True)
class Rule:
    """One rule of a plan: ``rule_id`` (unique), ``kind`` (see the module's first lines) and its fields."""

    rule_id: str
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    title_ja: str = ""

    def __post_init__(self) -> None:
        """Refuse unknown kinds and fields, all faults at once."""
        faults = _faults_of(self.rule_id, self.kind, self.fields)
        if faults:
            raise ParameterError(faults)

    @property
    def label_ja(self) -> str:
        """Title of the rule, or the name of its kind."""
        return self.title_ja or RULE_KINDS[self.kind].label_ja


def rules_from(entries: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return rules from plain mappings: rule_id, kind, [title_ja], and the fields of the kind.

    Raises ParameterError with the faults of all rules.
    """
    read = []
    for entry in entries:
        rest = {name: value for name, value in entry.items() if name not in ("rule_id", "kind", "title_ja")}
        read.append((str(entry.get("rule_id", "")), str(entry.get("kind", "")), rest, str(entry.get("title_ja", ""))))
    faults = [fault for name, kind, rest, _ in read for fault in _faults_of(name, kind, rest)]
    names = [name for name, *_ in read]
    faults += [
        Fault(f"規則「{name}」", "名前が重なっています", "規則ごとに異なる名前にしてください", 0, "rule_id", name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if faults:
        raise ParameterError(faults)
    return tuple(Rule(*parts) for parts in read)


def rules_of_option(option: Patch | None) -> tuple[Rule, ...]:
    """Return the rules of an option file and of its levers (one vendor's share), in file order."""
    if option is None:
        return ()
    rules = [Rule(entry.name, entry.kind, entry.fields, entry.title_ja) for entry in option.rules.values()]
    cap = float(option.lever(_SHARE_CAP_LEVER))
    if cap < 1.0:
        rules.append(Rule(_SHARE_CAP_LEVER, "vendor_share_cap", {"share": cap}))
    return tuple(rules)


def apply_rules(problem: BundleProblem, rules: Sequence[Rule]) -> BundleProblem:
    """Return the problem with every rule as coupling rows named "rule_id@detail" and with the rules' titles.

    Raises ParameterError naming every owner, task, vendor or offer of any rule that the problem does not have.
    """
    maker = RowMaker(problem)
    joined, faults = problem.coupling, []
    texts = {}
    for rule in rules:
        try:
            if rule.kind == "capacity":
                joined = _scaled(joined, problem, rule)
                continue
            joined = joined.joined(_as_coupling(rule, MAKERS[rule.kind](maker, rule.fields)))
            texts[rule.rule_id] = _text_of(problem, rule)
        except ModelError as error:
            faults.append(
                Fault(f"規則「{rule.label_ja}」", str(error), "規則か台帳・提案の表を直してください", 0, rule.rule_id)
            )
    if faults:
        raise ParameterError(faults)
    return replace(problem, coupling=joined, texts=problem.texts.with_rules(texts))


def rule_ids(problem: BundleProblem) -> list[str]:
    """Return the ids of the rules in a problem, in order: the part of each row's name before '@' (rows of structure are none)."""
    names = dict.fromkeys(name.split("@")[0] for name in problem.coupling.limit_ids)
    return [name for name in names if name != STRUCTURE]


def without_rules(problem: BundleProblem, dropped: Iterable[str]) -> BundleProblem:
    """Return the problem without the rows of the named rules."""
    names = set(dropped)
    kept: Flags = np.array([name.split("@")[0] not in names for name in problem.coupling.limit_ids], dtype=bool)
    return problem.with_coupling(problem.coupling.take(kept))


def _scaled(rows: Coupling, problem: BundleProblem, rule: Rule) -> Coupling:
    """The capacity rows of one kind (and holder) times the factor; a rule that meets no row is refused."""
    kind, holder = str(rule.fields["capacity_kind"]), rule.fields.get("holder_id")
    code = problem.texts.code(str(holder)) if holder is not None else None
    parts = [name.split("@") for name in rows.limit_ids]
    hit = np.array([part[0] == kind and (code is None or part[1] == code) for part in parts], dtype=bool)
    if not hit.any():
        raise ModelError(f"能力の表に「{kind}」{f'「{holder}」' if holder else ''}の行がありません。")
    return replace(rows, rhs=np.where(hit, rows.rhs * float(rule.fields["factor"]), rows.rhs))


def _as_coupling(rule: Rule, rows: Rows) -> Coupling:
    names = tuple(f"{rule.rule_id}@{detail}" if detail else rule.rule_id for detail in rows.details)
    return Coupling(names, rows.on_choices, rows.on_bundles, rows.rhs, rows.signs)


def _text_of(problem: BundleProblem, rule: Rule) -> RuleText:
    if rule.kind in _MONEY_KINDS:
        return RuleText(rule.label_ja, "百万円", 1e-6)
    if rule.kind == "vendor_share_cap":
        return RuleText(rule.label_ja, "％", 100.0 / float(problem.units["annual_cost_yen"].sum()))
    return RuleText(rule.label_ja, "件" if rule.kind in _COUNT_KINDS else "")


def _faults_of(rule_id: str, kind: str, fields: Mapping[str, Any]) -> list[Fault]:
    where = f"規則「{rule_id or '（名前なし）'}」"
    if kind not in RULE_KINDS:
        return [
            Fault(where, "種類が分かりません", f"{'、'.join(RULE_KINDS)} のいずれかにしてください", 0, "kind", kind)
        ]
    own = RULE_KINDS[kind]
    faults = [
        Fault(where, "項目がありません", "値を入れてください", 0, name) for name in sorted(own.required - set(fields))
    ]
    faults += [
        Fault(where, "知らない項目です", f"{'、'.join(sorted(own.fields)) or 'なし'} が使えます", 0, name)
        for name in sorted(set(fields) - set(own.fields))
    ]
    if not rule_id or "@" in rule_id:
        faults.append(Fault(where, "名前が空か @ を含みます", "@ を含まない名前を付けてください", 0, "rule_id"))
    for name, value in fields.items():
        problem = field_problem(kind, name, value) if name in own.fields and value is not None else None
        if problem:
            faults.append(Fault(where, problem[0], problem[1], 0, name, str(value)))
    return faults
