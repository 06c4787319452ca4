"""How are amounts and shares printed along an axis?"""

from __future__ import annotations

from typing import Literal

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter

from dxmodels.errors import ModelError
from dxmodels.money import UNITS_YEN

YenUnit = Literal["円", "千円", "百万円", "億円"]


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


def _tick_text(value: float) -> str:
    magnitude = round(abs(value), 6)
    digits = 0 if magnitude == int(magnitude) else len(f"{magnitude:.6f}".split(".")[1].rstrip("0"))
    text = f"{magnitude:,.{digits}f}"
    return f"▲{text}" if value < 0 and magnitude else text
