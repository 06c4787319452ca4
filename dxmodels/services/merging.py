"""What would merging the duplicate services save, year by year, net of leaving and of merging, and how sure is that?

Sets        groups g of at least two services (each service in one group at most); one service of a group is kept (the one with most users, then
            the dearest), the others r are retired
Parameters  c_r yearly cost, x_r exit cost [yen]; ρ share of c_r that stays with the kept service; m merging work as a multiple of c_r;
            L years from decision to retirement; H years counted; p_r probability that r does the same as the kept service
Saving of r −x_r − m·c_r in year D + L; +(1 − ρ)·c_r in each of the years D + L + 1 … D + H
Bounds      low = dear assumptions and, where a cost is blank, the 25 % quantile of the known costs of the same channel; high = the
            opposite ends and the 75 % quantile; central = middle values and the median (a blank cost is never zero)
Taken       only services whose central saving is positive; expected saving = Σ p_r · saving of r (the groups are candidates, not decisions)
What it leaves out: users lost on the way, staff time set free (not cash), contracts that run longer than L, price talks with the kept vendor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.fiscal import era_year, present_value
from dxmodels.money import format_rate, format_yen
from dxmodels.services.evidence import topics_of
from dxmodels.services.merge_pairs import filled_costs, retired_pairs
from dxmodels.services.overlaps import OverlapGroups

if TYPE_CHECKING:
    from dxmodels.inputs import Register

Floats = npt.NDArray[np.float64]
ASSUMPTIONS = (
    "merge_residual_share",
    "merge_integration_share",
    "merge_exit_share",
    "merge_lead_years",
    "merge_horizon_years",
)
RATES = ("discount_rate_standard", "discount_rate_two_pct", "discount_rate_one_pct", "discount_rate_zero")
NOTHING_TO_MERGE_JA = "統合して費用が減る重複の候補は見つからなかった。"
LEVELS = ("low", "central", "high")
_OPPOSITE = {"low": "high", "central": "central", "high": "low"}


@dataclass(frozen=True, eq=False)
class MergeSaving:
    """One row a retired service (``retired``), one a group (``by_group``), one a fiscal year (``by_year``), one a discount rate (``by_rate``)."""

    retired: pd.DataFrame = field(repr=False)
    by_group: pd.DataFrame = field(repr=False)
    by_year: pd.DataFrame = field(repr=False)
    by_rate: pd.DataFrame = field(repr=False)
    decision_fy: int
    horizon_years: int
    masked_count: int
    left_alone_count: int
    counted_elsewhere_count: int
    basis_ja: str
    assumptions: tuple[str, ...]

    @property
    def expected_yen(self) -> int:
        """Saving over the horizon, weighted by probability, undiscounted."""
        return int(self.by_year["merge_expected_yen"].sum())

    @property
    def pays_back_fy(self) -> int | None:
        """First fiscal year in which the expected saving has paid back what it cost; None within the horizon otherwise."""
        cumulated = self.by_year["merge_expected_yen"].cumsum()
        paid = self.by_year.loc[(cumulated > 0), "fiscal_year"]
        return int(paid.iloc[0]) if len(paid) else None

    def to_frame(self) -> pd.DataFrame:
        """Return the saving by fiscal year."""
        return self.by_year.copy()

    def summary(self) -> str:
        """Return in one Japanese sentence in which years the cost and the saving fall (to_frame's own question)."""
        if self.by_group.empty:
            return NOTHING_TO_MERGE_JA
        years = self.by_year
        spent = years["merge_exit_yen"] + years["merge_work_yen"]
        first = int(years["fiscal_year"].iloc[int(spent.to_numpy().argmin())])
        saved = years.loc[years["merge_expected_yen"] > 0, "fiscal_year"]
        yearly = format_yen(float(years["merge_expected_yen"].max()), "百万円")
        begins = f"{era_year(int(saved.iloc[0]))}から年{yearly}の節減となり" if len(saved) else "節減は現れず"
        return (
            f"まず{era_year(first)}に廃止と統合の経費{format_yen(-float(spent.min()), '百万円')}がかかり、"
            f"{begins}、{self.paid_ja}（節減は同じである確率で割り引いた期待値）。"
        )

    @property
    def paid_ja(self) -> str:
        """When the expected saving has paid back what it cost, in words."""
        return f"{era_year(self.pays_back_fy)}に元が取れる" if self.pays_back_fy else "期間内には元が取れない"

    def total_ja(self) -> str:
        """Return in one Japanese sentence what the merging saves over the horizon, with its range."""
        if self.by_group.empty:
            return NOTHING_TO_MERGE_JA
        total = {
            name: format_yen(float(self.by_year[f"merge_{name}_yen"].sum()), "億円", decimals=2)
            for name in ("low", "net", "high")
        }
        return (
            f"重複の候補{len(self.by_group)}組をまとめると、廃止・統合の経費を差し引いて{self.horizon_years}年間で{format_yen(self.expected_yen, '億円', decimals=2)}"
            f"の節減が見込まれ（同じである確率で割り引いた期待値）、{self.paid_ja}。すべてが本当に同じなら{total['net']}（前提の幅で{total['low']}〜{total['high']}）。"
        )

    def limits(self) -> list[str]:
        """Return what the number leaves out, with counts, as Japanese sentences."""
        return [
            f"年間経費が不明の{self.masked_count}件は、同じ種別の分かっている経費の四分位で補い、下限・上限に反映した。",
            f"統合しても経費が減らない{self.left_alone_count}件は統合の対象から外した。システム一覧にも載ると見られる{self.counted_elsewhere_count}件は二重計上を避けるため除いた。",
            f"確率の根拠は{self.basis_ja}。職員の手間の減少は現金でないため加えていない。",
        ]


def merge_saving(
    found: OverlapGroups, register: Register, *, decision_fy: int, counted_elsewhere: Collection[str] = ()
) -> MergeSaving:
    """Return what merging the groups of ``found`` saves (services: annual_cost_yen, exit_cost_yen, users_people; yen, tax in).

    ``counted_elsewhere``: ids whose saving another exhibit claims (``list_twice_listed``); they are never retired here. Raises ModelError where the
    search was not calibrated or no cost is known at all.
    """
    if found.probability is None:
        raise ModelError(
            "同じである確率がないため期待値を計算できません。判定票を読み込むか、標識による曲線を指定してください。"
        )
    costs = {level: filled_costs(found.services, level) for level in LEVELS}
    all_pairs = retired_pairs(found, set(counted_elsewhere))
    horizon = round(register.value("merge_horizon_years"))
    paths = {level: _paths(all_pairs, costs[level], register, level, horizon) for level in LEVELS}
    kept = paths["central"].sum(axis=1) > 0
    pairs = all_pairs[kept].reset_index(drop=True)
    chosen = {level: path[kept.to_numpy()].reset_index(drop=True) for level, path in paths.items()}
    years = list(range(decision_fy, decision_fy + horizon + 1))
    by_year = _by_year(pairs, chosen, years, _one_offs(pairs, costs["central"], register))
    return MergeSaving(
        retired=pairs.assign(**{f"merge_{_NAMES[level]}_yen": _whole(path.sum(axis=1)) for level, path in chosen.items()}),
        by_group=_by_group(found, pairs, chosen, costs["central"], register),
        by_year=by_year,
        by_rate=_by_rate(by_year, decision_fy, register),
        decision_fy=decision_fy,
        horizon_years=horizon,
        masked_count=int(pairs["is_masked"].sum()) if len(pairs) else 0,
        left_alone_count=int((~kept).sum()),
        counted_elsewhere_count=len(set(counted_elsewhere) & set(found.groups()["service_id"])),
        basis_ja=found.calibration.basis_ja if found.calibration else "",
        assumptions=(*ASSUMPTIONS, *RATES, *(found.calibration.assumptions if found.calibration else ())),
    )  # fmt: skip


_NAMES = {"low": "low", "central": "net", "high": "high"}


def _paths(pairs: pd.DataFrame, costs: pd.Series[float], register: Register, level: str, horizon: int) -> pd.DataFrame:
    """Net cash of each retired service by year after the decision (columns 0…horizon)."""
    against = _OPPOSITE[level]
    cost = np.asarray(costs.loc[pairs["service_id"]], dtype=np.float64)
    lead = min(round(register.value("merge_lead_years", level=against)), horizon)
    one_off = _exit(pairs, cost, register, against) + register.value("merge_integration_share", level=against) * cost
    yearly = (1.0 - register.value("merge_residual_share", level=against)) * cost
    paths = np.zeros((len(pairs), horizon + 1))
    paths[:, lead] -= one_off
    paths[:, lead + 1 :] += yearly[:, None]
    return pd.DataFrame(paths)


def _exit(pairs: pd.DataFrame, cost: Floats, register: Register, level: str) -> Floats:
    known = pairs["exit_cost_yen"].to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isnan(known), register.value("merge_exit_share", level=level) * cost, known)


