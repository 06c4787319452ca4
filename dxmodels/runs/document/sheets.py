"""How does a table fit an upright A4 page: type size, column widths, turned round, in pieces?

Numbers never break; words may. The largest of a few type sizes at which everything fits is taken. A table too wide for the page is
turned round where it has few rows, else printed in pieces, each beginning with the columns that name the rows. Widths are
estimated from the characters (full-width one em, others 0.56 em in Noto Sans CJK), so that no column is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dxmodels.runs.display import header_lines, is_numeric, text_width, texts_of
from dxmodels.runs.document.model import Piece, Sheet
from dxmodels.runs.model import Exhibit

PAGE_MM = 166.0
_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
_PIECE_PT = 7.5  # the type size of a table in pieces
_MOST_LABELS = 2  # columns repeated in every piece
_LABEL_SHARE = 0.5  # of the page, at most, for the repeated columns
_MOST_TURNED_ROWS, _LEAST_TURNED_COLUMNS = 6, 9  # a table of few rows and many columns reads better turned round
_MM_PER_POINT = 0.3528
_PADDING_MM = 2.6
_NARROW_EM = 0.56
_UNBROKEN_EM, _SHORTEST_WORDS_EM, _LONGEST_WORDS_EM = 9.0, 6.0, 26.0
_MOST_HEADER_LINES = 4
_USUAL = 0.8  # a column wishes the width that four of five of its texts fit into
_COMFORT = 0.4  # the share of what columns wish beyond their least width that a comfortable table grants
_LEAST_HEADER_EM = 2.6
_WORD = re.compile(r"[\x21-\x7e▲]+")
_BREAK = "\u200b"


def sheet_of(exhibit: Exhibit, *, most_rows: int) -> Sheet:
    """Return the exhibit's table as printed; beyond ``most_rows`` the rest is left to the CSV and counted."""
    headers = [header_lines(column, exhibit.unit) for column in exhibit.columns]
    numeric = [is_numeric(column) for column in exhibit.columns]
    rows = texts_of(exhibit)
    if 0 < len(rows) <= _MOST_TURNED_ROWS and len(headers) >= _LEAST_TURNED_COLUMNS and not any(numeric[:1]):
        turned = _turned(headers, rows, numeric)
        if len(fitted(headers, rows, numeric).pieces) > 1 and len(turned.pieces) == 1:
            return turned
    hidden = max(0, len(rows) - most_rows)
    return fitted(headers, rows[: len(rows) - hidden], numeric, hidden_rows=hidden)


def fitted(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool] = (), *, hidden_rows: int = 0
) -> Sheet:
    """Return a table with its pieces, each with type size and column widths in millimetres."""
    right = list(numeric) or [False] * len(headers)
    needs = [_needs(header, [row[place] for row in rows], right[place]) for place, header in enumerate(headers)]
    return Sheet(
        headers=tuple(headers),
        numeric=tuple(right),
        rows=tuple(tuple(row) for row in rows),
        pieces=tuple(_pieces(needs, right)),
        hidden_rows=hidden_rows,
    )


def _turned(headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> Sheet:
    """Return the table with a row for each of its columns; the first column's texts become the headers."""
    heads = [headers[0].replace("\n", ""), *(row[0] for row in rows)]
    lines = [[header.replace("\n", ""), *(row[place] for row in rows)] for place, header in enumerate(headers) if place]
    return fitted(heads, lines, [False, *([sum(numeric) * 2 > len(numeric)] * len(rows))])


def _pieces(needs: Sequence[tuple[float, float]], right: Sequence[bool]) -> list[Piece]:
    """Return the pieces for (least, wished) widths in em: one where all columns fit, else as few as will do."""
    everything = tuple(range(len(needs)))
    for comfort in (_COMFORT, 0.0):
        for font in _SIZES:
            if _fits(needs, everything, font, comfort):
                return [_piece(needs, everything, font)]
    labels = _labels(needs, right)
    groups: list[list[int]] = [[]]
    for place in everything[len(labels) :]:
        if groups[-1] and not _fits(needs, (*labels, *groups[-1], place), _PIECE_PT, 0.0):
            groups.append([])
        groups[-1].append(place)
    return [_piece(needs, (*labels, *group), _PIECE_PT) for group in groups]


def _labels(needs: Sequence[tuple[float, float]], right: Sequence[bool]) -> tuple[int, ...]:
    """Return the leading columns that name a row, as far as they leave room for others."""
    leading = [place for place in range(min(_MOST_LABELS, len(needs) - 1)) if not any(right[: place + 1])] or [0]
    room = [
        place
        for place in leading
        if sum(_mm(needs[one][0], _PIECE_PT) for one in leading[: place + 1]) <= _LABEL_SHARE * PAGE_MM
    ]
    return tuple(room or leading[:1])


def _fits(needs: Sequence[tuple[float, float]], columns: Sequence[int], font: float, comfort: float) -> bool:
    least = sum(_mm(needs[place][0], font) for place in columns)
    wished = sum(_mm(needs[place][1], font) for place in columns)
    return least + comfort * (wished - least) <= PAGE_MM


def _piece(needs: Sequence[tuple[float, float]], columns: Sequence[int], font: float) -> Piece:
    least = [_mm(needs[place][0], font) for place in columns]
    wished = [_mm(needs[place][1], font) for place in columns]
    widths = _shared(least, wished, PAGE_MM) if sum(least) <= PAGE_MM else [low * PAGE_MM / sum(least) for low in least]
    return Piece(columns=tuple(columns), widths_mm=tuple(round(width, 2) for width in widths), font_pt=font)


def _shared(least: Sequence[float], wished: Sequence[float], width: float) -> list[float]:
    """Give every column its least width and share what is left by what each still wishes."""
    left = width - sum(least)
    wishes = [max(0.0, wish - low) for low, wish in zip(least, wished, strict=True)]
    total = sum(wishes)
    if total <= left:  # all wishes met: what remains goes to all in proportion
        full = [low + wish for low, wish in zip(least, wishes, strict=True)]
        scale = width / sum(full) if full else 1.0
        return [value * scale for value in full]
    return [low + left * wish / total for low, wish in zip(least, wishes, strict=True)]


def _needs(header: str, texts: Sequence[str], numeric: bool) -> tuple[float, float]:
    """Return the least and the wished width of a column in em."""
    widest = max((_em(text) for text in texts), default=0.0)
    heading = max(_em(line) for line in header.split("\n"))
    headed = max(heading / _MOST_HEADER_LINES, min(heading, _LEAST_HEADER_EM), _longest_word(header))
    if numeric:
        least = max(widest, headed)
        return least, max(least, min(heading, least + 2.0))
    words = max((_longest_word(text) for text in texts), default=0.0)
    unbroken = widest if widest <= _UNBROKEN_EM else max(_SHORTEST_WORDS_EM, min(words, _LONGEST_WORDS_EM))
    least = max(unbroken, headed)
    usual = sorted(_em(text) for text in texts)[int(_USUAL * (len(texts) - 1))] if texts else 0.0
    return least, max(least, min(max(usual, heading), _LONGEST_WORDS_EM))


def _longest_word(text: str) -> float:
    """Return the width of the longest run that cannot break (Latin words, codes, numbers)."""
    return max((_em(word) for word in _WORD.findall(text)), default=0.0)


def _em(text: str) -> float:
    text = text.replace(_BREAK, "")
    wide = text_width(text) - len(text)
    return wide + (len(text) - wide) * _NARROW_EM


def _mm(em: float, font: float) -> float:
    return em * font * _MM_PER_POINT + _PADDING_MM
