"""Which systems does the simulation move, whose are they, and what do they cost today?

Units of the simulation u = (body, task group, standard by now or not). The 20 tasks collapse to five groups of neighbouring work, money
and systems are summed within a unit, so nothing is lost in the total. The prefecture's own systems are units by contract end.
Gaps are filled and counted: a missing annual cost by the task's median cost per resident, a missing migration cost by the median
ratio of migration to annual cost, a missing contract end by the median.

What it leaves out: rebuilding of the prefecture's systems (the same under every option), links between systems of one unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.holdings import UNKNOWN_JA, Holdings, hold
from dxmodels.errors import ModelError

if TYPE_CHECKING:
    from dxmodels.inputs import Case

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HORIZON = 10  # base year … +10: the horizon of the issue
STATES = ("legacy", "migrating", "government_cloud", "other_standard", "shared_entity")
LATE_STATES = STATES[:2]
TASK_GROUPS: MappingProxyType[str, str] = MappingProxyType(
    dict.fromkeys(("T01", "T02", "T18", "T19", "T20"), "resident")
    | dict.fromkeys(("T03", "T04", "T05", "T06"), "tax")
    | dict.fromkeys(("T07", "T08", "T10", "T11"), "insurance")
    | dict.fromkeys(("T09", "T12", "T15", "T16", "T17"), "welfare")
    | dict.fromkeys(("T13", "T14"), "health_school")
)
PREFECTURE_GROUP = "prefecture"
PREFECTURE_CODE = "270008"
PREFECTURE_JA = "大阪府"


@dataclass(frozen=True, eq=False)
class Fleet:
    """Units (U), sorted by holder, and holders (H: municipalities in the order of the case, then the prefecture).

    ``annual_yen``, ``migration_yen`` at the case's prices; ``renewal`` first year (0 = base year) after the contract; ``staff_fte``
    (H, years); ``filled`` counts of gaps closed; ``incumbents`` unit × vendor yen a year.
    """

    base_fy: int
    holders: tuple[str, ...]
    holder_names: tuple[str, ...]
    population: Floats
    holder: Ints
    group: tuple[str, ...]
    is_late: Flags
    on_government_cloud: Floats
    systems: Floats
    annual_yen: Floats
    migration_yen: Floats
    renewal: Ints
    staff_fte: Floats
    pool_fte: Floats
    filled: MappingProxyType[str, int]
    incumbents: pd.DataFrame
    holdings: Holdings | None = None

    def __post_init__(self) -> None:
        """Refuse fleets that are not sorted by holder or hold impossible amounts."""
        if len(self.holder) == 0 or (np.diff(self.holder) < 0).any() or len(set(self.holder)) != len(self.holders):
            raise ModelError("単位は団体の順に並べ、どの団体にも1つ以上の単位を置いてください。")
        if (self.annual_yen < 0).any() or (self.migration_yen < 0).any():
            raise ModelError("経費に負の値があります。municipal_systems と systems の金額を確かめてください。")

    @property
    def years(self) -> range:
        """The fiscal years simulated."""
        return range(self.base_fy, self.base_fy + HORIZON + 1)

    @cached_property
    def is_prefecture(self) -> Flags:
        """Which units are the prefecture's own."""
        return np.array([group == PREFECTURE_GROUP for group in self.group])

    @cached_property
    def starts(self) -> Ints:
        """Return the first unit of each holder."""
        return np.searchsorted(self.holder, np.arange(len(self.holders))).astype(np.int64)

    @cached_property
    def total_systems(self) -> float:
        """Municipal systems in all (the denominator of the late share)."""
        return float(self.systems[~self.is_prefecture].sum())

    def last_renewal(self, cycle_years: int) -> Ints:
        """Return the latest renewal at or before each year (units, years); -1 where there has been none."""
        year = np.arange(HORIZON + 1)[None, :]
        since = year - self.renewal[:, None]
        return np.where(since >= 0, year - since % cycle_years, -1)

    def to_frame(self) -> pd.DataFrame:
        """Return the units as a table."""
        return pd.DataFrame(
            {
                "municipality_code": [self.holders[number] for number in self.holder],
                "name_ja": [self.holder_names[number] for number in self.holder],
                "task_group": self.group,
                "is_late": self.is_late,
                "systems_count": self.systems.round().astype(int),
                "annual_cost_yen": self.annual_yen.round().astype(np.int64),
                "migration_cost_yen": self.migration_yen.round().astype(np.int64),
                "renewal_fy": self.renewal + self.base_fy,
            }
        )


