"""What does a case say about itself: ``case.yml`` beside its tables.

Format (YAML 1.2; every key not marked optional is required; unknown keys are refused; all faults are shown at once)::

    title_ja: 大阪府と府内43市町村            # printed on every page
    base_fy: 2026                           # base (evaluation) fiscal year: 2026, 令和8年度 or R8
    price_fy: 2026                          # fiscal year whose prices the tables are stated in
    as_of: 2026-04-01                       # the day the case is seen from (staleness, "running contract"); 令和8年4月1日 too
    deadlines:                              # at least one; name: last day
      standardisation: 2026-03-31
      extended_standardisation: 2031-03-31
    tables:                                 # every table the case holds; name as in dxmodels.inputs.schemas
      municipalities:
        provenance: published               # published (公表値) | illustrative (架空) | own (利用者の台帳)
        source: 総務省 令和2年国勢調査 …       # what it rests on; for illustrative tables the script and its anchors
      systems:
        provenance: illustrative
        source: make_illustrative.py（seed 2026）
        file: systems.xlsx                  # optional: file name when it is not <table>.csv / .xlsx in this folder
    stale_after_days: inventory_stale_days  # optional: NAME of the assumption (days) after which a row counts as stale
    published_from: osaka                   # optional: take published tables this case does not hold from that case

Of borrowed tables only the rows that speak of this case's own municipalities (tasks, …) are taken.

A CSV or sheet named like a table but not listed under ``tables`` is a fault (its provenance would be unknown); other files in the
folder (scripts, notes, a planted-truth file) are left alone. In a workbook the sheet ``case`` with the columns ``key`` and ``value``
takes the place of this file: keys are the paths above joined by dots (``deadlines.standardisation``, ``tables.systems.provenance``).
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from dxmodels.errors import Fault, InputError
from dxmodels.fiscal import parse_date, parse_fiscal_year
from dxmodels.inputs.schemas import TABLES
from dxmodels.inputs.yaml_text import read_yaml

CASE_FILE = "case.yml"
Provenance = Literal["published", "illustrative", "own"]


def _as_fiscal_year(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"年度として読めません：{value!r}（例：2026、令和8年度）")
    return parse_fiscal_year(str(value))


def _as_date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return parse_date(str(value))
    raise ValueError(f"日付として読めません：{value!r}（例：2026-04-01、令和8年4月1日）")


def _known_table(name: str) -> str:
    if name not in TABLES:
        raise ValueError(f"知らない表の名前です{nearest(name, TABLES)}")
    return name


FiscalYear = Annotated[int, BeforeValidator(_as_fiscal_year), Field(ge=1950, le=2100)]
Day = Annotated[dt.date, BeforeValidator(_as_date)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
TableName = Annotated[str, AfterValidator(_known_table)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class TableEntry(BaseModel):
    """Where one table comes from; ``file`` only where it is not ``<table>.csv`` or ``<table>.xlsx``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    provenance: Provenance
    source: Sentence
    file: Annotated[str, StringConstraints(pattern=r"^[^/\\]+\.(csv|xlsx)$")] | None = None


class CaseFile(BaseModel):
    """The checked content of ``case.yml``; see the module's text for the meaning of each key."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title_ja: Sentence
    base_fy: FiscalYear
    price_fy: FiscalYear
    as_of: Day
    deadlines: Annotated[dict[Slug, Day], Field(min_length=1)]
    tables: dict[TableName, TableEntry]
    stale_after_days: Slug | None = None
    published_from: Slug | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> CaseFile:
        """Refuse a case with neither own nor borrowed tables (one may hold nothing of its own but the panel's sheets)."""
        if not self.tables and self.published_from is None:
            raise ValueError("表が1つもありません（tables と published_from のどちらかが要ります）")
        return self


def read_case_file(path: Path) -> CaseFile:
    """Return the checked ``case.yml`` at ``path``; raise InputError with every fault and its line."""
    text = read_yaml(path)
    return checked_case_file(text.content, file=text.file, line_of=text.line)


def checked_case_file(content: Mapping[str, Any], *, file: str, line_of: Callable[..., int]) -> CaseFile:
    """Return ``content`` as a CaseFile; raise InputError with every fault (``line_of(*keys)`` gives its line)."""
    try:
        return CaseFile.model_validate(dict(content))
    except ValidationError as error:
        raise InputError([_fault(file, line_of, problem) for problem in error.errors()]) from None


def nearest(name: str, known: Mapping[str, Any] | list[str] | tuple[str, ...]) -> str:
    """Return a Japanese hint naming the closest known names, or the empty string."""
    close = difflib.get_close_matches(name, list(known), n=2, cutoff=0.6)
    return f"（もしかして：{'、'.join(close)}）" if close else ""


def _fault(file: str, line_of: Callable[..., int], error: Any) -> Fault:
    keys = tuple(key for key in error["loc"] if key != "[key]")
    problem, cure = _in_japanese(error, str(keys[-1]) if keys else "")
    value = error.get("input")
    shown = "" if error["type"] == "missing" or value is None or isinstance(value, (dict, list)) else str(value)
    return Fault(file, problem, cure, row=line_of(*keys), column=".".join(map(str, keys)), value=shown)


def _in_japanese(error: Any, key: str) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if error.get("input", "") is None:
        return "値が空です", f"「{key}:」の後に値を書いてください"
    if kind == "missing":
        return "必要な項目がありません", f"「{key}:」の行を加えてください"
    if kind == "extra_forbidden":
        known = (*CaseFile.model_fields, *TableEntry.model_fields)
        return "知らない項目です", f"項目名を直すか消してください{nearest(key, known)}"
    if kind == "literal_error":
        return (
            "選択肢にない値です",
            "published（公表値）・illustrative（架空）・own（自前の台帳）のいずれかにしてください",
        )
    if kind in {"greater_than_equal", "less_than_equal"}:
        return "年度が範囲外です", "1950〜2100 の年度にしてください"
    if kind == "string_pattern_mismatch":
        return "名前の形が正しくありません", _pattern_cure(key)
    if kind == "string_type":
        return (
            "文字でなければなりません",
            "引用符で囲んだ文字にしてください（stale_after_days は日数ではなく前提の名前）",
        )
    if kind in {"string_too_short", "too_short"}:
        return "空です", "中身を1つ以上書いてください"
    if kind == "value_error":
        return str(context.get("error", "")), "例に合わせて書き直してください"
    return "形が正しくありません", "書式の説明（dxmodels/inputs/case_file.py）の例に合わせてください"


def _pattern_cure(key: str) -> str:
    if key == "file":
        return "同じフォルダにある .csv か .xlsx のファイル名だけを書いてください（フォルダは書けません）"
    return "英小文字・数字・「_」「-」だけの64字以内の名前にしてください"
