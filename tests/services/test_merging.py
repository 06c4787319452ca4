"""What merging saves, by hand: two twins, a blank cost, a service counted elsewhere."""

import numpy as np
import pandas as pd
import pytest

from dxmodels.errors import ModelError
from dxmodels.glossary import missing_terms
from dxmodels.inputs import Register, load_register
from dxmodels.services import find_overlaps, find_system_overlaps, list_twice_listed, merge_saving
from dxmodels.services.calibration import Calibration

HALF = Calibration(0.0, 0.0, "試験用の曲線", weight_verdicts=1.0)  # every pair is the same with probability one half
REGISTER = Register.of(
    merge_residual_share=(0.0, 0.2, 0.5), merge_integration_share=(0.0, 0.5, 1.0), merge_exit_share=(0.0, 0.5, 1.0),
    merge_lead_years=1.0, merge_horizon_years=3.0, discount_rate_standard=0.04, discount_rate_two_pct=0.02,
    discount_rate_one_pct=0.01, discount_rate_zero=0.0,
)  # fmt: skip
TWINS = pd.DataFrame(
    {
        "service_id": ["A", "B", "C", "D"],
        "channel": "app",
        "name_ja": ["甲", "乙", "丙", "丁"],
        "description": ["歩数の健康アプリ", "歩数の健康アプリ", "避難所の地図アプリ", "議会の中継"],
        "annual_cost_yen": [300, 100, 50, 70],
        "exit_cost_yen": pd.array([None, 20, None, None], dtype="Int64"),
        "users_people": [10, 5, 1, 1],
    }
)


def saving(table: pd.DataFrame = TWINS, **settings: object):  # type: ignore[no-untyped-def]
    found = find_overlaps(table, embedder="sudachi", threshold=0.9, prior=HALF)
    return merge_saving(found, REGISTER, decision_fy=2026, **settings)  # type: ignore[arg-type]


def test_two_twins_by_hand() -> None:
    # B (100 a year, exit 20) goes into A. Central: one-off 20 + 0.5 × 100 = 70 in FY2027; 80 a year in FY2028 and FY2029: net 90, expected 45.
    answer = saving()
    assert answer.by_year["fiscal_year"].tolist() == [2026, 2027, 2028, 2029]
    assert answer.by_year["merge_net_yen"].tolist() == [0, -70, 80, 80]
    assert answer.by_year["merge_exit_yen"].tolist() == [0, -20, 0, 0]
    assert answer.by_year["merge_work_yen"].tolist() == [0, -50, 0, 0]
    assert answer.by_year["merge_running_yen"].tolist() == [0, 0, 80, 80]
    assert answer.expected_yen == 45
    # Low: residual 0.5, work 1.0: −20 − 100 + 2 × 50 = −20. High: no residual, no work: −20 + 200 = 180.
    assert answer.by_group[["merge_low_yen", "merge_net_yen", "merge_high_yen"]].iloc[0].tolist() == [-20, 90, 180]
    assert answer.by_group[["kept_name_ja", "retired_names_ja"]].iloc[0].tolist() == ["甲", "乙"]
    assert answer.pays_back_fy == 2028  # expected: −35, then +40 a year


def test_present_value_by_rate_by_hand() -> None:
    table = saving().by_rate.set_index("discount_rate")["merge_net_yen"]
    assert table[0.0] == 90
    assert table[0.04] == round(-70 / 1.04 + 80 / 1.04**2 + 80 / 1.04**3)


def test_parts_of_each_year_add_up() -> None:
    table = saving().by_year
    parts = table["merge_running_yen"] + table["merge_exit_yen"] + table["merge_work_yen"]
    assert (parts == table["merge_net_yen"]).all()


def test_a_blank_cost_lies_between_quartiles_of_its_channel_and_is_never_zero() -> None:
    blank = TWINS.assign(annual_cost_yen=pd.array([300, None, 50, 70], dtype="Int64"), users_people=[10, 5, 1, 1])
    more = pd.DataFrame({"service_id": list("EF"), "channel": "app", "name_ja": list("戊己"), "description": ["統計の表", "森林の管理"], "annual_cost_yen": [110, 90]})  # fmt: skip
    answer = saving(pd.concat([blank, more], ignore_index=True))
    assert answer.masked_count == 1
    # Known costs of the channel: 50, 70, 90, 110, 300; quartiles 70, 90, 110. Central: 0.8 × 90 × 2 − 20 − 45 = 79.
    group = answer.by_group.iloc[0]
    assert group["merge_net_yen"] == 79
    assert group["merge_low_yen"] == round(0.5 * 70 * 2 - 20 - 70)
    assert group["merge_high_yen"] == 2 * 110 - 20


