"""What is running cost after the move, item by item, against the published reference lines, and where does each body break even?

Sets        m municipalities, j ten cost items
Parameters  A_m yearly running cost before the move (``present``); a_j(r), b_j(r) the pilot's items of the current system and of
            Government Cloud, straight lines in the exchange rate r (dxmodels.cost.govcloud); n_m bodies sharing one environment;
            φ_l share of line cost that does not grow with the body; Ā the pilot's yearly cost per body; published multiples
Model       line multiplier of m = λ·(1 - φ_l + φ_l·Ā/A_m); f_mj multipliers of the conditions; cost by item B_mj = A_m·b_j·f_mj/Σ a_j;
            multiple by items = Σ_j B_mj/A_m; realised multiple = Σ after/Σ before over the systems with both known. Expected cost =
            what is realised + what has not moved at the published multiple of comparable bodies (core cities ×2.3, others ×1.6);
            low = the same at the multiple by items.
Break-even  (by items) in r: both sides are straight lines; in n: usage, lines and data centre scale by 1 - φ + φ·n0/n; (on the expected
            cost) one discount δ on every negotiable item that brings the cost back to today's.
Source      デジタル庁 先行事業の公表表; published multiples as in ``standardisation.compare_running_cost_references``.

What it leaves out: the published multiples are estimates made before the move; the pilot's item shares are applied to bodies of every
size (only lines are corrected); one-off cost (``funding``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.cost import CLOUD_ASSUMPTIONS, CloudConditions, compare_government_cloud, read_cloud_conditions
from dxmodels.errors import ModelError
from dxmodels.money import format_yen
from dxmodels.municipalities.move.present import AFTER_TO_COME, BOTH_KNOWN, NOT_KNOWN, compare_before_after
from dxmodels.municipalities.standardisation import compare_running_cost_references

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

Floats = npt.NDArray[np.float64]

CORE_LINE, OTHER_LINE = "govcloud_runcost_multiplier_core", "govcloud_runcost_multiplier_tokyo"
CORE_CITY = "中核市"
MONTHS_PER_YEAR = 12
MOVE_ASSUMPTIONS: tuple[str, ...] = (
    *CLOUD_ASSUMPTIONS,
    CORE_LINE,
    OTHER_LINE,
    "move_line_fixed_share",
    "move_pilot_bodies",
)
SHARED_ITEMS = ("cloud_usage", "network_lines", "data_centre")
NEGOTIABLE_ITEMS = (
    "operation_work", "other_outsourcing", "software_lease", "software_maintenance", "network_lines", "cloud_usage",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class PilotItems:
    """The pilot's five-year cost by item at one exchange rate; ``current_line``: yen and dollars of the current side."""

    items: tuple[str, ...]
    names_ja: tuple[str, ...]
    current_yen: Floats
    cloud_fixed_yen: Floats
    cloud_dollars: Floats
    current_line: tuple[float, float]
    rate: float
    body_yearly_yen: float

    @property
    def cloud_yen(self) -> Floats:
        """Government Cloud's items at ``rate``."""
        return self.cloud_fixed_yen + self.cloud_dollars * self.rate


