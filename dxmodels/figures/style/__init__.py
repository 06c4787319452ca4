"""How does every figure look: font, colours, size on A4, yen axes, names beside lines and points?"""

from __future__ import annotations

from dxmodels.figures.style.axes import YenUnit, finish, percent_axis, yen_axis
from dxmodels.figures.style.colours import (
    CYCLE,
    INK,
    MISSING_FACE,
    MISSING_HATCH,
    MUTED,
    PALETTE,
    RULE,
    STACK,
    contrast,
    ordered_colours,
    text_colour_on,
)  # fmt: skip
from dxmodels.figures.style.names import apart, name_at_right, name_points, write_beside
from dxmodels.figures.style.page import (
    A4_HALF_WIDTH_MM,
    A4_TEXT_WIDTH_MM,
    FONT_FAMILY,
    axes_for,
    new_figure,
    size_mm,
    use_style,
)  # fmt: skip

__all__ = [
    "A4_HALF_WIDTH_MM", "A4_TEXT_WIDTH_MM", "CYCLE", "FONT_FAMILY", "INK", "MISSING_FACE", "MISSING_HATCH", "MUTED", "PALETTE", "RULE", "STACK",
    "YenUnit", "apart", "axes_for", "contrast", "finish", "name_at_right", "name_points", "new_figure", "ordered_colours", "percent_axis",
    "size_mm", "text_colour_on", "use_style", "write_beside", "yen_axis",
]  # fmt: skip
