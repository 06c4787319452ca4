"""Does any table the schema allows come back from a file as it went in, whatever the encoding, quoting or blank lines?"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dxmodels.errors import InputError
from dxmodels.inputs.cells import CellError, cell_reader
from dxmodels.inputs.codes import check_digit
from dxmodels.inputs.columns import typed_array
from dxmodels.inputs.raw import cell_text, raw_from_frame
from dxmodels.inputs.schemas import TABLES, ColumnFacts, TableSpec
from dxmodels.inputs.tables import check_table
from dxmodels.inputs.text_files import decode, table_of_text

_LETTERS = st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u3000")


def _readable(facts: ColumnFacts) -> Any:
    def is_readable(text: str) -> bool:
        try:
            return cell_reader(facts)(text) == text
        except CellError:
            return False

    return is_readable


def cells(facts: ColumnFacts) -> st.SearchStrategy[object]:
    """Values a column may hold."""
    low = 0 if facts.minimum is None else int(facts.minimum)
    high = 10**12 if facts.maximum is None else int(facts.maximum)
    kinds: dict[str, st.SearchStrategy[object]] = {
        "integer": st.integers(low, high),
        "yen": st.integers(low, high) if facts.minimum is not None else st.integers(-high, high),
        "number": st.floats(low, high, allow_nan=False),
        "fiscal_year": st.integers(1950, 2100),
        "date": st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)),
        "boolean": st.booleans(),
        "choice": st.sampled_from(facts.choices or ("",)),
        "text": st.text(_LETTERS, min_size=1, max_size=12)
        .map(lambda text: unicodedata.normalize("NFC", text))
        .filter(_readable(facts)),
        "code": st.text(_LETTERS, min_size=1, max_size=8)
        .map(lambda text: unicodedata.normalize("NFKC", text))
        .filter(_readable(facts)),
    }
    if facts.name.endswith("municipality_code"):
        five = st.builds(lambda a, b: f"{a:02d}{b:03d}", st.integers(1, 47), st.integers(0, 999))
        return five.map(lambda text: f"{text}{check_digit(text)}")
    return st.one_of(st.none(), kinds[facts.kind]) if facts.nullable else kinds[facts.kind]


@st.composite
def tables(draw: st.DrawFn) -> tuple[TableSpec, pd.DataFrame]:
    """A table of the schemas with up to five rows and no key twice."""
    spec = TABLES[draw(st.sampled_from(sorted(TABLES)))]
    row = st.fixed_dictionaries({name: cells(facts) for name, facts in spec.facts.items()})
    rows = draw(
        st.lists(row, min_size=1, max_size=5, unique_by=lambda line: tuple(str(line[name]) for name in spec.key))
    )
    order = np.arange(len(rows), dtype=np.intp)
    arrays = {name: typed_array([line[name] for line in rows], facts.kind, order) for name, facts in spec.facts.items()}
    return spec, pd.DataFrame(arrays)


def as_file(frame: pd.DataFrame, *, quoting: int, newline: str, gaps: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=newline)
    writer.writerow(frame.columns)
    for line in frame.itertuples(index=False):
        writer.writerow([cell_text(value) for value in line])
        if gaps:
            out.write("," * (len(frame.columns) - 1) + newline)
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    tables(),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "cp932"]),
    st.randoms(use_true_random=False),
)
def test_any_sound_table_comes_back_from_a_file(
    drawn: tuple[TableSpec, pd.DataFrame], quoting: int, newline: str, gaps: bool, encoding: str, order: Any
) -> None:
    spec, frame = drawn
    columns = order.sample(list(frame.columns), len(frame.columns))
    text = as_file(frame[columns], quoting=quoting, newline=newline, gaps=gaps)
    try:
        data = text.encode(encoding)
        if encoding == "cp932" and text != _as_utf8(data, otherwise=text):
            data = text.encode("utf-8")  # cp932 bytes that are valid UTF-8 too: no reader can tell
    except UnicodeEncodeError:
        data = text.encode("utf-8")
    checked = check_table(table_of_text(decode(data, file="t.csv"), file="t.csv"), spec)
    assert checked.faults == ()
    pd.testing.assert_frame_equal(checked.frame, frame)
    assert checked.rows.tolist() == [2 + (2 if gaps else 1) * index for index in range(len(frame))]


@settings(max_examples=30, deadline=None)
@given(tables())
def test_any_sound_table_comes_back_from_memory(drawn: tuple[TableSpec, pd.DataFrame]) -> None:
    spec, frame = drawn
    checked = check_table(raw_from_frame(frame, file=spec.name), spec)
    assert checked.faults == ()
    pd.testing.assert_frame_equal(checked.frame, frame)


@settings(max_examples=40, deadline=None)
@given(tables(), st.data())
def test_one_spoiled_cell_gives_a_fault_at_that_cell_and_nowhere_else(
    drawn: tuple[TableSpec, pd.DataFrame], data: st.DataObject
) -> None:
    spec, frame = drawn
    name = data.draw(
        st.sampled_from([name for name, facts in spec.facts.items() if facts.kind not in {"text", "code"}] or [""])
    )
    if not name:
        return
    row = data.draw(st.integers(0, len(frame) - 1))
    texts = frame.astype(object).map(cell_text)
    texts.loc[row, name] = "これは読めない"
    checked = check_table(raw_from_frame(texts, file="t.csv"), spec)
    assert {(fault.row, fault.column, fault.value) for fault in checked.faults} == {(row + 2, name, "これは読めない")}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_cure(data: bytes) -> None:

    try:
        raw = table_of_text(decode(data, file="t.csv"), file="t.csv")
        faults = check_table(raw, TABLES["departments"]).faults
    except InputError as error:
        faults = error.faults
    assert all(fault.problem and fault.cure and fault.file == "t.csv" for fault in faults)
    assert faults


def _as_utf8(data: bytes, *, otherwise: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return otherwise
