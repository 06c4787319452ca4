"""Which slider does an assumption become: its Japanese label, unit, range and step, all from the register?"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ipywidgets as ui

from dxmodels.errors import ModelError
from dxmodels.glossary import unit_ja
from dxmodels.inputs import Register

_WHOLE_UNITS = {"members", "months", "bodies", "municipalities", "years"}
_LARGE_YEN, _MILLION = 1e6, 1e6
_STEPS_ACROSS = 60


@dataclass(frozen=True)
class Lever:
    """One assumption that can be moved: ``scale`` turns what the slider shows into the register's unit."""

    name: str
    label_ja: str
    unit_ja: str
    low: float
    high: float
    central: float
    step: float
    scale: float = 1.0
    shown_as: str = ",.2f"

    @property
    def label_html(self) -> str:
        """The label above the slider: name, unit and range as the slider shows it."""
        ends = "〜".join(format(end / self.scale, self.shown_as) for end in (self.low, self.high))
        unit = f" {self.unit_ja}" if self.unit_ja else ""
        return f'<span style="line-height:1.3">{html.escape(self.label_ja)}（{ends}{html.escape(unit)}）</span>'

    def widget(self, value: float | None = None) -> ui.FloatSlider:
        """Return the slider, at ``value`` (register's unit) or the central value."""
        at = self.central if value is None else value
        return ui.FloatSlider(
            value=min(max(at / self.scale, self.low / self.scale), self.high / self.scale),
            min=self.low / self.scale, max=self.high / self.scale, step=self.step / self.scale,
            tooltip=self.label_ja, readout_format=self.shown_as, continuous_update=False, layout=ui.Layout(width="98%"),
        )  # fmt: skip


def levers_of(register: Register, names: Sequence[str]) -> tuple[Lever, ...]:
    """Return the levers of these assumptions; raise ModelError for one whose range is a single point."""
    return tuple(_lever(register, name) for name in names)


def values_of(levers: Sequence[Lever], sliders: Mapping[str, ui.FloatSlider]) -> dict[str, float]:
    """Return the value of every slider in the register's unit; one that stands at the central value gives exactly that."""
    found = {}
    for lever in levers:
        value = float(sliders[lever.name].value) * lever.scale
        found[lever.name] = lever.central if abs(value - lever.central) < lever.step / 2 else value
    return found


def with_values(register: Register, values: Mapping[str, float]) -> Register:
    """Return the register with these central values (those unchanged are left alone)."""
    for name, value in values.items():
        if value != register.central(name):
            register = register.replace(name, central=value)
    return register


def _lever(register: Register, name: str) -> Lever:
    entry = register[name]
    low, central, high = register.low(name), register.central(name), register.high(name)
    if not low < high:
        raise ModelError(
            f"前提「{entry.label_ja}」は範囲がないので動かせません。前提値台帳に下限と上限を書いてください。"
        )
    if entry.unit in _WHOLE_UNITS:
        return Lever(name, entry.label_ja, unit_ja(entry.unit), low, high, central, 1.0, shown_as=",.0f")
    if entry.unit.startswith("share"):
        return Lever(name, entry.label_ja, "", low, high, central, _nice((high - low) / _STEPS_ACROSS), shown_as=".0%")
    if entry.unit.startswith("JPY") and high >= _LARGE_YEN:
        step = _nice((high - low) / _STEPS_ACROSS)
        return Lever(name, entry.label_ja, "百万円", low, high, central, step, _MILLION, ",.1f")
    word = "倍" if entry.unit in {"x", "ratio"} else unit_ja(entry.unit)
    return Lever(name, entry.label_ja, word, low, high, central, _nice((high - low) / _STEPS_ACROSS))


def _nice(step: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at or below ``step``."""
    power = 10.0 ** math.floor(math.log10(step))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= step * (1 + 1e-9))
