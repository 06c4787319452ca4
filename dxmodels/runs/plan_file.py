"""What may a plan file say? Its notebooks, their parameters, the chapters, page 1, and what the printed report holds.

A plan is a file of data/plans (YAML 1.2, safe loader, unknown keys refused)::

    title_ja: 大阪府デジタル改革 最終取りまとめ      # printed on every page
    edition_ja: 令和8年度                          # edition, in the header
    parameters: {case: osaka, seed: 2026}         # for every notebook that has them
    chapters:                                     # 府庁DX / 市町村DX / 制度・あり方
      - title_ja: 府庁DX
        notebooks:
          - notebook: 00_data
          - notebook: 20_cost
            parameters: {scenario: [base, yen_weak]}   # a list = one run each; several lists = every combination
        exhibits: [E09]                           # optional: exhibits told here though their notebook stands elsewhere
      - title_ja: シナリオ別の結果
        apart: true                               # optional: a page each and a table of what moves, but no exhibit of the report
        notebooks: [...]
    summary: 90_final_summary                     # optional: reads what the others recorded, so it runs last
    minutes_per_notebook: 15                      # optional time limit
    booklets: false                               # optional: leave out the forms a notebook binds (one page a system)
    own_title_ja: デジタル改革 最終取りまとめ         # optional: title after the name of a case that is not the embedded one
    body:                                         # optional: the report is printed as a body and annex volumes (document/volumes.py)
      exhibits: [E07, E08a]                       # what the body shows, in this order
      closing: [E35, E36]                         # its last section: assumptions, limits, validation
    abstract:                                     # optional: sentences of page 1 (dxmodels/runs/document/abstract.py)
      - text: 損得の分かれ目は{break_even_usdjpy}である。
        exhibits: [E08a]

Everything is checked before any kernel starts, and every fault is named at once.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from dxmodels.errors import Fault, ParameterError
from dxmodels.inputs.places import checked_slug, data_root
from dxmodels.inputs.yaml_files import unknown_name
from dxmodels.inputs.yaml_text import YamlText, read_yaml

_BRANCHES = "abcdefghijklmnopqrstuvwxyz"
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
_ExhibitId = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{2}[a-z]?$")]
ABSTRACT_NAME = re.compile(r"\{([a-z][a-z0-9_]*)(?P<size>:size)?(?:\|(?P<below>[^|{}]*)\|(?P<above>[^|{}]*))?\}")
_DIGIT = re.compile(r"[0-9０-９]")
_Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Setting = str | int | float | bool | None | list[str | int | float | bool | None]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Batch(_Part):
    """One notebook and the parameters it runs with; a list means one run each."""

    notebook: str
    parameters: dict[str, Setting] = {}


class Chapter(_Part):
    """One chapter of the report: its notebooks, and exhibits told here although their notebook stands elsewhere.

    ``apart``: the same questions under other conditions; each run has its page, the report tells only what moves.
    """

    title_ja: _Text
    notebooks: Annotated[tuple[Batch, ...], Field(strict=False)] = ()
    exhibits: Annotated[tuple[_ExhibitId, ...], Field(strict=False)] = ()
    apart: bool = False


class Body(_Part):
    """What the printed body holds; everything else goes to the annex volumes."""

    exhibits: Annotated[tuple[_ExhibitId, ...], Field(strict=False, min_length=1)]
    closing: Annotated[tuple[_ExhibitId, ...], Field(strict=False)] = ()


def _without_digits(text: str) -> str:
    """Refuse a sentence of page 1 with a number of its own, or with braces that name no quantity."""
    rest = ABSTRACT_NAME.sub("", text)
    if _DIGIT.search(rest) or "{" in rest or "}" in rest:
        raise ValueError(text)
    return text


class AbstractSentence(_Part):
    """One sentence of page 1: names of recorded quantities in braces, the exhibits behind it, and what to say without them."""

    text: Annotated[_Sentence, AfterValidator(_without_digits)]
    otherwise: Annotated[str, AfterValidator(_without_digits)] = ""
    exhibits: Annotated[tuple[_ExhibitId, ...], Field(strict=False)] = ()


class Plan(_Part):
    """The checked content of one plan file."""

    name: str
    title_ja: _Text
    edition_ja: _Text
    parameters: dict[str, Setting] = {}
    chapters: Annotated[tuple[Chapter, ...], Field(strict=False, min_length=1)]
    summary: str | None = None
    own_title_ja: _Text | None = None
    abstract: Annotated[tuple[AbstractSentence, ...], Field(strict=False)] = ()
    minutes_per_notebook: Annotated[float, Field(gt=0, le=24 * 60, strict=False)] = 15.0
    booklets: bool = True
    body: Body | None = None

    def chapter_of_exhibit(self, exhibit_id: str, notebook_chapter: str) -> str:
        """Return the chapter an exhibit is told in: the one that claims it, else its notebook's."""
        for name in (exhibit_id, exhibit_id.rstrip(_BRANCHES)):  # a branch is told beside its exhibit
            for chapter in self.chapters:
                if name in chapter.exhibits:
                    return chapter.title_ja
        return notebook_chapter


def load_plan(name: str) -> Plan:
    """Return the plan ``data/plans/<name>.yml``; raises ParameterError (unknown name) or InputError (faults of the file)."""
    checked_slug(name, what="計画の名前")
    folder = data_root() / "plans"
    there = sorted(path.stem for path in folder.glob("*.yml"))
    if name not in there:
        raise ParameterError([unknown_name("計画", name, there)])
    text = read_yaml(folder / f"{name}.yml")
    try:
        return Plan.model_validate({**text.content, "name": name})
    except ValidationError as error:
        raise ParameterError([_fault(text, problem) for problem in error.errors()]) from error


def _fault(text: YamlText, problem: Any) -> Fault:
    keys = [key for key in problem["loc"] if isinstance(key, str | int)]
    where = ".".join(str(key) for key in keys)
    value = problem.get("input")
    shown = str(value) if isinstance(value, str | int | float | bool) else ""
    return Fault(f"data/plans/{text.file}", *_in_japanese(problem), row=text.line(*keys), column=where, value=shown)


def _in_japanese(problem: Any) -> tuple[str, str]:
    kind = problem["type"]
    if kind == "missing":
        return "必須の項目がありません", f"「{problem['loc'][-1]}:」を書いてください"
    if kind == "extra_forbidden":
        return "知らない項目です", "計画の書式（dxmodels/runs/plan_file.py の冒頭）にある項目だけを使ってください"
    if kind in {"string_type", "string_pattern_mismatch"}:
        return "文字列の形が正しくありません", "引用符で囲み、図表番号は E07 の形にしてください"
    if kind == "value_error":
        return (
            "要旨の文に数字か、名前でない波括弧があります",
            "数値は {記録名}、{記録名:size}、{記録名|負の言葉|正の言葉} の形で、記録された値から引いてください",
        )
    if kind in {"greater_than", "less_than_equal"}:
        return "時間の上限が範囲外です", "0 より大きく 1440 分以下にしてください"
    return "形が正しくありません", "計画の書式（dxmodels/runs/plan_file.py の冒頭）の例に合わせてください"
