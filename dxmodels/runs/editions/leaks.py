"""Does any file of the public edition tell a withheld value? Every file is searched, in every place where a value can hide.

Pages: text, attributes, comments, and pictures held as data. Workbooks: every part of the package (shared strings, cells, comments, hidden
sheets, charts and their caches, properties). PDF: metadata, alternative texts, notes, attachments, and the printed text. Tables: every cell.
Anything else: its text. Beside the printed forms of each value, the cells that must hold the mark are looked up in the tables.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from dxmodels.runs.editions.material import Masking
from dxmodels.runs.editions.public_pages import public_order

_PICTURE = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)(;base64)?,([^\"')\s]+)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
# Shapes and layout: numbers of a drawing board, not of the report. Pictures that show a withheld value in their shapes are left out altogether.
_GEOMETRY = {
    "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "width", "height", "viewbox", "transform", "points",
    "style", "offset", "clip-path", "id", "href", "xlink:href", "content", "sqref", "ref", "spans", "ht", "min", "max",
    "customwidth", "s", "t", "r:id", "numfmtid", "fontid", "fillid", "borderid", "xfid", "class", "xmlns", "lastedited", "rupbuild", "lowestedited",
}  # fmt: skip
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL | re.IGNORECASE)
_PDF_STRING = re.compile(rb"\(((?:\\.|[^\\()])*)\)|<([0-9A-Fa-f\s]{4,})>", re.DOTALL)
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MOST_BYTES, _BYTE = 50_000_000, 255
_HEADER_CODE = re.compile(r"&[LCR]")  # left, centre, right in the head and foot of a sheet
_SPACED = re.compile(r"(?<=[\d,.]) +(?=[\d,.])")


@dataclass(frozen=True)
class Leak:
    """One place that tells a withheld value: the file, the part of it, what it says, and the exhibit the value belongs to."""

    file: str
    part: str
    said: str
    exhibit: str

    def __str__(self) -> str:
        """Return the leak in Japanese, without repeating the value."""
        return f"{self.file}（{self.part}）に、図表{self.exhibit}の伏せた値があります"


def search_leaks(folder: Path, masking: Masking, *, printed: bool = False) -> list[Leak]:
    """Return every place in the files of ``folder`` that tells a withheld value; empty where there is none.

    ``printed`` reads the pages of the PDFs, too (slow; needs pypdf).
    """
    found: list[Leak] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        found += leaks_in(name, texts_of_file(name, content), masking)
        if printed and path.suffix == ".pdf":
            found += leaks_in(name, printed_texts(content), masking)
    return [*found, *_unmarked(folder, masking)]


def leaks_in(name: str, texts: Iterable[tuple[str, str]], masking: Masking) -> list[Leak]:
    """Return every text of one file (with the part it stands in) that tells a withheld value."""
    leaks: dict[tuple[str, str], Leak] = {}
    for part, text in texts:
        for said, place in masking.secrets.told_by(text):
            leaks.setdefault((part, said), Leak(name, part, said, masking.exhibits[place.stem].id))
    return list(leaks.values())


def texts_of_file(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield every text of a file with the part it stands in."""
    yield "ファイル名", Path(name).stem
    ending = Path(name).suffix.lower()
    if ending == ".pdf" or content.startswith(b"%PDF"):
        yield from _of_pdf(content)
    elif ending in {".xlsx", ".docx", ".zip", ".ipynb.zip"} or content.startswith(b"PK\x03\x04"):
        yield from _of_package(content)
    elif ending in {".html", ".htm", ".svg", ".xml"}:
        yield from _of_markup(content.decode("utf-8", "replace"))
    elif ending == ".png" or content.startswith(b"\x89PNG"):
        yield from _of_png(content)
    elif ending == ".csv":
        yield from _of_csv(content.decode("utf-8-sig", "replace"))
    else:
        yield "本文", content.decode("utf-8", "replace")


