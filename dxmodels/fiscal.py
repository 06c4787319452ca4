"""Which fiscal year is it, how is it written in Japanese, and what is a later yen worth today?

A fiscal year is an integer: 2026 means April 2026 to March 2027. Japanese eras are display (令和8年度) and input only.
Era boundaries: 明治・大正・昭和・平成・令和 as proclaimed (元号を改める政令); the year of a change is 元年.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from dxmodels.errors import ModelError

_ERAS: tuple[tuple[str, str, dt.date], ...] = (
    ("令和", "R", dt.date(2019, 5, 1)),
    ("平成", "H", dt.date(1989, 1, 8)),
    ("昭和", "S", dt.date(1926, 12, 25)),
    ("大正", "T", dt.date(1912, 7, 30)),
    ("明治", "M", dt.date(1868, 1, 25)),
)
_FIRST_YEAR = {key: start.year for name, letter, start in _ERAS for key in (name, letter)}
_LAST_YEAR_OF_ERA = {"平成": 31, "H": 31, "昭和": 64, "S": 64, "大正": 15, "T": 15, "明治": 45, "M": 45}
_YEAR = r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])\s*(?P<era_year>元|\d{1,2})|(?P<year>\d{4})"
_FISCAL_YEAR = re.compile(rf"^(?:FY\s*)?(?:{_YEAR})\s*(?:年度|年)?$", re.IGNORECASE)
_DATE = re.compile(
    rf"^(?:{_YEAR})\s*[年./-]\s*(?P<month>\d{{1,2}})\s*[月./-]\s*(?P<day>\d{{1,2}})\s*日?$", re.IGNORECASE
)
_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_ISO_TEXT = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


def fiscal_year_of(day: dt.date) -> int:
    """Return the fiscal year (April to March) in which ``day`` falls."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_start(fiscal_year: int) -> dt.date:
    """Return 1 April of the fiscal year."""
    return dt.date(fiscal_year, 4, 1)


def fiscal_year_end(fiscal_year: int) -> dt.date:
    """Return 31 March on which the fiscal year ends."""
    return dt.date(fiscal_year + 1, 3, 31)


def era_year(fiscal_year: int, *, suffix: str = "年度") -> str:
    """Return the fiscal year as Japanese administration prints it: 2026 → 令和8年度, 2019 → 令和元年度.

    The era is the one in force on 31 December, so 1988 is 昭和63年度 and 2019 令和元年度, as budgets print them.
    Raises ModelError before 1868.
    """
    return _in_era(dt.date(fiscal_year, 12, 31), fiscal_year) + suffix


def era_date(day: dt.date) -> str:
    """Return a date in the era calendar, e.g. 令和8年3月31日."""
    return f"{_in_era(day, day.year)}年{day.month}月{day.day}日"


def era_text(as_of: str) -> str:
    """Return an as-of date kept as text in the era calendar: 2025-12 → 令和7年12月, 2024-07-12 → 令和6年7月12日; any other text unchanged."""
    parts = _ISO_TEXT.fullmatch(as_of.strip())
    if not parts:
        return as_of
    year, month = int(parts[1]), int(parts[2])
    try:
        day = dt.date(year, month, int(parts[3] or 1))
    except ValueError:
        return as_of
    return era_date(day) if parts[3] else f"{_in_era(day, year)}年{month}月"


def parse_fiscal_year(text: str) -> int:
    """Return the integer fiscal year written as 2026, 2026年度, 令和8, R8, ㋿8, full-width digits included.

    Raises ValueError where the text is none of these, or the era never had that year.
    """
    match = _FISCAL_YEAR.match(_normalise(text))
    if match is None:
        raise ValueError(f"年度として読めません：{text!r}（例：2026、令和8年度、R8）")
    return _western_year(match, text)


def parse_date(text: str) -> dt.date:
    """Return the date written as 2026-04-01, 2026/4/1, 20260401, 令和8年4月1日 or R8.4.1 (full-width too).

    Raises ValueError where the text is none of these or no such day exists.
    """
    clean = _normalise(text)
    compact = _COMPACT_DATE.match(clean)
    if compact:
        year, month, day = (int(part) for part in compact.groups())
        return dt.date(year, month, day)
    match = _DATE.match(clean)
    if match is None:
        raise ValueError(f"日付として読めません：{text!r}（例：2026-04-01、令和8年4月1日）")
    return dt.date(_western_year(match, text), int(match["month"]), int(match["day"]))


def discount_factor(fiscal_year: int, *, base_fy: int, rate: float) -> float:
    """Return what one yen of ``fiscal_year`` is worth in ``base_fy`` at the yearly ``rate`` (0.04 = 4 %).

    Amounts of the base year are not discounted (end-of-year convention of the 費用便益分析 guidelines: 1/(1+r)^t).
    """
    if rate <= -1.0:
        raise ModelError(f"割引率 {rate} は -1 より大きい値にしてください（例：0.04）。")
    return float((1.0 + rate) ** (base_fy - fiscal_year))


def present_value(amounts: Mapping[int, float], *, base_fy: int, rate: float) -> float:
    """Return the value in ``base_fy`` of amounts by fiscal year (same unit as the amounts)."""
    return sum(amount * discount_factor(year, base_fy=base_fy, rate=rate) for year, amount in amounts.items())


def _normalise(text: str) -> str:
    # NFKC turns full-width digits and ㋿ into plain characters.
    return unicodedata.normalize("NFKC", str(text)).strip()


def _western_year(match: re.Match[str], text: str) -> int:
    if match["year"]:
        return int(match["year"])
    era = match["era"].upper()
    number = 1 if match["era_year"] == "元" else int(match["era_year"])
    if number < 1 or number > _LAST_YEAR_OF_ERA.get(era, 99):
        raise ValueError(f"存在しない元号年です：{text!r}")
    return _FIRST_YEAR[era] + number - 1


def _in_era(day: dt.date, year: int) -> str:
    for name, _, start in _ERAS:
        if day >= start:
            number = year - start.year + 1
            return f"{name}{'元' if number == 1 else number}"
    raise ModelError(f"{year} 年は元号で表せません（明治元年＝1868年以降を指定してください）。")
