"""How do exchange rate, lines, sharing and parallel running move the Government Cloud comparison, and what would explain ×1.6?

The same comparison as in ``govcloud``, with every number from the register, so that ``switching_value`` can turn each of them in its
natural unit (yen per dollar, bodies, months, times).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.cost.govcloud import CloudComparison, compare_government_cloud
from dxmodels.cost.govcloud_conditions import read_cloud_conditions

if TYPE_CHECKING:
    from dxmodels.inputs import Register

# Assumptions that move the comparison, each with its own range in the register.
CLOUD_ASSUMPTIONS: tuple[str, ...] = (
    "usdjpy_planning",
    "govcloud_line_multiplier",
    "govcloud_cloud_usage_multiplier",
    "govcloud_operation_multiplier",
    "govcloud_software_multiplier",
    "govcloud_parallel_months",
    "govcloud_sharing_members",
    "govcloud_sharing_fixed_share",
)


def compare_under_register(
    pilot: pd.DataFrame, register: Register, *, usdjpy_rate: float | None = None
) -> CloudComparison:
    """Return the comparison under the register's conditions at ``usdjpy_rate`` (None: the register's planning exchange rate)."""
    return compare_government_cloud(
        pilot,
        usdjpy_rate=register.value("usdjpy_planning") if usdjpy_rate is None else usdjpy_rate,
        base_rate=register.value("govcloud_pilot_base_rate"),
        repriced_rate=register.value("govcloud_pilot_repriced_rate"),
        conditions=read_cloud_conditions(register),
    )


def government_cloud_difference(pilot: pd.DataFrame, register: Register) -> float:
    """Return Government Cloud less current system in yen, unrounded: the result that ``switching_value`` turns."""
    yen_current, dollars_current, yen_cloud, dollars_cloud = compare_under_register(pilot, register).lines
    rate = register.value("usdjpy_planning")
    return yen_cloud - yen_current + (dollars_cloud - dollars_current) * rate


def compare_cloud_conditions(pilot: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return lines and sharing mode side by side at the planning rate: totals, difference and break-even rate of each condition."""
    low_high = [(level, register.value("govcloud_line_multiplier", level=level)) for level in ("low", "high")]
    base = read_cloud_conditions(register)
    most = register.value("govcloud_sharing_members", level="high")
    cases = [("as_pilot", "先行事業と同じ条件", base)]
    cases += [
        (f"lines_{level}", f"回線経費{value:.2f}倍", replace(base, line_multiplier=value)) for level, value in low_high
    ]
    cases += [
        ("single_use", "単独利用（1団体）", replace(base, members_count=1.0)),
        ("shared_use", f"共同利用（{most:g}団体）", replace(base, members_count=most)),
    ]
    rows = []
    for condition_id, name_ja, conditions in cases:
        comparison = compare_government_cloud(
            pilot,
            usdjpy_rate=register.value("usdjpy_planning"),
            base_rate=register.value("govcloud_pilot_base_rate"),
            repriced_rate=register.value("govcloud_pilot_repriced_rate"),
            conditions=conditions,
        )
        rows.append(_condition_row(condition_id, name_ja, comparison))
    return pd.DataFrame(rows)


def compare_with_multiples(comparison: CloudComparison, register: Register) -> pd.DataFrame:
    """Return the published multiples of running cost beside this comparison, and the exchange rate that alone would explain each."""
    named = (
        ("tokyo", "東京都内市区町村の見込み", "govcloud_runcost_multiplier_tokyo", "central"),
        ("core_cities", "中核市の平均", "govcloud_runcost_multiplier_core", "central"),
        ("core_cities_max", "中核市の最大", "govcloud_runcost_multiplier_core", "high"),
    )
    own = comparison.government_cloud_total_yen / comparison.current_total_yen
    rows: list[tuple[str, str, float, float]] = [("this_comparison", "この比較", own, comparison.usdjpy_rate)]
    for reference_id, name_ja, assumption, level in named:
        multiple = register.value(assumption, level=level)
        rows.append((reference_id, name_ja, multiple, comparison.rate_for_multiple(multiple)))
    return pd.DataFrame(rows, columns=["reference_id", "name_ja", "cost_multiple_ratio", "explaining_yen_per_usd"])


def _condition_row(condition_id: str, name_ja: str, comparison: CloudComparison) -> dict[str, object]:
    return {
        "condition_id": condition_id,
        "name_ja": name_ja,
        "yen_per_usd": comparison.usdjpy_rate,
        "current_yen": comparison.current_total_yen,
        "government_cloud_yen": comparison.government_cloud_total_yen,
        "difference_yen": comparison.difference_yen,
        "difference_rate": comparison.difference_rate,
        "break_even_yen_per_usd": comparison.break_even_rate,
    }
