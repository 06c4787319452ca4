"""Which systems are locked in, at which level, what should be done with each, and how firm is the order?

Level score of system i: s_il = Σ_k w_k flag_ik / Σ_k w_k over the indicators k of level l that could be computed (technical, contractual, knowledge). A level is locked where
s_il ≥ the register's share and enough of its indicators could be computed; a system is locked in where at least the register's number of levels is locked. Where too little is
known for either answer, whatever the blanks hold, the state is not computable: blanks are filled both ways and the state given only if both agree.
Rank interval: overall score (mean of the level scores) ranked under indicator weights drawn from a flat Dirichlet distribution; 5th to 95th percentile of the ranks.
Treatment: business value × technical fit, each high at or above the register's cut (TIME quadrants: tolerate, invest, migrate, eliminate; Gartner's model in the form used by
application-portfolio reviews). Leaves out: that flags are noisy signs, not causes; precision and recall on a planted truth stand on the validation page.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from dxmodels.errors import MissingTableError, ModelError
from dxmodels.inputs import Register
from dxmodels.lockin.indicators import CATALOGUE, FLAGGED, NOT_COMPUTABLE, IndicatorTable
from dxmodels.streams import stream

LOCKED, OPEN, UNKNOWN = "locked_in", "open", "not_computable"
STATE_JA = {LOCKED: "ロックインの疑いが強い", OPEN: "疑いは強くない", UNKNOWN: "算出不能"}
LEVELS = ("technical", "contractual", "knowledge")
TREATMENT_JA = {
    "invest": "投資（価値も適合も高い：育てる）",
    "migrate": "移行（価値は高いが適合が低い：作り直すか移す）",
    "tolerate": "維持（価値は低いが適合は高い：そのまま使う）",
    "eliminate": "廃止・統合（価値も適合も低い）",
    UNKNOWN: "算出不能（業務価値または技術適合の点数が空欄）",
}
_RANK_DRAWS = 1000


@dataclass(frozen=True)
class DiagnosisRule:
    """The rule in numbers, from the register: shares 0..1, scores 1..5."""

    level_share: float
    locked_levels_count: float
    value_cut_score: float
    fit_cut_score: float

    def __post_init__(self) -> None:
        """Refuse shares outside 0..1, counts outside 1..3 and cuts outside 1..5."""
        for name, low, high in (
            ("level_share", 0, 1),
            ("locked_levels_count", 1, 3),
            ("value_cut_score", 1, 5),
            ("fit_cut_score", 1, 5),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ModelError(f"診断の規則 {name}={value} は {low} 以上 {high} 以下にしてください。")

    @classmethod
    def from_register(cls, register: Register) -> DiagnosisRule:
        """Return the rule of the register."""
        return cls(**{field.name: register.value(f"diagnosis_{field.name}") for field in fields(cls)})

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Names of the assumptions the rule was read from."""
        return tuple(f"diagnosis_{field.name}" for field in fields(self))

    def text_ja(self) -> str:
        """The rule in words, printed with every diagnosis."""
        return (
            f"技術・契約・知識の各水準で、算出できた指標のうち該当が {self.level_share:.0%} 以上ならその水準はロックイン。"
            f"{int(self.locked_levels_count)} 水準以上でロックインなら、システムとして疑いが強いとする。指標の半数が分からない水準は不明とし、"
            f"不明の水準をどちらとみても同じ結論になる場合だけ判定し、そうでなければ算出不能とする。4象限の境は業務価値 {self.value_cut_score:g} 点、技術適合 {self.fit_cut_score:g} 点（以上を高いとする）。"
        ).replace("%", "％")


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """One row a system: level scores and states, state overall, rank with interval, treatment and the flags behind them.

    ``table``: system_id, {technical,contractual,knowledge}_score (0..1), …_state, lockin_state, flagged_count, computable_count, lockin_rank, rank_low, rank_high,
    business_value_score, technical_fit_score, treatment, flags_ja.
    """

    table: pd.DataFrame
    rule: DiagnosisRule

    def to_frame(self) -> pd.DataFrame:
        """Return the diagnosis, strongest suspicion first."""
        return self.table.copy()

    def states(self) -> pd.Series:
        """Return lockin_state by system."""
        return self.table.set_index("system_id")["lockin_state"]

    def summary(self) -> str:
        """Return in Japanese how many are suspected, open, and unknown, and the rule."""
        counts = self.table["lockin_state"].value_counts()
        return (
            f"{len(self.table)} システムのうち、ロックインの疑いが強いもの {counts.get(LOCKED, 0)}、強くないもの {counts.get(OPEN, 0)}、"
            f"項目の不足で算出不能 {counts.get(UNKNOWN, 0)}。判定の規則：{self.rule.text_ja()}"
        )


