"""Which values may the public edition not show, on which ground, and which columns hold them?

The rules are data (data/editions/public.yml). A column is withheld where a rule names it. An exhibit that names a vendor or an expert, or
that rests on vendors' quotations, shows only the columns that are listed as public: what nobody has decided on is withheld.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.places import data_root
from dxmodels.inputs.yaml_text import YamlText, read_yaml
from dxmodels.runs.model import Column, Exhibit

RULES_FILE = "public.yml"
_BRANCH = re.compile(r"[a-z]$")
_PROBLEMS = {"missing": "必須の項目がありません", "extra_forbidden": "知らない項目です"}
_Names = Annotated[tuple[str, ...], Field(strict=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Rule(_Part):
    """One reason to withhold: its ground and source, the columns it covers (``of``: in one exhibit and its branches), and which rows.

    ``when``: all rows, rows whose value is a count below the threshold (small), or losers of a contest of two (runner_up).
    ``follow``: columns of other exhibits that are withheld where they speak of the same subject. ``form_rows``: names of rows of public forms that
    show the mark instead of their value, and with them ``form_mates`` of the same sheet.
    """

    name: str
    title_ja: str
    ground_ja: str
    source: str
    confirm_ja: str = ""
    columns: _Names = ()
    of: dict[str, _Names] = {}
    omit: _Names = ()
    figures: _Names = ()
    mates: _Names = ()
    follow: dict[str, _Names] = {}
    form_rows: _Names = ()
    form_mates: _Names = ()
    when: Literal["all", "small", "runner_up"] = "all"
    number: int = 0

    def covers(self, exhibit: Exhibit, column: Column) -> bool:
        """True where this rule speaks of that column in that exhibit (a rule for E11 holds for E11a, too)."""
        here = [*self.columns, *self.of.get(exhibit.id, ()), *self.of.get(_BRANCH.sub("", exhibit.id), ())]
        return any(fnmatch.fnmatchcase(column.name, name) for name in here)

    def omits(self, exhibit: Exhibit) -> bool:
        """True where the whole exhibit becomes a sentence."""
        return exhibit.id in self.omit

    def hides_figure(self, exhibit: Exhibit) -> bool:
        """True where the picture shows more than the table (single experts as dots)."""
        return exhibit.id in self.figures


class Guard(_Part):
    """Exhibits that show only what is listed: those with one of the identity columns, or resting on one of the tables."""

    identities: _Names = ()
    tables: _Names = ()
    public: _Names = ()

    def watches(self, exhibit: Exhibit) -> bool:
        """True where the exhibit names such a party or rests on such a table."""
        names = {column.name for column in exhibit.columns}
        rests_on = {source.name for source in exhibit.sources if source.kind == "table"}
        return bool(names & set(self.identities) or rests_on & set(self.tables))


class EditionRules(_Part):
    """Everything the public edition follows."""

    title_ja: str
    mark_ja: str
    rules: Annotated[tuple[Rule, ...], Field(strict=False, min_length=1)]
    secondary: Rule
    undecided: Rule
    guards: Annotated[tuple[Guard, ...], Field(strict=False)] = ()
    booklets: _Names = ()
    open: _Names = ()

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """Every rule with its number as printed in the marks."""
        return (*self.rules, self.secondary, self.undecided)

    def mark(self, rule: Rule) -> str:
        """Return what stands in a withheld cell: 非公表［3］."""
        return f"{self.mark_ja}［{rule.number}］"

    def rule_of(self, exhibit: Exhibit, column: Column) -> Rule | None:
        """Return the rule that covers a column, the rule of undecided ones where a guard does not list it, else None."""
        named = next((rule for rule in self.rules if rule.covers(exhibit, column)), None)
        if named is not None:
            return named
        watching = [guard for guard in self.guards if guard.watches(exhibit)]
        listed = {name for guard in watching for name in (*guard.public, *guard.identities)}
        covered = {
            column.name for column in exhibit.columns if any(rule.covers(exhibit, column) for rule in self.rules)
        }
        return self.undecided if watching and column.name not in listed | covered else None


def load_rules(path: Path | None = None) -> EditionRules:
    """Return the rules of the public edition; raises InputError with every fault of the file."""
    return _loaded(path or data_root() / "editions" / RULES_FILE)


@cache
def _loaded(path: Path) -> EditionRules:
    text = read_yaml(path)
    try:
        made = EditionRules.model_validate(text.content)
    except ValidationError as error:
        raise InputError([_fault(text, problem) for problem in error.errors()]) from error
    numbered = [rule.model_copy(update={"number": place}) for place, rule in enumerate(made.all_rules, start=1)]
    return made.model_copy(update={"rules": tuple(numbered[:-2]), "secondary": numbered[-2], "undecided": numbered[-1]})


def stale_columns(rules: EditionRules, exhibits: Iterable[Exhibit]) -> list[Fault]:
    """Return each column that a rule names in an exhibit which (with its branches) holds others of the rule but none of that name.

    A renamed column would be published unnoticed.
    """
    held: dict[str, set[str]] = {}
    open_questions: set[str] = set()
    for exhibit in exhibits:
        for name in {exhibit.id, _BRANCH.sub("", exhibit.id)}:
            held.setdefault(name, set()).update(column.name for column in exhibit.columns)
            if not exhibit.computable:
                open_questions.add(name)
    return [
        Fault(
            f"data/editions/{RULES_FILE}", f"図表{number}に、規則「{rule.title_ja}」が伏せる列がありません",
            "列の名前が変わっていないか確かめ、規則を直してください", column=number, value=wanted,
        )
        for rule in rules.rules
        for number, columns in rule.of.items()
        for wanted in columns
        if number in held and number not in open_questions and not fnmatch.filter(held[number], wanted)
        and any(fnmatch.filter(held[number], other) for other in columns)
    ]  # fmt: skip


def _fault(text: YamlText, problem: Any) -> Fault:
    where = list(problem["loc"])
    said = _PROBLEMS.get(problem["type"], "形が正しくありません")
    cure = "data/editions/public.yml の冒頭の説明にある項目を、説明の形で書いてください"
    return Fault(f"data/editions/{text.file}", said, cure, row=text.line(*where), column=".".join(map(str, where)))
