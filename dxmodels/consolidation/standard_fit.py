"""Do the systems in use fit a standard specification, and is it lighter to build the rest or to change the work? (E39)

Sets        m bodies × 20 standardised tasks; the prefecture's systems by department for which the inventory says whether a standard package exists
Fit         customised share c of the functions in use: c ≤ a fits, c ≤ b fits in part, else it does not fit; no record: unknown, never guessed.
            A prefectural system without any standard package does not fit, whatever c is.
Closing     build the missing part onto the standard: c · cost of the move (once) + upkeep share · build a year over n years, discounted
Adopting    change the work instead: d staff days a system that fits in part, D one that does not (declared). Time is never added to money:
            break-even = closing cost / cost of a staff day / systems that do not fully fit, the staff days a system may take before building is lighter.
What it leaves out: functions one by one (the inventory knows a share, not a list), functions that a law forbids to drop, rivalry among customised vendors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_amount, format_rate

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

Floats = npt.NDArray[np.float64]

FIT_ASSUMPTIONS: tuple[str, ...] = (
    "fit_full_most_share", "fit_part_most_share", "fit_upkeep_share", "fit_part_days", "fit_gap_days", "long_term_contract_years",
    "discount_rate_standard", "sim_staff_cost_yen", "expert_working_days",
)  # fmt: skip
FIT_TABLES = ("municipal_systems", "tasks")
OWN_FIT_TABLES = ("systems", "departments")
STATES = ("fit_count", "part_count", "gap_count", "unrecorded_count")
_TOTAL_JA = "合計"


@dataclass(frozen=True, eq=False)
class StandardFit:
    """One row a task or department and a last row of sums: systems by state, cost of building the rest, staff days of adopting, break-even days."""

    table: pd.DataFrame
    of: str
    years: int
    unpriced: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row a task or department, the sums last."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese how many fit, and whether building or adopting is lighter."""
        whole = self.table.iloc[-1]
        count = {name: int(whole[name]) for name in STATES}
        known = sum(count.values()) - count["unrecorded_count"]
        text = (
            f"{self.of}{sum(count.values())}システムのうち、適合を判定できるのは{known}で、標準の仕様にそのまま合うのはその"
            f"{format_rate(count['fit_count'] / max(1, known), decimals=0)}、一部が合わないのは{count['part_count']}、合わないのは{count['gap_count']}である。"
        )
        if not whole["closing_yen"]:
            return text + "合わない部分の費用を見積もれるシステムはない。"
        days = float(whole["break_even_days"])
        lighter = (
            "標準に仕事を合わせるほうが軽い" if days >= float(whole["adoption_days_each"]) else "作り込むほうが軽い"
        )
        text += (
            f"合わない部分を作り込むと{self.years}年で{format_amount(float(whole['closing_yen']))}かかり、標準に合わせる手間が1システム当たり"
            f"{days:,.0f}人日までなら合わせるほうが軽い。仮定の{float(whole['adoption_days_each']):,.0f}人日では{lighter}。"
        )
        return text + (f"費用の見積りがない{self.unpriced}システムの作り込みは含めていない。" if self.unpriced else "")


def assess_municipal_fit(case: Case, register: Register) -> StandardFit:
    """Return fit and gap of the municipalities' systems by standardised task; needs municipal_systems and tasks (else MissingTableError)."""
    rows = case.table("municipal_systems", ["task", "customisation_rate", "migration_cost_yen"])
    names = case.table("tasks", ["name_ja"]).set_index("task")["name_ja"]
    given = pd.DataFrame(
        {
            "group": rows["task"].astype(str),
            "rate": rows["customisation_rate"].astype("float64"),
            "cost": rows["migration_cost_yen"].astype("float64"),
            "has_standard": True,
        }
    )
    table, unpriced = _by_group(given, register)
    shown = table.assign(group=[names.get(group, group) for group in table["group"]])
    return StandardFit(shown.rename(columns={"group": "task_ja"}), "市町村の", _years(register), unpriced)


def assess_department_fit(case: Case, register: Register) -> StandardFit:
    """Return the same for the prefecture's systems by department; needs systems and departments (else MissingTableError)."""
    rows = case.table(
        "systems", ["department_id", "customisation_rate", "standard_package_exists", "replacement_cost_yen"]
    )
    names = case.table("departments", ["name_ja"]).set_index("department_id")["name_ja"]
    exists = rows["standard_package_exists"].astype("boolean")
    given = pd.DataFrame(
        {
            "group": rows["department_id"].astype("string").map(names).fillna("不明"),
            "rate": rows["customisation_rate"].astype("float64").where(exists.fillna(False)),
            "cost": rows["replacement_cost_yen"].astype("float64"),
            "has_standard": ~(exists == False).fillna(False).astype(bool),  # noqa: E712  (missing is neither)
        }
    )
    table, unpriced = _by_group(given, register)
    return StandardFit(table.rename(columns={"group": "department_ja"}), "府の", _years(register), unpriced)


def _by_group(given: pd.DataFrame, register: Register) -> tuple[pd.DataFrame, int]:
    """Return the table by group with its sums, and how many systems that do not fully fit have no cost to go by."""
    if given.empty:
        raise ModelError("標準の仕様との適合を調べるシステムがありません。台帳を確かめてください。")
    most, partly = register.value("fit_full_most_share"), register.value("fit_part_most_share")
    if not 0.0 <= most <= partly <= 1.0:
        raise ModelError(
            f"適合の境（{most:g}）と一部適合の境（{partly:g}）は、0以上1以下でこの順に大きくしてください。"
        )
    rate, standard = given["rate"].to_numpy(dtype=float), given["has_standard"].to_numpy(dtype=bool)
    fits, part = standard & (rate <= most), standard & (rate > most) & (rate <= partly)
    gap = ~standard | (rate > partly)
    priced = (part | (gap & standard)) & given["cost"].notna().to_numpy()
    building = np.where(priced, np.nan_to_num(rate) * given["cost"].fillna(0.0).to_numpy(dtype=float), 0.0)
    closing = building * (1.0 + register.value("fit_upkeep_share") * _annuity(register))
    days = np.where(priced, np.where(part, register.value("fit_part_days"), register.value("fit_gap_days")), 0.0)
    marked = pd.DataFrame(
        {
            "group": given["group"], "fit_count": fits, "part_count": part, "gap_count": gap,
            "unrecorded_count": ~(fits | part | gap), "closing_yen": closing, "adoption_days": days, "priced": priced,
        }
    )  # fmt: skip
    sums = marked.groupby("group", sort=True).sum()
    sums.loc[_TOTAL_JA] = sums.sum()
    per_system = sums["priced"].where(sums["priced"] > 0)
    day_yen = register.value("sim_staff_cost_yen") / register.value("expert_working_days")
    table = sums[[*STATES]].astype("int64").reset_index()
    table["closing_yen"] = sums["closing_yen"].round().astype("int64").to_numpy()
    for name, days_each in (
        ("adoption_days_each", sums["adoption_days"] / per_system),
        ("break_even_days", sums["closing_yen"] / day_yen / per_system),
    ):
        table[name] = days_each.round().astype("Int64").to_numpy()
    return table, int(((part | (gap & standard)) & ~priced).sum())


def _years(register: Register) -> int:
    return int(register.value("long_term_contract_years"))


def _annuity(register: Register) -> float:
    """Return the present value of one yen a year over the contract, paid at the end of each year."""
    return float(((1.0 + register.value("discount_rate_standard")) ** -np.arange(1, _years(register) + 1)).sum())
