"""Which cell formats does a workbook use? Each is made once; the font is one that Japanese offices have."""

from __future__ import annotations

from functools import cached_property
from typing import Any

_FONT = "游ゴシック"
_ACCENT, _SOFT, _RULE, _MUTED, _MARK = "#123A63", "#F3F6F9", "#C9D1D9", "#57606A", "#A63600"
AMOUNT = '#,##0;[Red]"▲"#,##0'


class Formats:
    """The formats of one workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book

    def _make(self, **properties: Any) -> Any:
        return self._book.add_format({"font_name": _FONT, "font_size": 10, "valign": "top", **properties})

    @cached_property
    def title(self) -> Any:
        """Title of the cover and of print sheets."""
        return self._make(bold=True, font_size=14, font_color=_ACCENT)

    @cached_property
    def label(self) -> Any:
        """Names beside values on the cover."""
        return self._make(font_color=_MUTED)

    @cached_property
    def text(self) -> Any:
        """Text that may run over several lines."""
        return self._make(text_wrap=True)

    @cached_property
    def line(self) -> Any:
        """Text on one line."""
        return self._make()

    @cached_property
    def bold(self) -> Any:
        """Headline sentences."""
        return self._make(bold=True)

    @cached_property
    def mark(self) -> Any:
        """The mark of illustrative data."""
        return self._make(bold=True, font_color=_MARK)

    @cached_property
    def head(self) -> Any:
        """Header cells."""
        return self._make(
            bold=True,
            bg_color=_SOFT,
            font_color=_ACCENT,
            text_wrap=True,
            top=2,
            bottom=1,
            valign="bottom",
            border_color=_RULE,
        )

    @cached_property
    def body(self) -> Any:
        """Text cells of a print sheet."""
        return self._make(text_wrap=True, bottom=1, border_color=_RULE)

    def number(self, decimals: int) -> Any:
        """Number cells of a print sheet with so many decimals, ▲ and red for negatives."""
        if decimals not in self._numbers:
            self._numbers[decimals] = self._number(decimals)
        return self._numbers[decimals]

    def _number(self, decimals: int) -> Any:
        places = f".{'0' * decimals}" if decimals else ""
        shape = AMOUNT if not decimals else f'#,##0{places};[Red]"▲"#,##0{places}'
        return self._make(num_format=shape, bottom=1, border_color=_RULE)

    @cached_property
    def _numbers(self) -> dict[int, Any]:
        return {}

    @cached_property
    def year(self) -> Any:
        """Years and serial numbers: no separators."""
        return self._make(num_format="0", bottom=1, border_color=_RULE)
