"""Does what a parameter names exist: the case, the scenario, the option, the municipality, the system?

Draws must be a power of two (scrambled Sobol' points), codes must have their check digit, names must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dxmodels.errors import DxError, Fault
from dxmodels.fiscal import era_year
from dxmodels.inputs import load_case
from dxmodels.inputs.codes import municipality_code_fault
from dxmodels.inputs.folders import known_cases
from dxmodels.inputs.patches import list_patches, load_option, load_scenario
from dxmodels.inputs.yaml_files import unknown_name
from dxmodels.runs.parameters.kinds import EFFORTS, Parameters, value_text


def name_faults(place: str, schema: type[Parameters], values: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of values whose type is right but which name nothing, or break a rule of their kind."""
    faults: list[Fault] = []
    case = str(values.get("case", schema.model_fields["case"].default if "case" in schema.model_fields else ""))
    for name, value in values.items():
        check = _CHECKS.get(name)
        if check is None or value is None:
            continue
        fault = check(place, case, value)
        if fault is not None:
            where = f"{place} のパラメータ「{name}」"
            faults.append(Fault(where, fault.problem, fault.cure, value=str(value)))
    return faults


def known_names(kind: str) -> list[str]:
    """Return the names there are of kind ``case``, ``scenario`` or ``option``."""
    if kind == "case":
        return known_cases()
    return list_patches("scenarios" if kind == "scenario" else "options")


def printed_value(name: str, value: object) -> str:
    """Return a parameter's value as a report prints it: scenarios and options by their title, with the name to find them by."""
    if name == "effort":
        return f"{EFFORTS.get(str(value), '')}（{value}）"
    if name == "fiscal_year" and isinstance(value, int):
        return f"{era_year(value)}（{value}年度）"
    loaders = {"scenario": load_scenario, "option": load_option}
    if name not in loaders or not isinstance(value, str):
        return value_text(value)
    try:
        return f"{loaders[name](value).title_ja}（{value}）"
    except DxError:
        return value  # a faulty patch is reported where it is applied


def _listed(kind: str) -> Callable[[str, str, Any], Fault | None]:
    def check(place: str, case: str, value: Any) -> Fault | None:
        there = known_names(kind)
        return None if value in there else unknown_name(place, value, there)

    return check


def _case(place: str, case: str, value: Any) -> Fault | None:
    path = Path(value)
    if not path.is_absolute():
        return _listed("case")(place, case, value)
    if path.is_dir() or (path.is_file() and path.suffix.lower() == ".xlsx"):
        return None
    return Fault(place, "そのフォルダ（または.xlsx）がありません", "ケースのフォルダの場所を確かめてください")


def _draws(place: str, case: str, value: Any) -> Fault | None:
    if value & (value - 1) == 0:
        return None
    lower = 1 << (value.bit_length() - 1)
    return Fault(place, "試行回数が2のべき乗ではありません", f"{lower} か {lower * 2} にしてください")


def _municipality(place: str, case: str, value: Any) -> Fault | None:
    wrong = municipality_code_fault(value)
    if wrong is not None:
        return Fault(place, *wrong)
    return _in_table(place, case, "municipalities", "municipality_code", value)


def _system(place: str, case: str, value: Any) -> Fault | None:
    return _in_table(place, case, "systems", "system_id", value)


def _task(place: str, case: str, value: Any) -> Fault | None:
    return _in_table(place, case, "tasks", "task", value)


def _in_table(place: str, case: str, table: str, column: str, value: str) -> Fault | None:
    try:
        there: Iterable[str] = _codes(case, table, column)
    except DxError:
        return None  # the case itself is at fault, which loading it says in full
    return None if value in set(there) else unknown_name(place, value, sorted(there))


def _codes(case: str, table: str, column: str) -> list[str]:
    return [str(code) for code in load_case(case, tables=[table]).table(table)[column]]


_CHECKS: dict[str, Callable[[str, str, Any], Fault | None]] = {
    "case": _case,
    "scenario": _listed("scenario"),
    "option": _listed("option"),
    "draws": _draws,
    "municipality_code": _municipality,
    "system_id": _system,
    "task": _task,
}