def _one_offs(pairs: pd.DataFrame, costs: pd.Series[float], register: Register) -> tuple[float, float, int]:
    """Central exit and merging cost of all retired services, and the year after the decision in which they fall."""
    cost = np.asarray(costs.loc[pairs["service_id"]], dtype=np.float64)
    lead = round(register.value("merge_lead_years"))
    return float(_exit(pairs, cost, register, "central").sum()), float(register.value("merge_integration_share") * cost.sum()), lead  # fmt: skip


def _by_year(
    pairs: pd.DataFrame, paths: Mapping[str, pd.DataFrame], years: list[int], one_offs: tuple[float, float, int]
) -> pd.DataFrame:
    leave, merge, lead = one_offs
    central = paths["central"].to_numpy(dtype=float)
    chance = pairs["probability_share"].to_numpy(dtype=float)
    place = np.arange(len(years))
    spent = np.where(place == lead, -leave, 0.0), np.where(place == lead, -merge, 0.0)
    return pd.DataFrame(
        {
            "fiscal_year": years,
            "merge_running_yen": _whole(central.sum(axis=0) - spent[0] - spent[1]),
            "merge_exit_yen": _whole(spent[0]),
            "merge_work_yen": _whole(spent[1]),
            "merge_net_yen": _whole(central.sum(axis=0)),
            "merge_low_yen": _whole(paths["low"].to_numpy(dtype=float).sum(axis=0)),
            "merge_high_yen": _whole(paths["high"].to_numpy(dtype=float).sum(axis=0)),
            "merge_expected_yen": _whole((chance[:, None] * central).sum(axis=0)),
        }
    )


