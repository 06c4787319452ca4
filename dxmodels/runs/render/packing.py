"""How is a tagged PDF made small without changing what is in it?

The compiler writes every object of the structure tree (one a table cell) as plain text. Here they are put into object streams with a
cross-reference stream, both compressed (ISO 32000-1, 7.5.7 and 7.5.8); streams (pages, fonts, pictures) stay byte for byte as they are.
"""

from __future__ import annotations

import re
import struct
import zlib

_HEAD = b"%PDF-1.7\n%\x80\x80\x80\x80\n"
_A_STREAM = re.compile(rb">>\s*stream\r?\n", re.DOTALL)
_OBJECT = re.compile(rb"\s*(\d+) 0 obj\b(.*?)endobj\s*\Z", re.DOTALL)
_PER_STREAM = 250
_LEVEL = 9


def packed(pdf: bytes) -> bytes:
    """Return the same document with its small objects compressed; a file of a form not known here is returned unchanged."""
    read = _objects(pdf)
    if read is None:
        return pdf
    objects, trailer = read
    small = {number: body for number, body in objects.items() if not _A_STREAM.search(body)}
    target, places = bytearray(_HEAD), {}
    for number, body in objects.items():
        if number not in small:
            places[number] = (1, len(target), 0)
            target += b"%d 0 obj%bendobj\n" % (number, body)
    free = max(objects) + 1
    for holder, group in enumerate(_groups(list(small.items())), start=free):
        places[holder] = (1, len(target), 0)
        places |= {number: (2, holder, place) for place, (number, _) in enumerate(group)}
        target += _object_stream(holder, [(number, body.strip()) for number, body in group])
    start, own = len(target), max(places) + 1
    places[own] = (1, start, 0)
    target += _cross_references(own, places, trailer)
    return bytes(target) + b"startxref\n%d\n%%%%EOF\n" % start


def _groups(entries: list[tuple[int, bytes]]) -> list[list[tuple[int, bytes]]]:
    return [entries[start : start + _PER_STREAM] for start in range(0, len(entries), _PER_STREAM)]


def _objects(pdf: bytes) -> tuple[dict[int, bytes], bytes] | None:
    """Return every object's body by number and the trailer's entries; None where there is no single plain cross-reference table."""
    table = re.compile(
        rb"xref\s+0 (\d+)\s+((?:\d{10} \d{5} [nf]\s*)+)trailer\s*<<(.*)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", re.DOTALL
    )
    end = pdf.rfind(b"startxref")
    begin = int(pdf[end + 9 :].split()[0]) if end >= 0 else -1
    found = table.match(pdf, begin) if 0 <= begin < len(pdf) else None
    if found is None or b"/Prev" in found[3] or b"/Encrypt" in found[3]:
        return None
    entries = re.findall(rb"(\d{10}) \d{5} ([nf])", found[2])
    offsets = sorted(int(offset) for offset, kind in entries if kind == b"n")
    objects: dict[int, bytes] = {}
    for offset, following in zip(offsets, [*offsets[1:], begin], strict=True):
        one = _OBJECT.match(pdf[offset:following])
        if one is None:
            return None
        objects[int(one[1])] = one[2]
    kept = re.sub(rb"/Size\s+\d+", b"", found[3])
    return (objects, kept) if objects else None


def _object_stream(number: int, group: list[tuple[int, bytes]]) -> bytes:
    heads, at = [], 0
    for held, body in group:
        heads.append(b"%d %d" % (held, at))
        at += len(body) + 1
    head = b" ".join(heads) + b"\n"
    data = zlib.compress(head + b"\n".join(body for _, body in group), _LEVEL)
    return b"%d 0 obj\n<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n%b\nendstream\nendobj\n" % (
        number, len(group), len(head), len(data), data,
    )  # fmt: skip


def _cross_references(own: int, places: dict[int, tuple[int, int, int]], trailer: bytes) -> bytes:
    rows = [places.get(number, (0, 0, 0)) for number in range(own + 1)]
    data = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows), _LEVEL)
    return b"%d 0 obj\n<</Type/XRef/W[1 4 2]/Size %d%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream\nendobj\n" % (
        own, own + 1, trailer, len(data), data,
    )  # fmt: skip
