"""At which value of an assumption does the answer turn, and which assumption turns it most easily?

Parameters  x one assumption in its natural unit, on the register's range [low, high] (or a range asked for, e.g. to go beyond it)
Result      g(x) = result_of(register with x) - target for a number; for options, g(x) = how far the option that is best today
            still beats the best of the others (g > 0: the ranking holds)
Search      g is evaluated on the real model at evenly spaced values (geometric where the range spans more than a factor 20), signs
            are bracketed, a same-sign dip between three neighbours is minimised to find touching pairs, and each bracket is
            closed by Brent's method (Brent 1973; SciPy ``brentq``). Steps of integer models end as a *jump*.
Answer      every crossing, the nearest one first; "does not turn within the range" is an answer. Method: switching values of the
            HM Treasury Green Book (2022, 5.51) and 費用便益分析の感度分析.
What it leaves out: one assumption moves at a time; two crossings closer than one step of the scan may be missed (step printed).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from dxmodels.cost.flip_search import Best, Decision, ResultOf, Root, find_turns, scan_grid
from dxmodels.cost.naming import format_in_unit
from dxmodels.errors import ModelError
from dxmodels.money import format_rate

if TYPE_CHECKING:
    from dxmodels.inputs import Register

State = Literal["turns", "does_not_turn", "no_range"]
STATE_JA: dict[str, str] = {"turns": "逆転する", "does_not_turn": "逆転しない", "no_range": "幅がなく調べていない"}


@dataclass(frozen=True, eq=False)
class SwitchingValue:
    """Where a decision turns as one assumption moves; ``crossings`` holds every such value, nearest to the central one first.

    ``relative_move_rate`` = move ÷ central value; ``range_share`` = move ÷ distance from the central value to the end of the range.
    """

    assumption: str
    label_ja: str
    unit: str
    state: State
    low: float
    central: float
    high: float
    result_at_low: float
    result_at_central: float
    result_at_high: float
    crossings: pd.DataFrame
    target: float
    result_ja: str
    winner: str
    verdicts_ja: tuple[str, str]
    step: float
    evaluations: int
    skipped: int
    fiscal_year: int | None = None
    is_register_range: bool = True

    @property
    def value(self) -> float:
        """The switching value nearest to the central value, in the assumption's unit; NaN where the answer does not turn."""
        return float(self.crossings["switching_value"].iloc[0]) if len(self.crossings) else math.nan

    @property
    def relative_move_rate(self) -> float:
        """Signed move to the nearest switching value, relative to the central value; NaN where it does not turn."""
        return float(self.crossings["relative_move_rate"].iloc[0]) if len(self.crossings) else math.nan

    @property
    def swing(self) -> float:
        """How far the result moves over the whole range (absolute)."""
        return abs(self.result_at_high - self.result_at_low)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a crossing; one row without a value where the answer does not turn."""
        crossings = self.crossings if len(self.crossings) else self.crossings.reindex([0])
        head = {
            "assumption": self.assumption,
            "label_ja": self.label_ja,
            "unit": self.unit,
            "flip_state_ja": STATE_JA[self.state],
            "low_value": self.low,
            "central_value": self.central,
            "high_value": self.high,
        }
        finite = crossings.replace({"relative_move_rate": {math.inf: math.nan, -math.inf: math.nan}})
        return pd.concat([pd.DataFrame([head] * len(finite)), finite.reset_index(drop=True)], axis=1)

    def summary(self) -> str:
        """Return the answer as one Japanese sentence in natural units."""
        name = f"「{self.label_ja}」"
        span = f"{format_in_unit(self.low, self.unit)}〜{format_in_unit(self.high, self.unit)}"
        kind = "前提値台帳の範囲" if self.is_register_range else "調べた範囲"
        if self.state == "no_range":
            return f"{name}には前提値台帳に幅がないため、{self.result_ja}が逆転する値は調べていない（算出不能）。"
        if self.state == "does_not_turn":
            stays = (
                f"最も有利な選択肢は「{self.winner}」"
                if self.winner
                else f"{self.result_ja}は「{self._verdicts()[0]}」"
            )
            return f"{name}を{kind}（{span}）で動かしても、{stays}のまま変わらない。"
        first = self.crossings.iloc[0]
        way = "を超える" if first["switching_value"] > self.central else "を下回る"
        text = (
            f"{name}が{format_in_unit(float(first['switching_value']), self.unit)}"
            f"（中心値{format_in_unit(self.central, self.unit)}から{_move_text(float(first['relative_move_rate']))}）{way}と、"
            f"{self._turn_text(str(first['winner_after']))}。"
        )
        if len(self.crossings) > 1:
            others = "、".join(
                format_in_unit(float(value), self.unit) for value in self.crossings["switching_value"].iloc[1:]
            )
            text += f"{kind}（{span}）ではほかに{others}でも逆転する。"
        return text

    def _turn_text(self, winner_after: str) -> str:
        if self.winner:
            return f"最も有利な選択肢が「{self.winner}」から「{winner_after}」に替わる"
        before, after = self._verdicts()
        return f"{self.result_ja}が「{before}」から「{after}」に替わる"

    def _verdicts(self) -> tuple[str, str]:
        """Return what is said of the result today, and on the other side of the target."""
        above, below = self.verdicts_ja
        return (above, below) if self.result_at_central > self.target else (below, above)


def switching_value(
    result_of: ResultOf,
    assumption: str,
    *,
    register: Register,
    target: float = 0.0,
    fiscal_year: int | None = None,
    best: Best = "lowest",
    search: tuple[float, float] | None = None,
    points: int = 25,
    result_ja: str = "結果",
    verdicts_ja: tuple[str, str] = ("正", "負"),
) -> SwitchingValue:
    """Return the values of ``assumption`` at which the sign (against ``target``) or the ranking of options turns.

    ``result_of`` runs the real model on a register and returns a number, or option → number (``best`` says which end wins).
    ``verdicts_ja``: what is said above and below the target. ``search`` widens or narrows the register's range. Values the
    model refuses (DxError) are skipped and counted.
    """
    low, central, high = _range(register, assumption, fiscal_year, search)
    decision = Decision(
        result_of, lambda x: _patched(register, assumption, x, fiscal_year), central, target=target, best=best
    )
    if math.isnan(decision.margin(central)):
        raise ModelError(
            f"前提「{assumption}」の中心値 {central:g} で結果を計算できません。モデルの入力を確かめてください。"
        )
    found = _search(decision, low, central, high, points)
    entry = register[assumption]
    return SwitchingValue(
        assumption=assumption,
        label_ja=entry.label_ja,
        unit=entry.unit,
        target=target,
        result_ja=result_ja,
        verdicts_ja=verdicts_ja,
        fiscal_year=fiscal_year,
        is_register_range=search is None,
        **found,
    )


def _search(decision: Decision, low: float, central: float, high: float, points: int) -> dict[str, Any]:
    """Return what the search found, as fields of a SwitchingValue."""
    grid = scan_grid(low, central, high, points)
    margins = np.array([decision.margin(float(x)) for x in grid])
    turns = find_turns(decision.margin, grid, margins)
    return {
        "state": "no_range" if low == high else ("turns" if turns else "does_not_turn"),
        "low": low,
        "central": central,
        "high": high,
        "result_at_low": decision.shown(low),
        "result_at_central": decision.shown(central),
        "result_at_high": decision.shown(high),
        "crossings": _crossing_table(turns, decision, low, central, high),
        "winner": decision.winner,
        "step": float(np.max(np.diff(grid))) if len(grid) > 1 else 0.0,
        "evaluations": len(decision.seen),
        "skipped": int(np.isnan(margins).sum()),
    }


def _range(
    register: Register, assumption: str, fiscal_year: int | None, search: tuple[float, float] | None
) -> tuple[float, float, float]:
    levels = register[assumption].at(_reference_year(register, assumption, fiscal_year))
    central = levels.central
    low, high = (levels.at("low"), levels.at("high")) if search is None else search
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ModelError(
            f"前提「{assumption}」を動かす範囲 {low}〜{high} が不正です。下限≦上限の有限の数にしてください。"
        )
    return min(low, central), central, max(high, central)


def _patched(register: Register, assumption: str, value: float, fiscal_year: int | None) -> Register:
    """Return the register with the value in one year, or with the whole path moved along (in proportion to its first year)."""
    entry = register[assumption]
    reference = entry.at(_reference_year(register, assumption, fiscal_year)).central
    years = list(entry.values) if fiscal_year is None else [fiscal_year]
    for year in years:
        levels = entry.at(year)
        moved = value if len(years) == 1 else _moved_along(levels.central, value, reference)
        low = None if levels.low is None else min(levels.low, moved)
        high = None if levels.high is None else max(levels.high, moved)
        register = register.replace(assumption, central=moved, low=low, high=high, fiscal_year=year)
    return register


def _reference_year(register: Register, assumption: str, fiscal_year: int | None) -> int | None:
    years = register[assumption].fiscal_years
    return years[0] if fiscal_year is None and years and None not in register[assumption].values else fiscal_year


def _moved_along(central: float, value: float, reference: float) -> float:
    return central * value / reference if reference else central + value - reference


def _crossing_table(turns: list[Root], decision: Decision, low: float, central: float, high: float) -> pd.DataFrame:
    rows = []
    for value, kind in turns:
        move = value - central
        reach = (high - central) if move > 0 else (central - low)
        rows.append(
            {
                "switching_value": value,
                "crossing_kind": kind,
                "relative_move_rate": _relative(move, central),
                "range_share": abs(move) / reach if reach else 0.0,
                "winner_after": decision.leader_beyond(value, central, high - low),
            }
        )
    table = pd.DataFrame(
        rows, columns=["switching_value", "crossing_kind", "relative_move_rate", "range_share", "winner_after"]
    )
    order = (table["switching_value"] - central).abs().argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _relative(move: float, central: float) -> float:
    if move == 0:
        return 0.0
    return move / abs(central) if central else math.copysign(math.inf, move)


def _move_text(rate: float) -> str:
    if not math.isfinite(rate):
        return "の変化"
    return f"{'＋' if rate > 0 else ''}{format_rate(rate)}"
