"""How does every figure look: font, colours, size on A4, yen axes?

One font for figures and PDF text (Noto Sans CJK JP, from the wheels, so that every machine draws the same page). Colours
are the eight of Okabe & Ito (2008, "Color Universal Design"), told apart under every common colour blindness; ordered
classes run from light to dark within one hue, so that they also survive a black-and-white printer.
Figures are made without pyplot: no backend is chosen or switched, nothing is shown twice, nothing leaks in a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from dxmodels.errors import ModelError
from dxmodels.money import UNITS_YEN

FONT_FAMILY = "Noto Sans CJK JP"
_FONT_WHEELS = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")

# Okabe & Ito's eight; the reports' words for them are the field's, not the hue's.
PALETTE: dict[str, str] = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
# Lines and markers need 3:1 against white (WCAG 1.4.11): the lighter hues come last and never alone.
CYCLE: tuple[str, ...] = tuple(PALETTE[name] for name in ("blue", "vermillion", "green", "black", "purple", "orange"))
# From pale to dark through the palette's own blue; strictly falling in luminance (a test holds it).
_ORDERED_RAMP = ("#DCEBF7", "#5BA4D4", "#0072B2", "#05365A")
# Neighbouring areas of a stack: light and dark alternate, edges are white.
STACK: tuple[str, ...] = tuple(PALETTE[name] for name in ("blue", "sky", "green", "orange", "purple"))
INK = "#222222"
MUTED = "#6B6B6B"
RULE = "#D9D9D9"
MISSING_FACE = "#F2F2F2"
MISSING_HATCH = "////"

A4_TEXT_WIDTH_MM = 166.0  # 210 mm less margins of 22 mm
A4_HALF_WIDTH_MM = 80.0
_MM_PER_INCH = 25.4
_POINTS_PER_INCH = 72
_LABEL_GAP_POINTS = 11.5
# Where a name may stand beside its point, in points of the page: to the right and up, best first.
_NAME_WAYS = (
    (5, 0),
    (-5, 0),
    (0, 4),
    (0, -4),
    (5, 8),
    (5, -8),
    (-5, 8),
    (-5, -8),
    (5, 17),
    (5, -17),
    (-5, 17),
    (-5, -17),
)

YenUnit = Literal["円", "千円", "百万円", "億円"]


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


def yen_axis(ax: Axes, unit: YenUnit = "百万円", axis: Literal["x", "y"] = "y", *, label: str = "") -> None:
    """Print an axis whose data are yen in ``unit``: separators, ▲ for negatives, the unit in the axis label.

    Ticks are exact values, so they are not truncated; decimals appear only where the steps need them.
    """
    if unit not in UNITS_YEN:
        raise ModelError(f"単位「{unit}」は使えません。{'・'.join(UNITS_YEN)}のいずれかにしてください。")
    target: Axis = ax.yaxis if axis == "y" else ax.xaxis
    scale = UNITS_YEN[unit]
    target.set_major_formatter(FuncFormatter(lambda value, _: _tick_text(value / scale)))
    target.set_label_text(f"{label}（{unit}）" if label else f"（{unit}）")


def percent_axis(ax: Axes, axis: Literal["x", "y"] = "y", *, label: str = "") -> None:
    """Print an axis whose data are shares (0..1) as ％, ▲ for negatives."""
    target: Axis = ax.yaxis if axis == "y" else ax.xaxis
    target.set_major_formatter(FuncFormatter(lambda value, _: _tick_text(value * 100)))
    target.set_label_text(f"{label}（％）" if label else "（％）")


def finish(ax: Axes, title: str | None = None, *, grid: Literal["x", "y", "both", "none"] = "y") -> Axes:
    """Give an axes its light grid and, where wanted, a title; return it, so that ``plot_x`` can end with it."""
    if grid != "none":
        ax.grid(True, axis=grid)
    ax.tick_params(length=0)
    if title is not None:
        ax.set_title(title)
    return ax


def ordered_colours(count: int) -> list[str]:
    """Return ``count`` colours from light to dark blue for ordered classes."""
    if count < 1:
        raise ModelError(f"階級の数 {count} は 1 以上にしてください。")
    ramp = LinearSegmentedColormap.from_list("dxmodels_ordered", _ORDERED_RAMP)
    return [to_hex(ramp(index / max(count - 1, 1))) for index in range(count)]


def text_colour_on(face: str) -> str:
    """Return black or white, whichever contrasts more with ``face`` (relative luminance of WCAG 2.1)."""
    return "#000000" if contrast(face, "#000000") >= contrast(face, "#FFFFFF") else "#FFFFFF"


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio (1 to 21) of two colours as WCAG 2.1 defines it."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def name_at_right(
    ax: Axes,
    names: Sequence[str],
    ys: Sequence[float],
    colours: Sequence[str],
    *,
    x: float,
    ends: Sequence[float] | None = None,
) -> None:
    """Name lines at their right end: texts stand at ``x`` (axes fraction), moved apart until none overlaps, with a thin pointer.

    ``ys`` and ``ends`` (where each line ends; None: just left of the names) are in data units; call it when the limits are final.
    """
    order = sorted(range(len(ys)), key=lambda index: ys[index])
    low, high = sorted(ax.get_ylim())
    figure = ax.get_figure(root=True)
    if figure is None:
        return
    figure.canvas.draw()  # the layout settles the height of the axes
    gap = (high - low) * _LABEL_GAP_POINTS / (ax.get_position().height * figure.get_figheight() * _POINTS_PER_INCH)
    places = apart([float(ys[index]) for index in order], gap, low, high)
    for index, place in zip(order, places, strict=True):
        ax.annotate(
            names[index],
            (x - 0.02 if ends is None else float(ends[index]), float(ys[index])),
            (x, place),
            xycoords=ax.get_yaxis_transform() if ends is None else ax.transData,
            textcoords=ax.get_yaxis_transform(),
            va="center",
            fontsize=7.5,
            color=colours[index],
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            arrowprops={"arrowstyle": "-", "color": RULE, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0},
            annotation_clip=False,
        )


def apart(values: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return ascending ``values`` moved as little as possible (least squares) so that neighbours are ``gap`` apart within low..high.

    With the gaps taken out the places must only rise: an isotonic regression, solved by pooling neighbours (Barlow et al. 1972).
    Where low..high is too short for all, the last places go below ``low`` rather than overlap.
    """
    pools: list[tuple[float, int]] = []  # mean of values less their gaps, and how many
    for index, value in enumerate(values):
        mean, count = float(value) - index * gap, 1
        while pools and pools[-1][0] > mean:
            before, members = pools.pop()
            mean, count = (before * members + mean * count) / (members + count), members + count
        pools.append((mean, count))
    free = [mean for mean, count in pools for _ in range(count)]
    top = high - (len(free) - 1) * gap
    return [min(max(mean, low), top) + index * gap for index, mean in enumerate(free)]


