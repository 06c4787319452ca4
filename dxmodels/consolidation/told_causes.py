"""When does the robust structure lose, what drives the difference, and what should be studied first?

Shares are shown in per cent and each input carries its unit in the name, so that a limit of a box reads as a planner would say it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from dxmodels.consolidation.discovery import Box, BoxSearch, find_boxes
from dxmodels.consolidation.information import value_of_information
from dxmodels.consolidation.reading import difference_sensitivity, input_labels, losing_draws
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.scenario_tree import grow_scenario_tree
from dxmodels.consolidation.settings import DRAWN, OVERRUN_FACTOR, OVERRUN_FACTOR_JA
from dxmodels.consolidation.told import Told, short_ja
from dxmodels.glossary import unit_ja
from dxmodels.inputs import Case, Register
from dxmodels.money import format_amount, format_rate

_PERCENT = {"share": "％", "share/yr": "％／年", "share of target": "％", "probability": "％"}
_TIMES = {"x": "倍", "ratio": "倍"}
_RARE = 0.01  # a structure that loses in fewer than one draw in a hundred (or wins in fewer) has no box worth seeking
_SHOWN_INPUTS = 8
_SMALLEST_SHOWN = 0.001
_MOST_CONDITIONS = 3  # what a reader keeps in mind; more only where three do not say it
_NARROW_COVERAGE = 0.2  # where no box meets the usual minima: a box for at least a fifth of the losses


def readable_inputs(result: SimulationResult, register: Register) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the drawn inputs under their Japanese names in the units a planner uses, and those units by name."""
    labels, units = input_labels(register), {}
    frame = result.inputs.copy()
    for name in DRAWN:
        unit = register[name].unit
        if unit in _PERCENT:
            frame[name] = frame[name] * 100.0
        units[labels[name]] = _PERCENT.get(unit) or _TIMES.get(unit) or unit_ja(unit)
    # A standard normal number says nothing to a reader: its place among all draws, in per cent, does.
    frame[OVERRUN_FACTOR] = special.ndtr(frame[OVERRUN_FACTOR]) * 100.0
    units[OVERRUN_FACTOR_JA] = "％点"
    return frame.rename(columns=labels), units


def tell_boxes(result: SimulationResult, register: Register, *, option: str, against: str) -> Told:
    """Return the box in which ``option`` costs more than ``against``: limits, coverage, density, quasi-p; or that there is none."""
    loses = losing_draws(result, option=option, against=against)
    head = f"「{_name(result, option)}」の負担が「{_name(result, against)}」より重くなるのは試行の{format_rate(float(loses.mean()))}。"
    if not _RARE < loses.mean() < 1 - _RARE:
        return Told(_NO_BOX.copy(), head + "前提の範囲ではどちらが軽いかがほぼ変わらないため、条件は探していない。")
    inputs, units = readable_inputs(result, register)
    search = find_boxes(inputs, loses, units=units, most_inputs=_MOST_CONDITIONS)
    if search.box is None:
        search = find_boxes(inputs, loses, units=units)
    if search.box is not None:
        return _box_told(search.box, head, inputs, search)
    asked = search.settings
    head += (
        f"被覆率{format_rate(asked['minimum_coverage'], decimals=0)}・該当率{format_rate(asked['minimum_density'], decimals=0)}以上で言い表せる"
        "有用な条件の組は見つからなかった（複数の前提が重なって負ける）。"
    )
    narrow = find_boxes(inputs, loses, units=units, minimum_coverage=_NARROW_COVERAGE, most_inputs=_MOST_CONDITIONS)
    if narrow.box is None:
        return Told(_NO_BOX.copy(), head, (search, inputs))
    return _box_told(narrow.box, f"{head}負ける場合の一部に限れば、", inputs, narrow)


def _box_told(box: Box, head: str, inputs: pd.DataFrame, search: BoxSearch) -> Told:
    rows = [
        {
            "assumption_ja": name,
            "condition_ja": _condition(low, high, search.units.get(name, "")),
            "coverage_share": box.coverage,
            "density_share": box.density,
            "mass_share": box.mass,
            "quasi_p_ja": _chance(box.quasi_p[name]),
        }
        for name, (low, high) in sorted(
            box.limits.items(), key=lambda limit: box.quasi_p[limit[0]]
        )  # what matters most first
    ]
    said = "、かつ".join(f"「{row['assumption_ja']}」が{row['condition_ja']}" for row in rows)
    text = f"{head}{said}のとき、{format_rate(box.density)}の割合で負ける（負ける試行の{format_rate(box.coverage)}がこの条件に当てはまる）。"
    return Told(pd.DataFrame(rows), text, (search, inputs))


