"""Which checks stand beside a premium, and what does it assume?"""

from __future__ import annotations

import pandas as pd

from dxmodels.lockin.premium.core import Core
from dxmodels.lockin.premium.design import Design
from dxmodels.lockin.premium.event_study import EventStudy

_POOR_OVERLAP = 0.05
_PRE_TREND_ALPHA = 0.1


def diagnose(design: Design, core: Core, placebo: Core | None, overlap: tuple[float, float] | None) -> pd.DataFrame:
    """Return check, finding and meaning: leave-one-out, rows lost, overlap, failed draws, placebo outcome."""
    rows: list[tuple[str, str, str]] = [
        ("一件抜き", f"{_number(core.without.min())}〜{_number(core.without.max())}", _loo_meaning(core)),
        ("空欄で除いた行", f"{design.dropped_rows_count}", "除いた行が偏っていれば推定も偏る"),
    ]
    if design.dropped_columns:
        rows.append(("除いた統制変数", "、".join(design.dropped_columns), "他の列と重複（多重共線）または全行同じ値"))
    if overlap is not None:
        poor = overlap[0] < _POOR_OVERLAP or overlap[1] > 1 - _POOR_OVERLAP
        rows.append(
            (
                "重なり（傾向スコアの範囲）",
                f"{overlap[0]:.3f}〜{overlap[1]:.3f}",
                "比較相手の乏しい行がある" if poor else "十分に重なる",
            )
        )
    if core.failed_draws:
        rows.append(
            ("失敗した再標本", f"{core.failed_draws}", "群が分かれ推定できなかった回。多いときは統制変数を減らす")
        )
    if placebo is not None:
        clear = placebo.interval[0] <= 0 <= placebo.interval[1]
        text = f"{_number(placebo.estimate)}（{_number(placebo.interval[0])}〜{_number(placebo.interval[1])}）"
        rows.append(
            (
                "偽の結果での検定",
                text,
                "0 を含む（設計を否定しない）" if clear else "0 を含まない：未観測の要因が残っている疑い",
            )
        )
    return pd.DataFrame(rows, columns=["check_ja", "found_ja", "meaning_ja"])


def _number(value: float) -> str:
    """Four digits, negative with ▲ as everywhere."""
    return f"{'▲' if value < 0 else ''}{abs(value):.4g}"


def _loo_meaning(core: Core) -> str:
    turned = core.without.min() * core.without.max() <= 0
    return "1件を除くと符号が変わる" if turned else "どの1件を除いても符号は変わらない"


def assumptions_of(method: str) -> tuple[str, ...]:
    """Return what must hold for the estimate of ``method`` to be the effect."""
    shared = (
        "統制変数で条件付ければ、囲い込みの有無は価格の他の決定要因と無関係",
        "統制変数は囲い込みより前に決まっている",
    )
    extra = {
        "ols": ("結果は統制変数について線形、効果は一定",),
        "ipw": ("傾向スコアのモデルが正しい", "どの条件でも両群の可能性がある（重なり）"),
        "regression_adjustment": ("各群の結果の回帰が正しい",),
        "aipw": ("傾向スコアか結果の回帰の少なくとも一方が正しい", "重なり"),
        "att": ("傾向スコアか非対象群の回帰の少なくとも一方が正しい", "対象群に似た非対象がいる"),
    }
    return shared + extra[method]


def diagnose_event(study: EventStudy) -> pd.DataFrame:
    """Return check, finding and meaning of an event study: pre-trend, imputation estimate, leave-one-unit-out."""
    rows = [
        (
            "事前の動き（偽薬）",
            f"p={study.pre_trend_p:.3f}",
            "平行トレンドと矛盾しない" if study.pre_trend_p > _PRE_TREND_ALPHA else "事前に動いている疑い",
        ),
        (
            "代入推定（時期の違いに頑健）",
            _number(study.imputation),
            "見出しの推定値と大きく違えば、時期により効果が異なる",
        ),
        (
            "一単位抜き",
            f"{_number(study.linear.without_each.min())}〜{_number(study.linear.without_each.max())}",
            "1単位を除いたときの範囲（1次近似）",
        ),
    ]
    return pd.DataFrame(rows, columns=["check_ja", "found_ja", "meaning_ja"])
