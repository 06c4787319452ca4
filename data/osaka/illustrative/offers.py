"""What would vendors charge for a shared purchase of a task, or of a kind of system that several departments use?

A price list is the lower envelope of its lines: a year costs fixed + variable × residents (or users) on the line chosen, and each member
pays a yearly fee for its own part of the service. Level: shares of what a body of reference size pays alone after the move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from illustrative.bodies import FAMILY_OF, SPECIALISTS, TASKS, product_of, yearly_total
from illustrative.calibration import load_calibration
from illustrative.draws import Draws
from illustrative.prefecture import BASE_FY, PrefectureSystem, make_systems, price_level, vendors_by_role

Row = dict[str, object]
_MUNICIPAL_OFFERS = 4
_DEPARTMENT_OFFERS = 3


def offer_rows() -> list[Row]:
    """Return the rows of ``offers``."""
    rows: list[Row] = []
    for task in TASKS:
        rows += _task_offers(task)
    for number, (kind, systems) in enumerate(shared_kinds().items(), start=1):
        rows += _kind_offers(number, kind, systems)
    return rows


def shared_kinds() -> dict[str, list[PrefectureSystem]]:
    """Return the kinds of system that several departments run and that shared products exist for, with those systems."""
    systems = make_systems()
    departments = Counter(kind for kind, _ in {(system.system_kind, system.department_id) for system in systems})
    offered = load_calibration().entries["offered_kinds"]["value"]
    kinds = sorted(kind for kind, count in departments.items() if count >= 2 and kind in offered)
    return {kind: [system for system in systems if system.system_kind == kind] for kind in kinds}


def _task_offers(task: str) -> Iterator[Row]:
    calibration = load_calibration()
    weights = calibration.table("municipal_vendor_weights") | SPECIALISTS.get(FAMILY_OF[task], {})
    vendors = sorted(weights, key=lambda vendor: -Draws(f"offers/{task}/{vendor}").around(weights[vendor], 0.5))
    for number, vendor in enumerate(vendors[:_MUNICIPAL_OFFERS], start=1):
        draws = Draws(f"offers/{task}/{vendor}/price")
        offer: Row = {
            "offer_id": f"F{task}-{number}",
            "vendor_id": vendor,
            "product_id": product_of(vendor, task, "S"),
            "unit_kind": "task",
            "unit_key": task,
        }
        largest = int(draws.pick(calibration.table("offer_largest_member"))) if number > 1 else 0
        price = _task_price(task, draws)
        price["variable"] *= 1.0 if largest else calibration.number("offer_without_limit")
        yield from _lines(offer | {"member_max_people": largest or None}, price, 3 if draws.yes(0.7) else 2, draws)


def _task_price(task: str, draws: Draws) -> dict[str, float]:
    """Return member fee, fixed and variable cost and onboarding of line 1 for one task."""
    calibration = load_calibration()
    shape, weights = calibration.table("offer_shape"), calibration.table("task_weights")
    share = weights[task] / sum(weights.values()) * calibration.table("move_multiplier")["other"] / price_level(2017)
    small, large = shape["reference_small"], shape["reference_large"]
    cost = calibration.table("migration_cost")
    onboarding = (
        cost["yen"] * (small / cost["population"]) ** cost["elasticity"] * weights[task] / sum(weights.values())
    )
    level = draws.around(1.0, 0.10)
    return {
        "member": shape["member_fee"] * share * yearly_total(small) * level,
        "fixed": shape["fixed"] * share * yearly_total(small) * draws.around(level, 0.15),
        "variable": shape["variable"] * share * yearly_total(large) / large * draws.around(level, 0.06),
        "onboarding": calibration.number("offer_onboarding") * onboarding * draws.around(1.0, 0.15),
    }


def _kind_offers(kind_number: int, kind: str, systems: list[PrefectureSystem]) -> Iterator[Row]:
    draws = Draws(f"offers/kind/{kind}")
    roles = vendors_by_role()
    sellers = sorted([*roles["cloud"], *roles["package"]])
    vendors = sorted(sellers, key=lambda vendor: draws.uniform())[:_DEPARTMENT_OFFERS]
    shape = load_calibration().table("kind_offer_shape")
    mean = sum(system.running_yen for system in systems) / len(systems)
    users = sum(system.users_people for system in systems) / len(systems)
    for number, vendor in enumerate(sorted(vendors), start=1):
        level = draws.around(mean, 0.12)
        price = {
            "member": shape["member_fee"] * level,
            "fixed": shape["fixed"] * level,
            "variable": shape["variable"] * level / users,
            "onboarding": shape["onboarding"] * level,
        }
        offer: Row = {
            "offer_id": f"FK{kind_number:02d}-{number}",
            "vendor_id": vendor,
            "product_id": f"K-{vendor}-{kind_number:02d}",
            "unit_kind": "system_kind",
            "unit_key": kind,
        }
        yield from _lines(offer, price, 2, draws)


def _lines(offer: Row, price: dict[str, float], count: int, draws: Draws) -> Iterator[Row]:
    tiers = load_calibration().table("offer_tiers")
    first = BASE_FY + 1 + draws.whole(0, 1)
    fewest = draws.pick({2: 0.6, 3: 0.3, 4: 0.1})
    most = draws.pick({0: 0.6, 12: 0.2, 20: 0.2})
    for line in range(count):
        yield offer | {
            "line_number": line + 1,
            "fixed_cost_yen": _thousands(price["fixed"] * tiers["fixed"][line]),
            "variable_cost_yen": round(price["variable"] * tiers["variable"][line], 2),
            "member_fee_yen": _thousands(price["member"]),
            "onboarding_yen": _thousands(price["onboarding"]),
            "members_min_count": fewest,
            "members_max_count": most or None,
            "first_start_fy": first,
            "last_start_fy": BASE_FY + 8,
        }


def _thousands(amount_yen: float) -> int:
    return round(amount_yen / 1000) * 1000
