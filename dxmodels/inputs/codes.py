"""Is a local government code right, and what was it before a spreadsheet spoiled it?

全国地方公共団体コード (Ministry of Internal Affairs, JIS X 0401/0402): two digits of prefecture, three of municipality, one check
digit: the five digits times 6, 5, 4, 3, 2 are added; eleven minus the remainder by eleven, of which the last digit counts.
"""

from __future__ import annotations

import re

_SIX_DIGITS = re.compile(r"[0-9]{6}")
_PREFECTURES = range(1, 48)


def check_digit(five_digits: str) -> int:
    """Return the check digit of a five-digit code: 27100 → 4."""
    total = sum(int(digit) * weight for digit, weight in zip(five_digits, (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10


def is_municipality_code(text: str) -> bool:
    """Return whether ``text`` is six digits of an existing prefecture with a right check digit."""
    return (
        _SIX_DIGITS.fullmatch(text) is not None
        and int(text[:2]) in _PREFECTURES
        and check_digit(text[:5]) == int(text[5])
    )


def municipality_code_fault(text: str) -> tuple[str, str] | None:
    """Return (problem, cure) in Japanese where ``text`` is no valid code, else None."""
    if is_municipality_code(text):
        return None
    if re.fullmatch(r"[0-9]{5}", text):
        return _five_digits(text)
    if re.fullmatch(r"[0-9]{4}", text):
        return "先頭の0と検査数字が失われています", f"6桁の文字列「{_completed('0' + text)}」にしてください"
    if _SIX_DIGITS.fullmatch(text) is None:
        return "6桁の団体コードではありません", "検査数字を含む6桁の数字を文字列で書いてください（例：271004）"
    if int(text[:2]) not in _PREFECTURES:
        return "都道府県番号（先頭2桁）が01〜47にありません", "総務省の団体コード表で確かめてください"
    cure = f"先頭5桁が正しければ「{_completed(text[:5])}」です。団体コード表で確かめてください"
    return "検査数字（6桁目）が合いません", cure


def _five_digits(text: str) -> tuple[str, str]:
    """Five digits: the check digit was left off, or Excel dropped the leading zero of a right code."""
    if is_municipality_code("0" + text):
        return "先頭の0が失われています", f"文字列「0{text}」にしてください（Excelでは列の表示形式を「文字列」に）"
    return "検査数字のない5桁です", f"6桁の文字列「{_completed(text)}」にしてください"


def _completed(five_digits: str) -> str:
    return f"{five_digits}{check_digit(five_digits)}"