def test_no_service_is_claimed_twice() -> None:
    three = pd.concat([TWINS, TWINS.iloc[[1]].assign(service_id="E", name_ja="戊")], ignore_index=True)
    retired = saving(three).retired["service_id"]
    assert sorted(retired) == ["B", "E"]
    without = saving(three, counted_elsewhere=["B"])
    assert without.retired["service_id"].tolist() == ["E"]
    assert without.counted_elsewhere_count == 1


def test_a_merge_that_costs_more_than_it_saves_is_left_alone() -> None:
    dear = TWINS.assign(exit_cost_yen=pd.array([None, 500, None, None], dtype="Int64"))
    answer = saving(dear)
    assert (len(answer.retired), answer.left_alone_count) == (0, 1)
    assert "見つからなかった" in answer.summary()


def test_verdicts_decide_and_are_told() -> None:
    for same, expected, count in ((True, 90, 1), (False, 0, 0)):
        verdicts = pd.DataFrame({"left": ["A"], "right": ["B"], "is_same": [same]})
        found = find_overlaps(TWINS, embedder="sudachi", threshold=0.9, prior=HALF, verdicts=verdicts)
        answer = merge_saving(found, REGISTER, decision_fy=2026)
        assert (answer.expected_yen, len(answer.by_group)) == (expected, count)
        if count:
            assert answer.by_group["verdict_state_ja"].iloc[0] == "判定済み"


def test_without_probability_or_any_cost_there_is_no_answer() -> None:
    with pytest.raises(ModelError, match="確率がない"):
        merge_saving(find_overlaps(TWINS, embedder="sudachi"), REGISTER, decision_fy=2026)
    with pytest.raises(ModelError, match="年間経費が1件も"):
        saving(TWINS.assign(annual_cost_yen=pd.array([None] * 4, dtype="Int64")))


def test_dearer_assumptions_never_save_more() -> None:
    for level in ("merge_residual_share", "merge_integration_share"):
        totals = []
        for value in np.linspace(0, 1, 4):
            register = REGISTER.replace(level, central=float(value), low=min(float(value), 0.0), high=1.0)
            found = find_overlaps(TWINS, embedder="sudachi", threshold=0.9, prior=HALF)
            totals.append(merge_saving(found, register, decision_fy=2026).by_year["merge_net_yen"].sum())
        assert totals == sorted(totals, reverse=True)


SYSTEMS = pd.DataFrame(
    {
        "system_id": ["P1", "P2", "P3", "P4"],
        "name_ja": ["文書管理システム", "警察文書管理システム", "給与システム", "文書保存システム"],
        "description_ja": ["起案、決裁、保存の公文書を管理する", "警察の起案、決裁、保存の公文書を管理する", "給与を計算する", None],
        "department_id": ["D1", "D2", "D1", "D1"],
        "system_kind": ["文書管理", "庶務", "人事給与", "文書管理"],
        "annual_cost_yen": pd.array([100, None, 10, 5], dtype="Int64"),
    }
)  # fmt: skip


def test_systems_of_several_departments_are_grouped_and_handed_over_as_kinds() -> None:
    answer = find_system_overlaps(SYSTEMS, embedder="sudachi")
    first = answer.to_frame().iloc[0]
    assert first["system_names_ja"].startswith("文書管理システム、警察文書管理システム")
    assert (first["departments_count"], first["overlap_cost_yen"], first["masked_count"]) == (
        2,
        105,
        1,
    )  # P4, described by its name only, is the third
    assert answer.proposed_kinds["P1"] == answer.proposed_kinds["P2"]
    assert answer.proposed_kinds["P3"] == "人事給与"
    assert answer.crossing_count == 1


def test_a_service_that_is_a_system_of_its_department_is_found() -> None:
    services = TWINS.assign(description=["公文書の起案と決裁と保存", *TWINS["description"][1:]], department_id="D1")
    prior = Calibration(-4.6, 17.0, "試験用の曲線")
    table = list_twice_listed(services, SYSTEMS, prior=prior, embedder="sudachi")
    assert table[["service_id", "system_id"]].to_numpy().tolist() == [["A", "P1"]]
    assert list_twice_listed(services.assign(department_id="D2"), SYSTEMS.assign(department_id="D1"), prior=prior, embedder="sudachi").empty  # fmt: skip


def test_every_column_has_a_label() -> None:
    answer = saving()
    frames = [answer.retired, answer.by_group, answer.by_year, answer.by_rate, find_system_overlaps(SYSTEMS, embedder="sudachi").to_frame()]  # fmt: skip
    assert missing_terms(name for frame in frames for name in frame.columns) == []
    assert set(answer.assumptions) <= set(load_register())
