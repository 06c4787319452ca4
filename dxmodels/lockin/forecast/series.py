"""Is this a long table of yearly series, and what has to be known about each before it is forecast?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.lockin.forecast.windows import Floats

COLUMNS = ("id", "fiscal_year", "cost_yen")
_SHOWN = 5
_FIRST_YEAR, _LAST_YEAR = 1, 9999  # any yearly count may be forecast, announcements numbered 1, 2, 3 included


@dataclass(frozen=True, eq=False)
class Panel:
    """Histories in the order of ``ids``, each with its last fiscal year; ``filled`` counts years put in by interpolation."""

    ids: tuple[str, ...]
    histories: tuple[Floats, ...]
    last_fy: tuple[int, ...]
    filled: Mapping[str, int]
    blank_rows_count: int = 0

    def years_of(self, row: int) -> np.ndarray:
        """Fiscal years of one series, oldest first."""
        return np.arange(self.last_fy[row] - len(self.histories[row]) + 1, self.last_fy[row] + 1)

    def only(self, ids: Collection[str]) -> Panel:
        """The panel of some of its series."""
        kept = [row for row, name in enumerate(self.ids) if name in set(ids)]
        if not kept:
            raise ModelError("集計する系列が経費の表にありません。→ 系列の名前を確認してください。")
        return Panel(
            tuple(self.ids[row] for row in kept),
            tuple(self.histories[row] for row in kept),
            tuple(self.last_fy[row] for row in kept),
            {name: count for name, count in self.filled.items() if name in set(ids)},
        )

    def shortened(self, years: int) -> Panel:
        """The panel without the last ``years`` of every series that keeps at least three."""
        kept = [row for row, history in enumerate(self.histories) if len(history) - years >= 3]
        return Panel(
            tuple(self.ids[row] for row in kept),
            tuple(self.histories[row][:-years] for row in kept),
            tuple(self.last_fy[row] - years for row in kept),
            {},
        )


def read_panel(series: pd.DataFrame) -> Panel:
    """Return the panel of a long table (id, fiscal_year, cost_yen); blanks are left out, gaps between years interpolated and counted.

    Raises ModelError for missing columns, repeated years, negative or infinite amounts, or an empty table.
    """
    if not isinstance(series, pd.DataFrame):
        raise ModelError(f"系列は表（DataFrame）で渡してください（{type(series).__name__} が渡されました）。")
    missing = [name for name in COLUMNS if name not in series.columns]
    if missing:
        raise ModelError(
            f"系列の表に列 {'、'.join(missing)} がありません。→ id、fiscal_year、cost_yen の3列にしてください。"
        )
    table = series.loc[:, list(COLUMNS)].dropna()
    if table.empty:
        raise ModelError("系列の表に金額のある行がありません。→ id、fiscal_year、cost_yen を入力してください。")
    # Ids are compared as text: 1 and "1" are the same series, and two rows of it in one year are told.
    table = table.assign(
        id=table["id"].astype(str),
        fiscal_year=whole_years(table["fiscal_year"]),
        cost_yen=plain_numbers(table["cost_yen"], "金額 cost_yen"),
    )
    _refuse_bad_rows(table)
    ids, histories, last, filled = [], [], [], {}
    years, amounts = table["fiscal_year"].to_numpy(), table["cost_yen"].to_numpy()
    for name, rows in table.groupby("id", sort=False).indices.items():
        order = np.argsort(years[rows], kind="stable")
        known_years, known = years[rows][order], amounts[rows][order]
        span = np.arange(known_years[0], known_years[-1] + 1)
        ids.append(str(name))
        histories.append(np.interp(span, known_years, known))
        last.append(int(span[-1]))
        if len(span) > len(known_years):
            filled[str(name)] = len(span) - len(known_years)
    return Panel(tuple(ids), tuple(histories), tuple(last), filled, len(series) - len(table))


def ids_as_given(names: pd.Series, given: pd.Series) -> pd.Series:
    """Return ids in the type they came in (numbers stay numbers), so that a forecast can be joined to the table it was made of."""
    known = given.dropna()
    return names.map(dict(zip(known.astype(str), known, strict=True))).astype(known.dtype)


def plain_numbers(values: pd.Series, what: str) -> pd.Series:
    """Return a column as floats (blanks stay blank); ModelError with the first value that is no number."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ModelError(f"{what} が日付になっています。→ 数値にしてください。")
    found = pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)
    bad = found.isna() & values.notna()
    if bad.any():
        raise ModelError(f"{what} に数値でない値「{values[bad].iloc[0]}」があります（{int(bad.sum())} 行）。→ 半角の数値に直してください。")  # fmt: skip
    return found


def whole_years(values: pd.Series) -> pd.Series:
    """Return fiscal years as integers; ModelError for dates, fractions and years nobody means."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ModelError("fiscal_year が日付になっています。→ 年度の整数（例：2026）にしてください。")
    years = plain_numbers(values, "年度 fiscal_year")
    bad = (years % 1 != 0) | ~years.between(_FIRST_YEAR, _LAST_YEAR)
    if bad.any():
        raise ModelError(f"年度 {years[bad].iloc[0]:g} は {_FIRST_YEAR} 以上 {_LAST_YEAR} 以下の整数にしてください（{int(bad.sum())} 行）。")  # fmt: skip
    return years.astype(int)


def _refuse_bad_rows(table: pd.DataFrame) -> None:
    repeated = table.duplicated(["id", "fiscal_year"])
    if repeated.any():
        shown = "、".join(f"{row.id}の{row.fiscal_year}年度" for row in table[repeated].head(_SHOWN).itertuples())
        raise ModelError(
            f"同じ年度が2行以上あります（{shown} など {int(repeated.sum())} 行）。→ 年度ごとに1行に合計してください。"
        )
    amounts = table["cost_yen"].astype(float).to_numpy()
    bad = ~np.isfinite(amounts) | (amounts < 0)
    if bad.any():
        shown = "、".join(
            f"{row.id}の{row.fiscal_year}年度={row.cost_yen}" for row in table[bad].head(_SHOWN).itertuples()
        )
        raise ModelError(
            f"金額が負または無限大です（{shown} など {int(bad.sum())} 行）。→ 0 以上の金額にしてください。"
        )