def _by_group(
    found: OverlapGroups,
    pairs: pd.DataFrame,
    paths: Mapping[str, pd.DataFrame],
    costs: pd.Series[float],
    register: Register,
) -> pd.DataFrame:
    services = found.services.set_index("service_id")
    names = services["name_ja"] if "name_ja" in services else pd.Series(services.index, index=services.index)
    judged = {frozenset(pair) for pair in zip(found.verdicts["left"], found.verdicts["right"], strict=True)}
    stays = 1.0 - register.value("merge_residual_share")
    rows = []
    for number, part in pairs.groupby("overlap_number", sort=True):
        retired, kept = part["service_id"].tolist(), part["kept_id"].iloc[0]
        done = sum(frozenset((one, kept)) in judged for one in retired)
        nets = {level: path.loc[part.index].to_numpy(dtype=float).sum(axis=1) for level, path in paths.items()}
        rows.append(
            {
                "overlap_number": number,
                "overlap_theme_ja": "・".join(topics_of(services.loc[[kept, *retired], "description"])[:2]) or "（共通の主題なし）",
                "kept_name_ja": names[kept],
                "retired_names_ja": "、".join(names[one] for one in retired),
                "retired_count": len(retired),
                "masked_count": int(part["is_masked"].sum()),
                "verdict_state_ja": "判定済み" if done == len(retired) else f"{done}件判定済み" if done else "未判定",
                "probability_share": float(part["probability_share"].mean()),
                "merge_yearly_yen": round(float(stays * costs.loc[retired].sum())),
                **{f"merge_{_NAMES[level]}_yen": round(float(values.sum())) for level, values in nets.items()},
                "merge_expected_yen": round(float((part["probability_share"].to_numpy(dtype=float) * nets["central"]).sum())),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    return table.sort_values("merge_expected_yen", ascending=False, ignore_index=True) if rows else table


def _by_rate(by_year: pd.DataFrame, base_fy: int, register: Register) -> pd.DataFrame:
    rows = []
    for name in RATES:
        rate = register.value(name)
        values = {
            column: round(present_value(dict(zip(by_year["fiscal_year"], by_year[column].astype(float), strict=True)), base_fy=base_fy, rate=rate))
            for column in ("merge_expected_yen", "merge_net_yen", "merge_low_yen", "merge_high_yen")
        }  # fmt: skip
        rows.append({"discount_rate": rate, "discount_label_ja": format_rate(rate, decimals=0), **values})
    return pd.DataFrame(rows).drop(columns="discount_label_ja")


def _whole(values: Floats | pd.Series[float]) -> npt.NDArray[np.int64]:
    rounded: npt.NDArray[np.int64] = np.rint(np.asarray(values, dtype=float)).astype(np.int64)
    return rounded
