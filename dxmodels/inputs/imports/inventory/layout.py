"""Where do the tables of an inventory's sheet begin and end, and what is the heading of each column?

A heading takes one to four rows: merged cells say their word in every cell, and a blank cell of an upper row takes the word to its left where
something stands below it. Among the first rows the place with the most known headings wins; further down a row of the same headings is a
page's repetition, a row of other headings begins another table. Lines that state unit and tax (（単位：千円）, ※金額は税抜) are looked for above
the table and, failing that, in the notes below it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from dxmodels.inputs.imports.aliases import tax_of, unit_of
from dxmodels.inputs.imports.inventory.sheets import Sheet
from dxmodels.inputs.imports.inventory.words import TARGETS, column_of, names_column, plain

_ROWS_LOOKED_AT = 40
_MOST_HEADING_ROWS = 4
_FEWEST_KNOWN = 3
_NOTE = re.compile(r"^(※|\*|注|\(注|備考[:：]|出典|資料[:：]|＊|・|→|作成(日|者|課)?[:：]|更新日[:：]|問い?合わ?せ先)")
_TOTAL = re.compile(
    r"^(\(?(小計|合計|総計|総合計|計|累計|平均|再計|内訳計)\)?|.*(小計|合計|総計|部計|局計|課計|室計|費計|\(計\))|計[(\d].*"
    r"|.{1,6}(?<![統会家設時推集余度量位光電合総累再訳])計)$"  # 福祉計 is a total; 人口統計, 財務会計 and 設計 are names
)
_BANNER = re.compile(r"^([【■●◆▼○◎<《\[].{1,30}|.{1,20}(部|局|室|課|委員会|センター|事務局))[】》>\]]?$")
_BANNER_MARKS = "【】■●◆▼○◎<>《》[]"
_SAYS_UNIT = re.compile(r"単位|金額|経費")
_BRACKETS = re.compile(r"[()\[\]【】<>《》]")
_AMOUNT = re.compile(r"\d(千|万|百万|億)?円")
# 情報システム一覧(千円・税込): a unit that stands between marks, not after a figure (100千円以上を掲載)
_UNIT_ALONE = re.compile(r"(?:^|(?<=[(\[【・、,/／:]))(千円|万円|百万円|億円)(?=[)\]】・、,/／]|$)")
KnownHeading = Callable[[str, str], bool]


@dataclass(frozen=True, eq=False)
class Block:
    """One table of a sheet: its heading rows, data lines [first, end), the text of each column's heading, and what lies around it."""

    sheet: Sheet
    start: int
    first: int
    end: int
    headings: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    table: str
    unit: int
    unit_from: str
    tax: str
    tax_from: str

    @cached_property
    def folded_words(self) -> tuple[frozenset[str], ...]:
        """The heading words of every column in one writing."""
        return tuple(frozenset(plain(word) for word in parts) for parts in self.words)


def find_blocks(
    sheet: Sheet, *, table: str = "", heading_rows: tuple[int, int] | None = None, knows: KnownHeading | None = None
) -> list[Block]:
    """Return the tables of a sheet (none where no heading is found).

    ``table`` and ``heading_rows`` (spreadsheet rows, both included) come from the planner's mapping; ``knows(table, heading)`` tells
    headings the mapping has taught.
    """
    span = (heading_rows[0] - 1, heading_rows[1]) if heading_rows else None
    span = span or _best_heading(sheet, range(min(_ROWS_LOOKED_AT, len(sheet.lines))), table, knows)
    blocks: list[Block] = []
    while span is not None:
        block = _block(sheet, span, table, knows)
        blocks.append(block)
        span = _best_heading(sheet, range(block.end, min(block.end + 1, len(sheet.lines))), table, knows)
    return blocks


