"""What does the text of one cell say, and if it says nothing readable, how is it mended?

Read as text first, then by the column's kind. Accepted: full-width digits, thousands separators, ▲/△/（）for negatives, 円 and ¥,
Western and Japanese-era dates and fiscal years, true/false, 1/0, はい/いいえ, 有/無, あり/なし, ○/×, and for choices the machine name or its
Japanese word. A blank cell is a missing value. Nothing is guessed: 千円, Excel serial days, codes turned into numbers, Excel error
values and the words NaN or NULL are refused with the cure. Text stays as written (``=cmd`` and HTML too: they are neutralised where
pages and workbooks are written), only the spaces around it go and its Unicode form becomes NFC.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from dxmodels.fiscal import parse_date, parse_fiscal_year
from dxmodels.inputs.case_file import nearest
from dxmodels.inputs.codes import municipality_code_fault
from dxmodels.inputs.schemas import CHOICE_LABELS, ColumnFacts, Kind
from dxmodels.inputs.schemas.choices import choice_value
from dxmodels.money import parse_number

MOST_CHARACTERS = 32_767  # what one Excel cell can hold
MOST_DIGITS = 16  # 1 京: beyond every public amount, within exact 64-bit integers
_FIRST_FISCAL_YEAR, _LAST_FISCAL_YEAR = 1950, 2100
_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
_EXCEL_EPOCH = dt.date(1899, 12, 30)

_INTEGER = re.compile(rf"-?[0-9]{{1,{MOST_DIGITS}}}")
_NUMBER = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?$")
_SCIENTIFIC = re.compile(r"[-+]?[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_POINT_ZERO = re.compile(r"[0-9]+\.0+")
_SERIAL_DAY = re.compile(r"[2-6][0-9]{4}(?:\.0+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
_NO_VALUES = {"nan", "null", "none", "<na>", "nat", "n/a"}
_DASHES = {"-", "‐", "－", "—", "―", "ー", "–", "…", "***", "x", "X"}
# Longest first: 百万円 ends in 万円 too.
_BIG_UNITS = {
    "百万円": 1_000_000, "千万円": 10_000_000, "億円": 100_000_000, "兆円": 1_000_000_000_000, "万円": 10_000, "千円": 1_000,
    "百万": 1_000_000, "千万": 10_000_000, "億": 100_000_000, "兆": 1_000_000_000_000, "万": 10_000, "千": 1_000,
}  # fmt: skip
_TRUE = {"true", "1", "はい", "有", "あり", "有り", "○", "〇", "yes"}
_FALSE = {"false", "0", "いいえ", "無", "なし", "無し", "×", "✕", "no"}


class CellError(ValueError):
    """The text of a cell cannot be read; ``problem`` and ``cure`` are Japanese."""

    def __init__(self, problem: str, cure: str) -> None:
        self.problem = problem
        self.cure = cure
        super().__init__(f"{problem} → {cure}")


def cell_reader(facts: ColumnFacts) -> Callable[[str], object]:
    """Return the function that turns the text of a cell of this column into its value (None for a blank cell).

    The function raises CellError where the text cannot be read.
    """
    read = _READERS[facts.kind]

    def read_cell(text: str) -> object:
        clean = text.strip()
        if not clean:
            return None
        _refuse_what_no_column_holds(clean)
        return read(clean, facts)

    return read_cell


def normalised(text: str) -> str:
    """Return ``text`` with full-width letters and digits made plain (NFKC) and the spaces around it removed."""
    return unicodedata.normalize("NFKC", text).strip()


def _refuse_what_no_column_holds(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise CellError(f"{len(text):,} 文字あり長すぎます", f"1セルは {MOST_CHARACTERS:,} 文字以内にしてください")
    if _CONTROL.search(text):
        raise CellError(
            "目に見えない制御文字が入っています", "その文字を消してください（Excelの CLEAN 関数が使えます）"
        )
    if text[0] == "#" and (text in _EXCEL_ERRORS or not text.strip("#")):
        raise CellError(
            "Excelのエラー値（または列幅不足の「###」）です", "数式・列幅を直して値を保存するか、空欄にしてください"
        )
    if text.lower() in _NO_VALUES:
        raise CellError("値ではなく「欠測」を表す語です", "値がなければ空欄にしてください")


def _read_text(text: str, facts: ColumnFacts) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _read_code(text: str, facts: ColumnFacts) -> str:
    code = text if text.isascii() else normalised(text)
    if _SCIENTIFIC.fullmatch(code):
        raise CellError(
            "コードが指数表示の数値に変わっています", "列の表示形式を「文字列」にして元のコードを入れ直してください"
        )
    if _POINT_ZERO.fullmatch(code):
        cure = f"「{code.split('.')[0]}」のように小数点のない文字列にしてください（先頭の0が失われていないかも確認）"
        raise CellError("コードが小数の数値に変わっています", cure)
    if facts.name.endswith("municipality_code"):
        fault = municipality_code_fault(code)
        if fault:
            raise CellError(*fault)
    return code


def _read_choice(text: str, facts: ColumnFacts) -> str:
    if text in facts.choices:
        return text
    plain = normalised(text)
    word = choice_value(facts.name, plain)
    if plain in facts.choices or word in facts.choices:
        return plain if plain in facts.choices else str(word)
    words = [f"{choice}（{CHOICE_LABELS[facts.name][choice]}）" if facts.name in CHOICE_LABELS
             and choice in CHOICE_LABELS[facts.name] else choice for choice in facts.choices]  # fmt: skip
    raise CellError(
        "選択肢にない値です", f"次のいずれかにしてください：{'、'.join(words)}{nearest(plain, facts.choices)}"
    )


def _read_integer(text: str, facts: ColumnFacts) -> int:
    if _INTEGER.fullmatch(text):
        return int(text)
    value = _slow_number(text, facts)
    if value != value.to_integral_value():
        raise CellError("整数ではありません", f"{facts.unit or '整数'}単位の整数にしてください（例：{round(value)}）")
    if abs(value) >= Decimal(10) ** MOST_DIGITS:
        raise CellError("桁が大きすぎます", f"{MOST_DIGITS}桁以内にしてください（単位が円か確かめてください）")
    return int(value)


def _read_number(text: str, facts: ColumnFacts) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else float(_slow_number(text, facts))
    if not math.isfinite(value):
        raise CellError("桁が大きすぎます", f"単位（{facts.unit or 'なし'}）を確かめてください")
    return value


def _slow_number(text: str, facts: ColumnFacts) -> Decimal:
    plain = normalised(text)
    if plain.endswith("%"):
        return _percentage(plain, facts)
    if facts.kind != "number" and _SCIENTIFIC.fullmatch(plain):
        raise CellError("指数表示で下の桁が失われています", "表示形式を「数値」にして全桁を保存してください")
    if text in _DASHES or plain in _DASHES:
        raise CellError("「該当なし」や秘匿の記号です", "0 なら 0、不明なら空欄にしてください")
    unit = next((unit for unit in _BIG_UNITS if plain.endswith(unit)), None)
    if unit:
        raise CellError(f"「{unit}」単位で書かれています", _without_unit(plain.removesuffix(unit), unit, facts))
    try:
        return parse_number(plain)
    except ValueError as error:
        cure = f"半角または全角の数字だけにしてください（単位：{facts.unit or 'なし'}。区切りの「,」、負の「▲」は可）"
        raise CellError("数値として読めません", cure) from error


def _without_unit(number: str, unit: str, facts: ColumnFacts) -> str:
    """Return the cure for an amount with its unit written beside it, with the number that was meant where it can be read."""
    cure = f"{facts.unit or '列の単位'}に直した数字だけを書いてください"
    try:
        meant = parse_number(number) * _BIG_UNITS[unit]
    except ValueError:
        return cure
    return f"{cure}（例：{meant:f}）" if meant == meant.to_integral_value() else cure


def _percentage(plain: str, facts: ColumnFacts) -> Decimal:
    """12.5 % is unambiguous: 0.125 in a share or rate, 12.5 in a column of per cent; nowhere else has it a meaning."""
    if not facts.name.endswith(("_rate", "_share", "_pct")):
        raise CellError("％の付いた値です", f"この列の単位（{facts.unit or 'なし'}）の数字にしてください")
    try:
        value = parse_number(plain[:-1])
    except ValueError as error:
        raise CellError("数値として読めません", "数字だけにしてください（例：0.85、85%）") from error
    return value if facts.name.endswith("_pct") else value / 100


def _read_fiscal_year(text: str, facts: ColumnFacts) -> int:
    plain = normalised(text)
    plain = plain[: plain.index(".")] if re.fullmatch(r"[0-9]{4}\.0+", plain) else plain
    try:
        year = parse_fiscal_year(plain)
    except ValueError as error:
        raise CellError("年度として読めません", "2026、令和8年度、R8 のいずれかの形にしてください") from error
    if not _FIRST_FISCAL_YEAR <= year <= _LAST_FISCAL_YEAR:
        raise CellError("年度が範囲外です", f"{_FIRST_FISCAL_YEAR}〜{_LAST_FISCAL_YEAR} の年度にしてください")
    return year


def _read_date(text: str, facts: ColumnFacts) -> dt.date:
    plain = _MIDNIGHT.sub("", text if text.isascii() else normalised(text))
    if _SERIAL_DAY.fullmatch(plain):
        meant = _EXCEL_EPOCH + dt.timedelta(days=int(float(plain)))
        raise CellError(
            "日付がExcelの通し番号になっています", f"「{meant.isoformat()}」と思われます。日付の形で保存してください"
        )
    try:
        day = dt.date.fromisoformat(plain) if _ISO_DATE.fullmatch(plain) else parse_date(plain)
    except ValueError as error:
        cure = "実在する日付を 2026-04-01、2026/4/1、令和8年4月1日 のいずれかの形で書いてください"
        raise CellError("日付として読めません", cure) from error
    if not _FIRST_DAY <= day <= _LAST_DAY:
        cure = f"{_FIRST_DAY.year}〜{_LAST_DAY.year}年の日付にしてください（期限なし・不明は空欄）"
        raise CellError("日付が範囲外です", cure)
    return day


def _read_boolean(text: str, facts: ColumnFacts) -> bool:
    plain = normalised(text).lower()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise CellError("はい／いいえとして読めません", "true／false、1／0、はい／いいえ、有／無 のいずれかにしてください")


_READERS: dict[Kind, Callable[[str, ColumnFacts], object]] = {
    "text": _read_text,
    "code": _read_code,
    "integer": _read_integer,
    "number": _read_number,
    "yen": _read_integer,
    "fiscal_year": _read_fiscal_year,
    "date": _read_date,
    "boolean": _read_boolean,
    "choice": _read_choice,
}
