"""Rules, groups and levers of option files: what the planner writes is what the plan obeys, and every fault is named at once."""

from pathlib import Path

import numpy as np
import pytest
from test_bundle_case import toy_case, toy_params

from dxmodels.bundling import BundleParams, build_problem, explain_infeasibility, optimize_bundles, rules_of_option
from dxmodels.bundling.rule_rows import MAKERS
from dxmodels.bundling.rules import rule_ids
from dxmodels.errors import InputError, ParameterError
from dxmodels.inputs import Patch, load_case, load_option, load_register
from dxmodels.inputs.option_rules import RULE_KINDS
from dxmodels.inputs.places import data_root

HEAD = """name: mine
title_ja: 見本
source: 見本
levers:
  municipal_bundling: {value: core_systems, source: 見本, as_of: "2026年度", grade: 推計}
"""
SOURCE = "source: 見本, as_of: '2026年度', grade: 推計"


def option_of(folder: Path, text: str) -> Patch:
    levers = (data_root() / "options" / "levers.yml").read_text("utf-8")
    (folder / "levers.yml").write_text(levers, "utf-8")
    (folder / "mine.yml").write_text(HEAD + text, "utf-8")
    return load_option("mine", folder=folder)


def test_rules_of_an_option_bind_the_plan(tmp_path: Path) -> None:
    option = option_of(
        tmp_path, f"rules:\n  out: {{kind: must_not_join, title_ja: 丙市は不参加, owner: 丙市, {SOURCE}}}\n"
    )
    problem = build_problem(toy_case(), toy_params(), option=option)
    # Named by its name, not its code: 49 + 51 + 32 for the towns, 400 for the city alone.
    assert optimize_bundles(problem).objective == pytest.approx(532e6)
    assert problem.texts.limit_ja("out") == "丙市は不参加"
    assert optimize_bundles(
        build_problem(toy_case(), toy_params(), option=option, rules=False)
    ).objective == pytest.approx(402e6)


def test_a_lead_buys_for_its_group_or_the_group_does_not_buy(tmp_path: Path) -> None:
    group = f"groups:\n  pair: {{title_ja: 甲丙の組, members: ['273210', 丙市], lead: 丙市, {SOURCE}}}\n"
    params = BundleParams(toy_params().register, scopes=("block",), size_classes=())
    problem = build_problem(toy_case(), params, option=option_of(tmp_path, group))
    plan = optimize_bundles(problem)
    # Across the blocks only the named pair can buy: 49 + 270 + 32, and the other town alone 100.
    assert plan.objective == pytest.approx(451e6)
    bought = plan.bundles_frame().query("scope == 'lead'")
    assert list(bought["scope_name"]) == ["甲丙の組"]
    assert set(plan.members_of(bought["bundle_id"].iloc[0])) == {"273210:T01", "271403:T01"}
    out = f"rules:\n  out: {{kind: must_not_join, owner: 丙市, {SOURCE}}}\n"
    alone = optimize_bundles(build_problem(toy_case(), params, option=option_of(tmp_path, group + out)))
    # Without its lead the pair cannot buy; the two towns of one block do: 49 + 51 + 32, and the city alone 400.
    assert alone.objective == pytest.approx(532e6)
    assert rule_ids(problem) == []


def test_a_group_with_strangers_is_refused(tmp_path: Path) -> None:
    group = f"groups:\n  pair: {{title_ja: 組, members: [甲町, 丁町, 戊町], {SOURCE}}}\n"
    with pytest.raises(ParameterError) as caught:
        build_problem(toy_case(), toy_params(), option=option_of(tmp_path, group))
    assert "丁町" in str(caught.value)
    assert "戊町" in str(caught.value)


def test_every_fault_of_the_rules_is_named_with_its_line(tmp_path: Path) -> None:
    bad = f"""rules:
  one: {{kind: vendor_share_cap, share: 1.5, colour: red, {SOURCE}}}
  two: {{kind: no_such_rule, amount_yen: 1, {SOURCE}}}
  three: {{kind: budget, {SOURCE}}}
  four: {{kind: lots, count: -1, source: 見本, as_of: "2026年度", grade: 仮置き}}
  six: {{kind: nobody_worse_off, sharing: equal, {SOURCE}}}
groups:
  five: {{title_ja: 組, members: [甲町], lead: 丙市, {SOURCE}}}
"""
    with pytest.raises(InputError) as caught:
        option_of(tmp_path, bad)
    blamed = {fault.column for fault in caught.value.faults}
    wanted = {
        "rules.one.share",
        "rules.one.colour",
        "rules.two.kind",
        "rules.three.amount_yen",
        "rules.four.count",
        "rules.four.note",
        "rules.six.sharing",
    }
    assert wanted | {"groups.five.members", "groups.five.lead"} <= blamed
    assert all(fault.row > 0 for fault in caught.value.faults)


def test_a_scenario_carries_no_rules(tmp_path: Path) -> None:
    from dxmodels.inputs import load_scenario

    (tmp_path / "mine.yml").write_text("name: mine\ntitle_ja: 見本\nsource: 見本\nrules: {}\n", "utf-8")
    with pytest.raises(InputError, match="知らないキー"):
        load_scenario("mine", folder=tmp_path)


def test_every_kind_of_rule_has_its_rows_and_every_shipped_option_its_rules() -> None:
    assert set(MAKERS) | {"capacity"} == set(RULE_KINDS)
    council = rules_of_option(load_option("joint_council"))
    assert {"vendor_share_cap", "budget", "nobody_worse_off"} <= {rule.kind for rule in council}
    assert rules_of_option(load_option("status_quo")) == ()


def small_council(name: str) -> tuple[object, Patch]:
    tables = ["municipalities", "municipal_systems", "offers", "capacity", "tasks", "vendors"]
    option = load_option(name)
    params = BundleParams(load_register(), scopes=("prefecture",), tasks=("T01", "T02"))
    return build_problem(load_case("osaka", tables=tables), params, option=option), option


def test_capacity_rules_scale_the_rows_and_are_refused_where_there_are_none(tmp_path: Path) -> None:
    tables = ["municipalities", "municipal_systems", "offers", "capacity", "tasks", "vendors"]
    params = BundleParams(load_register(), scopes=("prefecture",), tasks=("T02",))
    rule = "rules:\n  less: {kind: capacity, capacity_kind: %s, factor: 0.5, " + SOURCE + "}\n"
    case = load_case("osaka", tables=tables)
    plain = build_problem(case, params, option=option_of(tmp_path, ""))
    halved = build_problem(case, params, option=option_of(tmp_path, rule % "vendor"))
    vendor = np.array([name.startswith("vendor@") for name in plain.coupling.limit_ids])
    assert halved.coupling.rhs[vendor] == pytest.approx(plain.coupling.rhs[vendor] / 2)
    assert halved.coupling.rhs[~vendor] == pytest.approx(plain.coupling.rhs[~vendor])
    with pytest.raises(ParameterError, match="prefecture_staff"):
        build_problem(case, params, option=option_of(tmp_path, rule % "prefecture_staff"))


def test_the_clash_of_the_council_is_told_in_japanese_without_codes() -> None:
    problem, _ = small_council("council_clash")
    conflict = explain_infeasibility(problem)  # type: ignore[arg-type]
    assert conflict is not None
    assert "高槻市は全業務で参加する" in conflict.titles
    for code in ("takatsuki", "272078", "migration_budget", "T01", "@"):
        assert code not in conflict.summary()
