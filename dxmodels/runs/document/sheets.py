"""How does a table fit an A4 page: font size, column widths, upright or on its side?

Numbers never break; words may. The largest of a few font sizes at which everything fits is taken, upright first. Widths are
estimated from the characters (full-width one em, others 0.56 em in Noto Sans CJK), so that no column is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dxmodels.runs.display import header_lines, is_numeric, text_width, texts_of
from dxmodels.runs.document.model import Sheet
from dxmodels.runs.model import Exhibit

PORTRAIT_MM, LANDSCAPE_MM = 166.0, 249.0
_UPRIGHT_SIZES, _SIDEWAYS_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5), (8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
_MM_PER_POINT = 0.3528
_PADDING_MM = 2.6
_NARROW_EM = 0.56
_UNBROKEN_EM, _SHORTEST_WORDS_EM, _LONGEST_WORDS_EM = 9.0, 6.0, 26.0
_MOST_HEADER_LINES = 4
_COMFORTABLE_PT = 6.5
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
    hidden = max(0, len(rows) - most_rows)
    return fitted(headers, rows[: len(rows) - hidden], numeric, hidden_rows=hidden)


def fitted(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool] = (), *, hidden_rows: int = 0
) -> Sheet:
    """Return a table with font size, orientation and column widths in millimetres."""
    right = list(numeric) or [False] * len(headers)
    needs = [_needs(header, [row[place] for row in rows], right[place]) for place, header in enumerate(headers)]
    font, landscape, widths = _layout(needs)
    return Sheet(
        headers=tuple(headers),
        numeric=tuple(right),
        rows=tuple(tuple(row) for row in rows),
        widths_mm=tuple(round(width, 2) for width in widths),
        font_pt=font,
        landscape=landscape,
        hidden_rows=hidden_rows,
    )


def _layout(needs: Sequence[tuple[float, float]]) -> tuple[float, bool, list[float]]:
    """Return (font size, sideways?, widths) for (least, wished) widths in em."""
    for comfort, smallest in ((_COMFORT, _COMFORTABLE_PT), (0.0, 0.0)):
        for landscape, sizes, width in ((False, _UPRIGHT_SIZES, PORTRAIT_MM), (True, _SIDEWAYS_SIZES, LANDSCAPE_MM)):
            for font in (size for size in sizes if size >= smallest):
                least = [_mm(low, font) for low, _ in needs]
                wished = [_mm(high, font) for _, high in needs]
                if sum(least) + comfort * (sum(wished) - sum(least)) <= width:
                    return font, landscape, _shared(least, wished, width)
    least = [_mm(low, _SIDEWAYS_SIZES[-1]) for low, _ in needs]
    return _SIDEWAYS_SIZES[-1], True, [value * LANDSCAPE_MM / sum(least) for value in least]


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
