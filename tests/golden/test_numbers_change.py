"""A figure of a report never moves in silence: where a golden quantity is not what it was, CHANGELOG must say so.

quantities.csv holds each quantity's first value. CHANGELOG tells every move under a heading "Numbers change", one line a move::

    - `break_even_usdjpy`: 137.451471377 → 139.2 (exchange rates of 2027 added)

The value a quantity must have today is its first value carried through these lines in their order (oldest version last in the file, as
versions stand newest first). The file of first values is only added to.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from dxmodels.cost import asked
from dxmodels.cost.concentration import measure_inventory_concentration
from dxmodels.cost.portfolio import summarize_inventory
from dxmodels.inputs import load_case, load_register
from dxmodels.inputs.ask import ask
from dxmodels.municipalities.outcomes import measure_outcome_gap
from dxmodels.municipalities.standardisation import trace_late_standardisation

HERE = Path(__file__).parent
CHANGELOG = (HERE.parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")
_MOVE = re.compile(r"^- `([a-z][a-z0-9_]*)`: (\S+) → (\S+) \(.+\)$", re.MULTILINE)
_SECTION = re.compile(r"^### Numbers change\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
Move = tuple[str, float, float]


def moves_of(changelog: str) -> list[Move]:
    """Return the moves a changelog tells, oldest first."""
    sections = _SECTION.findall(changelog)
    found = [
        (name, float(old), float(new)) for section in sections for name, old, new in reversed(_MOVE.findall(section))
    ]
    return found[::-1]


def expected(first: Mapping[str, float], moves: list[Move]) -> dict[str, float]:
    """Return what each quantity must be today; raises AssertionError where a move does not begin at the value before."""
    values = dict(first)
    for name, old, new in moves:
        assert values[name] == pytest.approx(old, rel=1e-9), f"{name}: {old} in CHANGELOG, {values[name]} before"
        values[name] = new
    return values


def first_values() -> dict[str, float]:
    with (HERE / "quantities.csv").open(encoding="utf-8", newline="") as rows:
        return {row["name"]: float(row["first_value"]) for row in csv.DictReader(rows)}


def todays_values() -> dict[str, float]:
    """Return the named quantities as the notebooks record them, by the same calls."""
    register, case = load_register(), load_case("osaka")
    pilot = ask(case, "govcloud_pilot", asked.compare_published_pilot, register=register)
    rates = ask(case, ["govcloud_pilot", "national_series"], asked.compare_at_observed_rates, register=register)
    inventory = summarize_inventory(case)
    share, top = register.value("plan_lockin_budget_share"), round(register.value("plan_lockin_systems"))
    confidence = register.value("report_confidence_share")
    return {
        "pilot_difference_yen": pilot.difference_yen,
        "planning_difference_yen": rates.planning_difference_yen,
        "break_even_usdjpy": rates.break_even_rate,
        "overrun_p80_ratio": asked.compare_overrun_caps(register).p80_ratio,
        "inventory_cost_yen": inventory.annual_cost_yen,
        "inventory_systems_count": inventory.systems_count,
        "top_systems_cost_share": measure_inventory_concentration(case, top=top, target_share=share).top_share,
        "late_bodies_count": trace_late_standardisation(case.table("national_series")).latest_bodies_count,
        "online_best_share": measure_outcome_gap(
            case, indicator_id="dx_online_32", confidence_share=confidence
        ).best_share,
    }


def test_every_figure_is_what_the_changelog_says() -> None:
    must, today = expected(first_values(), moves_of(CHANGELOG)), todays_values()
    moved = [
        f"- `{name}`: {must[name]:.12g} → {today[name]:.12g} (why)"
        for name in must
        if today[name] != pytest.approx(must[name], rel=1e-9)
    ]
    assert moved == [], "write these lines, with the reason, under '### Numbers change' of CHANGELOG.md"


def test_the_golden_quantities_are_recorded_by_notebooks() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (HERE.parents[1] / "notebooks").glob("*.ipynb"))
    assert [name for name in first_values() if f'record(\\"{name}\\"' not in sources] == []


def test_a_move_must_be_told_and_moves_follow_one_another() -> None:
    told = (
        "## 2\n\n### Numbers change\n- `rate`: 2 → 3 (third)\n\n### New\n- `rate`: 9 → 9 (no move)\n\n"
        "## 1\n\n### Numbers change\n- `rate`: 1 → 1.5 (first)\n- `rate`: 1.5 → 2 (second)\n"
    )
    assert moves_of(told) == [("rate", 1.0, 1.5), ("rate", 1.5, 2.0), ("rate", 2.0, 3.0)]
    assert expected({"rate": 1.0}, moves_of(told)) == {"rate": 3.0}
    with pytest.raises(AssertionError, match="before"):
        expected({"rate": 1.1}, moves_of(told))
