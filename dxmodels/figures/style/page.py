"""Which font, line weights and size on A4 does every figure have?

One font for figures and PDF text (Noto Sans CJK JP, from the wheels, so that every machine draws the same page). Figures are made without pyplot:
no backend is chosen or switched, nothing is shown twice, nothing leaks in a batch.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

import matplotlib as mpl
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dxmodels.errors import ModelError
from dxmodels.figures.style.colours import CYCLE, INK, MUTED, RULE

FONT_FAMILY = "Noto Sans CJK JP"
_FONT_WHEELS = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
A4_TEXT_WIDTH_MM = 166.0  # 210 mm less margins of 22 mm
A4_HALF_WIDTH_MM = 80.0
_MM_PER_INCH = 25.4


def use_style() -> None:
    """Register the fonts and set the house style for every later figure; safe to call again and under any backend."""
    _register_fonts()
    mpl.rcParams.update(
        {
            "font.family": [FONT_FAMILY],
            "font.size": 8.5,
            "axes.titlesize": 9.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.labelsize": 8.5,
            "axes.labelcolor": INK,
            "axes.edgecolor": MUTED,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=list(CYCLE)),
            "axes.unicode_minus": False,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "xtick.labelsize": 8,
            "ytick.labelsize": 8,
            "grid.color": RULE,
            "grid.linewidth": 0.6,
            "legend.fontsize": 8,
            "legend.frameon": False,
            "lines.linewidth": 1.6,
            "hatch.linewidth": 0.5,
            "hatch.color": MUTED,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "savefig.dpi": 200,
            # Glyphs as outlines: a reader without the font sees the same page; the salt makes reruns byte-equal.
            "svg.fonttype": "path",
            "svg.hashsalt": "dxmodels",
            "pdf.fonttype": 42,
        }
    )


def size_mm(width_mm: float = A4_TEXT_WIDTH_MM, height_mm: float = 80.0) -> tuple[float, float]:
    """Return a figure size in inches, as matplotlib wants it, from millimetres on paper."""
    if not (0 < width_mm <= A4_TEXT_WIDTH_MM and 0 < height_mm <= 250):
        raise ModelError(
            f"図の大きさ {width_mm}×{height_mm} mm は A4 の版面に収まりません。"
            f"幅 {A4_TEXT_WIDTH_MM:.0f} mm・高さ 250 mm 以内にしてください。"
        )
    return width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH


def new_figure(width_mm: float = A4_TEXT_WIDTH_MM, height_mm: float = 80.0) -> Figure:
    """Return an empty styled figure of that size on paper, drawn by Agg whatever the session's backend."""
    use_style()
    figure = Figure(figsize=size_mm(width_mm, height_mm), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def axes_for(ax: Axes | None, *, width_mm: float = A4_TEXT_WIDTH_MM, height_mm: float = 80.0) -> Axes:
    """Return ``ax``, or the axes of a new figure of that size: the first line of every ``plot_x``."""
    if ax is not None:
        use_style()
        return ax
    return new_figure(width_mm, height_mm).add_subplot()


@cache
def _register_fonts() -> None:
    for wheel in _FONT_WHEELS:
        folder = Path(str(import_module(wheel).FONT_PATH)).parent
        for path in sorted(folder.glob("*.otf")):
            font_manager.fontManager.addfont(str(path))
            # A machine may hold another release of the same family: the wheel's must win, or pages differ by machine.
            entries = font_manager.fontManager.ttflist
            entries.insert(0, entries.pop())
