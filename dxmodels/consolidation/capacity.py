"""How many of those who want to move can: vendor slots, local staff and the shared pool?

Units stand in one order for all years (late first, then by renewal, then by body): sorted once, then cumulated. Unit u needs n_u
slots and h_u staff. Its body's own staff covers what earlier units of the same body left; the rest is asked of the pool.
Granted: cumulated slots ≤ slots of the year and cumulated shortage ≤ pool of the year. A move too large for one year's staff is worked on over
several: what the body's staff did for moves not yet finished is carried over.
Staff of the year = FTE · factor · share for migration · (1 - attrition/2): a successor is on average half a year short of full speed.
What it leaves out: vendors one by one (slots are pooled: a body tied to one busy vendor waits longer than here), overtime.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dxmodels.consolidation.fleet import Fleet

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_ROOM_TOLERANCE = 1e-9


def order_of_units(fleet: Fleet) -> Ints:
    """Return the units in order of priority: late first, then earlier renewal, then the order of bodies."""
    return np.lexsort((fleet.holder, fleet.renewal, ~fleet.is_late)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Granted:
    """Which units move (draws, U), and the staff work each body carries over to the next year (draws, H)."""

    units: Flags
    carried: Floats


def grant(
    wanted: Flags, need_slots: Floats, need_staff: Floats, *, local: Floats, slots: Floats, pool: Floats, fleet: Fleet, order: Ints
) -> Granted:  # fmt: skip
    """Return which wanted units move and what staff work is carried over.

    ``need_slots`` (U,), ``need_staff`` (U,) FTE years, ``local`` staff work by body (draws, H) with what was carried over,
    ``slots`` and ``pool`` (draws,).
    """
    asked = wanted * need_staff
    running = np.cumsum(asked, axis=1)
    before = running[:, fleet.starts] - asked[:, fleet.starts]  # what all earlier bodies ask
    within = running - before[:, fleet.holder]
    short = np.minimum(np.maximum(within - local[:, fleet.holder] - _ROOM_TOLERANCE, 0.0), asked)
    # What can never fit into the pool of one year waits for its body's own staff and must not block those behind it.
    hopeless = short > pool[:, None]
    queued = np.where(hopeless, 0.0, short)[:, order]
    fits = (np.cumsum(queued, axis=1) <= (pool + _ROOM_TOLERANCE)[:, None]) | (queued == 0.0)
    fits &= np.cumsum((wanted * need_slots)[:, order], axis=1) <= (slots + _ROOM_TOLERANCE)[:, None]
    units = np.empty_like(wanted)
    units[:, order] = fits
    units &= wanted & ~hopeless
    used = np.add.reduceat(units * (asked - short), fleet.starts, axis=1)
    waits = np.logical_or.reduceat(wanted & ~units, fleet.starts, axis=1)
    return Granted(units, np.where(waits, np.maximum(local - used, 0.0), 0.0))
