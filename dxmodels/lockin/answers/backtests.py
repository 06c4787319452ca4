"""E20: what would the forecast have said at earlier dates? Printed as it came out."""

from __future__ import annotations

import pandas as pd

from dxmodels.lockin.answers.answer import Answer
from dxmodels.lockin.forecast import FrozenBacktest, backtest_frozen
from dxmodels.lockin.from_case import cost_series
from dxmodels.lockin.study import LockinStudy
from dxmodels.money import format_rate

_OWN_YEARS = 3
_PUBLISHED = {"usdjpy": ("円ドル相場（年平均、円）", 3), "late_bodies": ("標準化の移行が遅れる団体数（発表ごと）", 1)}
_FIRST_RATE_FROZEN = 2020


def backtest_published_series(study: LockinStudy) -> Answer:
    """E20: the exchange rate and the number of late bodies, forecast from every earlier date that has a history."""
    published = study.case.table("national_series")
    parts, tables, words = [], [], []
    for series_id, (label, horizon) in _PUBLISHED.items():
        series, shown = _published_series(published, series_id)
        years = sorted(series["fiscal_year"])
        frozen = [year for year in years[:-1] if series_id != "usdjpy" or year >= _FIRST_RATE_FROZEN]
        found = backtest_frozen(series, horizon=horizon, frozen_fy=frozen)
        parts.append((label, found, shown))
        tables.append(_printed(found, label, shown))
        words.append(f"{label}は {len(found.table)} 件中 {int(found.table['is_inside'].sum())} 件")
    return Answer(
        pd.concat(tables, ignore_index=True),
        f"過去の時点に立って予測すると、実績が95％区間に入ったのは、{'、'.join(words)}。予測の弱さをそのまま示す。",
        (
            "各行は、その時点までの値だけで作った予測と、後から分かった値の比較。時点は結果を見て選んでいない（履歴のあるすべての時点）。",
            "円相場は2022年の水準の変化を、団体数は2025年の定義と調査範囲の拡大を予測できなかった。過去にない変化は区間に現れない。",
        ),
        ("団体数は発表の間隔が不規則な4点しかなく、1回の発表を1期とみなした。", "1系列だけの区間は、公表された多数の年次系列の誤差から借りている。"),
        tuple(parts),
    )  # fmt: skip


def backtest_own_cost(study: LockinStudy) -> Answer:
    """E20: the last three settled years of the case's own cost, hidden and forecast."""
    series = cost_series(study.case)
    last = int(series["fiscal_year"].max())
    found = backtest_frozen(series, horizon=_OWN_YEARS, frozen_fy=[last - _OWN_YEARS])
    rows = []
    for year, part in found.table.groupby("fiscal_year"):
        rows.append(
            {
                "fiscal_year": year,
                "series_count": len(part),
                "inside_share": float(part["is_inside"].mean()),
                "central_yen": round(float(part["central_yen"].sum())),
                "actual_yen": round(float(part["actual_yen"].sum())),
                "total_error_rate": float(part["central_yen"].sum() / part["actual_yen"].sum() - 1),
                "forecast_error_rate": float(part["forecast_error_rate"].abs().mean()),
                "naive_error_rate": float(part["naive_error_rate"].abs().mean()),
            }
        )
    inside = float(found.table["is_inside"].mean())
    return Answer(
        pd.DataFrame(rows),
        f"直近 {_OWN_YEARS} 年を伏せて予測すると、{len(found.table)} 件のうち {format_rate(inside)} が95％区間に入り、平均の誤差率は {format_rate(float(found.table['forecast_error_rate'].abs().mean()))}（前年同額とした場合 {format_rate(float(found.table['naive_error_rate'].abs().mean()))}）。",
        ("合計の誤差は、系列ごとの誤差が打ち消し合うぶん小さくなる。", "前年同額とほぼ変わらない精度であれば、予測の値打ちは中央の値ではなく区間にある。"),
        ("この表が架空のときは、区間の作り方の確認であり、府の経費の予測精度を示さない。",),
        found,
    )  # fmt: skip


def _published_series(table: pd.DataFrame, series_id: str) -> tuple[pd.DataFrame, dict[int, str]]:
    """The series as a long table; announcements at uneven dates become steps 1, 2, 3 … printed with their date."""
    rows = table[table["series_id"] == series_id].sort_values("as_of")
    labels = rows["as_of"].astype(str).tolist()
    steps = [int(text) for text in labels] if series_id == "usdjpy" else list(range(1, len(rows) + 1))
    values = rows["series_value"].astype(float).to_numpy()
    return pd.DataFrame({"id": series_id, "fiscal_year": steps, "cost_yen": values}), dict(zip(steps, labels, strict=True))  # fmt: skip


def _printed(found: FrozenBacktest, label: str, shown: dict[int, str]) -> pd.DataFrame:
    table = found.table
    return pd.DataFrame(
        {
            "series_ja": label,
            "frozen_ja": table["frozen_fy"].map(shown),
            "target_ja": table["fiscal_year"].map(shown),
            "forecast_value": table["central_yen"],
            "forecast_low_value": table["lower_yen"],
            "forecast_high_value": table["upper_yen"],
            "actual_value": table["actual_yen"],
            "is_inside": table["is_inside"],
        }
    )
