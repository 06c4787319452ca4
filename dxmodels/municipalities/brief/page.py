"""Of what does a page of the brief consist? Texts as printed, in blocks: layout is the renderer's, numbers are the room's.

Kinds of block: pairs (label, value), table, list (sentences), tiles (name, column, row, class, "1" for the body itself; headers = legend) and
ranges (label, best, p10, central, p90, worst, "1" for the body itself; headers = number ranked).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from dxmodels.lockin.karte.page import Block
from dxmodels.money import format_yen

YenUnit = Literal["億円", "百万円", "千円"]
_BILLION = 1_000_000_000
_HUNDRED_MILLION = 100_000_000


@dataclass(frozen=True)
class BriefPage:
    """One page: ``key`` (unique), ``file`` (pages of one file), title, line below it, badges, answer, blocks left, right and below."""

    key: str
    file: str
    title: str
    subtitle: str
    badges: tuple[str, ...]
    headline: str
    left: tuple[Block, ...]
    right: tuple[Block, ...]
    foot: tuple[Block, ...] = ()

    def as_page(self) -> Mapping[str, Any]:
        """Return the page as plain values, the form the door ``booklet`` takes."""
        return asdict(self)


def unit_for(amount: float) -> YenUnit:
    """Return the unit that fits the size: 億円 from a billion yen, 百万円 from a hundred million, else 千円."""
    return "億円" if abs(amount) >= _BILLION else "百万円" if abs(amount) >= _HUNDRED_MILLION else "千円"


def yen_ja(amount: float, unit: YenUnit | None = None) -> str:
    """Return an amount in ``unit``, or in the unit that fits its size."""
    return format_yen(amount, unit or unit_for(amount))


def missing_block(title: str, message: str) -> Block:
    """Return the block that says what is needed where a question cannot be answered."""
    return Block(title, "list", ((message,),))
