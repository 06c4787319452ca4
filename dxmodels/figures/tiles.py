"""How do the 43 municipalities compare, seen where they lie?

A tile map: one equal tile a municipality, neighbours kept, the bay on the left. Areas do not mislead (a village is as large
as the city) and every name is legible. Values fall into classes printed in the legend; a missing value is hatched, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from dxmodels.errors import MissingTableError, ModelError
from dxmodels.figures import style

_WIDTH, _HEIGHT = 0.94, 0.9
_LEGEND_CORNER = (0.0, 1.0)  # the bay: no tile lies there


@dataclass(frozen=True)
class TileClasses:
    """The classes of a map: for each municipality its class (-1 = missing), and for each class its legend text and colour."""

    members: pd.Series
    texts: tuple[str, ...]
    colours: tuple[str, ...]


def plot_tile_map(
    municipalities: pd.DataFrame,
    values: pd.Series,
    *,
    label: str,
    unit: str = "",
    classes: int | Sequence[float] | Sequence[str] = 4,
    highlight: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw ``values`` (indexed by municipality_code) on the tile map of ``municipalities``.

    ``classes``: a number of equally filled classes, the edges of numeric classes, or category names in order (text values).
    ``highlight``: municipality codes to frame. Raises MissingTableError where no tile position is given, ModelError for a
    code that is not on the map or classes that do not fit the values.
    """
    places = _placed(municipalities)
    _refuse_unknown([*map(str, values.index), *highlight], places)
    shown = values.reindex(places.index)
    grouped = classify(shown, classes, unit=unit)
    ax = style.axes_for(ax, height_mm=150.0)
    for place, value, member in zip(places.itertuples(), shown, grouped.members, strict=True):
        _draw_tile(ax, place, value, int(member), grouped)
    for code in highlight:
        _frame(ax, float(places["tile_column"][code]), float(places["tile_row"][code]))
    _finish_map(ax, places, grouped, label)
    return ax


def classify(values: pd.Series, classes: int | Sequence[float] | Sequence[str], *, unit: str = "") -> TileClasses:
    """Return the class of each value with legend texts and colours; classes that would be empty by ties are merged."""
    if isinstance(classes, int):
        numbers = values.dropna().astype(float)
        if numbers.empty:
            return _classify_numbers(values.astype("Float64"), [0.0, 1.0], unit)
        edges = np.unique(np.quantile(numbers, np.linspace(0.0, 1.0, classes + 1)))
        return _classify_numbers(values, [float(edge) for edge in edges], unit)
    if all(isinstance(name, str) for name in classes):
        return _classify_names(values, [str(name) for name in classes])
    return _classify_numbers(values, [float(edge) for edge in classes], unit)


def _placed(municipalities: pd.DataFrame) -> pd.DataFrame:
    needed = ["municipality_code", "name_ja", "tile_column", "tile_row"]
    lacking = [name for name in needed if name not in municipalities or municipalities[name].isna().all()]
    if lacking:
        raise MissingTableError("municipalities", lacking, reason="にタイル地図の位置がありません")
    frame = municipalities[needed].dropna()
    return frame.set_index("municipality_code")


def _refuse_unknown(codes: Sequence[str], places: pd.DataFrame) -> None:
    unknown = [code for code in codes if code not in places.index]
    if unknown:
        raise ModelError(
            f"タイル地図にない団体コードです：{'、'.join(unknown[:5])}。municipalities.csv の6桁コードを指定してください。"
        )


def _classify_numbers(values: pd.Series, edges: list[float], unit: str) -> TileClasses:
    if len(edges) == 1:
        edges = [edges[0], edges[0]]
    if sorted(edges) != edges:
        raise ModelError(f"階級の境界 {edges} は小さい順に並べてください。")
    numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    outside = np.isfinite(numbers) & ((numbers < edges[0]) | (numbers > edges[-1]))
    if outside.any():
        raise ModelError(
            f"値 {numbers[outside][0]:g} が階級の範囲 {edges[0]:g}〜{edges[-1]:g} の外です。境界を広げてください。"
        )
    found = np.searchsorted(edges[1:-1], numbers, side="right")
    members = pd.Series(np.where(np.isfinite(numbers), found, -1), index=values.index)
    texts = _class_texts(edges, unit, whole=_all_whole([*numbers.tolist(), *edges]))
    return TileClasses(members, tuple(texts), tuple(style.ordered_colours(len(texts))))


