"""Which groups of members of a purchase would all pay no more than alone under a sharing rule?

Rule       share_i = T · (λ/m + (1 − λ) · w_i/W), T = the purchase's whole cost with these members, m members, w residents
Method     for every purchase, starting from all who gain by it, from the larger and from the smaller bodies only, and from those whom given
           prices of the units speak for: leave out the worst loser (or first the dearest members), again and again, until nobody loses.
Leaves out groups that are content although no such path leads to them: the list is long, not complete.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dxmodels.bundling.parts import unit_groups
from dxmodels.bundling.problem import BundleProblem, Flags, Floats, Ints

_ROUNDING = 1e-9
_PARTS = (1.0, 0.75, 0.5, 0.35, 0.2, 0.1)  # of the bodies, from the largest and from the smallest
_DEAREST_FIRST = (0, 1, 3)  # how many of the dearest members go before the worst losers


@dataclass(frozen=True, eq=False)
class ContentGroups:
    """Groups as bundle (position), choices (positions) and whole cost; in each nobody pays more than alone under the rule."""

    bundle: list[int] = field(default_factory=list)
    choices: list[Ints] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.bundle)


@dataclass(frozen=True, eq=False)
class _Task:
    """One group of units that share bundles, as dense tables bundle × unit; +inf and −1 where no choice exists."""

    units: Ints
    bundles: Ints
    cost: Floats
    choice: Ints
    fixed: Floats
    alone: Floats
    people: Floats
    fewest: Floats
    most: Floats


def find_content_groups(
    problem: BundleProblem, *, equal_part: float, alone: Floats, people: Floats, prices: Floats | None = None
) -> ContentGroups:
    """Return content groups of two members or more that save something, each once; ``prices`` (one a unit) give further starts."""
    found, seen = ContentGroups(), set()
    loads = np.isfinite(problem.capacity)
    for task in _tasks(problem, alone, people):
        row, starts = _starts(task, None if prices is None else prices[task.units])
        for first in _DEAREST_FIRST:
            groups, kept = _trimmed(task, row, starts, equal_part, first)
            for place, group in zip(kept.tolist(), groups, strict=True):
                choices = task.choice[place, group]
                bundle = int(task.bundles[place])
                key = (bundle, choices.tobytes())
                if key in seen or (loads[bundle] and problem.load[choices].sum() > problem.capacity[bundle]):
                    continue
                seen.add(key)
                found.bundle.append(bundle)
                found.choices.append(choices)
                found.cost.append(float(task.fixed[place] + task.cost[place, group].sum()))
    return found


def _tasks(problem: BundleProblem, alone: Floats, people: Floats) -> list[_Task]:
    group = unit_groups(problem)
    shared = problem.members_possible > 1
    tasks = []
    for number in range(int(group.max()) + 1):
        units = np.flatnonzero(group == number)
        at = np.flatnonzero((group[problem.unit_of] == number) & shared[problem.bundle_of])
        if not len(at):
            continue
        bundles, row = np.unique(problem.bundle_of[at], return_inverse=True)
        column = np.searchsorted(units, problem.unit_of[at])
        cost, choice = np.full((len(bundles), len(units)), np.inf), np.full((len(bundles), len(units)), -1)
        cost[row, column], choice[row, column] = problem.cost[at], at
        pays = np.where(cost < alone[units], alone[units] - cost, 0.0).sum(axis=1) > problem.fixed_cost[bundles]
        tasks.append(
            _Task(
                units, bundles[pays], cost[pays], choice[pays], problem.fixed_cost[bundles[pays]], alone[units], people[units],
                np.maximum(2.0, problem.min_units[bundles[pays]]), problem.max_units[bundles[pays]],
            )
        )  # fmt: skip
    return tasks


def _starts(task: _Task, prices: Floats | None) -> tuple[Ints, Flags]:
    """Rows (which purchase) and the members to begin with."""
    gains = task.cost < task.alone
    rank = np.argsort(np.argsort(-task.alone, kind="stable"), kind="stable") / max(1, len(task.alone))
    masks = [mask for part in _PARTS for mask in ((rank < part), (rank >= 1 - part))][1:]
    starts = [gains & mask for mask in masks]
    if prices is not None:
        starts.append(gains & (task.cost < prices))
    rows = np.tile(np.arange(len(task.bundles)), len(starts))
    return rows, np.vstack(starts)


def _trimmed(task: _Task, row: Ints, start: Flags, equal_part: float, dearest_first: int) -> tuple[Flags, Ints]:
    """Leave members out until all are content; returns the groups that remain with their purchases."""
    groups, rows, done, of = start.copy(), row.copy(), [], []
    for step in range(start.shape[1]):
        count = groups.sum(axis=1)
        alive = count >= task.fewest[rows]
        groups, rows, count = groups[alive], rows[alive], count[alive]
        if not len(rows):
            break
        loss, saving = _losses(task, groups, rows, count, equal_part)
        content = (loss.max(axis=1) <= 1 + _ROUNDING) & (count <= task.most[rows])
        good = content & (saving > 0)
        done.append(groups[good])
        of.append(rows[good])
        groups, rows, loss = groups[~content], rows[~content], loss[~content]
        if not len(rows):
            break
        key = np.where(groups, task.cost[rows], -np.inf) if step < dearest_first else loss
        groups[np.arange(len(rows)), key.argmax(axis=1)] = False
    empty = np.zeros((0, start.shape[1]), dtype=bool)
    return np.vstack([empty, *done]), np.concatenate([np.zeros(0, dtype=np.int64), *of])


def _losses(task: _Task, groups: Flags, rows: Ints, count: Ints, equal_part: float) -> tuple[Floats, Floats]:
    """Share ÷ alone of every member (−inf outside) and what each group saves together."""
    total = task.fixed[rows] + np.where(groups, task.cost[rows], 0.0).sum(axis=1)
    crowd = np.maximum(groups @ task.people, 1e-12)
    share = total[:, None] * (equal_part / count[:, None] + (1.0 - equal_part) * task.people / crowd[:, None])
    return np.where(groups, share / task.alone, -np.inf), groups @ task.alone - total
