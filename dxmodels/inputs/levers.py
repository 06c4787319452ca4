"""What can the prefecture decide, between which limits, and where does each lever stand if nobody touches it?

data/options/levers.yml is the registry: later rooms add their levers there and read them from ``Patch.lever``. A setting is a
decision, so its ``source`` says why this setting is looked at, not where it was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxmodels.errors import Fault
from dxmodels.glossary import is_unit, nearest_units
from dxmodels.inputs.assumptions.reading import read_source
from dxmodels.inputs.places import data_root
from dxmodels.inputs.yaml_files import Document, KeyPath, raise_if_any, read_document, unknown_name

LeverValue = bool | int | float | str
TYPES = ("boolean", "integer", "number", "share", "choice")
ROOMS = ("cost", "lockin", "services", "bundling", "municipalities", "consolidation", "panel")
_REQUIRED = ("label_ja", "type", "default", "room")
_OPTIONAL = ("unit", "minimum", "maximum", "choices", "note")
_SETTING = ("value", "source", "as_of", "grade")


@dataclass(frozen=True)
class Lever:
    """One lever: type, limits or choices (code → Japanese), default, unit and the room that reads it."""

    name: str
    label_ja: str
    type: str
    default: LeverValue
    unit: str
    room: str
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, str] | None = None
    note: str = ""

    def problem_with(self, value: object) -> tuple[str, str] | None:
        """Return (problem, cure) where ``value`` cannot be set on this lever; None where it can."""
        if self.type == "choice":
            known = self.choices or {}
            return None if value in known else ("選択肢にありません", f"選択肢：{'、'.join(known)}")
        if self.type == "boolean":
            return (
                None
                if isinstance(value, bool)
                else ("true / false ではありません", "true または false と書いてください")
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ("数値ではありません", "引用符なしの半角数字で書いてください")
        if self.type == "integer" and not isinstance(value, int):
            return ("整数ではありません", "小数点のない数にしてください")
        if (self.minimum is not None and value < self.minimum) or (self.maximum is not None and value > self.maximum):
            return (f"範囲 {self.minimum:g}〜{self.maximum:g} を外れています", "範囲内の値にしてください")
        return None


@dataclass(frozen=True)
class LeverSetting:
    """Where an option puts a lever, and why."""

    value: LeverValue
    source: str
    as_of: str
    grade: str
    note: str


def load_levers(path: str | Path | None = None) -> dict[str, Lever]:
    """Return the registered levers by name, in file order; raises InputError with all faults of the file."""
    file = Path(path) if path is not None else data_root() / "options" / "levers.yml"
    faults: list[Fault] = []
    document = read_document(file, faults, shown=f"options/{file.name}")
    levers: dict[str, Lever] = {}
    if document:
        top = document.fields((), document.content, required=("levers",))
        for name, entry in document.entries(("levers",), top["levers"]).items() if top.get("levers") else ():
            lever = _read_lever(document, ("levers", name), name, entry)
            if lever is not None:
                levers[name] = lever
    raise_if_any(faults)
    return levers


def read_settings(document: Document, value: object, levers: Mapping[str, Lever]) -> dict[str, LeverSetting]:
    """Return the settings under ``levers:`` of an option file; unknown levers and impossible values are faults."""
    settings = {}
    for name, entry in document.entries(("levers",), value).items():
        path: KeyPath = ("levers", name)
        if name not in levers:
            fault = unknown_name(document.file, name, levers)
            document.blame(path, "登録されていないレバーです", fault.cure, name)
            continue
        fields = document.fields(path, entry, required=_SETTING, optional=("note",))
        if not fields or fields.get("value") is None:
            continue
        problem = levers[name].problem_with(fields["value"])
        if problem:
            document.blame((*path, "value"), *problem, fields["value"])
        source = read_source(document, path, fields)
        settings[name] = LeverSetting(
            fields["value"], source["source"], source["as_of"], source["grade"], source["note"]
        )
    return settings


def _read_lever(document: Document, path: KeyPath, name: str, entry: object) -> Lever | None:
    before = len(document.faults)
    fields: dict[str, Any] = document.fields(path, entry, required=_REQUIRED, optional=_OPTIONAL)
    if not fields:
        return None
    kind = document.choice_at((*path, "type"), fields.get("type"), TYPES)
    label, room = (
        document.text_at((*path, "label_ja"), fields.get("label_ja")),
        document.choice_at((*path, "room"), fields.get("room"), ROOMS),
    )
    unit = document.text_at((*path, "unit"), fields["unit"]) if "unit" in fields else ""
    if unit and not is_unit(unit):
        document.blame((*path, "unit"), "知らない単位です", f"近いもの：{'、'.join(nearest_units(unit))}", unit)
    minimum, maximum = _limits(document, path, fields, kind)
    choices = _choices(document, path, fields, kind)
    lever = Lever(
        name, label, kind, fields.get("default", ""), unit, room, minimum, maximum, choices, fields.get("note", "")
    )
    if len(document.faults) == before and (problem := lever.problem_with(lever.default)):
        document.blame((*path, "default"), *problem, lever.default)
    return lever if len(document.faults) == before else None


def _limits(document: Document, path: KeyPath, fields: dict[str, Any], kind: str) -> tuple[float | None, float | None]:
    if kind == "share":
        return 0.0, 1.0
    if kind not in ("integer", "number"):
        return None, None
    for key in ("minimum", "maximum"):
        if fields.get(key) is None:
            document.blame((*path, key), "数のレバーには範囲が要ります", "minimum と maximum を書いてください")
            return None, None
    return document.number_at((*path, "minimum"), fields["minimum"]), document.number_at(
        (*path, "maximum"), fields["maximum"]
    )


def _choices(document: Document, path: KeyPath, fields: dict[str, Any], kind: str) -> dict[str, str] | None:
    if kind != "choice":
        return None
    choices = fields.get("choices")
    if (
        not isinstance(choices, dict)
        or not choices
        or not all(isinstance(text, str) for pair in choices.items() for text in pair)
    ):
        document.blame(
            (*path, "choices"), "選択肢が書かれていません", "「choices: {コード: 日本語}」を書いてください", choices
        )
        return {}
    return choices
