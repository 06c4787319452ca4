"""What does one cell of an inventory say in our words: an amount in yen, a day, a fiscal year, a share, a choice?

Nothing is guessed. Read: full-width digits, ▲△−() for negatives, the unit of the heading or of the cell itself, era dates, 月末 and 年度末, a day
in a column of years (its fiscal year), ％. A month without a day in a column of days is taken for the month's last day and said so. Refused with
the cure: 約, 程度, 以上, a range, two values in one cell, formulas never calculated, Excel's error values.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dxmodels.fiscal import fiscal_year_end, fiscal_year_of, parse_date, parse_fiscal_year
from dxmodels.inputs.cells import CellError, cell_reader
from dxmodels.inputs.imports.aliases import plain
from dxmodels.inputs.raw import cell_text
from dxmodels.inputs.schemas import ColumnFacts
from dxmodels.money import parse_number

_KEPT = 200_000
_UNITS = {"千円": 1_000, "万円": 10_000, "百万円": 1_000_000, "億円": 100_000_000}
_DASHES = frozenset("-‐−ー–—―－…・*/")
_UNKNOWN = {
    "不明",
    "未定",
    "調査中",
    "確認中",
    "未確認",
    "未記入",
    "記載なし",
    "別途",
    "別途協議",
    "算定不能",
    "n/a",
    "na",
    "#n/a",
    "?",
    "未回答",
}
DITTO = frozenset({"〃", "”", "″", '"', "''", "同上", "々", "同"})
_NONE = {"なし", "無し", "該当なし", "無", "対象外"}
_VAGUE = re.compile(r"約|程度|以上|以下|未満|強$|弱$|およそ|概ね|前後|[~〜～]|→|他$|ほか$")
_COUNTED = re.compile(r"(人|名|台|件|個|団体|工程|id|アカウント|者|点|か月|ヶ月|月|年|fte)$", re.IGNORECASE)
_WEEKDAY = re.compile(r"\([月火水木金土日](曜日?)?\)")
_MONTH_END = re.compile(r"^(.+?年|.+?[./-])(\d{1,2})(?:月)?末日?$")
_MONTH = re.compile(r"^((?:令和|平成|昭和|[RHS])?(?:元|\d{1,4})[年./-])(\d{1,2})月?$", re.IGNORECASE)
_ONE_DIGIT_MONTH = re.compile(r"^(\d{4}|\d{1,2})\.1$")  # 2013.10 kept as a number reads 2013.1
_YEAR_END = re.compile(r"^(.+?)年度末$")
_SPAN = re.compile(r"[~〜～]|から")


def says_nothing(text: str) -> bool:
    """Return whether a cell says that there is no value (-, なし, 未定, 不明)."""
    whole = plain(text).lower()
    return not whole.strip("".join(_DASHES)) or whole in _UNKNOWN | _NONE


@dataclass(frozen=True)
class Reading:
    """The text to store ("" = no value), and what is wrong or worth a note (with the cure)."""

    text: str = ""
    problem: str = ""
    cure: str = ""
    note: str = ""
    yen: int | None = None


@lru_cache(maxsize=_KEPT)
def read_value(text: str, facts: ColumnFacts, scale: int) -> Reading:
    """Return what ``text`` says in a column of ``facts`` whose heading counts in ``scale`` (yen a unit, or 100 for ％)."""
    whole = plain(text)
    if not whole:
        return Reading()
    if text.startswith("=") and facts.kind not in {"text"}:
        return Reading(
            problem="数式の計算結果が保存されていません", cure="Excelで開いて保存し直すか、値だけを貼り付けてください"
        )
    if facts.kind not in {"text", "code"}:
        if set(whole) <= _DASHES:
            return Reading(note="「－」を空欄として取り込みました（0 の意味なら 0 と書いてください）")
        if whole.lower() in _UNKNOWN or (whole in _NONE and facts.kind != "boolean"):
            return Reading(note=f"「{whole}」を空欄として取り込みました")
    try:
        return _READERS.get(facts.kind, _as_is)(text, facts, scale)
    except CellError as error:
        return Reading(problem=error.problem, cure=error.cure)
    except (ValueError, OverflowError) as error:
        return Reading(problem="読み取れない値です", cure=_CURES.get(facts.kind, str(error)))


_CURES = {
    "yen": "数字だけを書いてください（例：1,234、▲500、1,234千円）",
    "date": "日付を 2027-03-31、令和9年3月31日、R9.3.31 などの形に直してください",
    "fiscal_year": "年度を 2026、令和8年度 などの形に直してください",
    "integer": "数字だけを書いてください",
    "number": "数字だけを書いてください（割合は 30% か 0.3）",
}


def _as_is(text: str, facts: ColumnFacts, scale: int) -> Reading:
    return Reading(cell_text(cell_reader(facts)(text)))


def _text(text: str, facts: ColumnFacts, scale: int) -> Reading:
    return Reading(cell_text(cell_reader(facts)(" ".join(text.split()))))


def _amount(text: str, facts: ColumnFacts, scale: int) -> Reading:
    whole = plain(text)
    _refuse_vague(whole)
    unit = max((word for word in _UNITS if whole.endswith(word)), key=len, default="")
    number = parse_number(re.sub(r"^[¥\\]|円$|也$|-$", "", whole.removesuffix(unit).removesuffix("円")))
    yen = number * (_UNITS[unit] if unit else 1 if whole.endswith("円") else scale)
    if yen != yen.to_integral_value():
        raise CellError("円未満の端数になります", "単位（円・千円・百万円）が見出しのとおりか確かめてください")
    _refuse_outside(yen, facts)
    return Reading(str(int(yen)), yen=int(yen))


def _number(text: str, facts: ColumnFacts, scale: int) -> Reading:
    whole = plain(text)
    _refuse_vague(whole)
    if facts.kind == "number" and (whole.endswith("%") or scale != 1):
        value = parse_number(whole.removesuffix("%")) / 100
    elif facts.kind == "number" and re.fullmatch(r"\d{1,2}割", whole):
        value = Decimal(whole.removesuffix("割")) / Decimal(10)
    else:
        value = parse_number(_COUNTED.sub("", whole))
    if facts.kind == "integer" and value != value.to_integral_value():
        raise CellError("整数ではありません", "整数にしてください")
    _refuse_outside(value, facts)
    return Reading(format(value.normalize(), "f"))


def _refuse_vague(whole: str) -> None:
    if _VAGUE.search(whole):
        raise CellError("「約」「程度」や幅のある値は読み取りません", "1つの数字にしてください（不確かさは備考へ）")


def _refuse_outside(value: Decimal, facts: ColumnFacts) -> None:
    if facts.minimum is not None and value < Decimal(str(facts.minimum)):
        raise CellError(f"{facts.minimum:g} より小さい値です", f"{facts.minimum:g} 以上にしてください")
    if facts.maximum is not None and value > Decimal(str(facts.maximum)):
        cure = f"{facts.maximum:g} 以下にしてください" + ("（85％なら 85% か 0.85）" if facts.maximum == 1 else "")
        raise CellError(f"{facts.maximum:g} より大きい値です", cure)


def _day(text: str, facts: ColumnFacts, scale: int) -> Reading:
    try:
        day, note = day_of(text)
    except ValueError:
        cell_reader(facts)(text)  # its message knows serial days and the like
        raise
    cell_reader(facts)(day.isoformat())  # refuses a day out of range
    return Reading(day.isoformat(), note=note)


def _year(text: str, facts: ColumnFacts, scale: int) -> Reading:
    whole = re.sub(r"(当初|から|より|頃)$", "", plain(text).removesuffix(".0"))
    try:
        return Reading(str(_possible(parse_fiscal_year(whole))))
    except ValueError:
        day, _ = day_of(text)
    year = _possible(fiscal_year_of(day))
    return Reading(str(year), note=f"日付「{plain(text)}」を {year} 年度としました")


def _possible(year: int) -> int:
    if not 1950 <= year <= 2100:
        raise CellError(f"{year} 年度はありえません", "年度を確かめてください（例：2026、令和8年度）")
    return year


def day_of(text: str) -> tuple[dt.date, str]:
    """Return the day a cell states and the note of what was filled in; a span states its last day. ValueError where unreadable."""
    whole = _WEEKDAY.sub("", plain(text))
    whole = re.sub(r"^(\d{4}-\d{2}-\d{2})(\d{2}:\d{2}|T).*$", r"\1", whole)
    parts = [part for part in _SPAN.split(whole) if part]
    if len(parts) == 2:
        day, _ = day_of(parts[1])
        return day, f"期間「{whole}」の終わりの日を取りました"
    whole = whole.removesuffix("まで").removesuffix("迄")
    if _ONE_DIGIT_MONTH.match(whole):
        raise CellError(
            "1月か10月か分かりません（数値の小数は末尾の0が消えます）", "2013年10月 のように文字で書いてください"
        )
    found = _YEAR_END.match(whole)
    if found:
        return fiscal_year_end(parse_fiscal_year(found[1])), ""
    found = _MONTH_END.match(whole)
    if found:
        return _last_day(found[1], int(found[2])), ""
    found = _MONTH.match(whole)
    if found:
        return _last_day(found[1], int(found[2])), f"日のない「{whole}」を月末としました"
    return parse_date(whole), ""


def _last_day(year_text: str, month: int) -> dt.date:
    year = parse_date(f"{year_text.rstrip('年./-')}年1月1日").year
    if not 1 <= month <= 12:
        raise ValueError(f"存在しない月です：{month}")
    return dt.date(year, month, calendar.monthrange(year, month)[1])


_READERS = {
    "yen": _amount, "integer": _number, "number": _number, "date": _day, "fiscal_year": _year, "text": _text, "code": _text,
}  # fmt: skip
