"""When should whom move, what happens if it starts late or stops, and what do earlier chapters change? What E22 and E23 tell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.roadmap import Roadmap
from dxmodels.consolidation.told import Told, short_ja
from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year
from dxmodels.money import format_amount, format_rate

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PLAN_JA = {"foresight": "先を見通す計画", "myopic": "年ごとに判断する計画"}


def plan_ja(plan: str) -> str:
    """Return the Japanese name of a plan of the roadmap."""
    return PLAN_JA.get(plan) or f"先を見通す計画（着手が{plan.removeprefix('delay')}年遅れ）"


def tell_loads(roadmap: Roadmap) -> Told:
    """Return moves and load by year of both plans side by side, with what vendors and staff can do."""
    rows = roadmap.load.set_index("fiscal_year")
    ahead, yearly = rows[rows["plan"] == "foresight"], rows[rows["plan"] == "myopic"]
    table = pd.DataFrame(
        {
            "fiscal_year": ahead.index,
            "foresight_systems_count": ahead["moved_systems_count"].round().astype(int),
            "myopic_systems_count": yearly["moved_systems_count"].round().astype(int),
            "slots_count": ahead["slots_count"].round().astype(int),
            "foresight_need_fte": ahead["staff_need_fte"],
            "myopic_need_fte": yearly["staff_need_fte"],
            "staff_available_fte": ahead["staff_available_fte"],
        }
    ).reset_index(drop=True)
    used = table["foresight_need_fte"] / table["staff_available_fte"]
    peak = int(table["fiscal_year"].to_numpy()[int(used.to_numpy().argmax())])
    slots = float((table["foresight_systems_count"] / table["slots_count"].clip(lower=1)).max())
    binding = "職員" if float(used.max()) >= slots else "事業者の枠"
    text = (
        f"先を見通す計画では{int(table['foresight_systems_count'].sum())}システムを移し、先に尽きるのは{binding}である"
        f"（職員は最大で{era_year(peak)}に{format_rate(float(used.max()), decimals=0)}、事業者の枠は最大{format_rate(slots, decimals=0)}を使う）。"
    )
    return Told(table, text, roadmap)


def tell_plans(roadmap: Roadmap) -> Told:
    """Return foresight, year-by-year decisions and late starts side by side."""
    table = roadmap.plans.assign(roadmap_ja=roadmap.plans["plan"].map(plan_ja))
    gain = roadmap.plans.set_index("plan")["gain_yen"].astype(float)
    lost = [
        f"着手が{name.removeprefix('delay')}年遅れると{format_amount(gain['foresight'] - gain[name])}"
        for name in gain.index
        if name.startswith("delay")
    ]
    text = (
        f"先を見通して工程を組むと、年ごとに判断するより{format_amount(gain['foresight'] - gain['myopic'])}多く節約できる"
        f"（{format_amount(gain['foresight'])}対{format_amount(gain['myopic'])}）。{'、'.join(lost)}を失う。"
        f"計画は{short_ja(roadmap.status_ja)}（これ以上よくなり得る余地は最大{format_rate(roadmap.gap, decimals=2)}と証明した）。"
    )
    columns = ["roadmap_ja", "gain_yen", "moved_systems_count", "peak_slots_share", "peak_staff_share"]
    return Told(table[columns], text, roadmap)


def tell_branches(result: SimulationResult, *, late_years: float, option: str = "shared_entity") -> Told:
    """Return the entity's branches: founded in time or late, carried on or stopped at its review, with the cost difference in each."""
    if option not in result.options or result.measures[option]["stopped_share"].shape[0] == 0:
        raise ModelError(
            f"選択肢「{option}」は計算していません。{'、'.join(result.options)} のいずれかにしてください。"
        )
    late = (result.inputs["sim_entity_delay_years"] > late_years).to_numpy()
    stopped = result.measures[option]["stopped_share"][:, -1] > 0
    gap = result.difference(option)
    cells = {
        f"立ち上げの遅れ{late_years:g}年以内・存続": ~late & ~stopped,
        f"立ち上げの遅れ{late_years:g}年以内・中止": ~late & stopped,
        f"立ち上げの遅れ{late_years:g}年超・存続": late & ~stopped,
        f"立ち上げの遅れ{late_years:g}年超・中止": late & stopped,
    }
    rows = [
        _branch(name, inside, gap, result.measures[option]["members"][:, -1])
        for name, inside in cells.items()
        if inside.any()
    ]
    text = (
        f"「{short_ja(result.titles[option])}」は試行の{format_rate(float(late.mean()), decimals=0)}で立ち上げが{late_years:g}年を超えて遅れ、"
        f"{format_rate(float(stopped.mean()), decimals=0)}で存続の判断により中止となる。"
    )
    if stopped.any() and not stopped.all():
        text += f"中止となる場合の現状維持との差の中央値は{format_amount(float(np.median(gap[stopped])))}、続く場合は{format_amount(float(np.median(gap[~stopped])))}。"
    return Told(pd.DataFrame(rows), text, result)


def tell_earlier(results: Mapping[str, SimulationResult]) -> Told:
    """Return the median difference of each structure to the reference, with each set of earlier chapters' results laid in."""
    rows = []
    for name, result in results.items():
        medians = {option: float(np.median(result.difference(option))) for option in result.options}
        for option in result.options[1:]:
            low, high = np.quantile(result.difference(option), (0.05, 0.95))
            rows.append(
                {
                    "taken_ja": name,
                    "option_ja": short_ja(result.titles[option]),
                    "difference_p05_yen": round(float(low)),
                    "difference_p50_yen": round(medians[option]),
                    "difference_p95_yen": round(float(high)),
                    "is_least": option == min(medians, key=lambda each: medians[each]),
                }
            )
    table = pd.DataFrame(rows)
    least = table[table["is_least"]]
    same = least["option_ja"].nunique() == 1 and len(least) == len(results)
    text = (
        f"前の章の結果を入れても、負担の中央値が最も軽い体制は「{least['option_ja'].iloc[0]}」のまま変わらない。"
        if same
        else "前の章の結果を入れると、負担の中央値が最も軽い体制は"
        + "、".join(f"「{row.taken_ja}」では{row.option_ja}" for row in least.itertuples())
        + "となる。"
    )
    return Told(table.drop(columns="is_least"), text, results)


def _branch(name: str, inside: Flags, gap: Floats, members: Floats) -> dict[str, object]:
    low, middle, high = np.quantile(gap[inside], (0.05, 0.50, 0.95))
    return {
        "branch_ja": name,
        "draws_share": float(inside.mean()),
        "difference_p05_yen": round(float(low)),
        "difference_p50_yen": round(float(middle)),
        "difference_p95_yen": round(float(high)),
        "members_count": round(float(np.median(members[inside]))),
    }
