"""Of what does one karte consist? Texts as printed, in blocks: layout is the renderer's, numbers are the room's.

A block is pairs (label, value), a table (headers, rows; ``bars`` are lengths 0..1 drawn beside the rows) or a list of sentences. An empty value is a blank of the inventory and is
printed as 未記入, never left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

BLANK_JA = "未記入"


@dataclass(frozen=True)
class Block:
    """One block of a page of forms; tiles and ranges are for pages that place a body among others."""

    title: str
    kind: Literal["pairs", "table", "list", "tiles", "ranges"]
    rows: tuple[tuple[str, ...], ...]
    headers: tuple[str, ...] = ()
    numeric: tuple[bool, ...] = ()
    bars: tuple[float, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Karte:
    """One page: ``key`` (file name), title, line below it, badges, the answer in one sentence, blocks left, right and across the foot."""

    key: str
    title: str
    subtitle: str
    badges: tuple[str, ...]
    headline: str
    left: tuple[Block, ...]
    right: tuple[Block, ...]
    foot: tuple[Block, ...]

    def as_page(self) -> Mapping[str, Any]:
        """Return the page as plain values, the form the door ``booklet`` takes."""
        return asdict(self)

    def lines(self) -> list[tuple[str, str, str]]:
        """Return (block, item, value) of everything on the page, for the machine-readable table."""
        found = [("結論", "結論", self.headline)]
        for block in (*self.left, *self.right, *self.foot):
            for row in block.rows:
                first, rest = (row[0], row[1:]) if len(row) > 1 else ("", row)
                found.append((block.title, first, "／".join(text or BLANK_JA for text in rest)))
        return found