@dataclass(frozen=True, eq=False)
class MoveCosts:
    """Yearly running cost before and after the move by municipality (``table``) and by municipality and cost item (``items``).

    ``systems``: one row a system (``compare_before_after``); ``references``: the published lines. Amounts are in prices of
    ``price_fy``, tax included.
    """

    table: pd.DataFrame
    items: pd.DataFrame
    systems: pd.DataFrame
    references: pd.DataFrame
    usdjpy_rate: float
    price_fy: int
    other_line: float
    assumptions: tuple[str, ...] = MOVE_ASSUMPTIONS

    @property
    def left_out_count(self) -> int:
        """Systems without the figures the comparison needs."""
        return int((self.systems["basis_ja"] == NOT_KNOWN).sum())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per municipality, highest realised multiple first (not known last)."""
        return self.table.copy()

    def of(self, municipality_code: str) -> pd.Series:
        """Return the row of one municipality; ModelError for a code the table does not hold."""
        rows = self.table[self.table["municipality_code"] == municipality_code]
        if rows.empty:
            raise ModelError(
                f"団体コード {municipality_code} は移行経費の表にありません。表にある6桁のコードを指定してください。"
            )
        return rows.iloc[0]

    def summary(self) -> str:
        """Return the headline sentences (Japanese)."""
        before, after = (float(self.table[name].sum()) for name in ("before_yen", "expected_after_yen"))
        text = (
            f"標準化対象業務の運用経費は、移行前の年{format_yen(before, '億円')}に対し移行後は年{format_yen(after, '億円')}の見込み"
            f"（{self.price_fy}年度価格、税込）。"
        )
        realised = self.table["realised_multiple_ratio"].dropna().astype(float)
        if len(realised):
            text += (
                f"移行済みの業務から実績の倍率が分かる {len(realised)} 団体では {realised.min():.2f}〜{realised.max():.2f} 倍"
                f"（中央値 {realised.median():.2f} 倍）、{self.other_line:.1f} 倍を超えるのは {int((realised > self.other_line).sum())} 団体。"
            )
        items = self.table["items_multiple_ratio"].astype(float)
        return text + (
            f"先行事業の経費項目を積み上げると（1ドル{self.usdjpy_rate:.0f}円）{items.min():.2f}〜{items.max():.2f} 倍で、"
            "実績や公表の倍率との差は、見積の内訳で確かめ、交渉すべき部分である。"
        )


def estimate_move_costs(case: Case, register: Register) -> MoveCosts:
    """Return running cost before and after the move of every municipality, by cost item, with its break-even values.

    Needs municipalities, municipal_systems, municipal_spending and govcloud_pilot (MissingTableError otherwise).
    """
    systems = compare_before_after(case, register)
    bodies = sum_bodies(systems, case.table("municipalities", ["population_people"]))
    pilot = read_pilot(case.table("govcloud_pilot"), register)
    base = replace(read_cloud_conditions(register), parallel_months=0.0)
    conditions = [
        _conditions_of(base, float(cost), None if pd.isna(members) else float(members), pilot, register)
        for cost, members in zip(bodies["before_yen"], bodies["sharing_members_count"], strict=True)
    ]
    factors = np.array([[each.multiplier(item) for item in pilot.items] for each in conditions])
    table = bodies.assign(**_items_multiple(factors, pilot), **_break_even(factors, conditions, pilot))
    table = _with_expectation(table, factors, pilot, register)
    order = table["realised_multiple_ratio"].fillna(-1.0).to_numpy(dtype=float).argsort(kind="stable")[::-1]
    return MoveCosts(
        table=table.reset_index().iloc[order].reset_index(drop=True),
        items=_items_by_body(bodies, factors, pilot),
        systems=systems,
        references=compare_running_cost_references(register).to_frame(),
        usdjpy_rate=pilot.rate,
        price_fy=case.price_fy,
        other_line=register.value(OTHER_LINE),
    )


def sum_bodies(systems: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return one row a municipality with known cost: sums before and after the move, members of its shared environment."""
    both, waiting = (systems[systems["basis_ja"] == basis] for basis in (BOTH_KNOWN, AFTER_TO_COME))
    sums = pd.DataFrame(
        {
            "moved_before_yen": both.groupby("municipality_code")["before_yen"].sum(),
            "moved_after_yen": both.groupby("municipality_code")["after_yen"].sum(),
            "waiting_before_yen": waiting.groupby("municipality_code")["before_yen"].sum(),
            "waiting_systems_count": waiting.groupby("municipality_code").size(),
        }
    ).fillna(0)
    sums = sums.astype("Float64").round().astype("Int64")
    sums["before_yen"] = sums["moved_before_yen"] + sums["waiting_before_yen"]
    groups = systems.dropna(subset=["shared_group"])
    members = groups["shared_group"].map(groups.groupby("shared_group")["municipality_code"].nunique())
    sums["sharing_members_count"] = (
        members.groupby(groups["municipality_code"]).max().reindex(sums.index).astype("Int64")
    )
    named = places.set_index("municipality_code")[["name_ja", "population_people", "peer_type"]]
    return named.join(sums[sums["before_yen"] > 0], how="inner")


def read_pilot(pilot: pd.DataFrame, register: Register) -> PilotItems:
    """Return both sides of the published pilot by item at the planning exchange rate, split into yen and dollars."""
    at = compare_government_cloud(
        pilot,
        usdjpy_rate=register.value("usdjpy_planning"),
        base_rate=register.value("govcloud_pilot_base_rate"),
        repriced_rate=register.value("govcloud_pilot_repriced_rate"),
    )
    cloud = at.table["government_cloud_yen"].to_numpy(dtype=float)
    linked = cloud * at.table["government_cloud_dollar_share"].to_numpy(dtype=float)
    years = register.value("govcloud_pilot_term_months") / MONTHS_PER_YEAR
    return PilotItems(
        items=tuple(at.table["cost_item"]),
        names_ja=tuple(at.table["name_ja"]),
        current_yen=at.table["current_yen"].to_numpy(dtype=float),
        cloud_fixed_yen=cloud - linked,
        cloud_dollars=linked / at.usdjpy_rate,
        current_line=at.lines[:2],
        rate=at.usdjpy_rate,
        body_yearly_yen=float(pilot["current_yen"].sum()) / years / register.value("move_pilot_bodies"),
    )


