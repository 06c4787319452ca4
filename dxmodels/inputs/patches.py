"""What if the outside world were different (scenario), and what does the prefecture decide (option)?

Both are small named patches. A scenario changes assumptions; an option sets levers and may change assumptions that follow from the
decision; rules and named groups of joint procurement stand there too (option_rules.py). Every changed number carries its own source,
date and grade. The levers themselves (name, label, type, range, default, unit, room) are registered in data/options/levers.yml; a lever
an option does not set stands at its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from dxmodels.errors import Fault, ParameterError
from dxmodels.inputs.assumptions.entry import REGISTER_JA, Assumption
from dxmodels.inputs.assumptions.quantiles import Levels
from dxmodels.inputs.assumptions.reading import read_source, read_values
from dxmodels.inputs.levers import Lever, LeverSetting, LeverValue, load_levers, read_settings
from dxmodels.inputs.option_rules import GroupEntry, RuleEntry, read_groups, read_rules
from dxmodels.inputs.places import data_root
from dxmodels.inputs.yaml_files import Document, KeyPath, find_file, raise_if_any, read_document, unknown_name

Kind = Literal["scenarios", "options"]
KIND_JA: dict[Kind, str] = {"scenarios": "シナリオ", "options": "選択肢"}
_CHANGE_KEYS = ("value", "values", "carry_forward", "note")
_SOURCE_KEYS = ("source", "as_of", "grade")


@dataclass(frozen=True)
class Change:
    """What one patch puts in the place of one assumption: levels by fiscal year (None = all years) and where they come from."""

    values: Mapping[int | None, Levels]
    source: str
    as_of: str
    grade: str
    note: str
    carry_forward: bool | None = None

    def applied_to(self, assumption: Assumption, patch_name: str) -> Assumption:
        """Return the assumption with this change; ends of the range that the change does not state are kept.

        Raises ParameterError where the kept range does not hold the new central value: the patch must then state low and high.
        """
        everywhere = self.values.get(None)
        values: dict[int | None, Levels] = {} if everywhere is not None else dict(assumption.values)
        for year, levels in self.values.items():
            old = self._old_levels(assumption, year)
            low = old.low if levels.low is None else levels.low
            high = old.high if levels.high is None else levels.high
            _check_range(assumption.name, levels.central, low, high)
            values[year] = Levels(levels.central, low, high)
        return assumption.changed(
            values,
            source=self.source,
            grade=self.grade,
            as_of=self.as_of,
            note=self.note,
            changed_by=patch_name,
            carry_forward=self.carry_forward,
        )

    @staticmethod
    def _old_levels(assumption: Assumption, year: int | None) -> Levels:
        if year is None:
            return tuple(assumption.values.values())[-1]
        try:
            return assumption.at(year)
        except ParameterError:
            return tuple(assumption.values.values())[-1]


@dataclass(frozen=True)
class Patch:
    """One scenario or option: its changes to assumptions and, for an option, levers, joint-purchase rules and named groups."""

    name: str
    title_ja: str
    kind: Kind
    changes: Mapping[str, Change]
    source: str
    note: str
    levers: Mapping[str, LeverSetting] = field(default_factory=dict)
    rules: Mapping[str, RuleEntry] = field(default_factory=dict)
    groups: Mapping[str, GroupEntry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        for name in ("changes", "levers", "rules", "groups"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def lever(self, name: str, *, levers: Mapping[str, Lever] | None = None) -> LeverValue:
        """Return the setting of one lever under this option (its default where the option does not set it).

        Raises ParameterError for a lever that is not registered.
        """
        settings = self.lever_values(levers=levers)
        if name not in settings:
            raise ParameterError([unknown_name("data/options/levers.yml", name, settings)])
        return settings[name]

    def lever_values(self, *, levers: Mapping[str, Lever] | None = None) -> dict[str, LeverValue]:
        """Return every registered lever's value under this option, in the order of levers.yml."""
        registered = load_levers() if levers is None else levers
        return {
            name: self.levers[name].value if name in self.levers else lever.default
            for name, lever in registered.items()
        }


def load_scenario(name: str, *, folder: str | Path | None = None) -> Patch:
    """Return the scenario ``name`` of data/scenarios; raises ParameterError (bad or unknown name) or InputError (faults)."""
    return _load("scenarios", name, folder)


def load_option(name: str, *, folder: str | Path | None = None) -> Patch:
    """Return the option ``name`` of data/options, its levers checked against levers.yml in the same folder."""
    return _load("options", name, folder)


def list_patches(kind: Kind, *, folder: str | Path | None = None) -> list[str]:
    """Return the names of all scenarios or options there are."""
    place = Path(folder) if folder is not None else data_root() / kind
    return sorted(path.stem for path in place.glob("*.yml") if path.stem != "levers")


def _load(kind: Kind, name: str, folder: str | Path | None) -> Patch:
    place = Path(folder) if folder is not None else data_root() / kind
    if name == "levers":
        raise ParameterError(
            [Fault(KIND_JA[kind], "levers は選択肢の名前に使えません", "別の名前にしてください", value=name)]
        )
    path = find_file(place, name, kind=KIND_JA[kind])
    faults: list[Fault] = []
    document = read_document(path, faults, shown=f"{kind}/{path.name}")
    patch = _read_patch(document, kind, name, place) if document else None
    raise_if_any(faults)
    if patch is None:  # pragma: no cover - a document that gives no patch has given a fault
        raise ParameterError([Fault(path.name, "読めませんでした", "書式を確かめてください")])
    return patch


def _read_patch(document: Document, kind: Kind, name: str, folder: Path) -> Patch:
    optional = ("note", "changes", "levers", "rules", "groups") if kind == "options" else ("note", "changes")
    top = document.fields((), document.content, required=("name", "title_ja", "source"), optional=optional)
    texts = {key: document.text_at((key,), top.get(key)) for key in ("name", "title_ja", "source")}
    if texts["name"] not in ("", name):
        document.blame(("name",), "name がファイル名と違います", f"name: {name} にしてください", texts["name"])
    note = document.text_at(("note",), top["note"]) if "note" in top else ""
    changes = {
        key: change
        for key, entry in (document.entries(("changes",), top["changes"]) if top.get("changes") else {}).items()
        if (change := _read_change(document, ("changes", key), entry)) is not None
    }
    levers = read_settings(document, top["levers"], load_levers(folder / "levers.yml")) if top.get("levers") else {}
    rules = read_rules(document, top["rules"]) if top.get("rules") else {}
    groups = read_groups(document, top["groups"]) if top.get("groups") else {}
    return Patch(name, texts["title_ja"], kind, changes, texts["source"], note, levers, rules, groups)


def _read_change(document: Document, path: KeyPath, entry: object) -> Change | None:
    before = len(document.faults)
    fields: dict[str, Any] = document.fields(path, entry, required=_SOURCE_KEYS, optional=_CHANGE_KEYS)
    if not fields:
        return None
    values = read_values(document, path, fields)
    source = read_source(document, path, fields)
    carry = document.flag_at((*path, "carry_forward"), fields["carry_forward"]) if "carry_forward" in fields else None
    if len(document.faults) > before:
        return None
    return Change(values, source["source"], source["as_of"], source["grade"], source["note"], carry)


def _check_range(name: str, central: float, low: float | None, high: float | None) -> None:
    if (low is not None and central < low) or (high is not None and central > high):
        problem = f"新しい中央値 {central} が登録の範囲（{low}〜{high}）の外です"
        cure = "この範囲も変わるなら low と high を一緒に書いてください"
        raise ParameterError([Fault(REGISTER_JA, problem, cure, column=name, value=str(central))])