def is_note(cells: Sequence[str]) -> bool:
    """Return whether a line is a note: little is filled and it begins like one."""
    filled = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    return 0 < len(filled) <= 2 and bool(_NOTE.match(plain(filled[0])))


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a line is a subtotal or total: one of its first two filled cells says so and is no name like 財務会計."""
    filled = [plain(cell) for cell in cells if cell.strip()][:2]
    return any(_TOTAL.match(text) for text in filled)


def banner_of(cells: Sequence[str]) -> str:
    """Return the department a line between the rows announces (【総務部】), or ""."""
    filled = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    if len(filled) == 1 and _BANNER.match(plain(filled[0])):
        return plain(filled[0]).strip(_BANNER_MARKS)
    return ""


def is_marked(text: str) -> bool:
    """Return whether a text carries the marks of a banner (【総務部】, ■総務部)."""
    return plain(text)[:1] in set(_BANNER_MARKS)


def _best_heading(sheet: Sheet, starts: range, table: str, knows: KnownHeading | None) -> tuple[int, int] | None:
    """Return (start, end) of the heading with the most known columns that begins on one of ``starts``."""
    best: tuple[int, int, int] | None = None
    for start in starts:
        if not any(cell.strip() for cell in sheet.lines[start]):
            continue
        for height in range(1, min(_MOST_HEADING_ROWS, len(sheet.lines) - start) + 1):
            if height > 1 and not _can_be_heading(sheet, start, start + height - 1):
                break
            known = _known(sheet, start, height, table, knows)
            if known >= _FEWEST_KNOWN:
                best = max(best or (0, 0, 0), (known, -height, -start))
    if best is None:
        return None
    start = -best[2]
    above = [
        sheet.joined[start, column][0] for column in range(len(sheet.lines[start])) if (start, column) in sheet.joined
    ]
    return min([start, *(row for row in above if row in starts)]), start - best[
        1
    ]  # a heading merged with it belongs to it


def repeats_heading(cells: Sequence[str], block: Block) -> bool:
    """Return whether a line only repeats the heading, as printed lists do on every page."""
    filled = [(position, cell) for position, cell in enumerate(cells) if cell.strip()]
    words = block.folded_words
    return len(filled) > 1 and all(place < len(words) and plain(cell) in words[place] for place, cell in filled)


def _end_of(sheet: Sheet, first: int, words: Sequence[tuple[str, ...]]) -> int:
    """Return the line on which another table of other headings begins, or the end of the sheet."""
    own = {plain(word) for parts in words for word in parts}
    for index in range(first + 1, len(sheet.lines)):
        filled = [cell for cell in sheet.lines[index] if cell.strip()]
        if len(filled) < _FEWEST_KNOWN or not (names_column(filled[0]) or names_column(filled[1])):
            continue
        known = [cell for cell in filled if names_column(cell)]
        if (
            len(known) >= _FEWEST_KNOWN
            and len(known) * 2 > len(filled)
            and not all(plain(cell) in own for cell in filled)
        ):
            return index
    return len(sheet.lines)


def _can_be_heading(sheet: Sheet, start: int, line: int) -> bool:
    """A lower heading row stands under merged or blank upper cells, or repeats them; a row of figures or dates is data."""
    cells = [cell for cell in sheet.lines[line] if cell.strip()]
    if not cells or any(re.fullmatch(r"[¥▲△(-]?[\d,.]+(円|%|\))?|\d{4}-\d{2}-\d{2}.*", plain(cell)) for cell in cells):
        return False
    upper = sheet.lines[line - 1]
    joined = sum((line, position) in sheet.joined for position, cell in enumerate(sheet.lines[line]) if cell.strip())
    under = sum(
        not (position < len(upper) and upper[position].strip()) or (line - 1, position) in sheet.joined
        or (line - 1, position + 1) in sheet.joined
        for position, cell in enumerate(sheet.lines[line]) if cell.strip()
    )  # fmt: skip
    return joined > 0 or under * 2 >= len(cells)


def _columns(sheet: Sheet, start: int, height: int) -> list[tuple[str, ...]]:
    """Return the heading words of every column, upper first, each said once."""
    rows = [list(line) for line in sheet.lines[start : start + height]]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    for upper, lower in itertools.pairwise(rows):
        for position in range(1, width):
            if not upper[position].strip() and lower[position].strip():
                upper[position] = upper[position - 1]
    return [tuple(dict.fromkeys(" ".join(row[position].split()) for row in rows if row[position].strip()))
            for position in range(width)]  # fmt: skip


def _known(sheet: Sheet, start: int, height: int, table: str, knows: KnownHeading | None) -> int:
    columns = _columns(sheet, start, height)
    return max(_score(name, columns, knows) for name in ([table] if table else TARGETS))


def _score(table: str, columns: Sequence[tuple[str, ...]], knows: KnownHeading | None) -> int:
    found = {column_of(table, words)[0] or "" for words in columns if words} - {""}
    taught = sum(1 for words in columns if words and knows is not None and knows(table, "／".join(words)))
    return max(len(found), taught)


def _block(sheet: Sheet, span: tuple[int, int], table: str, knows: KnownHeading | None) -> Block:
    start, first = span
    words = _columns(sheet, start, first - start)
    chosen = table or max(TARGETS, key=lambda name: _score(name, words, knows))
    above = " ".join(cell for line in sheet.lines[max(0, start - _ROWS_LOOKED_AT) : start] for cell in line if cell)
    below = " ".join(cell for line in sheet.lines[first:] if is_note(line) for cell in line if cell)
    units, taxes = (unit_in(above), unit_in(below)), (tax_of(above), tax_of(below))
    end = _end_of(sheet, first, words)
    return Block(
        sheet, start, first, end, _named(words), tuple(words), chosen,
        units[0] or units[1], _where(*units), taxes[0] or taxes[1], _where(*taxes),
    )  # fmt: skip


def _named(words: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return one text a column; the second column of the same heading is told apart."""
    seen: dict[str, int] = {}
    names = []
    for parts in words:
        text = "／".join(parts)
        seen[text] = seen.get(text, 0) + 1
        names.append(text if seen[text] == 1 or not text else f"{text}（{seen[text]}列目）")
    return tuple(names)


def _where(said_above: object, said_below: object) -> str:
    return "表の上の注記" if said_above else "表の下の注記" if said_below else ""


def unit_in(text: str) -> int:
    """Return the unit a note states (単位：千円（税込）; 金額は百万円; 一覧（千円・税込）), 0 where none."""
    whole = plain(text)
    for match in _SAYS_UNIT.finditer(whole):
        # without its brackets: the unit may stand before the one that speaks of tax
        found = unit_of(_AMOUNT.sub("", _BRACKETS.sub(" ", whole[match.start() : match.start() + 14])))
        if found:
            return found
    alone = _UNIT_ALONE.search(whole)
    return unit_of(alone[1]) if alone else 0
