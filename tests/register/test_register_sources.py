"""The shipped register: nothing without a source, every published parameter with its value and grade, arithmetic re-done."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxmodels.inputs import load_register
from dxmodels.inputs.assumptions import GRADES

ROOT = Path(__file__).parents[2]
REGISTER = load_register()
# kinds of evidence that count as published when the confidence is high; everything else is at best an estimate
PUBLISHED_KINDS = {
    "survey", "official", "official via press", "audit", "count", "contract", "study", "causal study", "book", "measured",
}  # fmt: skip


def published_parameters() -> Iterator[dict[str, str]]:
    """Name, value, low, high, unit, year, confidence and kind of the parameters collected from public sources."""
    with (Path(__file__).parent / "published_parameters.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


PARAMETERS = list(published_parameters())


def value(name: str) -> float:
    return REGISTER.value(name)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row["name"])
def test_every_published_parameter_stands_in_the_register(row: dict[str, str]) -> None:
    entry = REGISTER[row["name"]]
    levels = entry.at()
    assert levels.central == float(row["value"])
    assert (levels.low, levels.high) == tuple(float(row[end]) if row[end] else None for end in ("low", "high"))
    assert entry.unit == row["unit"]


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row["name"])
def test_its_grade_follows_from_kind_and_confidence(row: dict[str, str]) -> None:
    if row["confidence"] == "low":
        expected = "仮置き"
    elif row["confidence"] == "high" and row["kind"] in PUBLISHED_KINDS:
        expected = "公表値"
    else:
        expected = "推計"
    assert REGISTER[row["name"]].grade == expected


def test_there_are_143_of_them() -> None:
    assert len({row["name"] for row in PARAMETERS}) == 143


def test_nothing_stands_without_source_date_label_and_grade() -> None:
    blank = [
        (entry.name, field)
        for entry in REGISTER.values()
        for field in ("label_ja", "unit", "source", "as_of", "grade", "topic")
        if not getattr(entry, field).strip()
    ]
    assert blank == []
    assert {entry.grade for entry in REGISTER.values()} <= set(GRADES)


def test_every_placeholder_says_what_is_to_be_confirmed() -> None:
    bare = [
        entry.name
        for entry in REGISTER.values()
        if entry.grade == "仮置き" and len(entry.note.split("要確認", 1)[-1]) < len("：誰が")
    ]
    assert bare == []


def test_every_range_of_a_published_parameter_says_what_it_is() -> None:
    silent = [row["name"] for row in PARAMETERS if (row["low"] or row["high"]) and not REGISTER[row["name"]].range_ja]
    assert silent == []


def test_a_share_is_never_above_one_and_a_percentage_is_not_called_a_share() -> None:
    wrong = [
        entry.name
        for entry in REGISTER.values()
        for levels in entry.values.values()
        if entry.unit == "share" and not 0.0 <= levels.central <= 1.0
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "derived", "places"),
    [
        # award rates of the Board of Audit: 96.0 / 82.5 - 1
        ("single_bid_premium", lambda: value("award_rate_single_bid") / value("award_rate_2plus_bids") - 1, 3),
        # 27 = 200/6 + 5/6 x
        ("overrun_rest_mean", lambda: (27 - 200 * value("overrun_blackswan_prob")) / (1 - value("overrun_blackswan_prob")), 1),
        # Pareto from 1.5 with mean 5.47: mean = alpha 1.5 / (alpha - 1)
        ("overrun_pareto_alpha_mm", lambda: (1 + 4.47) / ((1 + 4.47) - 1.5), 2),
        ("joint_funnel_niigata", lambda: 5 / 28, 2),
        ("standardisation_fund", lambda: 182.5 + 516.3, 1),
        ("joint_saving_niigata5", lambda: 100 * (1 - 4.7 / 9.3), 1),
        ("joint_saving_niigata6_finance", lambda: 100 * (1 - 238.52 / 678.46), 1),
        ("joint_saving_okazaki_tax", lambda: 100 * (1 - 656.5 / 1600), 0),
        ("joint_runcost_saving_takaishi", lambda: 100 * (1 - 85 / 120), 0),
        ("southwest_one_realisation", lambda: 16.2 / 192, 3),
        ("kombit_saving", lambda: 100 * (1 - 412.5 / 549.8), 0),
        ("std_late_system_share_2507", lambda: value("std_late_systems_2507") / value("std_systems_total"), 3),
        ("std_late_vendor_share_2507", lambda: 3345 / value("std_late_systems_2507"), 3),
        ("fte_hours_per_year", lambda: 7.75 * 20 * 12, 0),
    ],
)  # fmt: skip
def test_derived_values_are_their_arithmetic(name: str, derived: object, places: int) -> None:
    assert round(derived(), places) == pytest.approx(value(name))  # type: ignore[operator]


def test_cost_shares_are_the_pilot_table() -> None:
    with (ROOT / "data" / "osaka" / "govcloud_pilot.csv").open(encoding="utf-8-sig", newline="") as lines:
        pilot = list(csv.DictReader(lines))
    keys = ["ops_work", "hw_maint_work", "other_outsourcing", "hw_lease", "hw_maint_fee", "sw_licence", "sw_maint"]
    keys += ["datacentre", "network", "cloud"]
    for side, column in (("onprem", "current_yen"), ("govcloud", "government_cloud_yen")):
        total = sum(int(row[column]) for row in pilot)
        for key, row in zip(keys, pilot, strict=True):
            assert round(100 * int(row[column]) / total, 2) == value(f"runcost_share_{side}_{key}")


def test_pilot_changes_at_both_exchange_rates() -> None:
    with (ROOT / "data" / "osaka" / "govcloud_pilot.csv").open(encoding="utf-8-sig", newline="") as lines:
        pilot = list(csv.DictReader(lines))
    sums = {column: sum(int(row[column]) for row in pilot) for column in pilot[0] if column.endswith("_yen")}
    assert round(100 * (sums["government_cloud_yen"] / sums["current_yen"] - 1), 1) == value(
        "govcloud_pilot_change_fx115"
    )
    ratio = sums["government_cloud_at_139_yen"] / sums["current_at_139_yen"]
    assert round(100 * (ratio - 1), 1) == value("govcloud_pilot_change_fx139")


def test_net_local_share_of_the_digital_bond_is_55_percent() -> None:
    shares = (REGISTER.value(f"digital_bond_{part}_share", fiscal_year=2026) for part in ("cover", "grant"))
    assert 1 - math.prod(shares) == pytest.approx(0.55)


def test_bond_is_not_taken_to_go_on_after_its_last_year() -> None:
    assert max(REGISTER["digital_bond_cover_share"].fiscal_years) == 2029
    assert not REGISTER["digital_bond_cover_share"].carry_forward


@pytest.mark.parametrize(
    ("year", "rate"), [(1989, 0.03), (2013, 0.05), (2014, 0.08), (2019, 0.08), (2020, 0.1), (2035, 0.1)]
)
def test_consumption_tax_by_year(year: int, rate: float) -> None:
    assert REGISTER.value("consumption_tax_rate", fiscal_year=year) == rate


def test_deadlines_agree_with_the_case() -> None:
    text = (ROOT / "data" / "osaka" / "case.yml").read_text(encoding="utf-8")
    for name, key in (
        ("std_deadline_fy", "  standardisation: "),
        ("std_extended_deadline_fy", "extended_standardisation: "),
    ):
        day = text.split(key, 1)[1].split()[0]
        assert day == f"{int(value(name)) + 1}-03-31"
