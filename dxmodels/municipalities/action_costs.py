"""Which two steps lift the lowest municipalities most per yen?

Sets        k steps (one an indicator), i the lowest municipalities, P pairs (sets) of steps
Parameters  w_k weights, d_ik distance of i from having taken k (``divide.actions``), c_k cost of a step over five years (cash, assumed):
            a body, a procedure still offline, a card still missing, or a member of staff
Estimator   gain(P) = Σ_{k∈P} w_k · mean_i d_ik;  cost(P) = Σ_i Σ_{k∈P} c_k · q_ik. g0 = largest gain of a set without cash cost (0 where there
            is none): per yen = (gain - g0) / cost, what money adds to what can be had without it (incremental cost effectiveness). A set is
            efficient where no other lifts more for less. Joint draws of weights (all sensible ones) and costs (their distributions) tell
            how often a set is best.
Source      gains as in ``divide.actions``; costs are declared assumptions, to be replaced by what bodies that took the step have paid.

What it leaves out: staff time (never added to cash), State subsidies, what the step changes for residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate, format_yen
from dxmodels.municipalities.divide import ACTION_ASSUMPTIONS, rank_actions, rank_municipalities, read_weight_region
from dxmodels.municipalities.divide.scores import Scores, collect_scores, read_size_classing
from dxmodels.municipalities.divide.weights import central_weights, draw_weights
from dxmodels.streams import stream

if TYPE_CHECKING:
    from dxmodels.inputs import Case, Register

Floats = npt.NDArray[np.float64]

PER_PROCEDURE, PER_CARD, PER_STAFF = "dx_online_32", "dx_mynumber_card", "dx_all_staff_training"
_PROCEDURES = "dx_online_32_denominator"
_HUNDRED_MILLION = 100_000_000
_SETS_SHOWN = 15
_SMALL_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class ActionsPerYen:
    """Sets of steps with gain, cost and gain per yen (``table``, best per yen first); ``costs``: one row a step over the group."""

    table: pd.DataFrame
    costs: pd.DataFrame
    group_names: tuple[str, ...]
    steps_count: int
    assumptions: tuple[str, ...]

    @property
    def best(self) -> pd.Series:
        """The set with the largest gain per yen among those that cost money."""
        return self.table[self.table["cost_yen"] > 0].iloc[0]

    def to_frame(self) -> pd.DataFrame:
        """Return the efficient sets and the best per yen, one row each (all stand in ``table``)."""
        efficient = self.table[self.table["is_efficient"]]
        return pd.concat([efficient, self.table.head(_SETS_SHOWN)]).drop_duplicates("steps_ja").sort_values(
            "cost_yen", kind="stable", ignore_index=True
        )  # fmt: skip

    def summary(self) -> str:
        """Return the headline sentences (Japanese), the answer first."""
        best, most = self.best, self.table.iloc[int(self.table["central_gain_score"].to_numpy(dtype=float).argmax())]
        free = self.table[self.table["cost_yen"] == 0].sort_values("central_gain_score", ascending=False, kind="stable")
        text = f"下位 {len(self.group_names)} 団体（{'・'.join(self.group_names)}）を1円当たりで最も引き上げる {self.steps_count} つは"
        text += (
            f"「{best['steps_ja']}」（5年間で計{format_yen(float(best['cost_yen']))}、指数は平均 {best['central_gain_score']:+.2f}。"
            f"重みと費用を振った試行の {format_rate(float(best['best_share']), decimals=0)}で最大）。"
            f"引上げの大きさでは「{most['steps_ja']}」（{format_yen(float(most['cost_yen']))}、{most['central_gain_score']:+.2f}）。"
        )
        if len(free):
            text += f"現金の費用がかからないとみなした組では「{free['steps_ja'].iloc[0]}」（{free['central_gain_score'].iloc[0]:+.2f}）で、1円当たりはこれを上回る分を比べた。"
        return text


def lift_lowest_per_yen(case: Case, register: Register, *, seed: int) -> ActionsPerYen:
    """Return gain, five-year cost and gain per yen of every set of steps for the lowest municipalities (E27).

    Needs municipalities, municipality_series and indicators (MissingTableError otherwise).
    """
    scores = collect_scores(case, sizes=read_size_classing(register))
    group = [str(code) for code in rank_municipalities(case, register, seed=seed).lowest["municipality_code"]]
    needs = rank_actions(scores, group, steps=1, region=read_weight_region(register), draws=1, seed=seed).needs
    distances = _distances(scores, needs, group)
    quantities = _quantities(distances, case)
    steps = round(register.value("divide_steps_count"))
    names = {name: f"action_cost_{name}" for name in distances.columns}
    table = _sets(scores, distances, quantities, register, steps, seed)
    costs = _steps(scores, distances, quantities, register)
    named = tuple(scores.places.loc[group, "name_ja"])
    return ActionsPerYen(table, costs, named, steps, (*ACTION_ASSUMPTIONS, *names.values()))


lift_lowest_per_yen.question_ja = "下位団体を1円当たりで最も引き上げる取組"  # type: ignore[attr-defined]


def _distances(scores: Scores, needs: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """Distance of each body of the group from having taken each step (0 where it has), columns in the order of the indicators."""
    ids = scores.indicators.set_index("name_ja")["indicator_id"]
    wide = needs.assign(indicator_id=needs["step_ja"].map(ids)).pivot(
        index="municipality_code", columns="indicator_id", values="distance_score"
    )
    order = [str(name) for name in scores.indicators["indicator_id"]]
    return wide.reindex(index=group, columns=order).fillna(0.0).astype(float)


def _quantities(distances: pd.DataFrame, case: Case) -> pd.DataFrame:
    """How many units of a step each body still needs: procedures, cards, members of staff, or one."""
    places = case.table("municipalities", ["population_people", "general_staff_people"]).set_index("municipality_code")
    series = case.table("municipality_series", ["indicator_value"])
    procedures = series[series["indicator_id"] == _PROCEDURES].sort_values("as_of").drop_duplicates(["municipality_code"], keep="last")  # fmt: skip
    units = (distances > 0).astype(float)
    units[PER_PROCEDURE] = distances[PER_PROCEDURE] * procedures.set_index("municipality_code")["indicator_value"].reindex(distances.index).astype(float)  # fmt: skip
    units[PER_CARD] = distances[PER_CARD] * places["population_people"].reindex(distances.index).astype(float)
    staff = places["general_staff_people"].reindex(distances.index).astype(float)
    units[PER_STAFF] = units[PER_STAFF] * staff
    if units.isna().any().any():
        raise ModelError(
            "下位団体の手続数・人口・職員数のいずれかが空欄です。municipality_series と municipalities の値を補ってください。"
        )
    return units


def _sets(
    scores: Scores, distances: pd.DataFrame, quantities: pd.DataFrame, register: Register, steps: int, seed: int
) -> pd.DataFrame:
    domains, names = list(map(str, scores.indicators["domain"])), list(distances.columns)
    sets = list(combinations(range(len(names)), steps))
    masks = np.zeros((len(sets), len(names)))
    for place, members in enumerate(sets):
        masks[place, list(members)] = 1.0
    gains, units = masks * distances.mean(axis=0).to_numpy(), quantities.sum(axis=0).to_numpy()
    central = np.array([register.value(f"action_cost_{name}") for name in names])
    draws = round(register.value("divide_weight_draws_count"))
    weights = draw_weights(domains, read_weight_region(register), draws=draws, seed=seed)
    prices = _draw_prices(names, register, draws, seed)
    labels = scores.indicators["name_ja"].to_numpy()
    gain, cost = gains @ central_weights(domains), masks @ (central * units)
    drawn = _per_yen(weights @ gains.T, (prices * units) @ masks.T, cost)
    table = pd.DataFrame(
        {
            "steps_ja": ["＋".join(labels[list(members)]) for members in sets],
            "central_gain_score": gain,
            "cost_yen": np.rint(cost).astype(np.int64),
            "gain_per_100m_yen_score": _per_yen(gain[None, :], cost[None, :], cost)[0] * _HUNDRED_MILLION,
            "best_share": np.bincount(drawn.argmax(axis=1), minlength=len(sets)) / draws,
            "is_efficient": _efficient(gain, cost),
        }
    )
    table = table.sort_values("gain_per_100m_yen_score", ascending=False, kind="stable", ignore_index=True)
    return table.assign(gain_per_100m_yen_score=table["gain_per_100m_yen_score"].replace(-np.inf, np.nan))


def _per_yen(gain: Floats, cost: Floats, central: Floats) -> Floats:
    """What each set adds per yen to the best set without cash cost; shape (draws, sets), minus infinity for sets without cash cost."""
    paid = np.broadcast_to(central > 0, gain.shape)
    free = np.where(paid, 0.0, gain).max(axis=1, keepdims=True)
    return np.asarray(
        np.divide(gain - free, cost, out=np.full(gain.shape, -np.inf), where=paid & (cost > 0)), dtype=float
    )


def _draw_prices(names: list[str], register: Register, draws: int, seed: int) -> Floats:
    """Triangular draws of the cost of every step, shape (draws, steps)."""
    generator = stream(seed, "action-costs")
    columns = []
    for name in names:
        low, mode, high = (level(f"action_cost_{name}") for level in (register.low, register.central, register.high))
        columns.append(generator.triangular(low, mode, high, draws) if high > low else np.full(draws, mode))
    return np.stack(columns, axis=1)


def _efficient(gain: Floats, cost: Floats) -> npt.NDArray[np.bool_]:
    """True where no other set lifts at least as much for less, or more for no more."""
    better = gain[None, :] > gain[:, None] + _SMALL_TOLERANCE
    alike = gain[None, :] >= gain[:, None] - _SMALL_TOLERANCE
    cheaper, no_dearer = cost[None, :] < cost[:, None], cost[None, :] <= cost[:, None]
    return np.asarray(~((better & no_dearer) | (alike & cheaper)).any(axis=1))


def _steps(scores: Scores, distances: pd.DataFrame, quantities: pd.DataFrame, register: Register) -> pd.DataFrame:
    domains = list(map(str, scores.indicators["domain"]))
    units = quantities.sum(axis=0).to_numpy()
    prices = np.array([register.value(f"action_cost_{name}") for name in distances.columns])
    return pd.DataFrame(
        {
            "step_ja": scores.indicators["name_ja"].to_numpy(),
            "bodies_to_act_count": (distances > 0).sum(axis=0).to_numpy(),
            "central_gain_score": distances.mean(axis=0).to_numpy() * central_weights(domains),
            "cost_yen": np.rint(prices * units).astype(np.int64),
        }
    )