def name_points(
    ax: Axes, names: Sequence[str], xs: Sequence[float], ys: Sequence[float], colours: Sequence[str]
) -> None:
    """Write a name at each of some points where it covers neither another name nor, if there is room, a marker of the axes.

    Places around the point are tried in order (right, left, above, below, then farther); call it last, when limits and legend are set.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        return
    figure.canvas.draw()
    markers = [marks.get_offset_transform().transform(marks.get_offsets()) for marks in ax.collections]
    points = np.vstack([np.asarray(found) for found in markers if len(found)] or [np.empty((0, 2))])
    legend = ax.get_legend()
    taken = [] if legend is None else [legend.get_window_extent()]
    for name, x, y, colour in sorted(zip(names, xs, ys, colours, strict=True), key=lambda one: -one[2]):
        tries = [_name_at(ax, name, x, y, colour, *way) for way in _NAME_WAYS]
        boxes = [text.get_window_extent() for text in tries]
        clashes = [_clash(box, taken, points, ax.bbox) for box in boxes]
        best = min(range(len(tries)), key=lambda place: (clashes[place], place))
        for place, text in enumerate(tries):
            if place != best:
                text.remove()
        taken.append(boxes[best])


def write_beside(ax: Axes, texts: Sequence[str], xs: Sequence[float], ys: Sequence[float], **text_options: Any) -> None:
    """Write one text at each point, in the muted ink and small size of annotations."""
    options: dict[str, Any] = {"fontsize": 7.5, "color": INK, "va": "center"} | text_options
    for text, x, y in zip(texts, xs, ys, strict=True):
        ax.text(x, y, text, **options)


def _name_at(ax: Axes, name: str, x: float, y: float, colour: str, right: float, up: float) -> Annotation:
    return ax.annotate(
        name,
        (x, y),
        (right, up),
        textcoords="offset points",
        ha="left" if right > 0 else "right" if right < 0 else "center",
        va="bottom" if up > 0 and right == 0 else "top" if up < 0 and right == 0 else "center",
        fontsize=7.5,
        color=colour,
    )


def _clash(box: Bbox, taken: Sequence[Bbox], points: Any, inside: Bbox) -> float:
    """Rank a place for a name: other names and the edge weigh more than any number of markers."""
    names = sum(box.overlaps(other) for other in taken)
    out = not (inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 and box.y1 <= inside.y1)
    covered = (points[:, 0] > box.x0) & (points[:, 0] < box.x1) & (points[:, 1] > box.y0) & (points[:, 1] < box.y1)
    return float((names + out) * (len(points) + 1) + covered.sum())


@cache
def _register_fonts() -> None:
    for wheel in _FONT_WHEELS:
        folder = Path(str(import_module(wheel).FONT_PATH)).parent
        for path in sorted(folder.glob("*.otf")):
            font_manager.fontManager.addfont(str(path))
            # A machine may hold another release of the same family: the wheel's must win, or pages differ by machine.
            entries = font_manager.fontManager.ttflist
            entries.insert(0, entries.pop())


def _tick_text(value: float) -> str:
    magnitude = round(abs(value), 6)
    digits = 0 if magnitude == int(magnitude) else len(f"{magnitude:.6f}".split(".")[1].rstrip("0"))
    text = f"{magnitude:,.{digits}f}"
    return f"▲{text}" if value < 0 and magnitude else text


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
