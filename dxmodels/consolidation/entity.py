"""Can a new shared body live on what it earns over ten years, and from how many members on? (E31)

Income(t)   fee rate · joint running cost of the members + membership fee · members + prefectural grant
Expense(t)  staff ramp · number · unit cost (expert cost · (1 + pay gap)) · (1 + overhead) · wages + set-up in the first year
Tax         on a positive surplus of the year; losses are carried forward (the statutory form decides what is taxable: a warning, not modelled)
Cash        opening capital + cumulated surplus after tax; insolvent in the first year with negative cash
Break-even  the smallest constant number of average members at which cumulated cash never turns negative over the years; needed grant: the
            smallest yearly grant at which it never does on the given path, before tax
Joint running cost per member: mean annual cost of municipalities that may join. Every number is an assumption of the register.
What it leaves out: borrowing, capital injections later on, work for others; a member's own saving (that is the simulation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.fleet import HORIZON, Fleet
from dxmodels.consolidation.settings import Structure
from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.money import format_yen

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]

ENTITY_ASSUMPTIONS: tuple[str, ...] = (
    "entity_fee_rate", "entity_member_fee_yen", "entity_prefecture_grant_yen", "entity_tax_rate", "entity_opening_capital_yen",
    "sim_expert_cost_yen", "sim_entity_pay_gap_share", "sim_entity_overhead_share", "sim_entity_setup_yen",
    "sim_entity_ramp_years", "sim_staff_wage_change", "sim_joint_member_max_people",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class EntityCase:
    """Ten years of income, expense and cash, the break-even membership (None: no number reaches it) and the year of insolvency (None: never)."""

    table: pd.DataFrame
    break_even_members: int | None
    eligible_members: int
    insolvent_fy: int | None
    grant_needed_yen: int
    assumptions: tuple[str, ...] = ENTITY_ASSUMPTIONS

    def to_frame(self) -> pd.DataFrame:
        """Return one row a fiscal year."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese whether the body lives, and from how many members on."""
        last = self.table.iloc[-1]
        if self.break_even_members is None:
            needed = f"対象となる{self.eligible_members}団体がすべて加わっても資金が尽きる"
        else:
            needed = f"資金が尽きないために必要な参加は{self.break_even_members}団体（対象{self.eligible_members}団体）"
        fate = (
            f"{era_year(self.insolvent_fy)}に資金が尽きる"
            if self.insolvent_fy is not None
            else f"期末の資金は{format_yen(float(last['entity_cash_yen']), '億円')}"
        )
        grant = f"この参加の見込みで資金が尽きないために要る府の負担金は年{format_yen(self.grant_needed_yen, '億円')}"
        answer = "続けられない" if self.insolvent_fy is not None else "続けられる"
        return f"新事業体は、この収入の見込みでは{answer}。{fate}。{needed}。{grant}（税を除く）。"


def project_entity(fleet: Fleet, structure: Structure, register: Register, members: Floats) -> EntityCase:
    """Return the ten-year accounts of the entity for ``members`` by year from its start (years,), e.g. the simulated median.

    Raises ModelError where the option sets up no entity or the path is empty.
    """
    if not structure.has_entity:
        raise ModelError(f"選択肢「{structure.name}」は新事業体を置きません。legal_form を確かめてください。")
    path = np.asarray(members, dtype=float)
    if path.size == 0 or path.size > HORIZON + 1:
        raise ModelError(f"参加団体数は1〜{HORIZON + 1}年分で指定してください。")
    eligible = (fleet.population > 0) & (fleet.population < register.value("sim_joint_member_max_people"))
    per_member = float(np.add.reduceat(fleet.annual_yen, fleet.starts)[eligible].mean())
    table = _accounts(structure, register, path, per_member)
    broke = table.loc[table["entity_cash_yen"] < 0, "fiscal_year"]
    needed = None
    for count in range(int(eligible.sum()) + 1):
        if (_accounts(structure, register, np.full(len(path), float(count)), per_member)["entity_cash_yen"] >= 0).all():
            needed = count
            break
    short = float((-table["entity_cash_yen"] / (np.arange(len(table)) + 1)).max())
    grant = round(max(0.0, register.value("entity_prefecture_grant_yen") + short))
    return EntityCase(table, needed, int(eligible.sum()), int(broke.iloc[0]) if len(broke) else None, grant)


def _accounts(structure: Structure, register: Register, members: Floats, per_member: float) -> pd.DataFrame:
    value = register.value
    years = np.arange(len(members))
    wage = (1.0 + value("sim_staff_wage_change")) ** years
    staff = structure.entity_staff_fte * np.clip((years + 1) / value("sim_entity_ramp_years"), 0.0, 1.0)
    unit = value("sim_expert_cost_yen") * (1.0 + value("sim_entity_pay_gap_share"))
    fees = value("entity_fee_rate") * per_member * members + value("entity_member_fee_yen") * members
    grant = np.full(len(members), value("entity_prefecture_grant_yen"))
    people, overhead = staff * unit * wage, staff * unit * wage * value("sim_entity_overhead_share")
    setup = np.where(years == 0, value("sim_entity_setup_yen"), 0.0)
    surplus = fees + grant - people - overhead - setup
    tax = _tax(surplus, value("entity_tax_rate"))
    cash = value("entity_opening_capital_yen") + np.cumsum(surplus - tax)
    yen = {
        "fee_income_yen": fees, "grant_income_yen": grant, "staff_cost_yen": people, "overhead_yen": overhead, "setup_yen": setup,
        "tax_yen": tax, "surplus_yen": surplus - tax, "entity_cash_yen": cash,
    }  # fmt: skip
    head = {"fiscal_year": structure.entity_start_fy + years, "members_count": members, "entity_staff_fte": staff}
    return pd.DataFrame(head | {name: np.rint(column).astype(np.int64) for name, column in yen.items()})


def _tax(surplus: Floats, rate: float) -> Floats:
    taxes, loss = np.zeros(len(surplus)), 0.0
    for year, amount in enumerate(surplus):
        taxable = amount + loss
        loss = min(0.0, taxable)
        taxes[year] = rate * max(0.0, taxable)
    return taxes
