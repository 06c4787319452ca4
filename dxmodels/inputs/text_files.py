"""What stands in a CSV file: which encoding, which header, which lines?

UTF-8 (with or without BOM) and cp932 (what Japanese Excel writes) are accepted; UTF-16 and EUC-JP are recognised and refused, and a
damaged UTF-8 file is never taken for cp932. A value over several lines counts as one spreadsheet row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.cells import MOST_CHARACTERS
from dxmodels.inputs.raw import MOST_BYTES, RawTable, raw_from_lines

_ENCODING_CURE = "UTF-8（Excelでは「CSV UTF-8（コンマ区切り）」）で保存し直してください"
# What UTF-8 bytes of kana and kanji look like when they are taken for cp932.
_UTF8_AS_CP932 = re.compile("縺|繧|繝|譁|逕|蜿")
_HALF_WIDTH_KANA = re.compile("[｡-ﾟ]+")
# Punctuation, or a voicing mark after a kana that takes none: hiragana and katakana of EUC-JP begin with such bytes.
_ODD_KANA = re.compile("[｡｢｣､･]|(?<![ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<![ﾊ-ﾎ])ﾟ")
_OTHER_DELIMITERS = {"\t": "タブ", ";": "セミコロン"}


def read_csv_table(path: Path) -> RawTable:
    """Return the header and columns of ``path`` as text; raise InputError where the file as a whole is unreadable."""
    return table_of_text(decode(read_bytes(path), file=path.name), file=path.name)


def read_bytes(path: Path) -> bytes:
    """Return the content of ``path``; raise InputError where it is absent, empty or too large."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            cure = f"{MOST_BYTES:,} バイト以内に分けてください"
            raise InputError([Fault(path.name, f"{size:,} バイトあり大きすぎます", cure)])
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            [Fault(path.name, "ファイルを開けません", "置き場所と読取り権限を確かめてください")]
        ) from error
    if not data.strip(b"\xef\xbb\xbf\x00 \t\r\n,"):
        raise InputError([Fault(path.name, "ファイルが空です", "1行目に列名、2行目からデータを入れてください")])
    return data


def decode(data: bytes, *, file: str) -> str:
    """Return the text of a file in UTF-8 or cp932; raise InputError naming the encoding or the row of the first bad byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:200].count(0) > 20:
        raise InputError([Fault(file, "文字コードがUTF-16です", _ENCODING_CURE)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad_byte = error.start
    text = None if data.startswith(b"\xef\xbb\xbf") else _decoded(data, "cp932")
    if _looks_like_euc(data, text):
        raise InputError([Fault(file, "文字コードがEUC-JPと思われます", _ENCODING_CURE)])
    if text is None or len(_UTF8_AS_CP932.findall(text)) > 2:
        row = data.count(b"\n", 0, bad_byte) + 1
        raise InputError([Fault(file, "UTF-8でもcp932（Shift_JIS）でもない文字があります", _ENCODING_CURE, row=row)])
    return text


def table_of_text(text: str, *, file: str) -> RawTable:
    """Return the CSV ``text`` as a table; raise InputError for an unclosed quotation or another delimiter."""
    _refuse_other_delimiter(text, file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    read = 0

    def lines() -> Iterator[list[str]]:
        nonlocal read
        for line in reader:
            read += 1
            yield line

    try:
        return raw_from_lines(file, lines())
    except csv.Error as error:
        raise InputError([_csv_fault(file, str(error), read + 1)]) from error


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _looks_like_euc(data: bytes, text: str | None) -> bool:
    """EUC-JP bytes are no cp932, or pass for it as half-width kana no one would write; real half-width names must pass."""
    if _decoded(data, "euc_jp") is None:
        return False
    if text is None:
        return True
    runs = _HALF_WIDTH_KANA.findall(text)
    odd = sum(len(run) == 1 or _ODD_KANA.search(run) is not None for run in runs)
    return odd * 2 > len(runs)


def _refuse_other_delimiter(text: str, file: str) -> None:
    header = text.partition("\n")[0]
    for mark, name in _OTHER_DELIMITERS.items():
        if mark in header and "," not in header:
            raise InputError(
                [Fault(file, f"{name}区切りのファイルです", "カンマ区切りのCSVで保存し直してください", row=1)]
            )


def _csv_fault(file: str, message: str, row: int) -> Fault:
    if "field larger" in message:
        return Fault(
            file,
            "1つの値が長すぎます（引用符の閉じ忘れの可能性）",
            f"1セルは {MOST_CHARACTERS:,} 文字以内にしてください",
            row=row,
        )
    if "unexpected end" in message:
        return Fault(file, '引用符「"」が閉じていません', "この行から始まる値の引用符を閉じてください", row=row)
    return Fault(file, '引用符「"」の使い方が正しくありません', '値の中の「"」は「""」と2つ重ねてください', row=row)
