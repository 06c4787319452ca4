"""How does a figure become an SVG that looks the same in HTML and PDF, and that says where it comes from?

Text stays text (``svg.fonttype = none``): Typst sets it in the Noto font of the wheels and embeds only the glyphs used, a browser
finds the same or another Japanese font by the list below, a search finds the words. The stamp (run, as-of date, 架空 mark) is added
when a report is published, because an executed notebook may be reused by a later run.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxmodels.errors import ModelError
from dxmodels.runs.model import Drawing
from dxmodels.runs.tables import printable

FONT_FAMILY = "Noto Sans CJK JP"
_FALLBACKS = f"'{FONT_FAMILY}', 'Noto Sans JP', 'BIZ UDPGothic', 'Yu Gothic', 'Hiragino Sans', Meiryo, sans-serif"
_STAMP_HEIGHT = 15.0  # points under the figure
_STAMP_SIZE = 6.5
_INK, _MARK = "#595959", "#A63600"
_MISSING_GLYPH = re.compile(r"Glyph (\d+) ")
_UNSAFE = re.compile(
    r"<script|<foreignObject|\son\w+\s*=|javascript:|(?:href|src)\s*=\s*[\"']\s*(?:https?:)?//", re.IGNORECASE
)
_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_LONG_NUMBER = re.compile(r"(?<![\w.#])-?\d+\.\d{3,}(?![\w.])")
_ROOT = re.compile(r'<svg\b[^>]*?width="([\d.]+)pt" height="([\d.]+)pt" viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')

FigureLike = Axes | Figure | Callable[[Any], Axes] | None


def svg_of(figure: Axes | Figure, *, salt: str) -> str:
    """Return the figure as SVG text, the same bytes for the same drawing; the figure is closed afterwards."""
    drawn = figure if isinstance(figure, Figure) else figure.figure
    if not isinstance(drawn, Figure):
        raise ModelError("図の一部（SubFigure）ではなく、図（Figure）か軸（Axes）を渡してください。")
    target = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        drawn.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    _close(drawn)
    _refuse_missing_glyphs([str(warning.message) for warning in said])
    return _cleaned(printable(target.getvalue().decode("utf-8")))


def draw(figure: FigureLike, result: object) -> Figure | Axes | None:
    """Return the figure to print: a callable is asked to draw ``result``."""
    if figure is None or isinstance(figure, Axes | Figure):
        return figure
    drawn = figure(result)
    if not isinstance(drawn, Axes | Figure):
        raise ModelError(f"figure の関数は Axes か Figure を返してください（返り値：{type(drawn).__name__}）。")
    return drawn


def stamped(drawing: Drawing, *, left: str, mark: str = "") -> str:
    """Return the SVG with a footer: ``left`` in grey, ``mark`` (架空データを含む) in colour on the right."""
    root = _ROOT.search(drawing.svg)
    if root is None:
        raise ModelError("図のSVGの大きさを読めません。")
    width, height = float(root[3]), float(root[4])
    taller = height + _STAMP_HEIGHT
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
        f'width="{width:g}pt" height="{taller:g}pt" viewBox="0 0 {width:g} {taller:g}" role="img">'
        f"<title>{escape(drawing.alt)}</title>"
        f'<rect x="0" y="{height:g}" width="{width:g}" height="{_STAMP_HEIGHT:g}" fill="#ffffff"/>'
    )
    footer = _footer_text(2.0, taller - 4.5, left, "start", _INK)
    if mark:
        footer += _footer_text(width - 2.0, taller - 4.5, mark, "end", _MARK, bold=True)
    body = drawing.svg[root.end() :]
    return f'<?xml version="1.0" encoding="utf-8"?>\n{opening}{body.replace("</svg>", footer + "</svg>")}'


def width_of(drawing: Drawing) -> float:
    """Return the width of a figure in points (0 where it states none)."""
    root = _ROOT.search(drawing.svg)
    return float(root[3]) if root else 0.0


def _refuse_missing_glyphs(messages: Sequence[str]) -> None:
    """Raise ModelError where the font lacks a visible character of the figure (it would be printed as an empty box)."""
    codes = {int(found[1]) for message in messages if (found := _MISSING_GLYPH.match(message))}
    visible = sorted(chr(code) for code in codes if chr(code).isprintable())
    if visible:
        raise ModelError(
            f"図の文字「{'、'.join(visible)}」がフォント（{FONT_FAMILY}）にありません。別の文字に置き換えてください。"
        )


def _footer_text(x: float, y: float, text: str, anchor: str, colour: str, *, bold: bool = False) -> str:
    weight = "700" if bold else "400"
    style = f"font-size: {_STAMP_SIZE}px; font-family: {_FALLBACKS}; font-weight: {weight}; text-anchor: {anchor}; fill: {colour}"
    return f'<text x="{x:g}" y="{y:g}" style="{style}">{escape(text)}</text>'


def _cleaned(svg: str) -> str:
    """Drop metadata and document type, name the fallback fonts, and refuse anything that could run or fetch."""
    svg = re.sub(r"<!DOCTYPE.*?>|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;\"]+", f"font-family: {_FALLBACKS}", svg)
    svg = re.sub(r"font: (?P<head>[^;\"]*?px) [^;\"]+", rf"font: \g<head> {_FALLBACKS}", svg)
    svg = _TAG.sub(lambda tag: _LONG_NUMBER.sub(_shortened, tag[0]), svg)
    svg = "\n".join(line.strip() for line in svg.splitlines() if line.strip()) + "\n"
    if _UNSAFE.search(re.sub(r">[^<]*<", "><", svg)):
        raise ModelError("図に実行・外部参照の要素があります。リンクやスクリプトを含めないでください。")
    return svg


def _shortened(number: re.Match[str]) -> str:
    """A hundredth of a point is far below what any printer or screen shows; values below one keep four decimals (they may be factors)."""
    value = float(number[0])
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.4f}".rstrip("0").rstrip(".")


def _close(figure: Figure) -> None:
    """Close a figure that pyplot manages, so that the notebook does not show it a second time and memory is freed."""
    if getattr(figure, "number", None) is not None:
        from matplotlib import pyplot

        pyplot.close(figure)
