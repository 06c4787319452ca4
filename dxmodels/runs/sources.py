"""What does an exhibit rest on, and may it carry the grade it claims?

A source is a table of the case, an assumption of the register, or a citation in words. A grade 公表値 or 推計 is refused where a named
table is illustrative in the case of this notebook; 公表値 is refused where a table is the users' own.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from dxmodels.errors import DxError, Fault, ModelError, ParameterError
from dxmodels.inputs import Register, load_option, load_register, load_scenario
from dxmodels.inputs.schemas import TABLES
from dxmodels.runs import amounts, context
from dxmodels.runs.casefacts import case_facts
from dxmodels.runs.model import ESTIMATED, GRADES, ILLUSTRATIVE, PUBLISHED, Source

_NAME_LIKE = re.compile(r"[a-z0-9_]+")
_GRADE_OF = {"published": PUBLISHED, "illustrative": ILLUSTRATIVE, "own": ESTIMATED}
_WORD_OF = {"published": "公表値", "illustrative": "架空", "own": "自前の台帳"}


def resolve(names: Sequence[str], *, what: str) -> tuple[Source, ...]:
    """Return what ``names`` stand for; raises ParameterError for a name that is neither table nor assumption."""
    if not names:
        raise ModelError(f"{what}：出典がありません。sources に表・前提・文献のいずれかを1つ以上書いてください。")
    return tuple(_resolve(name, what) for name in names)


def checked_grade(grade: str, sources: Sequence[Source], *, what: str) -> str:
    """Return ``grade`` if the sources allow it; else raise ModelError naming the table that forbids it."""
    if grade not in GRADES:
        raise ModelError(f"{what}：区分「{grade}」は使えません。{'・'.join(GRADES)}のいずれかにしてください。")
    if grade == ILLUSTRATIVE and sources and context.current().published_only:
        raise ModelError(
            f"{what}：公表値のみの実行では区分「架空」の値を出せません。case.grade(…) で区分を決めてください。"
        )
    illustrative = [source.name for source in sources if source.kind == "table" and source.grade == ILLUSTRATIVE]
    if illustrative and grade != ILLUSTRATIVE:
        tables = "、".join(illustrative)
        raise ModelError(
            f"{what}：架空データの表（{tables}）を使うため、区分「{grade}」にはできません。「架空」にしてください。"
        )
    own = [source.name for source in sources if source.kind == "table" and source.grade == ESTIMATED]
    if own and grade == PUBLISHED:
        raise ModelError(f"{what}：自前の台帳（{'、'.join(own)}）を使うため、区分は「推計」にしてください。")
    return grade


def _resolve(name: str, what: str) -> Source:
    if name in TABLES:
        return _table(name)
    found = _assumption(name)
    if found is not None:
        return found
    if _NAME_LIKE.fullmatch(name):
        near = difflib.get_close_matches(name, [*TABLES, *_register_names()], n=3, cutoff=0.5)
        cure = f"次のどれかではありませんか：{'、'.join(near)}" if near else "文献は日本語の題名で書いてください"
        raise ParameterError([Fault(f"{what}の出典", "表にも前提にもない名前です", cure, value=name)])
    return Source(kind="citation", name=name, label=name)


def _table(name: str) -> Source:
    label, here = TABLES[name].title_ja, context.current()
    case = case_facts(here.case) if here.case else None
    if case is None:
        return Source(kind="table", name=name, label=label)
    if not case.has(name) or (here.published_only and case.provenance(name) == "illustrative"):
        return Source(kind="table", name=name, label=label, detail="この実行では使用していない")
    provenance = case.provenance(name)
    detail = f"{_WORD_OF.get(provenance, provenance)}：{case.source(name)}"
    return Source(kind="table", name=name, label=label, detail=detail, grade=_GRADE_OF.get(provenance, ""))


def _assumption(name: str) -> Source | None:
    register = _register()
    if register is None or name not in register:
        return None
    entry = register[name]
    value, spread = amounts.of_assumption(entry)
    return Source(
        kind="assumption",
        name=name,
        label=entry.label_ja,
        detail=f"{entry.source}（{entry.as_of}）",
        grade=entry.grade,
        value=value,
        range=spread,
    )


def _register_names() -> list[str]:
    register = _register()
    return list(register) if register is not None else []


def _register() -> Register | None:
    """Return the register under the notebook's scenario and option: the values its results were computed with."""
    chosen = context.current().parameters
    try:
        register = load_register()
        for name, load in (("scenario", load_scenario), ("option", load_option)):
            register = register.patched(load(str(chosen[name]))) if chosen.get(name) else register
        return register
    except DxError:  # the register's own faults are reported where a notebook loads it
        return None
