"""What does a planner in JupyterLab (or a reader of the raw notebook) see of an exhibit or a recorded number?

Every value is escaped: a cell of the user's table never becomes markup.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from dxmodels.runs import context
from dxmodels.runs.display import header_text, is_numeric, quantity_text, texts_of
from dxmodels.runs.drawing import stamped
from dxmodels.runs.model import Exhibit, Record

ILLUSTRATIVE_MARK = "架空データを含む"
_ROWS_SHOWN = 60
_UNIT_AT_END = re.compile(r"[^0-9]+$")  # said once, after the higher end of a range


def emit(mime: str, payload: dict[str, Any], text: str, html: str) -> None:
    """Write one output with the JSON object, a text and a page fragment; outside IPython print the text."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display

    if not InteractiveShell.initialized():
        print(text)
        return
    bundle = {mime: payload, "text/plain": text}
    if not context.in_batch():
        bundle["text/html"] = html
    display(bundle, raw=True)


def exhibit_text(exhibit: Exhibit) -> str:
    """Return the exhibit as plain text: title, grade, headline and the size of its table."""
    size = f"{len(exhibit.rows)}行×{len(exhibit.columns)}列" if exhibit.computable else "算出不能"
    return f"【{exhibit.id}】{exhibit.title}（{exhibit.grade}、{size}）\n{exhibit.headline}"


def record_text(record: Record) -> str:
    """Return the recorded quantity as one line."""
    spread = range_of(record)
    return f"［記録］{record.label}（{record.name}）＝{value_of(record)}（{record.grade}）{f'　幅：{spread}' if spread else ''}"


def value_of(record: Record) -> str:
    """Return the recorded value as printed, with its unit."""
    return quantity_text(record.value, record.kind, record.unit, name=record.name)


def range_of(record: Record) -> str:
    """Return the range of the recorded value as printed, with what it is of (68.4〜80.5％：95％区間); empty where it has none."""
    if record.low is None or record.high is None:
        return ""
    low, high = (
        quantity_text(value, record.kind, record.unit, name=record.name) for value in (record.low, record.high)
    )
    unit = _UNIT_AT_END.search(high)
    return f"{low.removesuffix(unit[0] if unit else '')}〜{high}（{record.range_of}）"


def exhibit_html(exhibit: Exhibit) -> str:
    """Return the exhibit as a page fragment for JupyterLab."""
    mark = f"　<strong>{ILLUSTRATIVE_MARK}</strong>" if exhibit.illustrative else ""
    parts = [
        f"<h4>{escape(exhibit.id)}　{escape(exhibit.title)}</h4>",
        f"<p>区分：{escape(exhibit.grade)}{mark}</p>",
        f"<p><strong>{escape(exhibit.headline)}</strong></p>",
    ]
    if exhibit.figure is not None:
        parts.append(_image(exhibit))
    if exhibit.columns:
        parts.append(_table(exhibit))
    parts += [_list("読み方", exhibit.reading), _list("限界", exhibit.limits)]
    return f'<div lang="ja">{"".join(parts)}</div>'


def record_html(record: Record) -> str:
    """Return the recorded quantity as a page fragment for JupyterLab."""
    spread = f"　幅：{range_of(record)}" if range_of(record) else ""
    return f'<p lang="ja">［記録］{escape(record.label)}：<strong>{escape(value_of(record))}</strong>（{escape(record.grade)}）{escape(spread)}</p>'


def _image(exhibit: Exhibit) -> str:
    assert exhibit.figure is not None
    svg = stamped(exhibit.figure, left=context.INTERACTIVE, mark=ILLUSTRATIVE_MARK if exhibit.illustrative else "")
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(exhibit.figure.alt)}" style="max-width:100%">'


def _table(exhibit: Exhibit) -> str:
    head = "".join(f'<th scope="col">{escape(header_text(column, exhibit.unit))}</th>' for column in exhibit.columns)
    numeric = [is_numeric(column) for column in exhibit.columns]
    body = "".join(
        "<tr>" + "".join(_cell(text, right) for text, right in zip(row, numeric, strict=True)) + "</tr>"
        for row in texts_of(exhibit)[:_ROWS_SHOWN]
    )
    hidden = len(exhibit.rows) - _ROWS_SHOWN
    more = f"<p>…ほか{hidden}行（全体はCSV・Excelに出力）</p>" if hidden > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(text: str, right: bool) -> str:
    return f'<td style="text-align:{"right" if right else "left"}">{escape(text)}</td>'


def _list(title: str, sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<p>{title}</p><ul>{items}</ul>" if items else ""
