"""How is the fit of systems to a standard drawn: one bar a task or department, its systems by state?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from dxmodels.consolidation.standard_fit import StandardFit
from dxmodels.figures import style

_STATES = (
    ("fit_count", "そのまま合う", "blue"),
    ("part_count", "一部が合わない", "sky"),
    ("gap_count", "合わない", "vermillion"),
)


def plot_fit(result: StandardFit, *, ax: Axes | None = None) -> Axes:
    """Draw the systems of each task or department by state, those without a record hatched at the end."""
    table = result.table.iloc[:-1].iloc[::-1]
    ax = style.axes_for(ax, height_mm=26.0 + 5.2 * len(table))
    places, left = np.arange(len(table)), np.zeros(len(table))
    for name, label, colour in _STATES:
        counts = table[name].to_numpy(dtype=float)
        ax.barh(
            places,
            counts,
            left=left,
            height=0.7,
            color=style.PALETTE[colour],
            edgecolor="white",
            linewidth=0.6,
            label=label,
        )
        left += counts
    unknown = table["unrecorded_count"].to_numpy(dtype=float)
    ax.barh(places, unknown, left=left, height=0.7, color=style.MISSING_FACE, edgecolor=style.MUTED, linewidth=0.5, hatch=style.MISSING_HATCH, label="記録がない")  # fmt: skip
    ax.set_yticks(places, table.iloc[:, 0].astype(str).tolist(), fontsize=7.5)
    ax.set_xlabel("システムの数")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.01), ncols=4)
    return style.finish(ax, grid="x")
