"""How does data become a PDF? Typst compiles a fixed template; what is printed goes in as JSON, never as formatted source.

PDF/UA-1 is demanded of the compiler: a figure without alternative text or a broken heading order is an error here, not a finding later. Fonts come
from the wheels, the time stamp from the data, so the same data give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import typst

from dxmodels.errors import RunError
from dxmodels.runs.render.fonts import font_folders, with_known_characters
from dxmodels.runs.render.html import TEMPLATES
from dxmodels.runs.render.packing import packed

STANDARD: Literal["ua-1"] = "ua-1"


def compiled_pdf(template: str, name: str, data: Mapping[str, Any], *, as_of: dt.date, what: str) -> bytes:
    """Return the data, handed to ``template`` under ``name``, as PDF/UA-1; RunError, beginning with ``what``, where it cannot be compiled."""
    day = dt.datetime.combine(as_of, dt.time(), dt.UTC)
    try:
        made = _compiler().compile(
            input=_template(template),
            format="pdf",
            sys_inputs={name: with_known_characters(json.dumps(data, ensure_ascii=False))},
            pdf_standards=STANDARD,
            timestamp=int(day.timestamp()),
        )
    except typst.TypstError as error:
        raise RunError(f"{what}：{error.message}") from error
    if not isinstance(made, bytes):
        raise RunError(f"{what}。")
    return packed(made)


def has_compiled() -> bool:
    """Whether this process has used the compiler, whose threads a fork would not have."""
    return _compiler.cache_info().currsize > 0


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in font_folders()],
    )
    return typst.Compiler(font_paths=fonts)


@cache
def _template(file: str) -> bytes:
    return (TEMPLATES / file).read_bytes()
