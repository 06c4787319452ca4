"""Which form does a notebook's parameter schema become: Japanese labels, units, ranges, lists of the names there are?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import annotated_types
import ipywidgets as ui
from pydantic.fields import FieldInfo

from dxmodels.errors import DxError
from dxmodels.inputs import load_option, load_scenario
from dxmodels.runs.parameters.check import faults_of, schema_of
from dxmodels.runs.parameters.kinds import EFFORTS
from dxmodels.runs.parameters.names import known_names

_STYLE = {"description_width": "14em"}
_WIDE = ui.Layout(width="60%")


class ParameterForm:
    """The form of one notebook: a widget a parameter, ``values()`` as the notebook takes them, ``faults()`` in Japanese."""

    def __init__(self, notebook: str, **at: Any) -> None:
        self.notebook = notebook
        schema = schema_of(notebook)
        self.widgets = {
            name: _widget(schema, name, field, at.get(name, field.default))
            for name, field in schema.model_fields.items()
        }
        self.box = ui.VBox(list(self.widgets.values()))

    def values(self) -> dict[str, Any]:
        """Return the values; an empty text where a parameter may be left out is None."""
        return {name: (None if widget.value == "" else widget.value) for name, widget in self.widgets.items()}

    def faults(self) -> list[str]:
        """Return every fault of the present values, in Japanese; the empty list where a run would accept them."""
        return [str(fault) for fault in faults_of(self.notebook, self.values())]


def _widget(schema: Any, name: str, field: FieldInfo, value: Any) -> ui.Widget:
    facts = schema.facts(name)
    label = schema.label_ja(name) + (f"（{facts['unit']}）" if facts.get("unit") else "")
    common: dict[str, Any] = {
        "description": label,
        "style": _STYLE,
        "layout": _WIDE,
        "tooltip": field.description or "",
    }
    choices = choices_of(facts.get("names", ""))
    if choices:
        return ui.Dropdown(options=[(title, key) for key, title in choices.items()], value=value, **common)
    if isinstance(value, bool):
        return ui.Checkbox(value=value, **common)
    if isinstance(value, int):
        low, high = _range(field)
        return ui.BoundedIntText(value=value, min=low, max=high, **common)
    return ui.Text(value=value or "", placeholder=field.description or "", **common)


def choices_of(kind: str) -> dict[str, str]:
    """Return name → title of the names there are of a kind (scenario, option, case, effort); empty for any other kind."""
    titled: dict[str, Callable[[str], Any]] = {"scenario": load_scenario, "option": load_option}
    if kind == "effort":
        return dict(EFFORTS)
    if kind == "case":
        return {name: name for name in known_names("case")}
    return {name: _title(titled[kind], name) for name in known_names(kind)} if kind in titled else {}


def _title(load: Callable[[str], Any], name: str) -> str:
    try:
        return str(load(name).title_ja)
    except DxError:
        return f"{name}（誤りあり）"


def _range(field: FieldInfo) -> tuple[int, int]:
    low, high = 0, 2**31 - 1
    for rule in field.metadata:
        if isinstance(rule, annotated_types.Ge):
            low = int(rule.ge)  # type: ignore[call-overload]
        if isinstance(rule, annotated_types.Le):
            high = min(int(rule.le), 2**31 - 1)  # type: ignore[call-overload]
    return low, high
