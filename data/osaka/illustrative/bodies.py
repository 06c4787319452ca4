"""What is each municipality's choice of vendors, its renewal year, its move to standard systems and its yearly cost by task?

Total yearly cost of a body in FY2017 prices is piecewise log-linear in population: elasticity .53 up to the knot and 1.10 above it, with
a body effect, so that cost per resident is U-shaped as published; tasks take fixed shares of it with noise of their own. Members of
one shared cloud share vendor, product, renewals and the day of the move (but for the family register, which stays each body's own).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from illustrative.calibration import load_calibration
from illustrative.draws import Draws
from illustrative.prefecture import vendors_by_role

TASKS = tuple(f"T{number:02d}" for number in range(1, 21))
FAMILIES: dict[str, tuple[str, ...]] = {
    "resident": ("T01", "T02", "T18"),
    "tax": ("T03", "T04", "T05", "T06"),
    "insurance": ("T07", "T08", "T10", "T11"),
    "welfare": ("T09", "T12", "T15", "T16", "T17"),
    "health": ("T13",),
    "school": ("T14",),
    "register": ("T19", "T20"),
}
FAMILY_OF = {task: family for family, tasks in FAMILIES.items() for task in tasks}
SPECIALISTS = {
    "health": {"V16": 0.7, "V13": 0.3},
    "school": {"V17": 0.7, "V09": 0.3},
    "register": {"V14": 0.62, "V09": 0.22, "V01": 0.16},
}
_LARGE_PEERS = ("政令指定都市", "中核市", "施行時特例市")
_REFERENCE_FY = 2017


@dataclass(frozen=True)
class Body:
    """One municipality as the generator sees it."""

    code: str
    name_ja: str
    kind: str
    peer_type: str
    population: int
    general_staff: int
    cloud_group: str
    external_talent: bool

    @property
    def is_large(self) -> bool:
        """Return whether it is a designated, core or special city (the published ×2.3 is theirs)."""
        return self.peer_type in _LARGE_PEERS


@dataclass(frozen=True)
class TaskPlan:
    """One task of one body: cost, vendor, renewals and the day its standard system starts."""

    task: str
    yearly_yen_2017: float
    multiplier: float
    vendor_id: str
    next_vendor_id: str
    product_id: str
    next_product_id: str
    first_start: dt.date
    go_live: dt.date
    is_late: bool
    late_reason: str | None
    migration_yen: float
    shared_group: str | None


@dataclass
class BodyPlan:
    """All tasks of one body, and the stream that its contracts draw from."""

    body: Body
    tasks: list[TaskPlan] = field(default_factory=list)


def yearly_total(population: int) -> float:
    """Return the expected yearly cost of the 20 tasks in FY2017 prices for a body of this size (yen)."""
    calibration = load_calibration()
    reference = calibration.table("cost_per_resident_reference")
    knot = calibration.number("elasticity_knot")
    small, large = calibration.number("elasticity_small"), calibration.number("elasticity_large")
    anchor = reference["yen"] * reference["population"]
    at_knot = anchor * (knot / reference["population"]) ** small
    return float(at_knot * (population / knot) ** (small if population <= knot else large))


def plan_bodies(bodies: Sequence[Body]) -> list[BodyPlan]:
    """Return the plans of all bodies, with the published share of late systems and bodies."""
    late = late_tasks(bodies)
    return [_plan(body, late.get(body.code, ())) for body in bodies]


def late_tasks(bodies: Sequence[Body]) -> dict[str, tuple[str, ...]]:
    """Return the tasks that miss the deadline, by body: large bodies first in line, shared clouds not among them."""
    calibration, draws = load_calibration(), Draws("municipal/late")
    alone = [body for body in bodies if not body.cloud_group]
    rank = {body.code: draws.around(body.population**0.45, 0.55) for body in alone}
    chosen = sorted(alone, key=lambda body: -rank[body.code])[: round(calibration.number("late_bodies") * len(bodies))]
    wanted = round(calibration.number("late_systems") * len(bodies) * len(TASKS))
    counts = _spread(wanted, {body.code: draws.around(body.population**0.22, 0.35) for body in chosen})
    return {code: _some_tasks(code, count) for code, count in counts.items()}


def _spread(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Share out ``total`` in proportion to the weights, each between 1 and all tasks."""
    factor, counts = total / sum(weights.values()), dict[str, int]()
    for _ in range(60):
        counts = {key: min(max(round(weight * factor), 1), len(TASKS)) for key, weight in weights.items()}
        factor *= (total / sum(counts.values())) ** 0.7
    return counts


def _some_tasks(code: str, count: int) -> tuple[str, ...]:
    """Return late tasks: a body's late systems come from few families (one vendor is short of people)."""
    draws = Draws(f"municipal/late/{code}")
    families = sorted(FAMILIES, key=lambda family: draws.around(len(FAMILIES[family]), 0.7), reverse=True)
    return tuple(sorted([task for family in families for task in FAMILIES[family]][:count]))