def _of_markup(text: str) -> Iterator[tuple[str, str]]:
    for kind, encoded, data in _PICTURE.findall(text):
        yield from (("図の" + part, words) for part, words in _of_picture(kind, bool(encoded), data))
    text = _STYLE.sub("", _PICTURE.sub("", text))
    yield from (("注釈", comment) for comment in _COMMENT.findall(text))
    text = _COMMENT.sub("", text)
    for tag in _TAG.findall(text):
        for name, value in _ATTRIBUTE.findall(tag):
            if name.lower() not in _GEOMETRY:
                yield f"属性 {name}", unescape(value[1:-1])
    yield "本文", unescape(_TAG.sub("\n", text))


def _of_picture(kind: str, encoded: bool, data: str) -> Iterator[tuple[str, str]]:
    try:
        content = base64.b64decode(data) if encoded else data.encode()
    except (ValueError, binascii.Error):
        return
    yield from texts_of_file("図.svg" if "svg" in kind else "図.png", content)


def _of_package(content: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith((".xml", ".rels", ".vml")):
                marked = _of_markup(part.decode("utf-8", "replace"))
                yield from ((f"{name} {place}", _HEADER_CODE.sub(" ", text)) for place, text in marked)
            else:
                yield from ((f"{name} {place}", text) for place, text in texts_of_file(name, part))


def _of_pdf(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the strings of a PDF's objects (metadata, alternative texts, notes, attachments' names) and its other readable streams.

    What is set on the pages are numbers of glyphs; it is read by ``printed_texts``, and was searched before it was set (publish.py).
    """
    parts = [content]
    for found in _PDF_STREAM.finditer(content):
        try:
            parts.append(zlib.decompressobj().decompress(found[1], _MOST_BYTES))
        except zlib.error:
            parts.append(found[1])
    for part in parts:
        for literal, written in _PDF_STRING.findall(part):
            yield "属性情報・代替テキスト", _pdf_text(literal, written)
        if part.lstrip()[:1] == b"<":
            yield from _of_markup(part.decode("utf-8", "replace"))


def _pdf_text(literal: bytes, written: bytes) -> str:
    """Return a PDF string as text: in parentheses or in hexadecimal, UTF-16 or one byte a character."""
    raw = re.sub(rb"\\([0-7]{3}|.)", _unescaped, literal, flags=re.DOTALL) if literal else b""
    if written:
        digits = re.sub(rb"\s", b"", written)
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return raw[2:].decode("utf-16-be", "replace") if raw.startswith(b"\xfe\xff") else raw.decode("utf-8", "replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8) & _BYTE]) if code.isdigit() and len(code) > 1 else _ESCAPES.get(code, code)


def printed_texts(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield what is printed on every page of a PDF, as a reader copies it (slow: seconds for a report)."""
    from pypdf import PdfReader

    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        text = page.extract_text()
        yield f"{number}ページ", text
        yield f"{number}ページ", _SPACED.sub("", text)


def _of_png(content: bytes) -> Iterator[tuple[str, str]]:
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        data = content[at + 8 : at + 8 + size]
        if kind in {b"tEXt", b"iTXt", b"eXIf"}:
            yield "画像の属性情報", data.decode("utf-8", "replace")
        if kind == b"zTXt":
            with_text = data.partition(b"\0")[2][1:]
            yield "画像の属性情報", zlib.decompress(with_text).decode("utf-8", "replace")
        at += 12 + size


def _of_csv(text: str) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        for cell in row:
            yield f"{number}行", cell


def _unmarked(folder: Path, masking: Masking) -> Iterator[Leak]:
    """Yield the cells of the tables that should hold the mark and do not."""
    for stem in sorted({place.stem for place in masking.withheld}):
        for name in (f"tables/{stem}.csv", f"tables/people/{stem}.csv"):
            path = folder / name
            if not path.is_file():
                continue
            rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
            held = {place: rule for place, rule in masking.withheld.items() if place.stem == stem}
            order = {row: n for n, row in enumerate(public_order(masking.exhibits[stem], list(held)))}
            for place, rule in held.items():
                line = order[place.row] + 1
                if line >= len(rows) or rows[line][place.column] != masking.rules.mark(rule):
                    yield Leak(name, f"{line + 1}行 {place.column + 1}列", "", masking.exhibits[stem].id)
