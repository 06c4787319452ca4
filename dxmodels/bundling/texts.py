"""How are rules, rows and codes of a problem named to a planner?

A row is called "rule@detail@detail" inside the models. Here the rule gets its title, codes of bodies, vendors and tasks their names, years
their 年度, and a right-hand side the unit in which it was decided (億円, ％, 件, 人年).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

STRUCTURE = "structure"  # rows that define a purchase (a lead body must be in it), never a rule to be priced or dropped
_FIRST_FY, _LAST_FY = 1990, 2100
_DETAILS_JA = {"fewest": "最少参加数", "most": "最多参加数"}


@dataclass(frozen=True)
class RuleText:
    """Title of a rule; its limits are printed as limit × ``scale`` ``unit_ja``; without a unit an easing counts exceptions (件)."""

    title_ja: str
    unit_ja: str = ""
    scale: float = 1.0

    def amount_ja(self, limit: float) -> str:
        """Return a limit in the rule's unit."""
        value = limit * self.scale
        text = f"{value:,.0f}" if abs(value - round(value)) < 1e-9 or abs(value) >= 1e3 else f"{value:,.2f}"
        return f"{text}{self.unit_ja}"


@dataclass(frozen=True)
class Texts:
    """Names of codes, titles of rules, and what a planner may write for a code; what is not named keeps its code."""

    names: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, RuleText] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def code(self, name: str) -> str:
        """Return the code a name (or the code of a member of a shared system) stands for; an unknown one stands for itself."""
        return self.aliases.get(name, name)

    def name(self, code: object) -> str:
        """Return the name of a code, or the code."""
        return self.names.get(str(code), str(code))

    def rule(self, rule_id: str) -> RuleText:
        """Return the text of a rule; an unknown one is its own title."""
        return self.rules.get(rule_id, RuleText(rule_id))

    def with_rules(self, rules: Mapping[str, RuleText]) -> Texts:
        """Return these texts with more rules."""
        return replace(self, rules={**self.rules, **rules})

    def limit_ja(self, limit_id: str) -> str:
        """Return a row's name: title（detail・detail）."""
        rule_id, *details = limit_id.split("@")
        named = [self._detail(detail) for detail in details if detail]
        title = self.rule(rule_id).title_ja
        return f"{title}（{'・'.join(named)}）" if named else title

    def _detail(self, detail: str) -> str:
        if detail.isdigit() and _FIRST_FY <= int(detail) <= _LAST_FY:
            return f"{detail}年度"
        return _DETAILS_JA.get(detail, self.name(detail))