def _plan(body: Body, late: tuple[str, ...]) -> BodyPlan:
    calibration = load_calibration()
    shared, own = Draws(f"municipal/{body.cloud_group or body.code}"), Draws(f"municipal/own/{body.code}")
    sd = calibration.number("body_effect")
    level = yearly_total(body.population) * math.exp(sd * own.normal() - sd**2 / 2)
    if body.cloud_group:
        level *= math.exp(calibration.number("shared_cloud_effect"))
    move = calibration.table("move_multiplier")
    multiplier = (move["large"] if body.is_large else move["other"]) * own.around(1.0, move["body_sd"])
    families = {family: _family_choice(family, shared if family != "register" else own) for family in FAMILIES}
    if shared.yes(calibration.number("one_suite_share")) or body.cloud_group:
        for family in ("tax", "insurance", "welfare"):
            families[family] = {**families["resident"]}
    plan = BodyPlan(body)
    for task in TASKS:
        plan.tasks.append(_task_plan(body, task, families[FAMILY_OF[task]], level, multiplier, task in late, own))
    return plan


def _family_choice(family: str, draws: Draws) -> dict[str, object]:
    """Return vendor before and after the move, first renewal and go-live, common to a family of tasks."""
    calibration = load_calibration()
    weights = SPECIALISTS.get(family) or calibration.table("municipal_vendor_weights")
    vendor = draws.pick(weights)
    next_vendor = vendor if draws.yes(0.82) else draws.pick(weights)
    first = dt.date(draws.whole(2012, 2016), 10 if draws.yes(0.3) else 4, 1)
    if first > dt.date(2016, 4, 1):
        first = dt.date(2016, 4, 1)
    year = int(draws.pick(calibration.table("move_years")))
    month = draws.pick({10: 0.35, 1: 0.45, 3: 0.20}) if year < 2026 else draws.pick({7: 0.5, 10: 0.5})
    go_live = dt.date(year + (month < 4), month, 1)
    return {"vendor": vendor, "next_vendor": next_vendor, "first": first, "go_live": go_live}


def _task_plan(
    body: Body, task: str, family: dict[str, object], level: float, multiplier: float, is_late: bool, draws: Draws
) -> TaskPlan:
    calibration = load_calibration()
    weights, move = calibration.table("task_weights"), calibration.table("move_multiplier")
    sd, cost = calibration.number("task_effect"), calibration.table("migration_cost")
    share = weights[task] / sum(weights.values())
    size = (body.population / cost["population"]) ** cost["elasticity"]
    late_fy = int(draws.pick(calibration.table("late_move_years")))
    go_live, first = family["go_live"], family["first"]
    assert isinstance(go_live, dt.date)
    assert isinstance(first, dt.date)
    shared = bool(body.cloud_group) and FAMILY_OF[task] != "register"
    return TaskPlan(
        task=task,
        yearly_yen_2017=level * share * math.exp(sd * draws.normal() - sd**2 / 2) / _with_refresh(),
        multiplier=min(max(multiplier * draws.around(1.0, move["task_sd"]), move["least"]), move["most"]),
        vendor_id=str(family["vendor"]),
        next_vendor_id=str(family["next_vendor"]),
        product_id=product_of(str(family["vendor"]), task, "P"),
        next_product_id=product_of(str(family["next_vendor"]), task, "S"),
        first_start=first,
        go_live=dt.date(late_fy + 1, 1, 1) if is_late else go_live,
        is_late=is_late,
        late_reason=_late_reason(body, draws) if is_late else None,
        migration_yen=cost["yen"] * size * share * draws.around(1.0, cost["task_sd"]),
        shared_group=body.cloud_group if shared else None,
    )


def product_of(vendor_id: str, task: str, generation: str) -> str:
    """Return the product of a vendor for a task: one suite a family; generation P (present) or S (standard-compliant)."""
    return f"{generation}-{vendor_id}-{FAMILY_OF[task]}"


def last_day_before(day: dt.date) -> dt.date:
    """Return the last day before a first of a month."""
    return day - dt.timedelta(days=1)


def five_years_on(start: dt.date) -> dt.date:
    """Return the last day of a five-year contract."""
    return last_day_before(start.replace(year=start.year + 5))


def municipal_rivals() -> dict[str, float]:
    """Return the firms that might bid for a municipal task, with weights."""
    weights = {
        str(vendor): float(share) for vendor, share in load_calibration().table("municipal_vendor_weights").items()
    }
    return weights | {
        vendor: 0.03 * weight for vendor, weight in vendors_by_role()["package"].items() if vendor not in weights
    }


def _with_refresh() -> float:
    """Return yearly cost with renewals over running cost alone: the published bands hold both."""
    return 1.0 + load_calibration().number("refresh_share") / 5


def _late_reason(body: Body, draws: Draws) -> str:
    reasons = dict(load_calibration().table("late_reasons"))
    if body.kind != "designated_city":
        del reasons["mainframe"]
    if not body.is_large:
        del reasons["bespoke"]
    return str(draws.pick(reasons))
