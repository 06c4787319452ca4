"""Which structure is robust, by how much, and in which year? What each exhibit of the comparison tells.

The robust structure is the one of the smallest largest regret over the draws (Savage); its rival the other one that is cheapest most often.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.consolidation.reading import compare_scenarios, regret_in_yen
from dxmodels.consolidation.regret import regret_table
from dxmodels.consolidation.result import FAN_LEVELS, SimulationResult
from dxmodels.consolidation.told import Told, short_ja
from dxmodels.cost.tornado import Tornado
from dxmodels.money import format_amount, format_rate

Floats = npt.NDArray[np.float64]


def robust_and_rival(result: SimulationResult) -> tuple[str, str]:
    """Return the structure of the smallest largest regret, and the other one that is cheapest most often."""
    table = regret_table(result.net_benefit().T).by_option
    robust = str(table["regret_max"].idxmin())
    others = table.drop(index=robust)
    return robust, str(others.sort_values(["best_share", "regret_max"], ascending=[False, True]).index[0])


def tell_structures(result: SimulationResult) -> Told:
    """Return the differences of every structure to the reference, and which one is robust."""
    table = result.to_frame()[
        ["option_ja", "difference_p05_yen", "difference_p50_yen", "difference_p95_yen", "cheaper_share", "best_share", "members_count"]
    ]  # fmt: skip
    fixed = [
        round(result.deterministic_npv(option) - result.deterministic_npv(result.reference))
        for option in result.options
    ]
    mean = [round(float(result.difference(option).mean())) for option in result.options]
    table = table.assign(option_ja=table["option_ja"].map(short_ja), deterministic_yen=fixed, mean_yen=mean)
    best, rival = robust_and_rival(result)
    rows = dict(zip(result.options, table.to_dict("records"), strict=True))
    worst = max(result.options, key=lambda option: float(rows[option]["difference_p50_yen"]))
    text = (
        f"最も頑健なのは「{_name(result, best)}」で、試行の{format_rate(rows[best]['best_share'], decimals=0)}で負担が最も軽く、最大の後悔も最も小さい。"
        f"残りの試行では主に「{_name(result, rival)}」が最も軽い（{format_rate(rows[rival]['best_share'], decimals=0)}）。"
    )
    if worst != result.reference:
        text += (
            f"最も重いのは「{_name(result, worst)}」で、{_name(result, result.reference)}との差の中央値は{format_amount(rows[worst]['difference_p50_yen'])}"
            f"（5〜95％：{format_amount(rows[worst]['difference_p05_yen'])}〜{format_amount(rows[worst]['difference_p95_yen'])}）。"
        )
    return Told(table.rename(columns={"best_share": "cheapest_share"}), text, result)


def tell_bands(result: SimulationResult) -> Told:
    """Return quantiles of the differences with their error band, and what the number of draws can tell apart."""
    table = result.totals(difference=True)
    table = table[table["option"] != result.reference]
    medians = table[table["statistic_ja"] == "P50"]
    clear = medians["value_yen"].abs() > medians["halfwidth_yen"]
    level = result.totals().set_index("statistic_ja")["error_rate"]
    text = (
        f"差の中央値が計算の誤差を超えて0と区別できるのは{len(medians)}体制のうち{int(clear.sum())}。"
        f"負担の水準そのものの誤差幅は、P5・P50で最大{format_rate(float(level[['P5', 'P50']].max()), decimals=2)}、"
        f"P95で最大{format_rate(float(level['P95'].max()), decimals=2)}"
        f"（試行{result.draws:,}回、独立な準乱数{result.scrambles}組、乱数の種{result.seed}）。"
    )
    shown = table.drop(columns=["option", "deterministic_yen"]).assign(option_ja=table["option_ja"].map(short_ja))
    return Told(shown.reset_index(drop=True), text, result)


def tell_fan(result: SimulationResult) -> Told:
    """Return the yearly difference of each structure to the reference (quantiles, deterministic case)."""
    rows, words = [], []
    reference = result.measures[result.reference]["net_yen"]
    fixed = result.deterministic[result.reference]["net_yen"][0]
    for option in result.options[1:]:
        marks = np.quantile(result.measures[option]["net_yen"] - reference, FAN_LEVELS, axis=0)
        central = result.deterministic[option]["net_yen"][0] - fixed
        for number, year in enumerate(result.years):
            row: dict[str, object] = {"option_ja": _name(result, option), "fiscal_year": year}
            row |= {
                f"p{round(100 * level):02d}_yen": round(float(marks[k, number])) for k, level in enumerate(FAN_LEVELS)
            }
            rows.append(row | {"deterministic_yen": round(float(central[number]))})
        middle = marks[len(FAN_LEVELS) // 2]
        words.append(f"「{_name(result, option)}」は{int((middle < 0).sum())}年度")
    text = f"{len(result.years)}年度のうち{_name(result, result.reference)}より負担が軽い年度（中央値）は、{'、'.join(words)}。"
    return Told(pd.DataFrame(rows), text, result)


def tell_regret(result: SimulationResult) -> Told:
    """Return regret by structure over the draws."""
    benefit = result.net_benefit().rename(columns={name: _name(result, name) for name in result.options})
    return _regret_told(regret_in_yen(regret_table(benefit.T)), f"{result.draws:,}回の試行")


def tell_scenario_regret(results: Mapping[str, SimulationResult]) -> Told:
    """Return regret by structure over named scenarios (medians)."""
    table = regret_in_yen(compare_scenarios(results))
    table = table.drop(columns="regret_p95_yen").assign(option_ja=table["option_ja"].map(short_ja))
    return _regret_told(table, f"{len(results)}通りのシナリオ（{'、'.join(results)}）")


def tell_flips(tornado: Tornado) -> Told:
    """Return the assumptions that turn the decision, the smallest move first."""
    shown = tornado.to_frame()
    names = [
        "flip_rank",
        "assumption_ja",
        *[name for name in shown.columns if name.endswith("_ja") and name != "assumption_ja"],
        "grade",
    ]
    return Told(shown[[name for name in names if name in shown]], tornado.summary(), tornado)


def _regret_told(table: pd.DataFrame, states: str) -> Told:
    table = table.drop(columns=["payoff_expected_yen", "payoff_worst_yen"])
    ordered = table.sort_values("regret_max_yen", kind="stable")
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    if best["regret_max_yen"] > 0:
        text = f"{states}のどれになっても悔いが最も小さいのは「{best['option_ja']}」で、最善の体制より重くても最大{format_amount(best['regret_max_yen'])}。"
    else:
        text = f"{states}のすべてで「{best['option_ja']}」が最も軽く、悔いは生じない。"
    text += f"「{worst['option_ja']}」を選ぶと最大{format_amount(worst['regret_max_yen'])}を悔やむ。"
    return Told(table.rename(columns={"best_share": "cheapest_share"}), text)


def _name(result: SimulationResult, option: str) -> str:
    return short_ja(result.titles[option])