def build_fleet(case: Case) -> Fleet:
    """Return the units of a case; needs municipalities, municipal_systems, systems and capacity (else MissingTableError)."""
    places = case.table("municipalities", ["municipality_code", "name_ja", "population_people"])
    columns = [
        "municipality_code",
        "task",
        "annual_cost_yen",
        "migration_cost_yen",
        "contract_end_fy",
        "migration_state",
    ]
    rows = case.table("municipal_systems", columns)
    own = _own_systems(case.table("systems", ["system_id", "annual_cost_yen", "contract_end_date"]), case.base_fy)
    capacity = case.table("capacity", ["capacity_kind", "holder_id", "fiscal_year", "capacity_fte"])
    people = places.set_index("municipality_code")["population_people"].astype(float)
    filled, counts = _filled(rows, people)
    units = _municipal_units(filled, list(people.index), case.base_fy)
    units = pd.concat([units, _prefecture_units(own)], ignore_index=True)
    holders = [code for code in [*people.index, PREFECTURE_CODE] if code in set(units["holder"])]
    units["number"] = units["holder"].map({code: number for number, code in enumerate(holders)})
    units = units.sort_values(["number", "group", "is_late"], kind="stable", ignore_index=True)
    names = {**dict(zip(places["municipality_code"], places["name_ja"], strict=True)), PREFECTURE_CODE: PREFECTURE_JA}
    return Fleet(
        base_fy=case.base_fy,
        holders=tuple(str(code) for code in holders),
        holder_names=tuple(str(names[code]) for code in holders),
        population=np.array([people.get(code, 0.0) for code in holders], dtype=float),
        holder=units["number"].to_numpy(dtype=np.int64),
        group=tuple(units["group"]),
        is_late=units["is_late"].to_numpy(dtype=bool),
        on_government_cloud=units["cloud_share"].to_numpy(dtype=float),
        systems=units["systems"].to_numpy(dtype=float),
        annual_yen=units["annual"].to_numpy(dtype=float),
        migration_yen=units["migration"].to_numpy(dtype=float),
        renewal=units["renewal"].to_numpy(dtype=np.int64),
        staff_fte=_staff(capacity, holders, case.base_fy),
        pool_fte=_pool(capacity, case.base_fy),
        filled=MappingProxyType(counts),
        incumbents=_incumbents(filled),
        holdings=hold(case, _cells(filled, units), _placed(own, units)),
    )


def _filled(rows: pd.DataFrame, people: pd.Series) -> tuple[pd.DataFrame, dict[str, int]]:
    rows = rows.copy()
    inhabitants = rows["municipality_code"].map(people).astype(float)
    annual = rows["annual_cost_yen"].astype("float64")
    migration = rows["migration_cost_yen"].astype("float64")
    end = rows["contract_end_fy"].astype("float64")
    counts = {
        name: int(column.isna().sum())
        for name, column in (("annual_cost_yen", annual), ("migration_cost_yen", migration), ("contract_end_fy", end))
    }
    per_person = (annual / inhabitants).groupby(rows["task"]).transform("median")
    annual = annual.fillna(per_person * inhabitants)
    migration = migration.fillna(annual * (migration / annual).median())
    return rows.assign(annual=annual, migration=migration, end=end.fillna(end.median())), counts


def _municipal_units(rows: pd.DataFrame, order: list[str], base_fy: int) -> pd.DataFrame:
    rows = rows[rows["municipality_code"].isin(order)]
    unknown = sorted(set(rows["task"]) - set(TASK_GROUPS))
    if unknown:
        raise ModelError(f"業務コード {'、'.join(unknown)} は標準化20業務にありません。T01〜T20にしてください。")
    state = rows["migration_state"].astype("string").fillna(LATE_STATES[0])
    keyed = pd.DataFrame(
        {
            "holder": rows["municipality_code"],
            "group": rows["task"].map(TASK_GROUPS),
            "is_late": state.isin(LATE_STATES),
            "annual": rows["annual"],
            "migration": rows["migration"],
            "systems": 1.0,
            "cloud": rows["annual"] * (state == "government_cloud").astype(float),
            "end": rows["end"] * rows["annual"],
        }
    )
    units = keyed.groupby(["holder", "group", "is_late"], sort=True).sum().reset_index()
    units["cloud_share"] = units["cloud"] / units["annual"].where(units["annual"] > 0, 1.0)
    end = np.rint(units["end"] / units["annual"].where(units["annual"] > 0, 1.0))
    units["renewal"] = np.maximum(0, end + 1 - base_fy).astype(int)
    return units.drop(columns=["cloud", "end"])


