"""What is each of the prefecture's 240 systems really like, before anything is blurred, lost or left stale?

The hidden truth of the inventory: size, hosting, customisation, lock-in, and the yearly cost that follows from them. Yearly running
cost without lock-in, in prices of the base year, is
    log cost = level + a·log users + b·log(1 + servers) + c·customisation + d·age (+ e if there is no own server) + noise,
so that a regression on columns of the inventory recovers every coefficient; lock-in adds the premium (see history.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from dxmodels.inputs.schemas import COST_ITEMS
from illustrative.calibration import Calibration, load_calibration
from illustrative.draws import Draws, logistic
from illustrative.writing import read_rows

BASE_FY = 2026
CATALOGUE = Path(__file__).with_name("catalogue")
LEASE_ITEMS = ("hardware_lease", "hardware_maintenance_fee")
_HOSTINGS = ("own_server", "shared_server", "private_cloud", "public_cloud", "saas")


@dataclass(frozen=True)
class PrefectureSystem:
    """One system as it really is; ``running_yen`` is the yearly cost without lock-in in prices of the base year."""

    system_id: str
    department_id: str
    system_kind: str
    duplicate_group: str
    name_ja: str
    description_ja: str
    legal_basis_ja: str
    size_class: int
    users_people: int
    start_fy: int
    hosting: str
    servers: int
    customisation: float
    once_locked_in: bool
    release_wanted_fy: int | None
    running_yen: float
    item_shares: dict[str, float]
    vendor_id: str

    @property
    def age_years(self) -> int:
        """Return the years in operation at the base year."""
        return BASE_FY - self.start_fy

    @property
    def has_own_server(self) -> bool:
        """Return whether the system needs hardware of the prefecture."""
        return self.servers > 0

    @property
    def lease_share(self) -> float:
        """Return the share of the yearly cost that a separate hardware lease carries (0 without one)."""
        if self.hosting != "own_server" or self.servers < 3:
            return 0.0
        return sum(self.item_shares.get(item, 0.0) for item in LEASE_ITEMS)


def price_level(fiscal_year: int) -> float:
    """Return the price level of a year against the base year."""
    growth = load_calibration().table("service_price_growth")
    return math.exp(-sum(rate for year, rate in growth.items() if year > fiscal_year))


@cache
def make_systems() -> tuple[PrefectureSystem, ...]:
    """Return all systems, with vendors shared out so that large systems follow the published concentration."""
    names = read_rows(CATALOGUE / "system_names.csv")
    drafts = [_draft(row) for row in names]
    vendors = _share_out_vendors(drafts)
    return tuple(replace(draft, vendor_id=vendors[draft.system_id]) for draft in drafts)


@cache
def vendors_by_role() -> dict[str, dict[str, float]]:
    """Return vendor → weight for every role."""
    roles: dict[str, dict[str, float]] = {}
    for row in read_rows(CATALOGUE / "vendor_names.csv"):
        roles.setdefault(row["role"], {})[row["vendor_id"]] = float(row["weight"])
    return roles


def roles_for(system_kind: str, hosting: str, size_class: int) -> dict[str, float]:
    """Return which kinds of vendors serve such a system, with their shares."""
    calibration = load_calibration()
    if size_class >= 4:
        group = "large"
    elif hosting in {"saas", "public_cloud"}:
        group = "cloud"
    elif system_kind in calibration.entries["package_kinds"]["value"]:
        group = "package"
    else:
        group = "middle" if size_class == 3 else "small"
    return dict(calibration.table("vendor_roles")[group])


def rivals_of(system: PrefectureSystem) -> dict[str, float]:
    """Return the firms that might bid for such a system, with weights."""
    roles = roles_for(system.system_kind, system.hosting, system.size_class)
    vendors = vendors_by_role()
    return {vendor: share * weight for role, share in roles.items() for vendor, weight in vendors[role].items()}


def _draft(row: dict[str, str]) -> PrefectureSystem:
    """Return a system of the catalogue with all but its vendor."""
    calibration, draws = load_calibration(), Draws(f"system/{row['system_id']}")
    size_class = int(row["size_class"])
    hosting = draws.pick(dict(zip(_HOSTINGS, calibration.table("hosting_by_size")[size_class], strict=True)))
    low, high = calibration.table("servers_by_size")[size_class]
    servers = draws.whole(low, high) if hosting in {"own_server", "shared_server", "private_cloud"} else 0
    start_fy = _not_before(row, _first_year(draws, hosting))
    customisation = _customisation(draws, hosting, BASE_FY - start_fy)
    locked_in = draws.yes(_lock_in_chance(calibration, customisation, BASE_FY - start_fy, servers))
    is_released = draws.yes(calibration.number("released_share")) and locked_in
    release_fy = int(draws.one_of(calibration.row("release_years")))
    users = max(5, round(draws.around(float(row["users_people"]), 0.15)))
    return PrefectureSystem(
        row["system_id"], row["department_id"], row["system_kind"], row["duplicate_group"], row["name_ja"],
        row["description_ja"], row["legal_basis_ja"], size_class, users, start_fy, hosting, servers, customisation,
        once_locked_in=locked_in,
        release_wanted_fy=release_fy if is_released else None,
        running_yen=_running_yen(draws, users, servers, customisation, BASE_FY - start_fy),
        item_shares=_item_shares(draws, hosting),
        vendor_id="",
    )  # fmt: skip


def _first_year(draws: Draws, hosting: str) -> int:
    cloud = hosting in {"saas", "public_cloud"}
    first, last = draws.pick(load_calibration().table("first_years_cloud" if cloud else "first_years")).split("-")
    return draws.whole(int(first), int(last))


def _not_before(row: dict[str, str], start_fy: int) -> int:
    """Return the start, or a year soon after the first in which such a system could exist."""
    if not row["earliest_fy"] or start_fy >= int(row["earliest_fy"]):
        return start_fy
    return min(int(row["earliest_fy"]) + Draws(f"earliest/{row['system_id']}").whole(0, 2), BASE_FY - 1)


def _customisation(draws: Draws, hosting: str, age_years: int) -> float:
    logit = load_calibration().table("customisation_logit")
    value = logit[hosting] + logit["per_year"] * (age_years - logit["middle_age"]) + logit["sd"] * draws.normal()
    return round(logistic(value), 2)


def _lock_in_chance(calibration: Calibration, customisation: float, age_years: int, servers: int) -> float:
    logit = calibration.table("lockin_logit")
    return logistic(
        logit["constant"]
        + logit["customisation"] * customisation
        + logit["age"] * age_years
        + logit["servers"] * math.log1p(servers)
    )


def _running_yen(draws: Draws, users: int, servers: int, customisation: float, age_years: int) -> float:
    calibration = load_calibration()
    return math.exp(
        calibration.number("cost_level")
        + calibration.number("cost_of_users") * math.log(users)
        + calibration.number("cost_of_servers") * math.log1p(servers)
        + calibration.number("cost_of_customisation") * customisation
        + calibration.number("cost_of_age") * age_years
        + (0.0 if servers else calibration.number("cost_without_own_server"))
        + calibration.number("cost_noise") * draws.normal()
    )


def _item_shares(draws: Draws, hosting: str) -> dict[str, float]:
    if hosting == "saas":
        base = load_calibration().table("saas_item_shares")
    else:
        base = pilot_shares("government_cloud_yen" if hosting == "public_cloud" else "current_yen")
    noise = load_calibration().number("item_share_noise")
    rough = {item: share * draws.around(1.0, noise) for item, share in base.items()}
    return {item: share / sum(rough.values()) for item, share in rough.items()}


@cache
def pilot_shares(column: str) -> dict[str, float]:
    """Return the published shares of the ten cost items in one column of the pilot table."""
    rows = read_rows(CATALOGUE.parents[1] / "govcloud_pilot.csv")
    amounts = {row["cost_item"]: float(row[column]) for row in rows}
    return {item: amounts[item] / sum(amounts.values()) for item in COST_ITEMS}


def _share_out_vendors(drafts: list[PrefectureSystem]) -> dict[str, str]:
    """Give systems to vendors from the dearest down; among large ones the vendor furthest below its share comes next."""
    draws, chosen = Draws("vendors/first"), dict[str, str]()
    given: dict[str, float] = {}
    for draft in sorted(drafts, key=lambda item: (-item.running_yen, item.system_id)):
        shares = vendors_by_role()[draws.pick(roles_for(draft.system_kind, draft.hosting, draft.size_class))]
        if draft.size_class >= 3:
            vendor = min(shares, key=lambda name: (given.get(name, 0.0) / max(shares[name], 1e-9), name))
        else:
            vendor = draws.pick(shares)
        chosen[draft.system_id] = vendor
        given[vendor] = given.get(vendor, 0.0) + draft.running_yen
    return chosen
