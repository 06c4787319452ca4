"""Do the published tables add up to the totals their sources print?"""

from __future__ import annotations

import pandas as pd
import pytest

from dxmodels.inputs import Case

ILLUSTRATIVE = {
    "departments", "vendors", "systems", "system_links", "municipal_systems", "contracts", "bids", "spending",
    "municipal_spending", "offers", "services", "staff", "capacity",
}  # fmt: skip


def _series_sum(case: Case, indicator: str, as_of: str) -> int:
    series = case.table("municipality_series")
    chosen = series[(series["indicator_id"] == indicator) & (series["as_of"] == as_of)]
    assert len(chosen) == 43
    return int(chosen["indicator_value"].sum())


@pytest.mark.parametrize(
    ("indicator", "as_of", "total"),
    [
        ("population_census", "2020", 8_837_685),
        ("population_census", "2015", 8_839_469),
        ("population_projected", "2050", 7_263_182),
    ],
)
def test_populations_add_up_to_the_published_totals(case: Case, indicator: str, as_of: str, total: int) -> None:
    assert _series_sum(case, indicator, as_of) == total


def test_municipalities_are_the_43_with_their_area_and_population(case: Case) -> None:
    municipalities = case.table("municipalities")
    assert len(municipalities) == 43
    assert int(municipalities["population_people"].sum()) == 8_837_685
    assert float(municipalities["area_km2"].sum()) == pytest.approx(1905.32, abs=0.005)
    assert municipalities["region_block"].nunique() == 8
    assert not municipalities.duplicated(["tile_column", "tile_row"]).any()


def test_every_code_ends_in_its_check_digit(case: Case) -> None:
    for code in case.table("municipalities")["municipality_code"]:
        weighted = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
        assert int(code[5]) == (11 - weighted % 11) % 10, code


def test_pilot_adds_up_to_the_yen(case: Case) -> None:
    pilot = case.table("govcloud_pilot")
    assert len(pilot) == 10
    assert int(pilot["current_yen"].sum()) == 4_787_264_648
    assert int(pilot["government_cloud_yen"].sum()) == 4_588_982_119
    # the cloud bill alone moves with the exchange rate: 115 → 139 yen per dollar
    moved = pilot.set_index("cost_item")
    assert moved.loc["cloud_usage", "government_cloud_at_139_yen"] == pytest.approx(1_022_500_843 * 139 / 115, rel=1e-4)
    assert (moved["government_cloud_at_139_yen"] != moved["government_cloud_yen"]).sum() == 1


def test_members_named_in_press_releases(case: Case) -> None:
    members = case.table("joint_members")
    counts = members.groupby("joint_id").size()
    assert (counts["JP01"], counts["JP04"], counts["JC01"], counts["JC02"]) == (22, 13, 4, 2)
    joint = case.table("joint_procurements").set_index("joint_id")["initial_members_count"]
    initial = members[members["joined_wave"] == "initial"].groupby("joint_id").size()
    for joint_id, count in initial.items():
        assert joint[joint_id] == count, joint_id


def test_uptake_is_the_published_one(case: Case) -> None:
    uptake = case.table("joint_uptake").sort_values("as_of_date").groupby("uptake_id")["members_count"].agg(list)
    assert uptake["chat"] == [22, 34]
    assert uptake["e_application"] == [11, 35]
    assert uptake["document_management"] == [3, 6]
    assert uptake["town_cloud"] == [3, 4]


def test_dashboard_shares_agree_with_their_numerators(case: Case) -> None:
    series = case.table("municipality_series").pivot_table(
        index="municipality_code", columns="indicator_id", values="indicator_value", aggfunc="last"
    )
    share = 100 * series["dx_online_32_numerator"] / series["dx_online_32_denominator"]
    assert (share - series["dx_online_32"]).abs().max() <= 0.51


def test_late_bodies_and_bands_without_invention(case: Case) -> None:
    series = case.table("national_series").set_index(["series_id", "as_of"])["series_value"]
    assert series["late_bodies"].tolist() == [171, 643, 743, 935]
    reasons = [name for name in series.index.get_level_values(0) if name.startswith("late_systems_")]
    assert series[reasons].sum() == series["late_systems", "2025-07"] == 3770
    bands = case.table("cost_bands").set_index("band_id")
    assert bands.loc["under_20k", "cost_per_person_yen"] == 11_724
    assert bands.loc["100k_200k", "cost_per_person_yen"] == 3_096
    assert bands["cost_per_person_yen"].notna().sum() == 3  # 全国・2万人未満・10万〜20万人のほかは公表がない


@pytest.mark.parametrize("table", ["municipality_series", "joint_cases", "rankings", "reference_projects", "context"])
def test_every_row_names_its_source(case: Case, table: str) -> None:
    assert case.table(table)["source"].str.len().gt(5).all()


def test_published_only_leaves_out_every_illustrative_table() -> None:
    from dxmodels.inputs import load_case

    published = load_case("osaka", published_only=True)
    assert [name for name in ILLUSTRATIVE if published.has(name)] == []
    full = load_case("osaka")
    assert {name for name in ILLUSTRATIVE if full.provenance(name) == "illustrative"} == ILLUSTRATIVE
    assert isinstance(published.table("municipalities"), pd.DataFrame)