def _own_systems(own: pd.DataFrame, base_fy: int) -> pd.DataFrame:
    ends = pd.to_datetime(own["contract_end_date"])
    end_fy = (ends.dt.year - (ends.dt.month <= 3).astype("Int64")).astype("Float64")
    end_fy = end_fy.fillna(round(float(end_fy.median()))).clip(lower=base_fy - 1)
    annual = own["annual_cost_yen"].astype("float64")
    given = {name: own.get(name, pd.NA) for name in ("system_id", "department_id", "vendor_id")}
    filled = {"annual": annual.fillna(annual.median()), "renewal": (end_fy.astype(float) + 1 - base_fy).astype(int)}
    return pd.DataFrame(given | filled, index=own.index)


def _prefecture_units(own: pd.DataFrame) -> pd.DataFrame:
    frame = own[["annual", "renewal"]].assign(systems=1.0)[["annual", "systems", "renewal"]]
    units = frame.groupby("renewal", sort=True).sum().reset_index()
    return units.assign(holder=PREFECTURE_CODE, group=PREFECTURE_GROUP, is_late=False, migration=0.0, cloud_share=0.0)


def _placed(own: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return the prefecture's systems with the number of their unit."""
    rows = units[units["group"] == PREFECTURE_GROUP]
    numbers = dict(zip(rows["renewal"], rows.index, strict=True))
    frame = own.rename(columns={"annual": "annual_yen"}).assign(unit_number=own["renewal"].map(numbers))
    return frame.drop(columns="renewal").reset_index(drop=True)


def _cells(rows: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return the municipal systems (one a body and task) with the number of their unit."""
    state = rows["migration_state"].astype("string").fillna(LATE_STATES[0]).isin(LATE_STATES)
    numbers = {
        key: number for number, key in enumerate(zip(units["holder"], units["group"], units["is_late"], strict=True))
    }
    keys = zip(rows["municipality_code"], rows["task"].map(TASK_GROUPS), state, strict=True)
    frame = pd.DataFrame(
        {
            "municipality_code": rows["municipality_code"].astype(str),
            "task": rows["task"].astype(str),
            "unit_number": [numbers.get(key, -1) for key in keys],
            "shared_group": rows.get("shared_group", pd.NA),
            "vendor_id": (rows["vendor_id"] if "vendor_id" in rows else pd.Series(pd.NA, rows.index))
            .astype("string")
            .fillna(UNKNOWN_JA),
            "annual_yen": rows["annual"],
        }
    )
    return frame[frame["unit_number"] >= 0].reset_index(drop=True)


def _staff(capacity: pd.DataFrame, holders: list[str], base_fy: int) -> Floats:
    kinds = capacity["capacity_kind"].isin(["municipality_staff", "prefecture_staff"])
    wide = capacity[kinds].pivot_table(index="holder_id", columns="fiscal_year", values="capacity_fte", aggfunc="sum")
    years = list(range(base_fy, base_fy + HORIZON + 1))
    table = wide.astype(float).reindex(columns=years).ffill(axis=1).bfill(axis=1).reindex(holders)
    return np.asarray(table.fillna(0.0).to_numpy(dtype=float))


def _pool(capacity: pd.DataFrame, base_fy: int) -> Floats:
    rows = capacity[capacity["capacity_kind"] == "shared_expert"]
    by_year = rows.groupby("fiscal_year")["capacity_fte"].sum().astype(float)
    years = list(range(base_fy, base_fy + HORIZON + 1))
    return np.asarray(by_year.reindex(years).ffill().fillna(0.0).to_numpy(dtype=float))


def _incumbents(rows: pd.DataFrame) -> pd.DataFrame:
    if "vendor_id" not in rows:
        return pd.DataFrame(columns=["municipality_code", "task_group", "is_late", "vendor_id", "annual_cost_yen"])
    state = rows["migration_state"].astype("string").fillna(LATE_STATES[0])
    frame = pd.DataFrame(
        {
            "municipality_code": rows["municipality_code"],
            "task_group": rows["task"].map(TASK_GROUPS),
            "is_late": state.isin(LATE_STATES),
            "vendor_id": rows["vendor_id"].astype("string").fillna("不明"),
            "annual_cost_yen": rows["annual"],
        }
    )
    keys = ["municipality_code", "task_group", "is_late", "vendor_id"]
    return frame.groupby(keys, sort=True, as_index=False).sum()
