"""What may a parameter of a notebook be: its type, range, unit, Japanese and English label, and what it is for?

Each kind is written once and used by every notebook, so that ``seed`` means the same everywhere. From here come the check before
a run, the forms in JupyterLab, the cover of a report and the documentation. Types are strict: a code that YAML or the command line
turned into a number is refused, never turned back by guessing (27100 has lost its check digit, 576 was 01100 in octal).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dxmodels.inputs.places import SLUG

SLUG_PATTERN = rf"^{SLUG.pattern}$"
_MAX_SEED = 2**63 - 1
_MAX_DRAWS_POWER = 17


def _facts(label_ja: str, label_en: str, help_ja: str, *, unit: str = "", names: str = "") -> Any:
    """Return the field information every kind carries; ``names`` says where the permitted names come from."""
    return Field(title=label_ja, description=help_ja, json_schema_extra={"en": label_en, "unit": unit, "names": names})


_Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]

# A case is a name under data/, or the whole path of a folder or workbook; a relative path would mean another case in another folder.
CASE_PATTERN = rf"{SLUG_PATTERN}|^(?:/|[A-Za-z]:[\\/])[^\x00-\x1f]{{1,1024}}$"
CaseName = Annotated[
    Annotated[str, StringConstraints(pattern=CASE_PATTERN)],
    _facts("ケース", "Case", "data/ の下のケース名（例：osaka）、またはケースのフォルダの絶対パス", names="case"),
]
ScenarioName = Annotated[
    _Slug, _facts("シナリオ", "Scenario", "外部環境の前提（data/scenarios/ の名前）", names="scenario")
]
OptionName = Annotated[_Slug, _facts("選択肢", "Option", "府が決める推進方策（data/options/ の名前）", names="option")]
FiscalYear = Annotated[
    int, Field(ge=1990, le=2100), _facts("年度", "Fiscal year", "西暦の年度（2026＝令和8年度）", unit="年度")
]
Seed = Annotated[int, Field(ge=0, le=_MAX_SEED), _facts("乱数の種", "Seed", "同じ種・同じ入力なら同じ結果になります")]
Draws = Annotated[
    int,
    Field(ge=2, le=2**_MAX_DRAWS_POWER),
    _facts("試行回数", "Draws", "モンテカルロの試行回数（2のべき乗。例：2048、8192）", unit="回"),
]
Effort = Annotated[
    str,
    StringConstraints(pattern="^(draft|full)$"),
    _facts("計算精度", "Effort", "draft＝速報精度、full＝本番精度", names="effort"),
]
PublishedOnly = Annotated[
    bool, _facts("公表値のみ", "Published values only", "true にすると架空データの表を一切読み込みません")
]
MunicipalityCode = Annotated[
    str | None,
    _facts("団体コード", "Municipality code", "検査数字を含む6桁の文字列（例：271004）", names="municipality_code"),
]
SystemId = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] | None,
    _facts("システムID", "System", "府の情報システム台帳のID", names="system_id"),
]
QuotationId = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] | None,
    _facts("見積番号", "Quotation", "ケースの見積書の番号（なければ最も新しいもの）"),
]
Task = Annotated[_Slug, _facts("業務", "Task", "標準化対象20業務の業務コード（tasks 表の task）", names="task")]

EFFORTS = {"draft": "速報精度", "full": "本番精度"}


class Parameters(BaseModel):
    """The checked parameters of one notebook; a notebook's own class lists at most six fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    notebook: ClassVar[str] = ""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of this notebook's parameters, in their order."""
        return tuple(cls.model_fields)

    @classmethod
    def label_ja(cls, name: str) -> str:
        """Return the Japanese label of a parameter."""
        return cls.model_fields[name].title or name

    @classmethod
    def facts(cls, name: str) -> dict[str, str]:
        """Return unit, English label and the source of permitted names of a parameter."""
        extra = cls.model_fields[name].json_schema_extra
        return {key: str(value) for key, value in extra.items()} if isinstance(extra, dict) else {}


def value_text(value: object) -> str:
    """Return a parameter value as a cover page prints it."""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return "指定なし" if value is None else str(value)
