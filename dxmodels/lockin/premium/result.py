"""What does an estimated premium say, and what does it not say?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from dxmodels.glossary import label_ja
from dxmodels.money import format_rate

METHOD_JA = {
    "ols": "重回帰（最小二乗法）",
    "ipw": "逆確率重み付け",
    "regression_adjustment": "回帰調整",
    "aipw": "二重頑健推定（全体平均）",
    "att": "二重頑健推定（対象群平均）",
    "event_study": "イベントスタディ（固定効果）",
}
COMMON_EXPLANATIONS = (
    "規模・複雑さ・求める水準が高い業務ほど高額で、かつ囲い込まれやすい（統制していない要因）",
    "囲い込みを価格そのものから定義していると、割増は定義から生じる（循環）",
    "統制変数が囲い込みの結果である場合（改修量など）、割増は小さく見える",
    "廃止・移行済みのシステムが台帳にない（生き残りの偏り）",
    "税込・税抜や年度の価格水準がそろっていない",
)


@dataclass(frozen=True, eq=False)
class PremiumEstimate:
    """An estimated effect of ``treatment`` on ``outcome`` with its uncertainty and its fragility.

    Unit: that of the outcome; natural-log points where ``log_outcome`` (see ``as_rate``). ``robustness_value`` is the partial R² (0..1) an unobserved
    confounder would need with both treatment and outcome to bring the estimate to zero, ``robustness_value_alpha`` to make it insignificant.
    ``minimum_detectable`` is the smallest effect this design would find with the stated power. ``bounds`` shows the estimate under a confounder as strong
    as ``benchmark``; ``path`` is the event-time table (event_study only); ``diagnostics`` holds check, value and meaning.
    """

    method: str
    outcome: str
    treatment: str
    controls: tuple[str, ...]
    estimate: float
    standard_error: float
    interval: tuple[float, float]
    level: float
    robustness_value: float
    robustness_value_alpha: float
    n: int
    treated_count: int
    clusters_count: int | None
    minimum_detectable: float
    power: float
    log_outcome: bool
    leave_one_out: tuple[float, float]
    overlap: tuple[float, float] | None
    bounds: pd.DataFrame
    path: pd.DataFrame
    diagnostics: pd.DataFrame
    assumptions: tuple[str, ...]
    alternative_explanations: tuple[str, ...] = COMMON_EXPLANATIONS

    @property
    def is_significant(self) -> bool:
        """True where the interval leaves out zero."""
        return self.interval[0] > 0 or self.interval[1] < 0

    def as_rate(self) -> tuple[float, float, float]:
        """Return (estimate, low, high) as shares (0.15 = 15 % dearer) for a log outcome; as they are otherwise."""
        values = (self.estimate, *self.interval)
        low, middle, high = (values[1], values[0], values[2])
        if not self.log_outcome:
            return middle, low, high
        return math.expm1(middle), math.expm1(low), math.expm1(high)

    def to_frame(self) -> pd.DataFrame:
        """Return one row: method, estimate, standard error, interval, n, robustness values and minimum detectable effect."""
        return pd.DataFrame(
            {
                "method": [self.method],
                "outcome": [self.outcome],
                "treatment": [self.treatment],
                "estimate": [self.estimate],
                "standard_error": [self.standard_error],
                "lower": [self.interval[0]],
                "upper": [self.interval[1]],
                "observations_count": [self.n],
                "treated_count": [self.treated_count],
                "robustness_value": [self.robustness_value],
                "robustness_value_alpha": [self.robustness_value_alpha],
                "minimum_detectable": [self.minimum_detectable],
            }
        )

    def summary(self) -> str:
        """Return the finding in Japanese: size, interval, whether it differs from zero, what could hide or explain it."""
        middle, low, high = (self._text(value) for value in self.as_rate())
        verdict = "0 とは区別できる" if self.is_significant else "0 と区別できない（効果がないことの証明ではない）"
        return (
            f"{METHOD_JA[self.method]}による「{label_ja(self.treatment)}」の割増は {middle}"
            f"（{format_rate(self.level, decimals=0)}区間 {low}〜{high}、n={self.n}、対象 {self.treated_count}）で、{verdict}。"
            f"この設計で検出できる最小の割増は約 {self._text(self._detectable_rate())}（検出力{format_rate(self.power, decimals=0)}）。"
            f"未観測の要因が処置と結果の残差変動の {format_rate(self.robustness_value)} 以上をともに説明すれば推定値は 0 になる{self._until_insignificant()}。"
        )

    def _until_insignificant(self) -> str:
        """Nothing where the estimate is not significant as it stands: no confounder is needed then."""
        return (
            f"（{format_rate(self.robustness_value_alpha)} 以上なら有意でなくなる）"
            if self.robustness_value_alpha > 0
            else ""
        )

    def _detectable_rate(self) -> float:
        return math.expm1(self.minimum_detectable) if self.log_outcome else self.minimum_detectable

    def _text(self, value: float) -> str:
        sign = "▲" if value < 0 else ""
        return f"{sign}{abs(value) * 100:.1f}％" if self.log_outcome else f"{sign}{abs(value):,.4g}"
