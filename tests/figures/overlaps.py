"""Which written words of a figure lie on each other, or run out of it?"""

from __future__ import annotations

from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

_SLACK = 1.0  # pixels at the figure's own resolution: rounding of extents, not legibility


def overlapping_texts(ax: Axes) -> list[tuple[str, str]]:
    """Return pairs of texts (ticks, annotations, legend, labels) whose drawn boxes overlap."""
    boxes = _boxes(ax)
    return [(a, b) for (a, first), (b, second) in combinations(boxes, 2) if _overlap(first, second)]


def cut_texts(ax: Axes) -> list[str]:
    """Return the texts that run out of the figure."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    width, height = figure.bbox.width, figure.bbox.height
    return [
        text
        for text, box in _boxes(ax)
        if box.x0 < -_SLACK or box.y0 < -_SLACK or box.x1 > width + _SLACK or box.y1 > height + _SLACK
    ]


def _boxes(ax: Axes) -> list[tuple[str, Bbox]]:
    figure = ax.get_figure(root=True)
    assert figure is not None
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    return [
        (text.get_text(), Text.get_window_extent(text, renderer))  # of an annotation: the words, not its pointer
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and _drawn(text, ax)
    ]


def _drawn(text: Text, ax: Axes) -> bool:
    """Tick labels beyond the limits of the axis exist but are not drawn."""
    for axis, place in ((ax.xaxis, 0), (ax.yaxis, 1)):
        if text in axis.get_ticklabels(which="both"):
            low, high = sorted(axis.get_view_interval())
            return low <= text.get_position()[place] <= high
    return True


def _overlap(first: Bbox, second: Bbox) -> bool:
    wide = min(first.x1, second.x1) - max(first.x0, second.x0)
    tall = min(first.y1, second.y1) - max(first.y0, second.y0)
    return wide > _SLACK and tall > _SLACK