def _class_texts(edges: list[float], unit: str, *, whole: bool) -> list[str]:
    """Say each class: inner edges belong to the class above them, the last class holds both of its edges.

    Whole numbers are told by the numbers a class holds (1〜2団体), others by their limits (10〜12.5％未満).
    """
    pairs = list(pairwise(edges))
    if not whole:
        texts = [f"{_number(low)}〜{_number(high)}{unit}" for low, high in pairs]
        return [f"{text}未満" for text in texts[:-1]] + texts[-1:]
    ends = [(low, high - 1) for low, high in pairs[:-1]] + pairs[-1:]
    return [f"{_number(low)}{f'〜{_number(high)}' if high > low else ''}{unit}" for low, high in ends]


def _all_whole(numbers: Sequence[float]) -> bool:
    known = [number for number in numbers if np.isfinite(number)]
    return all(float(number).is_integer() for number in known)


def _classify_names(values: pd.Series, names: list[str]) -> TileClasses:
    unknown = sorted(set(values.dropna().astype(str)) - set(names))
    if unknown:
        raise ModelError(f"階級にない値です：{'、'.join(unknown)}。階級を {'・'.join(names)} に加えてください。")
    places = {name: index for index, name in enumerate(names)}
    members = values.map(lambda value: -1 if pd.isna(value) else places[str(value)]).astype(int)
    return TileClasses(members, tuple(names), tuple(style.ordered_colours(len(names))))


def _draw_tile(ax: Axes, place: Any, value: object, member: int, grouped: TileClasses) -> None:
    missing = member < 0
    face = style.MISSING_FACE if missing else grouped.colours[member]
    x, y = float(place.tile_column), float(place.tile_row)
    ax.add_patch(
        Rectangle(
            (x - _WIDTH / 2, y - _HEIGHT / 2),
            _WIDTH,
            _HEIGHT,
            facecolor=face,
            edgecolor=style.MUTED,
            linewidth=0.4,
            hatch=style.MISSING_HATCH if missing else None,
        )
    )
    ink = style.text_colour_on(face)
    box = {"facecolor": style.MISSING_FACE, "edgecolor": "none", "pad": 0.6} if missing else None
    ax.text(x, y - 0.16, str(place.name_ja), ha="center", va="center", fontsize=7.2, color=ink, bbox=box)
    ax.text(
        x,
        y + 0.22,
        "－" if missing else _value_text(value),
        ha="center",
        va="center",
        fontsize=7.2,
        color=ink,
        bbox=box,
    )


def _frame(ax: Axes, column: float, row: float) -> None:
    corner = (column - 0.5, row - 0.5)
    ax.add_patch(
        Rectangle(corner, 1.0, 1.0, fill=False, edgecolor=style.PALETTE["vermillion"], linewidth=2.2, zorder=5)
    )


def _finish_map(ax: Axes, places: pd.DataFrame, grouped: TileClasses, title: str) -> None:
    columns, rows = places["tile_column"].astype(float), places["tile_row"].astype(float)
    ax.set_xlim(columns.min() - 0.6, columns.max() + 0.6)
    ax.set_ylim(rows.max() + 0.6, rows.min() - 0.6)
    ax.set_axis_off()
    counts = [int((grouped.members == index).sum()) for index in range(len(grouped.texts))]
    handles = [
        Patch(facecolor=colour, edgecolor=style.MUTED, linewidth=0.4, label=f"{text}（{count}団体）")
        for colour, text, count in zip(grouped.colours, grouped.texts, counts, strict=True)
    ]
    missing = int((grouped.members < 0).sum())
    if missing:
        handles.append(
            Patch(
                facecolor=style.MISSING_FACE,
                edgecolor=style.MUTED,
                linewidth=0.4,
                hatch=style.MISSING_HATCH,
                label=f"値なし（{missing}団体）",
            )
        )
    legend = ax.legend(handles=handles, title=title, loc="upper left", bbox_to_anchor=_LEGEND_CORNER)
    legend.get_title().set_fontweight("bold")
    legend.set_alignment("left")


def _value_text(value: object) -> str:
    return value if isinstance(value, str) else _number(float(str(value)))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.1f}"
