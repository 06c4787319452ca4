"""How does a volume become pages of at most 150 KB without figures, so that they open on any line?

Exhibits and lists keep their order and are dealt out page by page; every page names the others. PDF and workbook are not cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dxmodels.runs.document.model import Annex, Chapter, Document, Item, Part
from dxmodels.runs.render.html import document_html

MOST_BYTES = 150_000
_PICTURE = re.compile(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]*")
_ROOM_BYTES = 10_000  # for the head of the page and the lists of contents and volumes
Piece = tuple[Part, Chapter, Item] | Annex


def size_without_figures(page: str) -> int:
    """Return the bytes of a page without the pictures it holds as data."""
    return len(_PICTURE.sub("", page).encode("utf-8"))


def pages_of_volumes(volumes: Mapping[str, Document]) -> dict[str, Document]:
    """Return the documents of the pages by the stem of their files: a volume itself where it is small enough, else its parts."""
    cut = {stem: _cut(document) for stem, document in volumes.items()}
    named = [
        (stem if not n else f"{stem}-{n + 1}", document)
        for stem, parts in cut.items()
        for n, document in enumerate(parts)
    ]
    listed = tuple((document.title, stem) for stem, document in named) if len(named) > 1 else ()
    return {stem: document.model_copy(update={"volumes": listed}) for stem, document in named}


def _cut(document: Document) -> list[Document]:
    if size_without_figures(document_html(document)) <= MOST_BYTES:
        return [document]
    pieces: list[Piece] = [
        (part, chapter, item) for part in document.parts for chapter in part.chapters for item in chapter.items
    ]
    pieces += document.annexes
    groups: list[list[Piece]] = [[]]
    # The first page has all that leads into the volume.
    empty = size_without_figures(document_html(_with(document, [], first=True)))
    filled = empty
    for piece in pieces:
        size = size_without_figures(document_html(_with(document, [piece], first=True))) - empty
        if groups[-1] and filled + size > MOST_BYTES - _ROOM_BYTES:
            groups.append([])
            filled = empty
        groups[-1].append(piece)
        filled += size
    return [_numbered(_with(document, group, first=not n), n, len(groups)) for n, group in enumerate(groups)]


def _numbered(document: Document, n: int, count: int) -> Document:
    return document.model_copy(update={"title": f"{document.title}（{n + 1}／{count}）"})


def _with(document: Document, pieces: Sequence[Piece], *, first: bool) -> Document:
    """Return the document with these exhibits and lists only."""
    parts: list[Part] = []
    for piece in pieces:
        if isinstance(piece, Annex):
            continue
        part, chapter, item = piece
        if not parts or parts[-1].key != part.key:
            parts.append(part.model_copy(update={"chapters": ()}))
        held = list(parts[-1].chapters)
        if held and held[-1].title == chapter.title:
            held[-1] = held[-1].model_copy(update={"items": (*held[-1].items, item)})
        else:
            held.append(chapter.model_copy(update={"items": (item,)}))
        parts[-1] = parts[-1].model_copy(update={"chapters": tuple(held)})
    leading = {} if first else {"lead": (), "abstract": (), "headlines": (), "shares": (), "facts": ()}
    annexes = tuple(piece for piece in pieces if isinstance(piece, Annex))
    return document.model_copy(update={**leading, "parts": tuple(parts), "annexes": annexes})