def diagnose_systems(
    indicators: IndicatorTable, systems: pd.DataFrame, *, rule: DiagnosisRule, seed: int = 0
) -> Diagnosis:
    """Return the diagnosis of every system in ``indicators``; ``systems`` holds business_value_score and technical_fit_score.

    Raises MissingTableError where no indicator speaks of a system.
    """
    states = indicators.by_system()
    if states.empty:
        raise MissingTableError("systems", reason="のシステムごとの指標が一つも算出できません")
    levels = {entry.name: entry.level for entry in CATALOGUE if entry.level in LEVELS}
    names = [name for name in states.columns if name in levels]
    flags, known = states[names] == FLAGGED, (states[names] != NOT_COMPUTABLE) & states[names].notna()
    table = pd.DataFrame(index=states.index)
    for level in LEVELS:
        members = [name for name in names if levels[name] == level]
        table[f"{level}_score"] = _share(flags[members], known[members])
        table[f"{level}_state"] = _level_state(flags[members], known[members], rule.level_share)
    table["lockin_state"] = _overall(table, rule)
    table["flagged_count"], table["computable_count"] = flags.sum(axis=1), known.sum(axis=1)
    table = table.join(_ranks(flags, known, levels, seed))
    scores = systems.set_index(systems["system_id"].astype(str)).reindex(table.index)
    for name in ("business_value_score", "technical_fit_score"):
        table[name] = scores[name].astype("Float64")
    table["treatment"] = _treatments(table, rule)
    titles = {entry.name: entry.title_ja for entry in CATALOGUE}
    table["flags_ja"] = ["、".join(titles[name] for name in names if row[name]) for _, row in flags.iterrows()]
    return Diagnosis(table.reset_index().sort_values(["lockin_rank", "system_id"]).reset_index(drop=True), rule)


def _share(flags: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    count = known.sum(axis=1)
    return (flags.sum(axis=1) / count.where(count > 0)).astype("Float64")


def _level_state(flags: pd.DataFrame, known: pd.DataFrame, share: float) -> pd.Series:
    """Locked or open only where at least half of the level's indicators are known; otherwise unknown."""
    enough = known.sum(axis=1) * 2 >= max(known.shape[1], 1)
    score = _share(flags, known)
    state = np.where((score >= share).fillna(False), LOCKED, OPEN)
    return pd.Series(np.where(enough & score.notna(), state, UNKNOWN), index=flags.index)


def _overall(table: pd.DataFrame, rule: DiagnosisRule) -> pd.Series:
    """Fill unknown levels both ways; decide only where it makes no difference."""
    states = table[[f"{level}_state" for level in LEVELS]]
    locked, unknown = (states == LOCKED).sum(axis=1), (states == UNKNOWN).sum(axis=1)
    at_least, at_most = locked >= rule.locked_levels_count, (locked + unknown) >= rule.locked_levels_count
    return pd.Series(np.where(at_least, LOCKED, np.where(at_most, UNKNOWN, OPEN)), index=table.index)


def _ranks(flags: pd.DataFrame, known: pd.DataFrame, levels: dict[str, str], seed: int) -> pd.DataFrame:
    """Rank (1 = strongest suspicion) under equal weights, and its 90 % interval under drawn weights."""
    draws = stream(seed, "lockin.diagnosis.weights").dirichlet(np.ones(flags.shape[1]), size=_RANK_DRAWS)
    weights = np.vstack([np.full(flags.shape[1], 1.0), draws])
    hit, seen = flags.to_numpy(float), known.to_numpy(float)
    scores = np.zeros((len(flags), len(weights)))
    counted = np.zeros_like(scores)
    for level in LEVELS:
        inside = np.array([levels[name] == level for name in flags.columns], dtype=float)
        below = seen @ (weights * inside).T
        scores += np.where(below > 0, hit @ (weights * inside).T / np.where(below > 0, below, 1.0), 0.0)
        counted += below > 0
    overall = np.where(counted > 0, scores / np.maximum(counted, 1), -1.0)
    ranks = pd.DataFrame(-overall).rank(method="min").to_numpy()
    low, high = np.quantile(ranks[:, 1:], [0.05, 0.95], axis=1)
    return pd.DataFrame(
        {"lockin_rank": ranks[:, 0].astype(int), "rank_low": low.astype(int), "rank_high": high.astype(int)},
        index=flags.index,
    )


def _treatments(table: pd.DataFrame, rule: DiagnosisRule) -> pd.Series:
    names = {(True, True): "invest", (True, False): "migrate", (False, True): "tolerate", (False, False): "eliminate"}
    chosen = [
        UNKNOWN if pd.isna(v) or pd.isna(f) else names[bool(v >= rule.value_cut_score), bool(f >= rule.fit_cut_score)]
        for v, f in zip(table["business_value_score"], table["technical_fit_score"], strict=True)
    ]
    return pd.Series(chosen, index=table.index)
