"""What does a planner's own specification say, line by line, and where does each line stand in the file?

Text and Markdown (UTF-8 or cp932), Word (.docx: paragraphs and tables, without deleted text), and lists of items in CSV or Excel (one line a row). Nothing is required of the shape;
lines that a text editor has broken in the middle of a sentence are joined again.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from dxmodels.errors import Fault, InputError
from dxmodels.inputs.imports.grids import read_grids
from dxmodels.inputs.raw import MOST_BYTES
from dxmodels.inputs.text_files import decode, read_bytes

_TEXTS, _LISTS, _WORD = (".txt", ".md"), (".csv", ".xlsx", ".xlsm", ".xls"), ".docx"
_CURES = {
    ".pdf": "元のWord文書（.docx）を渡すか、本文をテキスト（.txt）に写してください。画像のPDFは文字にしてからにしてください",
    ".doc": "Wordで開き「Word文書（.docx）」で保存し直してください",
    ".jtd": "一太郎で開き「Word文書（.docx）」かテキスト（.txt）で保存し直してください",
}
_NAMES = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ENDS = tuple("。．：:；;、")
# A new item or heading: numbering in any of the usual ways, a bullet, a bracket, or a Markdown mark.
_NEW_ITEM = re.compile(r"\s|[0-9(（〔【「『第ア-ンa-zA-Z・○●◎□■◆※①-⑳#>|*+\-―—]")
_SHORT = 24  # characters: a shorter line is a heading, not a sentence that went on


@dataclass(frozen=True)
class SpecificationLine:
    """One paragraph, item or row, and how its place is told to the person who wrote it (「12行目」「表2の3行目」)."""

    place_ja: str
    text: str


@dataclass(frozen=True)
class SpecificationText:
    """The lines of one file in their order; ``text`` joins them, so that line i of the text is ``lines[i - 1]``."""

    title_ja: str
    lines: tuple[SpecificationLine, ...]

    @property
    def text(self) -> str:
        """All lines, one a line of the text."""
        return "\n".join(line.text for line in self.lines)

    def place(self, line_number: int) -> str:
        """Where line ``line_number`` (from 1) stands; blank for 0."""
        return self.lines[line_number - 1].place_ja if line_number else ""


def read_specification(path: str | Path) -> SpecificationText:
    """Return the text of a specification; raise InputError naming file and cure where it cannot be read or holds no text."""
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in (*_TEXTS, *_LISTS, _WORD):
        cure = _CURES.get(suffix, f"{'、'.join((*_TEXTS, _WORD, *_LISTS))} のいずれかで保存し直してください")
        raise InputError([Fault(file.name, "この種類のファイルは読めません", cure)])
    if suffix in _TEXTS:
        lines = list(_text_lines(decode(read_bytes(file), file=file.name)))
    elif suffix == _WORD:
        lines = list(_word_lines(file))
    else:
        lines = list(_list_lines(file))
    if not lines:
        raise InputError(
            [Fault(file.name, "仕様書の文がありません", "本文のあるファイルを渡してください（画像の文字は読めません）")]
        )
    return SpecificationText(file.stem, tuple(lines))


def _text_lines(text: str) -> Iterator[SpecificationLine]:
    held, began = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if (
            held
            and line
            and not _NEW_ITEM.match(unicodedata.normalize("NFKC", raw))
            and len(held) >= _SHORT
            and not held.endswith(_ENDS)
        ):
            held += line
            continue
        if held:
            yield SpecificationLine(f"{began}行目", held)
        held, began = line, number
    if held:
        yield SpecificationLine(f"{began}行目", held)


def _list_lines(file: Path) -> Iterator[SpecificationLine]:
    grids = read_grids(file)
    for grid in grids:
        sheet = grid.label.removeprefix(file.name)
        for number, line in enumerate(grid.lines, start=1):
            text = "　".join(part for cell in line if (part := " ".join(cell.split())))
            if text:
                yield SpecificationLine(f"{sheet}{number}行目", text)


def _word_lines(file: Path) -> Iterator[SpecificationLine]:
    body = _word_body(file)
    if body is None:
        return
    paragraphs = tables = 0
    for part in body:
        if part.tag == f"{_NAMES}tbl":
            tables += 1
            for number, row in enumerate(part.iter(f"{_NAMES}tr"), start=1):
                cells = [" ".join(_words(cell).split()) for cell in row.iter(f"{_NAMES}tc")]
                if any(cells):
                    yield SpecificationLine(f"表{tables}の{number}行目", "　".join(cell for cell in cells if cell))
            continue
        for paragraph in part.iter(f"{_NAMES}p"):
            paragraphs += 1
            text = _words(paragraph).strip()
            if text:
                yield SpecificationLine(f"{paragraphs}段落目", text)


def _word_body(file: Path) -> ElementTree.Element | None:
    read_bytes(file)  # absent, empty or too large
    cure = "パスワードを外し、Wordで開いて「Word文書（.docx）」で保存し直してください"
    try:
        with zipfile.ZipFile(file) as archive:
            size = archive.getinfo("word/document.xml").file_size
            if size > MOST_BYTES:
                raise InputError([Fault(file.name, f"展開すると {size:,} バイトになります", "文書を分けてください")])
            content = archive.read("word/document.xml")
        if (
            b"<!DOCTYPE" in content or b"<!ENTITY" in content
        ):  # Word writes neither; entities could unpack without bound
            raise InputError([Fault(file.name, "Word文書にない記述があります", cure)])
        return ElementTree.fromstring(content).find(f"{_NAMES}body")
    except (zipfile.BadZipFile, KeyError, RuntimeError, ElementTree.ParseError) as error:
        raise InputError([Fault(file.name, "Word文書として開けません", cure)]) from error


def _words(part: ElementTree.Element) -> str:
    """Text of a paragraph or cell; tabs and breaks as blanks. Deleted text stands under another name and is left out."""
    pieces = []
    for node in part.iter():
        if node.tag == f"{_NAMES}t":
            pieces.append(node.text or "")
        elif node.tag in (f"{_NAMES}tab", f"{_NAMES}br", f"{_NAMES}cr") or (node.tag == f"{_NAMES}p" and pieces):
            pieces.append(" ")
    return "".join(pieces)
