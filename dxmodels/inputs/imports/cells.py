"""What do the cells of a foreign list say: an amount, a day, a count, a result?

Readings never guess: a cell that is neither blank nor readable comes back as a problem, to be reported with its cure. Results are kept per
distinct text, so that a hundred thousand rows cost little more than their distinct cells.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from dxmodels.fiscal import fiscal_year_of, parse_date, parse_fiscal_year
from dxmodels.inputs.imports.aliases import alias_table, plain
from dxmodels.money import parse_number

_KEPT = 200_000
_NOTHING = {"-", "--", "−", "‐", "ー", "–", "—", "―", "*", "…", "なし", "該当なし", "不明", "/", "・"}
_MARKS = {"○", "〇", "◯", "●", "◎", "レ", "✓", "1", "true", "有", "落札", "落札者", "決定", "○落札"}
_CLOCK = re.compile(r"(午前|午後)?\d{1,2}[:時]\d{0,2}分?(:\d{2})?$")
_WEEKDAY = re.compile(r"\([月火水木金土日](曜日?)?\)")
_BETWEEN = re.compile(r"[~〜～]|から")
_COUNT = re.compile(r"(\d{1,4})(者|社|名|人|件)?")
_COMPANY = (("(株)", "株式会社"), ("(有)", "有限会社"), ("(同)", "合同会社"), ("(一社)", "一般社団法人"), ("(公財)", "公益財団法人"),
            ("(一財)", "一般財団法人"), ("(公社)", "公益社団法人"))  # fmt: skip
_UNITS = ("百万円", "千円", "万円")


@dataclass(frozen=True)
class Amount:
    """An amount as written, in yen (unit applied, tax as in the column); or the result word standing in its place; or a problem."""

    yen: int | None = None
    word: str = ""
    problem: str = ""


@lru_cache(maxsize=_KEPT)
def amount_of(text: str, scale: int) -> Amount:
    """Return the amount in a cell whose column counts in ``scale`` yen; 「辞退」 in its place is a result word."""
    whole = plain(text)
    if whole in _NOTHING or not whole:
        return Amount()
    word = result_of(text)
    if word:
        return Amount(word=word)
    unit = next((unit for unit in _UNITS if whole.endswith(unit)), "")
    try:
        value = parse_number(whole.removesuffix(unit).removesuffix("円").removesuffix("-").lstrip("\\"))
    except ValueError:
        return Amount(problem="金額として読めません")
    yen = value * (int(alias_table("unit")[unit]) if unit else (1 if whole.endswith("円") else scale))
    if yen != int(yen):
        return Amount(problem="円未満の端数になります")
    return Amount(yen=int(yen)) if yen >= 0 else Amount(problem="負の金額です")


@lru_cache(maxsize=_KEPT)
def result_of(text: str) -> str:
    """Return winner, declined, disqualified, late, valid or "" for the result word in ``text`` (longest word first)."""
    whole = plain(text)
    found = [alias for alias in alias_table("status") if alias in whole]
    return alias_table("status")[max(found, key=len)] if found else ""


@lru_cache(maxsize=_KEPT)
def day_of(text: str) -> dt.date | None:
    """Return the day in a cell (era or Western, a clock time or weekday after it left aside); ValueError where unreadable."""
    whole = _WEEKDAY.sub("", plain(text).replace("T", " "))
    if not whole or whole in _NOTHING:
        return None
    whole = re.sub(r"^(\d{4}-\d{2}-\d{2})\d{2}:\d{2}.*$", r"\1", whole)
    if re.search(r"[年月日/.-]", whole):
        whole = _CLOCK.sub("", whole) if "日" in whole or whole.count(":") else whole
    return parse_date(whole)


@lru_cache(maxsize=_KEPT)
def period_of(text: str) -> tuple[dt.date | None, dt.date | None]:
    """Return (first, last) day of 「令和6年4月1日～令和7年3月31日」; a single day counts as the last. ValueError where unreadable."""
    whole = plain(text)
    if not whole or whole in _NOTHING:
        return None, None
    parts = [
        part for part in _BETWEEN.split(whole) if part and part not in {"契約日", "契約締結日", "契約締結の日", "まで"}
    ]
    days = [day_of(part.removesuffix("まで").removeprefix("自").removeprefix("至")) for part in parts]
    if len(days) > 2:
        raise ValueError("期間として読めません")
    return (days[0], days[1]) if len(days) == 2 else (None, days[0] if days else None)


@lru_cache(maxsize=_KEPT)
def count_of(text: str) -> int | None:
    """Return the whole number in a cell (3, 3者, ３社); ValueError where unreadable."""
    whole = plain(text)
    if not whole or whole in _NOTHING:
        return None
    match = _COUNT.fullmatch(whole.removesuffix(".0"))
    if match is None:
        raise ValueError("数として読めません")
    return int(match[1])


@lru_cache(maxsize=_KEPT)
def year_of(text: str) -> int | None:
    """Return the fiscal year in a cell; ValueError where unreadable."""
    whole = plain(text).removesuffix(".0")
    return None if not whole or whole in _NOTHING else parse_fiscal_year(whole)


def year_of_days(*days: dt.date | None) -> int | None:
    """Return the fiscal year of the first day given."""
    return next((fiscal_year_of(day) for day in days if day is not None), None)


@cache
def is_mark(text: str) -> bool:
    """Return whether a cell of a 「落札」 column is marked."""
    return plain(text) in _MARKS


@lru_cache(maxsize=_KEPT)
def company_key(name: str) -> str:
    """Return a company's name in one writing (㈱ = (株) = 株式会社, no spaces), so that one firm has one key."""
    whole = plain(name)
    for short, full in _COMPANY:
        whole = whole.replace(short, full)
    return whole
