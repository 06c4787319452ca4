"""What does a planner see move: the sentence and the figure above, the levers below, changing at once, A and B side by side?

A ``View`` knows its levers and how to draw them; it holds two ``Side``s. A change redraws only its own side. Whatever goes wrong is shown in the
side, in Japanese, and the last good figure stays away: a figure never stands beside levers it does not belong to.
"""

from __future__ import annotations

import base64
import html
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ipywidgets as ui
from matplotlib.figure import Figure

from dxmodels.errors import DxError
from dxmodels.money import format_yen
from dxmodels.widgets.levers import Lever, values_of

_DOTS_PER_INCH = 100
_HUNDRED_MILLION = 1e8
_CLOSE = "margin:0.2em 0;line-height:1.4"  # little space between lines, so that the figure is seen with its levers
Values = Mapping[str, float]
Choices = Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """What one setting gives: the figure, the sentence from the same numbers, and one headline amount (yen) to compare A with B."""

    figure: Figure
    sentence: str
    headline_yen: float
    headline_ja: str


Draw = Callable[[Values, Choices], Shown]


class Side:
    """One side (A or B) of a view: choices, sliders, figure and sentence."""

    def __init__(
        self, key: str, title: str, levers: Sequence[Lever], choices: Mapping[str, tuple[str, Mapping[str, str]]],
        draw: Draw, told: Callable[[], None],
    ) -> None:  # fmt: skip
        self._title, self._levers, self._draw, self._told = title, levers, draw, told
        self.sliders = {lever.name: lever.widget() for lever in levers}
        self.choices = {name: _dropdown(label, options) for name, (label, options) in choices.items()}
        self.picture, self.sentence = ui.HTML(), ui.HTML()
        for widget, word in ((self.picture, "figure"), (self.sentence, "sentence")):
            widget.add_class(f"dx-{key}-{word}")
        for name, control in {**self.sliders, **self.choices}.items():
            control.add_class(f"dx-{key}-{name.replace('_', '-')}")
            control.observe(self._changed, names="value")
        self.shown: Shown | None = None
        self.seconds = 0.0
        self.box = ui.VBox(
            [*self.choices.values(), self.sentence, self.picture, *self._labelled()],
            layout=ui.Layout(width="49%", padding="0 0.6em"),
        )  # fmt: skip
        self._waiting = False

    def _labelled(self) -> list[ui.Widget]:
        """Each slider below its label: names of assumptions are longer than the room beside a slider."""
        return [ui.VBox([ui.HTML(lever.label_html), self.sliders[lever.name]]) for lever in self._levers]

    @property
    def values(self) -> dict[str, float]:
        """The levers' values in the register's units."""
        return values_of(self._levers, self.sliders)

    def set(self, values: Values, choices: Choices) -> None:
        """Move the levers to ``values`` and redraw once."""
        self._waiting = True
        scales = {lever.name: lever.scale for lever in self._levers}
        for name, value in values.items():
            self.sliders[name].value = value / scales[name]
        for name, choice in choices.items():
            self.choices[name].value = choice
        self._waiting = False
        self.refresh()

    def refresh(self) -> None:
        """Draw the present setting."""
        started = time.perf_counter()
        try:
            shown = self._draw(self.values, {name: str(widget.value) for name, widget in self.choices.items()})
        except DxError as error:
            self.shown = None
            self.picture.value = ""
            self.sentence.value = f'<p role="alert" style="color:#A63603">{html.escape(str(error))}</p>'
        else:
            self.shown = shown
            self.picture.value = image_html(shown.figure, shown.sentence)
            self.sentence.value = (
                f'<p style="{_CLOSE}"><b>{html.escape(self._title)}　{html.escape(shown.sentence)}</b></p>'
            )
        self.seconds = time.perf_counter() - started
        self._told()

    def _changed(self, change: object) -> None:
        if not self._waiting:
            self.refresh()


class View:
    """Levers, two sides and the sentence that compares them."""

    def __init__(
        self, key: str, title: str, note: str, levers: Sequence[Lever], draw: Draw,
        choices: Mapping[str, tuple[str, Mapping[str, str]]] | None = None,
    ) -> None:  # fmt: skip
        self.title, self.compared = title, ui.HTML()
        self.compared.add_class(f"dx-{key}-compared")
        self.a = Side(f"{key}-a", "A", levers, choices or {}, draw, self._compare)
        self.b = Side(f"{key}-b", "B", levers, choices or {}, draw, self._compare)
        copy = ui.Button(description="AをBに写す", tooltip="Bの設定をAと同じにします")
        copy.on_click(lambda _: self.b.set(self.a.values, {name: str(w.value) for name, w in self.a.choices.items()}))
        self.box = ui.VBox(
            [
                ui.HTML(f'<p style="{_CLOSE}">{html.escape(note)}</p>'),
                ui.HBox([copy, self.compared]),
                ui.HBox([self.a.box, self.b.box]),
            ]
        )
        self._opened = False

    def open(self) -> None:
        """Draw both sides, the first time the view is looked at."""
        if not self._opened:
            self._opened = True
            self.a.refresh()
            self.b.refresh()

    def offer(self, choice: str, options: Mapping[str, str]) -> None:
        """Renew the list of a choice on both sides; what was chosen stays."""
        for side in (self.a, self.b):
            if choice in side.choices:
                widget = side.choices[choice]
                with widget.hold_trait_notifications():
                    chosen = widget.value
                    widget.options = [(title, name) for name, title in options.items()]
                    widget.value = chosen

    def _compare(self) -> None:
        a, b = self.a.shown, self.b.shown
        if a is None or b is None:
            self.compared.value = ""
            return
        unit = "億円" if max(abs(a.headline_yen), abs(b.headline_yen)) >= _HUNDRED_MILLION else "円"
        gap = b.headline_yen - a.headline_yen
        words = f"より{format_yen(abs(gap), unit)}{'多い' if gap > 0 else '少ない'}" if round(gap) else "と同じ"
        self.compared.value = (
            f'<p style="{_CLOSE}">{html.escape(a.headline_ja)}：A {format_yen(a.headline_yen, unit)}、B {format_yen(b.headline_yen, unit)}。'
            f"<b>BはA{words}。</b></p>"
        )


def image_html(figure: Figure, alternative: str) -> str:
    """Return the figure as one image element with its alternative text."""
    store = io.BytesIO()
    figure.savefig(store, format="png", dpi=_DOTS_PER_INCH)
    picture = base64.b64encode(store.getvalue()).decode("ascii")
    return f'<img alt="{html.escape(alternative, quote=True)}" style="max-width:100%" src="data:image/png;base64,{picture}">'


def _dropdown(label: str, options: Mapping[str, str]) -> ui.Dropdown:
    return ui.Dropdown(
        options=[(title, name) for name, title in options.items()], description=label,
        style={"description_width": "14em"}, layout=ui.Layout(width="98%"),
    )  # fmt: skip