def _conditions_of(
    base: CloudConditions, before_yen: float, members: float | None, pilot: PilotItems, register: Register
) -> CloudConditions:
    fixed = register.value("move_line_fixed_share")
    lines = base.line_multiplier * (1.0 - fixed + fixed * pilot.body_yearly_yen / before_yen)
    shared = base.members_count if members is None else members
    return replace(base, line_multiplier=lines, members_count=shared)


def _items_multiple(factors: Floats, pilot: PilotItems) -> dict[str, Floats]:
    return {"items_multiple_ratio": (factors * pilot.cloud_yen).sum(axis=1) / pilot.current_yen.sum()}


def _break_even(factors: Floats, conditions: list[CloudConditions], pilot: PilotItems) -> dict[str, Floats]:
    """Exchange rate and number of sharing bodies at which the cost by items equals today's (NaN where there is none)."""
    fixed, dollars = (factors * pilot.cloud_fixed_yen).sum(axis=1), (factors * pilot.cloud_dollars).sum(axis=1)
    current_yen, current_dollars = pilot.current_line
    slope = dollars - current_dollars
    rate = np.divide(current_yen - fixed, slope, out=np.full(len(slope), np.nan), where=slope > 0)
    shared = np.isin(pilot.items, SHARED_ITEMS)
    sharing = np.array([each.sharing_multiplier for each in conditions])
    alone = (factors * pilot.cloud_yen)[:, shared].sum(axis=1) / sharing
    rest = (factors * pilot.cloud_yen)[:, ~shared].sum(axis=1)
    needed = np.divide(pilot.current_yen.sum() - rest, alone, out=np.full(len(alone), np.nan), where=alone > 0)
    members = np.array([_members_for(value, each) for value, each in zip(needed, conditions, strict=True)])
    return {"break_even_usdjpy_rate": np.where(rate > 0, rate, np.nan), "break_even_members_count": members}


def _members_for(multiplier: float, conditions: CloudConditions) -> float:
    """Fewest bodies sharing one environment that bring usage, lines and data centre down to ``multiplier`` (NaN where none does)."""
    share = conditions.sharing_fixed_share
    floor = multiplier - 1.0 + share
    if not np.isfinite(floor) or floor <= 0 or share == 0:
        return float("nan")
    return max(1.0, share * conditions.pilot_members_count / floor)


def _with_expectation(bodies: pd.DataFrame, factors: Floats, pilot: PilotItems, register: Register) -> pd.DataFrame:
    core = bodies["peer_type"].eq(CORE_CITY).fillna(False).to_numpy(dtype=bool)
    line = np.where(core, register.value(CORE_LINE), register.value(OTHER_LINE))
    moved, after, waiting = (
        bodies[name].to_numpy(dtype=float) for name in ("moved_before_yen", "moved_after_yen", "waiting_before_yen")
    )
    expected = after + waiting * line
    low = after + waiting * bodies["items_multiple_ratio"].to_numpy(dtype=float)
    spread = factors * pilot.cloud_yen
    negotiable = spread[:, np.isin(pilot.items, NEGOTIABLE_ITEMS)].sum(axis=1) / spread.sum(axis=1)
    before, people = moved + waiting, bodies["population_people"].to_numpy(dtype=float)
    realised = np.divide(after, moved, out=np.full(len(moved), np.nan), where=moved > 0)
    columns = {
        "realised_multiple_ratio": pd.array(realised, dtype="Float64"),
        "reference_multiple_ratio": line,
        "expected_after_yen": np.rint(expected).astype(np.int64),
        "low_after_yen": np.rint(low).astype(np.int64),
        "expected_multiple_ratio": expected / before,
        "increase_yen": np.rint(expected - before).astype(np.int64),
        "increase_per_person_yen": np.rint((expected - before) / people).astype(np.int64),
        "negotiable_share": negotiable,
        "break_even_discount_share": (expected - before) / (expected * negotiable),
    }
    return bodies.assign(**columns)


def _items_by_body(bodies: pd.DataFrame, factors: Floats, pilot: PilotItems) -> pd.DataFrame:
    scale = bodies["before_yen"].to_numpy(dtype=float)[:, None] / pilot.current_yen.sum()
    count, items = len(bodies), len(pilot.items)
    return pd.DataFrame(
        {
            "municipality_code": np.repeat(bodies.index.to_numpy(dtype=object), items),
            "name_ja": np.repeat(bodies["name_ja"].to_numpy(dtype=object), items),
            "cost_item": np.tile(pilot.items, count),
            "cost_item_ja": np.tile(pilot.names_ja, count),
            "before_yen": np.rint(scale * pilot.current_yen).ravel().astype(np.int64),
            "after_yen": np.rint(scale * factors * pilot.cloud_yen).ravel().astype(np.int64),
        }
    )