def tell_tree(result: SimulationResult, register: Register, *, option: str, against: str, depth: int = 2) -> Told:
    """Return the leaves of a small tree over the same draws, the second opinion on the box."""
    loses = losing_draws(result, option=option, against=against)
    if not _RARE < loses.mean() < 1 - _RARE:
        whole = {"rule": "（条件なし）", "coverage_share": 1.0, "density_share": float(loses.mean()), "mass_share": 1.0}
        text = f"「{_name(result, option)}」の負担が「{_name(result, against)}」より重くなるのは試行の{format_rate(float(loses.mean()))}で、どちらが軽いかがほぼ変わらないため、決定木は作らない。"
        return Told(pd.DataFrame([whole]), text)
    inputs, units = readable_inputs(result, register)
    tree = grow_scenario_tree(inputs, loses, depth=depth, units=units)
    leaf = tree.leaves.iloc[0]
    text = (
        f"決定木（深さ{depth}）では、{leaf['rule']}のときに「{_name(result, option)}」が負ける割合が最も高い"
        f"（該当率{format_rate(float(leaf['density_share']))}、被覆率{format_rate(float(leaf['coverage_share']))}）。"
    )
    return Told(tree.leaves, text, tree)


def tell_information(result: SimulationResult, register: Register, *, seed: int) -> Told:
    """Return what it is worth to know each uncertain input before choosing (EVPPI), beside knowing all (EVPI)."""
    benefit = result.net_benefit().rename(columns={name: _name(result, name) for name in result.options})
    inputs, _ = readable_inputs(result, register)
    value = value_of_information(benefit, inputs, seed=seed)
    table = value.by_input.head(_SHOWN_INPUTS).rename(columns={"input": "assumption_ja"})
    for name in ("evppi", "evppi_standard_error"):
        table[f"{name}_yen"] = table[name].round().astype("int64")
    top = table.iloc[0]
    if float(top["evppi"]) > 2 * float(top["evppi_standard_error"]):
        text = f"先に調べる価値が最も高いのは「{top['assumption_ja']}」で、その価値は最大{format_amount(top['evppi'])}（標準誤差{format_amount(top['evppi_standard_error'])}）。"
    else:
        text = f"どれか1つを調べても「{value.best_option}」という選択が変わる見込みは小さい。"
    text += (
        f"すべての不確かさが判る場合の価値は{format_amount(value.evpi)}で、調べる費用がこれを超えるなら今決めてよい。"
    )
    shown = table[["assumption_ja", "evppi_yen", "evppi_standard_error_yen", "evppi_evpi_share"]]
    return Told(shown.reset_index(drop=True), text, value)


def tell_sensitivity(
    case: Case, register: Register, *, option: str, against: str, draws: int, seed: int, titles: dict[str, str]
) -> Told:
    """Return Sobol' indices of the difference of two structures, the strongest input first."""
    found = difference_sensitivity(case, register, option=option, against=against, draws=draws, seed=seed)
    table = found.to_frame().sort_values("total_order_share", ascending=False, kind="stable").head(_SHOWN_INPUTS)
    table = table.rename(columns={"input": "assumption_ja"}).reset_index(drop=True)
    first, second = table.iloc[0], table.iloc[1]
    text = (
        f"「{short_ja(titles[option])}」と「{short_ja(titles[against])}」の差のばらつきを最も左右するのは「{first['assumption_ja']}」"
        f"（全効果{format_rate(float(first['total_order_share']))}）、次いで「{second['assumption_ja']}」"
        f"（{format_rate(float(second['total_order_share']))}）。モデルの計算{found.evaluations:,}点。"
    )
    return Told(table, text, found)


_NO_BOX = pd.DataFrame(
    {"assumption_ja": ["有用な箱なし"], "condition_ja": ["－"], "coverage_share": [np.nan], "density_share": [np.nan], "mass_share": [np.nan], "quasi_p_ja": ["－"]}
)  # fmt: skip


def _chance(value: float) -> str:
    """A probability as statistics prints it: never a bare 0."""
    return f"{value:.3f}" if value >= _SMALLEST_SHOWN else f"{_SMALLEST_SHOWN:g}未満"


def _condition(low: float, high: float, unit: str) -> str:
    if np.isfinite(low) and np.isfinite(high):
        return f"{low:,.3g}{unit}以上{high:,.3g}{unit}以下"
    return f"{low:,.3g}{unit}以上" if np.isfinite(low) else f"{high:,.3g}{unit}以下"


def _name(result: SimulationResult, option: str) -> str:
    return short_ja(result.titles[option])
