"""What is to be moved, together with what, using whose capacity, and is the table of it sound?

``moves`` (one row a system): system_id, municipality_code, earliest_fy, deadline_fy and optionally vendor_id (blank = not limited by a
vendor), name_ja (of the municipality), group_id (systems with the same one go live together), duration_years (1), vendor_slots_count (1), staff_fte (0).
``costs`` (optional): system_id, fiscal_year of go-live (blank = not within the years), cost_yen over the whole calendar; the rules' price of
late system-years comes on top.
``capacity`` and ``reserved`` (used by earlier plans): capacity_kind, holder_id, fiscal_year and capacity_fte / used_fte, as in the case's table.
A move that goes live in year t and lasts d years uses its vendor's and its municipality's capacity in t-d+1 … t.
All faults are told at once. A holder without any row is not limited, and is named in the result; a holder with a year missing is a fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from dxmodels.errors import Fault, InputError
from dxmodels.municipalities.waves.rules import WaveRules

VENDOR, STAFF, EXPERT = "vendor", "municipality_staff", "shared_expert"
KIND_JA = {VENDOR: "事業者の並行移行数", STAFF: "市町村の職員", EXPERT: "共同人材"}
POOL = "pool"  # all holders of shared experts together
_DEFAULTS = {"duration_years": 1.0, "vendor_slots_count": 1.0, "staff_fte": 0.0}
_MAY_BE_BLANK = ("vendor_id", "group_id")
_NEEDED = ("system_id", "municipality_code", "earliest_fy", "deadline_fy")

Resource = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Unit:
    """Systems that go live together; ``loads``: (resource, years before go-live, amount); ``options``: years it may go live in."""

    name: str
    members: tuple[int, ...]
    loads: tuple[tuple[Resource, int, float], ...]
    options: tuple[int, ...]
    deadlines: tuple[int, ...]
    earliest_fy: int

    def late_count(self, year: int | None) -> int:
        """Systems of the unit that are past their deadline when it goes live in ``year`` (None = not within the years)."""
        return sum(year is None or year > deadline for deadline in self.deadlines)

    def late_years(self, year: int) -> int:
        """System-years past the deadline when it goes live in ``year``."""
        return sum(max(0, year - deadline) for deadline in self.deadlines)


@dataclass(frozen=True, eq=False)
class WaveProblem:
    """A checked problem: systems, units, capacity left by resource and year, cost by (unit, year), holders without a limit."""

    systems: pd.DataFrame
    units: tuple[Unit, ...]
    capacity: dict[tuple[Resource, int], float]
    given: dict[tuple[Resource, int], float]
    costs: dict[tuple[int, int | None], float]
    rules: WaveRules
    unlimited: tuple[Resource, ...]
    pool_holder: str = POOL

    @property
    def names(self) -> dict[str, str]:
        """Names of the municipalities by code, where the moves give them (column name_ja)."""
        if "name_ja" not in self.systems:
            return {}
        rows = self.systems.dropna(subset=["name_ja"])
        return dict(zip(rows["municipality_code"].astype(str), rows["name_ja"].astype(str), strict=True))

    def usage(self) -> Iterator[tuple[Resource, int, int, int, float]]:
        """Yield (resource, year, unit, go-live year, amount) of every option that uses a limited resource."""
        limited = {resource for resource, _ in self.capacity}
        for number, unit in enumerate(self.units):
            for resource, back, amount in unit.loads:
                if resource in limited:
                    for year in unit.options:
                        yield resource, year - back, number, year, amount


def build_problem(
    moves: pd.DataFrame,
    capacity: pd.DataFrame,
    *,
    rules: WaveRules,
    costs: pd.DataFrame | None = None,
    reserved: pd.DataFrame | None = None,
    ignore: tuple[str, ...] = (),
) -> WaveProblem:
    """Return the checked problem; raise InputError with every fault. ``ignore``: kinds of capacity that do not limit this plan."""
    systems = _checked_moves(moves)
    given, faults = _capacity(capacity, "capacity_fte", rules, ignore)
    used, more = _capacity(reserved, "used_fte", rules, ignore) if reserved is not None else ({}, [])
    wanted = set(systems["vendor_id"].dropna()), set(systems["municipality_code"])
    left = {key: value - used.get(key, 0.0) for key, value in given.items() if _is_wanted(key[0], *wanted)}
    faults += more + _overdrawn(left) + _missing_years(left, rules)
    money, more = _cost_table(costs, systems)
    if faults or more:
        raise InputError(faults + more)
    units = tuple(_units(systems, rules))
    limited = {resource for resource, _ in left}
    named = {resource for unit in units for resource, _, _ in unit.loads}
    return WaveProblem(
        systems=systems,
        units=units,
        capacity=left,
        given=given,
        costs=_unit_costs(units, money, systems, rules),
        rules=rules,
        unlimited=tuple(sorted(resource for resource in named - limited if resource[0] not in ignore)),
        pool_holder=_pool_holder(capacity),
    )


def _checked_moves(moves: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _NEEDED if name not in moves.columns]
    if missing:
        raise InputError([Fault("moves", f"列 {missing} がありません", "列を補ってください")])
    table = moves.reset_index(drop=True).copy()
    for name, value in _DEFAULTS.items():
        table[name] = table[name].fillna(value) if name in table else value
    for name in _MAY_BE_BLANK:
        if name not in table:
            table[name] = pd.NA
    faults = [
        Fault("moves", problem, cure, row=int(row) + 2, column=column, value=str(table[column].iloc[row]))
        for column, bad, problem, cure in _checks(table)
        for row in bad.to_numpy().nonzero()[0]
    ]
    if table.empty:
        faults.append(Fault("moves", "移行するシステムがありません", "1 件以上の行を用意してください"))
    if faults:
        raise InputError(faults)
    whole = dict.fromkeys(("earliest_fy", "deadline_fy", "duration_years"), "int64")
    return table.astype({**whole, "vendor_slots_count": float, "staff_fte": float, "system_id": str})


def _checks(table: pd.DataFrame) -> list[tuple[str, pd.Series, str, str]]:
    checks = [
        ("system_id", table["system_id"].isna() | table["system_id"].duplicated(), "IDが空欄か重複しています", "一意のIDにしてください"),
        ("municipality_code", table["municipality_code"].isna(), "団体コードが空欄です", "団体コードを記入してください"),
    ]  # fmt: skip
    for name in ("earliest_fy", "deadline_fy"):
        checks.append((name, table[name].isna(), "年度が空欄です", "年度（例：2028）を記入してください"))
    for name, least in (("duration_years", 1), ("vendor_slots_count", 0), ("staff_fte", 0)):
        values = pd.to_numeric(table[name], errors="coerce")
        checks.append((name, ~(values >= least).fillna(False), f"{least} 以上の数ではありません", "値を直してください"))
    return checks


def _capacity(
    table: pd.DataFrame, column: str, rules: WaveRules, ignore: tuple[str, ...]
) -> tuple[dict[tuple[Resource, int], float], list[Fault]]:
    label = "capacity" if column == "capacity_fte" else "reserved"
    missing = [name for name in ("capacity_kind", "holder_id", "fiscal_year", column) if name not in table.columns]
    if missing:
        return {}, [Fault(label, f"列 {missing} がありません", "列を補ってください")]
    rows = table[table["capacity_kind"].isin([kind for kind in KIND_JA if kind not in ignore])]
    rows = rows[rows["fiscal_year"].isin(list(rules.years))]
    bad = rows[rows[column].isna() | (rows[column] < 0)]
    faults = [
        Fault(label, "能力が空欄か負の数です", "0 以上の数にしてください", row=int(number) + 2, column=column)
        for number in bad.index
    ]
    found: dict[tuple[Resource, int], float] = defaultdict(float)
    for kind, holder, year, value in rows.drop(index=bad.index)[
        ["capacity_kind", "holder_id", "fiscal_year", column]
    ].itertuples(index=False):
        name = POOL if kind == EXPERT else str(holder)
        found[(str(kind), name), int(year)] += float(value)
    return dict(found), faults


def _pool_holder(capacity: pd.DataFrame) -> str:
    holders = capacity.loc[capacity["capacity_kind"] == EXPERT, "holder_id"].unique()
    return str(holders[0]) if len(holders) == 1 else POOL


def _is_wanted(resource: Resource, vendors: set[str], places: set[str]) -> bool:
    kind, holder = resource
    return holder in vendors if kind == VENDOR else holder in places if kind == STAFF else True


def _overdrawn(left: dict[tuple[Resource, int], float]) -> list[Fault]:
    cure = "先の計画（契約の解消・共同調達）の年をずらすか、能力の表を直してください"
    return [
        Fault("reserved", f"{name_ja(resource)}の{year}年度の能力を、先の計画の使用量が超えています", cure, value=f"{-value:.2f}超過")
        for (resource, year), value in left.items()
        if value < -1e-9
    ]  # fmt: skip


def _missing_years(left: dict[tuple[Resource, int], float], rules: WaveRules) -> list[Fault]:
    years: dict[Resource, set[int]] = defaultdict(set)
    for resource, year in left:
        years[resource].add(year)
    cure = "計画の全年度の行を用意してください（能力がない年度は 0）"
    return [
        Fault("capacity", f"{name_ja(resource)}の{year}年度の行がありません", cure)
        for resource, known in years.items()
        for year in rules.years
        if year not in known
    ]


def name_ja(resource: Resource, names: Mapping[str, str] | None = None) -> str:
    """Return how a resource is named in messages; ``names`` gives the municipalities' own names by code."""
    kind, holder = resource
    return KIND_JA[kind] if holder == POOL else f"{KIND_JA[kind]}（{(names or {}).get(holder, holder)}）"


