"""Fit and gap against a standard, and the roles of a shared body, by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from dxmodels.consolidation import build_fleet, project_entity
from dxmodels.consolidation.settings import read_structure
from dxmodels.consolidation.staff_profile import profile_staff
from dxmodels.consolidation.standard_fit import assess_department_fit, assess_municipal_fit
from dxmodels.errors import ModelError
from dxmodels.figures.standard_fit import plot_fit
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Case, NotComputable, Register, attempt, load_case, load_option, load_register


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def a_case(rates: list[float | None], costs: list[float | None]) -> Case:
    rows = pd.DataFrame(
        {
            "municipality_code": ["271004", "271403", "272027", "272035", "272043"][: len(rates)],
            "task": "T01",
            "customisation_rate": rates,
            "migration_cost_yen": costs,
        }
    )
    tasks = pd.DataFrame(
        {"task": ["T01"], "task_number": [1], "name_ja": ["住民基本台帳"], "name_en": ["Register"], "source": ["政令"]}
    )
    frames = {"municipal_systems": rows, "tasks": tasks}
    return Case.from_frames(frames, base_fy=2026, as_of=dt.date(2026, 10, 1))


def test_states_cost_and_break_even_by_hand(register: Register) -> None:
    found = assess_municipal_fit(a_case([0.05, 0.2, 0.5, None, 0.4], [1e8, 1e8, 2e8, 1e8, None]), register)
    row = found.table.iloc[0]
    assert row[["fit_count", "part_count", "gap_count", "unrecorded_count"]].tolist() == [1, 1, 2, 1]
    # .2·1e8 + .5·2e8 = 1.2e8 to build, 15 % a year over five years at 4 %: annuity 4.4518
    assert row["closing_yen"] == pytest.approx(1.2e8 * (1 + 0.15 * (1 - 1.04**-5) / 0.04), rel=1e-6)
    assert row["adoption_days_each"] == pytest.approx((20 + 60) / 2)
    day = register.value("sim_staff_cost_yen") / register.value("expert_working_days")
    assert row["break_even_days"] == pytest.approx(row["closing_yen"] / day / 2, abs=0.5)
    assert found.unpriced == 1
    assert "費用の見積りがない1システム" in found.summary()


def test_the_case_adds_up_and_an_unknown_share_is_never_guessed(register: Register) -> None:
    case = load_case("osaka")
    for found, systems in ((assess_municipal_fit(case, register), 860), (assess_department_fit(case, register), 240)):
        counts = found.table[["fit_count", "part_count", "gap_count", "unrecorded_count"]].to_numpy()
        assert counts[:-1].sum() == counts[-1].sum() == systems
        assert found.table["closing_yen"].iloc[:-1].sum() == pytest.approx(found.table["closing_yen"].iloc[-1], abs=40)
        assert missing_terms(found.table.columns) == []
        assert plot_fit(found).get_xlabel() == "システムの数"
    missing = int(case.table("municipal_systems")["customisation_rate"].isna().sum())
    assert assess_municipal_fit(case, register).table["unrecorded_count"].iloc[-1] == missing


def test_without_the_table_it_is_not_computable(register: Register) -> None:
    case = load_case("osaka", published_only=True)
    assert isinstance(attempt(assess_municipal_fit, case, register), NotComputable)
    assert isinstance(attempt(assess_department_fit, case, register), NotComputable)


def test_limits_in_the_wrong_order_are_refused(register: Register) -> None:
    with pytest.raises(ModelError, match="この順に"):
        assess_municipal_fit(a_case([0.1], [1.0]), register.replace("fit_full_most_share", central=0.4, high=0.5))


def test_roles_share_the_staff_and_the_gap_is_paid_for_everyone(register: Register) -> None:
    fleet, structure = build_fleet(load_case("osaka")), read_structure(load_option("shared_entity"))
    entity = project_entity(fleet, structure, register, np.full(8, 12.0))
    profile = profile_staff(entity, register)
    assert profile.table["full_fte"].sum() == pytest.approx(structure.entity_staff_fte)
    by_hand = sum(
        structure.entity_staff_fte
        * register.value(f"entity_role_share_{role}")
        * max(0.0, register.value(f"pay_market_{role}") - register.value("pay_municipal_staff"))
        for role in ("operation", "migration", "advice")
    )
    assert profile.gap_bill_yen == pytest.approx(by_hand, rel=1e-6)
    assert missing_terms(profile.table.columns) == []
    with pytest.raises(ModelError, match="合計を1"):
        profile_staff(entity, register.replace("entity_role_share_advice", central=0.5))
