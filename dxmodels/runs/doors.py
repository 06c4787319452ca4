"""How does a result leave a notebook? Only here: ``exhibit`` for a table with its figure, ``record`` for a named quantity.

Both put one JSON object into the notebook's own output (and a readable page beside it for JupyterLab), from which HTML, PDF, Excel,
CSV, the final summary and the comparison of two runs are made. Nothing is written to disk here. What must not be published is
refused on the spot: a grade the sources do not allow, a number in an alternative text that the table does not hold, an exhibit
without reading, limits or source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, cast

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.glossary import label_ja
from dxmodels.inputs.availability import NotComputable
from dxmodels.money import UNITS_YEN
from dxmodels.runs import context, shown, sources, tables, wording
from dxmodels.runs.drawing import FigureLike, draw, svg_of
from dxmodels.runs.model import (
    EXHIBIT_MIME,
    NOT_COMPUTABLE_JA,
    RECORD_MIME,
    Cell,
    Drawing,
    Exhibit,
    Grade,
    Kind,
    Need,
    Record,
)
from dxmodels.runs.ranges import Between, range_fields

ILLUSTRATIVE_GRADE = "架空"
_EXHIBIT_ID = re.compile(r"[A-Z]\d{2}[a-z]?")
_RECORD_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_MOST_ROWS = 100_000  # far beyond what anybody reads, well within what a worksheet holds
_FRACTION_UNITS = ("割合", "share", "率")
Words = str | Sequence[str] | Callable[[Any], str | Sequence[str]]


def exhibit(
    id: str,
    table: object,
    *,
    figure: FigureLike = None,
    title: str,
    reading: Words,
    limits: Words,
    grade: str,
    sources: Sequence[str],
    unit: str = "百万円",
    alt: str | Callable[[Any], str] | None = None,
    every_row: bool = False,
) -> None:
    """Send one numbered exhibit out of the notebook.

    ``table`` is a DataFrame, a Result (``to_frame()``; its ``summary()`` becomes the headline) or a NotComputable, which is printed as
    算出不能 with the tables and fields it needs. ``figure`` is an Axes, a Figure, or a function of the result (not called when there
    is nothing to draw). ``title`` is the question; ``reading`` (読み方) and ``limits`` (限界) are sentences or functions of the result.
    ``sources`` are names of tables and assumptions, or citations; ``unit`` prints amounts stored in yen;
    ``every_row`` prints a long table whole in the report. Raises ModelError or
    ParameterError, in Japanese, for anything that may not be published.
    """
    made = build_exhibit(
        id,
        table,
        figure=figure,
        title=title,
        reading=reading,
        limits=limits,
        grade=grade,
        sources=sources,
        unit=unit,
        alt=alt,
        every_row=every_row,
    )
    context.current().sent[made.id] = made
    shown.emit(EXHIBIT_MIME, made.model_dump(mode="json"), shown.exhibit_text(made), shown.exhibit_html(made))


def record(
    name: str,
    value: object,
    *,
    unit: str,
    sources: Sequence[str],
    grade: str,
    label: str | None = None,
    headline: bool = True,
    between: Between | None = None,
) -> None:
    """Send one named quantity out of the notebook: what the summary, later notebooks and the comparison of runs read by ``name``.

    ``unit`` is the unit of the value as stored (円, 割合, 件, 年度 …); a NotComputable value is recorded as 算出不能. ``headline=False``
    keeps a quantity out of page 1 of the report. The label is the glossary's unless ``label`` gives one. ``between`` is the range
    (lowest, highest, what it is the range of); ModelError where the value lies outside it.
    """
    made = build_record(
        name, value, unit=unit, sources=sources, grade=grade, label=label, headline=headline, between=between
    )
    shown.emit(RECORD_MIME, made.model_dump(mode="json"), shown.record_text(made), shown.record_html(made))


def build_exhibit(
    id: str,
    table: object,
    *,
    figure: FigureLike = None,
    title: str,
    reading: Words,
    limits: Words,
    grade: str,
    sources: Sequence[str],
    unit: str = "百万円",
    alt: str | Callable[[Any], str] | None = None,
    every_row: bool = False,
) -> Exhibit:
    """Return the exhibit that ``exhibit`` would send."""
    _check_form(id, title, unit)
    if isinstance(table, NotComputable):
        return _not_computable(id, table, title=title, grade=grade, limits=limits, sources=sources, unit=unit)
    frame = tables.flat(_frame_of(table, id))
    if len(frame) > _MOST_ROWS:
        raise ModelError(f"{id}：表が {len(frame):,} 行あります。図表は {_MOST_ROWS:,} 行以下に集計してください。")
    columns, rows = tables.columns_of(frame), tables.rows_of(frame)
    rests_on = _sources_of(sources, id)
    headline = wording.closed_up(_summary_of(table)) or wording.headline_of(columns, rows, unit)
    headline = f"架空例：{headline}" if grade == ILLUSTRATIVE_GRADE and headline else headline
    return Exhibit(
        id=id,
        title=title,
        state="full",
        grade=_grade(grade, rests_on, id),
        unit=unit,
        columns=columns,
        rows=rows,
        headline=headline,
        reading=_sentences(reading, table, f"{id} の読み方"),
        limits=_sentences(limits, table, f"{id} の限界"),
        sources=rests_on,
        figure=_drawing(figure, table, id, _alternative(alt, table, title, headline, columns, rows)),
        every_row=every_row,
        **_where(),
    )


def build_record(
    name: str,
    value: object,
    *,
    unit: str,
    sources: Sequence[str],
    grade: str,
    label: str | None = None,
    headline: bool = True,
    between: Between | None = None,
) -> Record:
    """Return the record that ``record`` would send."""
    if not _RECORD_NAME.fullmatch(name):
        raise ModelError(f"記録名「{name}」は英小文字で始まり、英小文字・数字・「_」の80字以内にしてください。")
    rests_on = _sources_of(sources, f"記録 {name}")
    missing = isinstance(value, NotComputable)
    cell = None if missing else tables.plain_cell(value, name)
    return Record(
        name=name,
        label=label or label_ja(name),
        value=cell,
        kind=_kind(cell, unit),
        unit=unit,
        grade=_grade_or_none(grade, rests_on, f"記録 {name}", missing=cell is None),
        sources=rests_on,
        headline=headline,
        needs=_needs(value) if isinstance(value, NotComputable) else (),
        **(range_fields(between, cell, name) if between and cell is not None else {}),
        **_where(),
    )


def _not_computable(
    id: str, missing: NotComputable, *, title: str, grade: str, limits: Words, sources: Sequence[str], unit: str
) -> Exhibit:
    rests_on = _sources_of(sources, id)
    frame = missing.to_frame()
    return Exhibit(
        id=id,
        title=title,
        state="not_computable",
        grade=_grade_or_none(grade, rests_on, id, missing=True),
        unit=unit,
        columns=tables.columns_of(frame),
        rows=tables.rows_of(frame),
        headline=missing.message,
        reading=(),
        limits=_sentences(limits, None, f"{id} の限界") if not callable(limits) else (),
        sources=rests_on,
        needs=_needs(missing),
        **_where(),
    )


def _needs(missing: NotComputable) -> tuple[Need, ...]:
    labels = {(row.table, row.column): (row.table_title, row.label) for row in missing.to_frame().itertuples()}
    return tuple(
        Need(
            table=table,
            label=next((str(title) for (name, _), (title, _) in labels.items() if name == table), table),
            columns=tuple(fields),
            column_labels=tuple(str(labels.get((table, field), ("", field))[1]) for field in fields),
        )
        for table, fields in missing.needs.items()
    )


def _check_form(id: str, title: str, unit: str) -> None:
    if not _EXHIBIT_ID.fullmatch(id):
        raise ModelError(f"図表番号「{id}」は E07 のように英大文字1字と数字2桁（枝番は英小文字1字）にしてください。")
    if not title.strip():
        raise ModelError(f"{id}：題名がありません。この図表が答える問いを書いてください。")
    if unit not in UNITS_YEN:
        raise ModelError(
            f"{id}：金額の表示単位「{unit}」は使えません。{'・'.join(UNITS_YEN)}のいずれかにしてください。"
        )


def _frame_of(table: object, id: str) -> pd.DataFrame:
    if isinstance(table, pd.DataFrame):
        return table
    to_frame = getattr(table, "to_frame", None)
    frame = to_frame() if callable(to_frame) else None
    if isinstance(frame, pd.DataFrame):
        return frame
    raise ModelError(
        f"{id}：表（DataFrame、to_frame() をもつ結果、算出不能のいずれか）を渡してください（{type(table).__name__}）。"
    )


def _summary_of(table: object) -> str:
    summary = None if isinstance(table, pd.DataFrame) else getattr(table, "summary", None)
    return str(summary()) if callable(summary) else ""


def _sentences(words: Words, result: object, what: str) -> tuple[str, ...]:
    said = words(result) if callable(words) else words
    listed = [said] if isinstance(said, str) else list(said)
    kept = tuple(wording.closed_up(sentence.strip()) for sentence in listed if sentence and sentence.strip())
    if not kept:
        raise ModelError(f"{what}が空です。1文以上書いてください。")
    return kept


def _alternative(
    alt: str | Callable[[Any], str] | None, table: object, title: str, headline: str, columns: Any, rows: Any
) -> str:
    if alt is None:
        return wording.alternative_text(title, headline, columns, rows)
    return wording.check_alternative(alt(table) if callable(alt) else alt, columns, rows, title)


def _drawing(figure: FigureLike, table: object, id: str, alt: str) -> Drawing | None:
    drawn = draw(figure, table)
    return None if drawn is None else Drawing(svg=svg_of(drawn, salt=id), alt=alt)


def _kind(value: Cell, unit: str) -> Kind:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    if unit == "年度":
        return "fiscal_year"
    if unit == "円":
        return "yen"
    if unit.startswith(_FRACTION_UNITS):
        return "rate"
    return "integer" if isinstance(value, int) else "number"


def _sources_of(names: Sequence[str], what: str) -> tuple[Any, ...]:
    return sources.resolve([names] if isinstance(names, str) else names, what=what)


def _grade(grade: str, rests_on: Sequence[Any], what: str) -> Grade:
    return cast(Grade, sources.checked_grade(grade, rests_on, what=what))


def _grade_or_none(grade: str, rests_on: Sequence[Any], what: str, *, missing: bool) -> Grade:
    """Return the checked grade; 算出不能 where there is no value to grade."""
    checked = _grade(grade, () if missing else rests_on, what)
    return NOT_COMPUTABLE_JA if missing else checked


def _where() -> dict[str, Any]:
    here = context.current()
    return {"notebook": here.notebook, "parameters": dict(here.parameters)}
