"""Does it pay to run help desk, monitoring and engineers together, and from how many members on? (E39)

Alone      posts of body m = help desk h_m (calls · minutes) + monitoring share + engineers' demand, each rounded up by nothing: part posts are real,
           but a queue of one person answers few calls at once.
Together   help desk by the Erlang C formula for the pooled calls at the asked share answered without waiting (Erlang 1917; Cooper 1981), one
           monitoring seat for all (same daytime hours as alone; round the clock beside it), engineers pooled; plus fixed cost and a cost per member.
Break-even smallest n (members in order of population, smallest first) at which the shared cost is not above the sum of the single ones.
Service level alone: the chance that the body's one desk is free, 1 - load. What it leaves out: distance, local knowledge, night work alone
(most bodies have none, so the shared service is better than what it replaces: not valued).
"""

from __future__ import annotations

import math
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

OPERATION_ASSUMPTIONS: tuple[str, ...] = (
    "op_helpdesk_calls_per_staff", "op_helpdesk_minutes", "op_monitor_posts", "op_monitor_day_posts", "op_monitor_own_fte", "op_engineer_days",
    "op_shared_fixed_yen", "op_member_cost_yen", "op_shared_service_level", "sim_staff_cost_yen", "fte_hours_per_year",
)  # fmt: skip
OPERATION_TABLES = ("municipalities",)
_MINUTES = 60


@dataclass(frozen=True, eq=False)
class JointOperation:
    """Cost alone and together by number of members, posts needed, and the break-even (None: never)."""

    table: pd.DataFrame
    break_even_members: int | None
    service_level: float
    assumptions: tuple[str, ...] = OPERATION_ASSUMPTIONS

    def to_frame(self) -> pd.DataFrame:
        """Return one row a number of members, smallest bodies first."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese from how many members on joint operation pays."""
        last = self.table.iloc[-1]
        if self.break_even_members is None:
            return (
                f"小規模な団体から順に加えても、{len(self.table)}団体まで共同運用の費用が単独の合計を下回ることはない"
                f"（{len(self.table)}団体で年{format_amount(float(last['shared_yen'] - last['alone_yen']))}の増）。"
            )
        return (
            f"小規模な団体から順に加えると、{self.break_even_members}団体以上で共同運用の費用が単独の合計以下になる。"
            f"{int(last['members_count'])}団体では年{format_amount(float(last['alone_yen'] - last['shared_yen']))}の差となる"
            f"（窓口の待ちなし応答の目標{format_rate(self.service_level, decimals=0)}）。"
        )


def evaluate_joint_operation(case: Case, register: Register) -> JointOperation:
    """Return posts and yearly cost of operation alone and together for 1, 2, … members, smallest bodies first (yen of today)."""
    places = case.table("municipalities", ["population_people", "general_staff_people"])
    places = places.dropna(subset=["general_staff_people"]).sort_values("population_people", kind="stable")
    desks = places["general_staff_people"].to_numpy(dtype=float)
    level = register.value("op_shared_service_level")
    erlangs = desks * register.value("op_helpdesk_calls_per_staff") * register.value("op_helpdesk_minutes")
    erlangs = erlangs / (_MINUTES * register.value("fte_hours_per_year"))
    own = erlangs + register.value("op_monitor_own_fte") + register.value("op_engineer_days")
    cost = register.value("sim_staff_cost_yen")
    night = register.value("op_monitor_posts") - register.value("op_monitor_day_posts")
    rows = []
    for count in range(1, len(desks) + 1):
        load = float(erlangs[:count].sum())
        desk_posts = desks_needed(load, level)
        shared = desk_posts + register.value("op_monitor_day_posts") + register.value("op_engineer_days") * count
        shared_yen = (
            shared * cost + register.value("op_shared_fixed_yen") + register.value("op_member_cost_yen") * count
        )
        rows.append(
            {
                "members_count": count,
                "helpdesk_load_fte": load,
                "helpdesk_posts_count": desk_posts,
                "alone_fte": float(own[:count].sum()),
                "shared_fte": shared,
                "alone_yen": round(float(own[:count].sum()) * cost),
                "shared_yen": round(shared_yen),
                "round_the_clock_yen": round(shared_yen + night * cost),
                "no_wait_share": 1.0 - waiting_share(load, desk_posts),
                "no_wait_alone_share": float(np.clip(1.0 - erlangs[:count], 0.0, 1.0).mean()),
            }
        )
    table = pd.DataFrame(rows)
    pays = table.loc[table["shared_yen"] <= table["alone_yen"], "members_count"]
    return JointOperation(table, int(pays.iloc[0]) if len(pays) else None, level)


def desks_needed(load: float, level: float) -> int:
    """Return the fewest desks at which at least ``level`` of the calls do not wait, for ``load`` in Erlang."""
    if not (load >= 0 and 0 < level < 1):
        raise ModelError(f"窓口の負荷 {load:g} は0以上、応答の目標 {level:g} は0と1の間にしてください。")
    desks = max(1, math.floor(load) + 1)
    while 1.0 - waiting_share(load, desks) < level:
        desks += 1
    return desks


def waiting_share(load: float, desks: int) -> float:
    """Return the share of calls that wait (Erlang C), by the stable recursion of Erlang B; 1 where desks do not exceed the load."""
    if load <= 0:
        return 0.0
    if desks <= load:
        return 1.0
    blocked = 1.0
    for count in range(1, desks + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked / (1.0 - load / desks * (1.0 - blocked))
