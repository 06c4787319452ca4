"""Are these parameters right? Every fault at once, in Japanese, before any kernel starts.

``check_parameters("20_cost", locals())`` stands in the first cell after the parameter cell, so that a notebook run by hand with
papermill is as safe as one of a plan. ``faults_of`` is the same question for plans and the command line.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dxmodels.errors import Fault, ParameterError
from dxmodels.runs import context, reading
from dxmodels.runs.parameters.kinds import Parameters
from dxmodels.runs.parameters.names import name_faults
from dxmodels.runs.parameters.notebooks import SCHEMAS

# IPython's own names in a notebook's globals.
_SHELL_NAMES = {"In", "Out", "exit", "quit"}
_PLAIN = (str, int, float, bool, list, tuple, dict, type(None))


def check_parameters(notebook: str, values: Mapping[str, Any]) -> Parameters:
    """Return the checked parameters of ``notebook``; ``values`` is ``locals()`` of the notebook or any mapping.

    Names that are missing take the schema's default. Raises ParameterError with all faults: unknown names (with the nearest
    one), wrong types, values out of range, names that do not exist. The checked values become the notebook's context, which
    ``exhibit`` and ``record`` write beside every result.
    """
    given = _plain_values(values)
    faults = faults_of(notebook, given)
    if faults:
        raise ParameterError(faults)
    parameters = schema_of(notebook).model_validate(given)
    context.enter(notebook, parameters.model_dump())
    reading.follow()
    return parameters


def schema_of(notebook: str) -> type[Parameters]:
    """Return the parameter class of a notebook; raise ParameterError naming the nearest notebook where there is none."""
    if notebook in SCHEMAS:
        return SCHEMAS[notebook]
    cure = f"{_nearest(str(notebook), list(SCHEMAS))}使える名前：{'、'.join(SCHEMAS)}"
    raise ParameterError([Fault("ノートブック", "その名前のノートブックはありません", cure, value=str(notebook))])


def faults_of(notebook: str, values: Mapping[str, Any], *, where: str = "") -> list[Fault]:
    """Return every fault of ``values`` as parameters of ``notebook``; the empty list where all is well."""
    schema = schema_of(notebook)
    place = where or f"ノートブック {notebook}"
    problems: list[ErrorDetails] = []
    try:
        schema.model_validate(dict(values))
    except ValidationError as error:
        problems = error.errors()
    faults = [_fault(place, schema, problem) for problem in problems]
    wrong = {problem["loc"][0] for problem in problems if problem["loc"]}
    known = {name: value for name, value in values.items() if name in schema.model_fields and name not in wrong}
    return faults + name_faults(place, schema, known)


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a notebook's ``locals()`` holds beside parameters: modules, functions, IPython's history."""
    return {
        name: value
        for name, value in values.items()
        if not name.startswith("_") and name not in _SHELL_NAMES and isinstance(value, _PLAIN)
    }


def _fault(place: str, schema: type[Parameters], error: ErrorDetails) -> Fault:
    name = str(error["loc"][0]) if error["loc"] else ""
    value = error.get("input")
    if error["type"] == "extra_forbidden":
        cure = f"{_nearest(name, schema.names())}使えるパラメータ：{'、'.join(schema.names())}"
        return Fault(f"{place} のパラメータ「{name}」", "知らないパラメータです", cure, value=_shown(value))
    label = schema.label_ja(name)
    problem, cure = _in_japanese(error, value, label, schema.facts(name).get("names", ""))
    return Fault(f"{place} のパラメータ「{name}」", problem, cure, value=_shown(value))


def _in_japanese(error: ErrorDetails, value: object, label: str, names: str) -> tuple[str, str]:
    """Return (problem, cure) of one pydantic fault, naming the traps of YAML and the command line where they show."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "string_type":
        return _not_text(value, label, names)
    if kind == "bool_type":
        return f"「{label}」が真偽値ではありません", "true か false を引用符なしで書いてください"
    if kind in {"int_type", "int_from_float"}:
        return (
            f"「{label}」が整数ではありません",
            "半角の整数を引用符・桁区切り・小数点なしで書いてください（例：2026）",
        )
    if kind == "greater_than_equal":
        return f"「{label}」が小さすぎます", f"{limits.get('ge')} 以上にしてください"
    if kind == "less_than_equal":
        return f"「{label}」が大きすぎます", f"{limits.get('le')} 以下にしてください"
    if kind == "string_pattern_mismatch" and names == "effort":
        return f"「{label}」が選択肢にありません", "draft（速報精度）か full（本番精度）にしてください"
    if kind == "string_pattern_mismatch":
        return (
            f"「{label}」に使えない文字があります",
            "英小文字・数字・「_」「-」の64字以内の名前にしてください（パスは書けません）",
        )
    return f"「{label}」の形が正しくありません", "書式の説明（パラメータ一覧）に合わせてください"


def _not_text(value: object, label: str, names: str) -> tuple[str, str]:
    if isinstance(value, bool):
        return (
            f"「{label}」が真偽値として読まれています",
            'YAMLの no・yes・on・off と同じ綴りは引用符で囲んでください（例："no"）',
        )
    if isinstance(value, int | float) and names in {"municipality_code", "system_id"}:
        cure = "引用符で囲んだ文字列にしてください。先頭の0や検査数字が失われ、8進数と解釈されることがあります"
        return f"「{label}」が数値として読まれています", f'{cure}（例："271004"）'
    return f"「{label}」が文字列ではありません", '引用符で囲んだ文字列を1つだけ書いてください（例："base"）'


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"「{close[0]}」の誤りではありませんか。" if close else ""


def _shown(value: object) -> str:
    return value if isinstance(value, str) else repr(value)