def _cost_table(
    costs: pd.DataFrame | None, systems: pd.DataFrame
) -> tuple[dict[tuple[str, int | None], float], list[Fault]]:
    if costs is None:
        return {}, []
    missing = [name for name in ("system_id", "fiscal_year", "cost_yen") if name not in costs.columns]
    if missing:
        return {}, [Fault("costs", f"列 {missing} がありません", "列を補ってください")]
    rows = costs[costs["system_id"].astype(str).isin(systems["system_id"])]
    faults = [
        Fault("costs", "費用が空欄です", "円で記入してください", row=int(number) + 2, column="cost_yen")
        for number in rows.index[rows["cost_yen"].isna()]
    ]
    keys = zip(rows["system_id"].astype(str), rows["fiscal_year"], rows["cost_yen"].fillna(0.0), strict=True)
    return {(name, None if pd.isna(year) else int(year)): float(value) for name, year, value in keys}, faults


def _units(systems: pd.DataFrame, rules: WaveRules) -> Iterator[Unit]:
    names = systems["group_id"].astype("string").fillna("")
    keys = names.where(names != "", "\0" + systems["system_id"])
    for key, rows in systems.groupby(keys.to_numpy(dtype=object), sort=False):
        lasts, first = rows["duration_years"], int(rows["earliest_fy"].max())
        earliest = max(first, rules.first_fy + int(lasts.max()) - 1)
        deadlines = tuple(int(year) for year in rows["deadline_fy"])
        latest = rules.years[-1] if rules.allow_late else min(rules.years[-1], *deadlines)
        yield Unit(
            str(key).lstrip("\0"), tuple(rows.index), _loads(rows), tuple(range(earliest, latest + 1)), deadlines, earliest
        )  # fmt: skip


def _loads(rows: pd.DataFrame) -> tuple[tuple[Resource, int, float], ...]:
    total: dict[tuple[Resource, int], float] = defaultdict(float)
    columns = ["vendor_id", "municipality_code", "duration_years", "vendor_slots_count", "staff_fte"]
    for vendor, place, years, slots, staff in zip(*(rows[name].to_list() for name in columns), strict=True):
        for back in range(int(years)):
            if not pd.isna(vendor) and slots > 0:
                total[(VENDOR, str(vendor)), back] += float(slots)
            if staff > 0:
                total[(STAFF, str(place)), back] += float(staff)
    return tuple((resource, back, amount) for (resource, back), amount in total.items())


def _unit_costs(
    units: tuple[Unit, ...], money: dict[tuple[str, int | None], float], systems: pd.DataFrame, rules: WaveRules
) -> dict[tuple[int, int | None], float]:
    names, price = systems["system_id"].to_list(), rules.late_system_year_yen
    found: dict[tuple[int, int | None], float] = {}
    for number, unit in enumerate(units):
        for year in (*unit.options, None):
            given = sum(money.get((names[member], year), 0.0) for member in unit.members)
            found[number, year] = given + (0.0 if year is None else price * unit.late_years(year))
    return found
