"""Is this a long table of yearly series, and what has to be known about each before it is forecast?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
    """Return the panel of a long table (id, fiscal_year, cost_yen); wholly blank rows are left out, gaps between years interpolated, both counted.

    Raises ModelError for missing columns or an empty table, and one that lists every fault of the rows: blank cells, words, fractions of years, repeated years, negative
    or infinite amounts.
    """
    if not isinstance(series, pd.DataFrame):
        raise ModelError(f"系列は表（DataFrame）で渡してください（{type(series).__name__} が渡されました）。")
    missing = [name for name in COLUMNS if name not in series.columns]
    if missing:
        raise ModelError(
            f"系列の表に列 {'、'.join(missing)} がありません。→ id、fiscal_year、cost_yen の3列にしてください。"
        )
    table = _rows_without_fault(series)
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


def _rows_without_fault(series: pd.DataFrame) -> pd.DataFrame:
    """The three columns as text, whole years and plain amounts; ModelError with all faults at once, because a planner mends a table once."""
    if any(series.columns.tolist().count(name) > 1 for name in COLUMNS):
        raise ModelError(
            "系列の表に同じ名前の列が2つ以上あります。→ id、fiscal_year、cost_yen を1列ずつにしてください。"
        )
    table = series.loc[:, list(COLUMNS)].dropna(how="all").reset_index(drop=True)
    if table["cost_yen"].isna().all():
        raise ModelError("系列の表に金額のある行がありません。→ id、fiscal_year、cost_yen を入力してください。")
    years, what = _attempted(whole_years, table["fiscal_year"])
    amounts, what_else = _attempted(lambda values: plain_numbers(values, "金額 cost_yen"), table["cost_yen"])
    # Ids are compared as text: 1 and "1" are the same series, and two rows of it in one year are told.
    found = table.assign(id=id_texts(table["id"]), fiscal_year=years, cost_yen=amounts)
    told = [fault for fault in (_blanks(table), what, what_else, _repeated(found), _out_of_range(found)) if fault]
    if told:
        raise ModelError(told[0] if len(told) == 1 else f"系列の表に {len(told)} 種類の誤りがあります。" + "".join(f"（{n}）{fault}" for n, fault in enumerate(told, 1)))  # fmt: skip
    return found.astype({"fiscal_year": int})


def _attempted(read: Callable[[pd.Series], pd.Series], values: pd.Series) -> tuple[pd.Series, str]:
    """The column as read, or what of it can be read and what is wrong with it."""
    try:
        return read(values), ""
    except ModelError as error:
        unread = pd.api.types.is_datetime64_any_dtype(values.dtype) or pd.api.types.is_complex_dtype(values.dtype)
        rest = pd.Series(np.nan, index=values.index) if unread else pd.to_numeric(values, errors="coerce")
        return rest.astype("Float64").astype(float), str(error)


def _blanks(table: pd.DataFrame) -> str:
    blank = table[table.isna().any(axis=1)]
    if blank.empty:
        return ""
    shown = "、".join(f"id「{row.id}」・年度「{row.fiscal_year}」・金額「{row.cost_yen}」" for row in blank.astype(object).where(blank.notna(), "空欄").head(_SHOWN).itertuples())  # fmt: skip
    return f"空欄のある行が {len(blank)} 行あります（{shown}{_more(blank)}）。→ 値を入れるか、その行を除いてください（途中の年度は前後から補います）。"


def _repeated(table: pd.DataFrame) -> str:
    rows = table[table["id"].notna() & table["fiscal_year"].notna() & table.duplicated(["id", "fiscal_year"])]
    if rows.empty:
        return ""
    shown = "、".join(f"{row.id}の{row.fiscal_year:.0f}年度" for row in rows.head(_SHOWN).itertuples())
    return f"同じ年度が2行以上あります（{shown}{_more(rows)}）。→ 年度ごとに1行に合計してください。"


def _out_of_range(table: pd.DataFrame) -> str:
    amounts = table["cost_yen"]
    rows = table[np.isinf(amounts) | (amounts < 0)]
    if rows.empty:
        return ""
    shown = "、".join(
        f"{row.id}の{row.fiscal_year:.0f}年度={row.cost_yen:,.15g}" for row in rows.head(_SHOWN).itertuples()
    )
    return f"金額が負または無限大です（{shown}{_more(rows)}）。→ 0 以上の金額にしてください。"


def _more(rows: pd.DataFrame) -> str:
    return f" など {len(rows)} 行" if len(rows) > _SHOWN else ""


def id_texts(values: pd.Series) -> pd.Series:
    """Return ids as the text they are compared by: 3, 3.0 and "3" are one series (a blank beside whole numbers makes them fractions)."""
    if pd.api.types.is_float_dtype(values.dtype):
        known = values.dropna()
        if (known % 1 == 0).all():
            values = values.astype("Int64")
    return values.astype("object").map(str, na_action="ignore")


def ids_as_given(names: pd.Series, given: pd.Series) -> pd.Series:
    """Return ids in the type they came in (numbers stay numbers), so that a forecast can be joined to the table it was made of."""
    known = given.dropna()
    return names.map(dict(zip(id_texts(known), known, strict=True))).astype(known.dtype)


def plain_numbers(values: pd.Series, what: str) -> pd.Series:
    """Return a column as floats (blanks stay blank); ModelError with the first value that is no number."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ModelError(f"{what} が日付になっています。→ 数値にしてください。")
    if pd.api.types.is_complex_dtype(values.dtype):
        raise ModelError(f"{what} が複素数になっています。→ 実数にしてください。")
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
    bad = years.notna() & ((years % 1 != 0) | ~years.between(_FIRST_YEAR, _LAST_YEAR))
    if bad.any():
        raise ModelError(f"年度 {years[bad].iloc[0]:g} は {_FIRST_YEAR} 以上 {_LAST_YEAR} 以下の整数にしてください（{int(bad.sum())} 行）。")  # fmt: skip
    return years if years.isna().any() else years.astype(int)
