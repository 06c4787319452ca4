"""Where do names of lines and points stand, so that none covers another?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from dxmodels.figures.style.colours import INK, RULE

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
