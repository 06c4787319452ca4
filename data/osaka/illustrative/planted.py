"""What was planted? The hidden truth behind the illustrative tables, for recovery tests only (data/osaka/truth/).

No room and no notebook reads it: it would be an answer key. Documented in truth/README.md.
"""

from __future__ import annotations

from illustrative.bodies import BodyPlan
from illustrative.calibration import load_calibration
from illustrative.draws import SEED
from illustrative.history import SystemHistory
from illustrative.prefecture import BASE_FY, CATALOGUE, price_level
from illustrative.spending import running_yen
from illustrative.writing import csv_bytes, read_rows

Row = dict[str, object]
_SYSTEM_COLUMNS = (
    "system_id", "once_locked_in", "locked_in", "released_fy", "true_premium_log", "cost_without_lockin_yen",
    "contracted_running_yen", "users_people", "server_count", "customisation_share", "start_fy", "contract_years",
    "duplicate_group",
)  # fmt: skip
_PLANTED_CONSTANTS = (
    "lockin_premium", "cost_of_users", "cost_of_servers", "cost_of_customisation", "cost_of_age",
    "cost_without_own_server", "cost_noise", "contract_noise", "elasticity_small", "elasticity_large", "elasticity_knot",
    "body_effect", "task_effect", "shared_cloud_effect", "move_multiplier", "switching_years", "blackswan_probability",
    "blackswan_ratio", "marker_shares", "notice_days", "lead_days", "award_rate_1", "award_rate_2", "award_rate_3plus",
)  # fmt: skip


def truth_files(
    histories: list[SystemHistory], plans: list[BodyPlan], signals: dict[str, list[str]]
) -> dict[str, bytes]:
    """Return every file of the truth folder that the script writes, by name."""
    return {
        "planted_systems.csv": csv_bytes(_SYSTEM_COLUMNS, [_system(history) for history in histories]),
        "planted_municipal.csv": csv_bytes(tuple(_MUNICIPAL), [row for plan in plans for row in _tasks(plan)]),
        "planted_services.csv": csv_bytes(("service_id", "duplicate_group"), _service_groups()),
        "planted_signals.csv": csv_bytes(
            ("pattern", "contract_id"),
            [{"pattern": name, "contract_id": key} for name, keys in signals.items() for key in sorted(keys)],
        ),
        "truth.yml": _constants(histories).encode("utf-8"),
    }


def _system(history: SystemHistory) -> Row:
    system, locked_in = history.system, history.is_locked_in(BASE_FY)
    return {
        "system_id": system.system_id,
        "once_locked_in": system.once_locked_in,
        "locked_in": locked_in,
        "released_fy": history.released_fy,
        "true_premium_log": load_calibration().number("lockin_premium") if locked_in else 0.0,
        "cost_without_lockin_yen": round(system.running_yen),
        "contracted_running_yen": running_yen(history, BASE_FY),
        "users_people": system.users_people,
        "server_count": system.servers,
        "customisation_share": system.customisation,
        "start_fy": system.start_fy,
        "contract_years": history.years,
        "duplicate_group": system.duplicate_group or None,
    }


_MUNICIPAL = ("municipality_code", "task", "yearly_2017_yen", "move_multiplier", "go_live", "is_late")


def _tasks(plan: BodyPlan) -> list[Row]:
    return [
        dict(
            zip(
                _MUNICIPAL,
                (plan.body.code, task.task, round(task.yearly_yen_2017), task.multiplier, task.go_live, task.is_late),
                strict=True,
            )
        )
        for task in plan.tasks
    ]


def _service_groups() -> list[Row]:
    rows = read_rows(CATALOGUE / "service_names.csv")
    return [{"service_id": row["service_id"], "duplicate_group": row["duplicate_group"] or None} for row in rows]


def _constants(histories: list[SystemHistory]) -> str:
    """Return truth.yml: the planted constants and the facts that follow from them."""
    locked = [history for history in histories if history.is_locked_in(BASE_FY)]
    total = sum(running_yen(history, BASE_FY) for history in histories)
    held = sum(running_yen(history, BASE_FY) for history in locked)
    calibration = load_calibration()
    lines = [
        "# Written by make_illustrative.py. The answer key of the recovery tests: no room and no notebook reads it."
    ]
    lines += [f"seed: {SEED}", f"systems: {len(histories)}", f"locked_in_systems: {len(locked)}"]
    lines += [f"released_systems: {sum(history.released_fy is not None for history in histories)}"]
    lines += [f"locked_in_share_of_running_cost: {held / total:.4f}"]
    lines += [f"price_level_2017: {price_level(2017):.6f}", "planted:"]
    lines += [f"  {name}: {_flow(calibration.entries[name]['value'])}" for name in _PLANTED_CONSTANTS]
    return "\n".join(lines) + "\n"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return str(value)
