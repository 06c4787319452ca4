"""What the lock-in notebook says, on made inventories: every sentence about the planners' statement, what is missing, and the arithmetic behind the exhibits by hand."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes

from dxmodels.figures import lockin_answers as figures
from dxmodels.inputs import Case, NotComputable, attempt, load_case, load_register
from dxmodels.lockin import answers
from dxmodels.lockin.answers import Answer, LockinStudy
from dxmodels.lockin.shares import wilson_interval
from dxmodels.runs import shown
from dxmodels.runs.model import EXHIBIT_MIME
from dxmodels.runs.wording import closed_up

ROOT = Path(__file__).parents[2]
TOTAL = 12_000_000_000
SIGNS = ["customisation_rate", "source_rights", "has_escrow", "has_break_clause", "has_interface_documents", "own_staff_can_explain", "standard_package_exists"]  # fmt: skip


def inventory(locked: int, share: float, *, blank_third: bool = False, without: tuple[str, ...] = ()) -> pd.DataFrame:
    """240 systems of which the first ``locked`` show every sign of lock-in and hold ``share`` of the cost; the others show none."""
    rows = []
    for place in range(240):
        held = place < locked
        cost = round(TOTAL * share / locked) if held else round(TOTAL * (1 - share) / (240 - locked))
        signs = (
            [0.9, "vendor", False, False, False, False, False]
            if held
            else [0.05, "owner", True, True, True, True, True]
        )
        rows.append({"system_id": f"S{place:03d}", "name_ja": f"第{place}システム", "department_id": "D1", "system_kind": "文書管理", "annual_cost_yen": cost, **dict(zip(SIGNS, signs, strict=True))})  # fmt: skip
    table = pd.DataFrame(rows).astype(object)
    if blank_third:
        table.loc[table.index % 3 == 1, [*SIGNS, "annual_cost_yen"]] = None
    return table.drop(columns=list(without))


def study_of(systems: pd.DataFrame, **tables: pd.DataFrame) -> LockinStudy:
    departments = pd.DataFrame([{"department_id": "D1", "name_ja": "総務部", "staff_people": 10}])
    case = Case.from_frames({"departments": departments, "systems": systems, **tables}, base_fy=2026, as_of=dt.date(2026, 10, 31))  # fmt: skip
    return LockinStudy(case, load_register(), seed=1)


SAID = "「約40システムで全体予算の約50％」は"
FORTY = f"{SAID}台帳と矛盾しない：240 システムのうち疑いが強いのは 40、経費の 52.0％ を占める。"
TWELVE = f"{SAID}台帳に合わない：240 システムのうち疑いが強いのは 12、経費の 9.0％ を占める。"


@pytest.mark.parametrize(
    ("systems", "sentence"), [(inventory(40, 0.52), FORTY), (inventory(12, 0.09), TWELVE)], ids=["forty", "twelve"]
)
def test_statement_follows_the_inventory(systems, sentence) -> None:
    answer = answers.weigh_statement(study_of(systems))
    assert answer.summary() == sentence
    verdict, count = (
        ("台帳と矛盾しない", "40〜40 システム") if "52.0" in sentence else ("台帳に合わない", "12〜12 システム")
    )
    assert list(answer.table["verdict_ja"]) == [verdict, verdict]
    assert answer.table["found_range_ja"].iloc[0] == count
    assert "架空" not in "".join(answer.reading)


def test_with_a_third_of_the_fields_blank_nothing_is_claimed_and_the_gap_is_named() -> None:
    answer = answers.weigh_statement(study_of(inventory(40, 0.52, blank_third=True)))
    # rows 1, 4, 7 … are blank: 13 of the 40 and 67 of the other 200
    assert "は算出不能：240 システムのうち疑いが強いのは 27〜107" in answer.summary()
    assert "年間運用経費（80 システム）" in answer.summary()
    assert "ロックイン指標の項目（権利・条項・連携仕様書・職員の理解など）（80 システム）" in answer.summary()


@pytest.mark.parametrize("without", [("annual_cost_yen",), tuple(SIGNS)], ids=["cost", "signs"])
def test_without_the_key_fields_it_is_not_computable(without) -> None:
    answer = attempt(answers.weigh_statement, study_of(inventory(40, 0.52, without=without)))
    assert "算出不能" in answer.summary()
    assert "台帳と矛盾しない" not in answer.summary()
    if isinstance(answer, Answer):
        assert answer.table["found_range_ja"].iloc[1] == "算出不能"


def run_notebook(name: str, parameters: dict[str, Any], monkeypatch) -> dict[str, dict[str, Any]]:
    """Execute the code cells of a notebook in this process and return its exhibits by number."""
    sent: dict[str, dict[str, Any]] = {}

    def keep(mime: str, payload: dict[str, Any], text: str, html: str) -> None:
        if mime == EXHIBIT_MIME:
            sent[payload["id"]] = payload

    monkeypatch.setattr(shown, "emit", keep)
    cells = [cell for cell in json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]  # fmt: skip
    space: dict[str, Any] = dict(parameters)
    for cell in cells[1:]:
        exec("".join(cell["source"]), space)
    return sent


@pytest.mark.parametrize(
    ("locked", "share", "sentence"), [(40, 0.52, FORTY), (12, 0.09, TWELVE)], ids=["forty", "twelve"]
)
def test_the_notebook_itself_tells_the_two_inventories_apart(locked, share, sentence, tmp_path, monkeypatch) -> None:
    for folder in ("assumptions", "scenarios", "options"):
        shutil.copytree(ROOT / "data" / folder, tmp_path / folder)
    (tmp_path / "made").mkdir()
    inventory(locked, share).to_csv(tmp_path / "made" / "systems.csv", index=False)
    (tmp_path / "made" / "departments.csv").write_text("department_id,name_ja,staff_people\nD1,総務部,10\n", encoding="utf-8")  # fmt: skip
    (tmp_path / "made" / "case.yml").write_text(
        "title_ja: 作った台帳\nbase_fy: 2026\nprice_fy: 2026\nas_of: 2026-10-31\ndeadlines:\n  standardisation: 2026-03-31\ntables:\n  systems: {provenance: own, source: 試験}\n  departments: {provenance: own, source: 試験}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("DX_DATA", str(tmp_path))
    parameters = {"case": "made", "scenario": "base", "fiscal_year": 2026, "seed": 2026, "effort": "draft", "published_only": False}  # fmt: skip
    sent = run_notebook("30_lockin", parameters, monkeypatch)
    assert sent["E18c"]["headline"] == closed_up(sentence)
    assert sent["E18c"]["grade"] == "推計"
    assert f"240システムのうち、ロックインの疑いが強いもの {locked}、" in sent["E18b"]["headline"]
    # what the inventory alone cannot answer is named, never filled in
    assert {number for number, exhibit in sent.items() if exhibit["state"] == "not_computable"} >= {"E18", "E19", "E19a", "E20", "E20c", "E40"}  # fmt: skip


def test_wilson_interval_against_the_published_example() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662 (method 3)
    low, high = wilson_interval(81 / 263, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@pytest.fixture(scope="module")
def osaka() -> LockinStudy:
    return LockinStudy(load_case("osaka"), load_register(), seed=2026)


EVERY = [
    (answers.place_systems, {}, figures.plot_quadrants),
    (answers.show_indicator_coverage, {}, figures.plot_coverage),
    (answers.rank_suspicion, {}, figures.plot_ranks),
    (answers.weigh_statement, {}, figures.plot_statement),
    (answers.show_tender_history, {}, figures.plot_tenders),
    (answers.predict_next_tender, {}, figures.plot_calibration),
    (answers.estimate_premium_ladder, {"draws": 99}, figures.plot_premium_ladder),
    (answers.compare_paths_of_case, {"draws": 99}, figures.plot_paths),
    (answers.list_exits, {}, figures.plot_exits),
    (answers.plan_all_exits, {}, figures.plot_exit_plan),
    (answers.show_calendar, {}, figures.plot_calendar),
    (answers.forecast_total, {}, figures.plot_forecast),
    (answers.backtest_published_series, {}, figures.plot_published_backtests),
    (answers.backtest_own_cost, {}, figures.plot_own_backtest),
    (answers.list_clause_outlines, {}, figures.plot_clauses),
    (answers.list_clauses_by_system, {}, None),
    (answers.check_example_specification, {}, None),
    (answers.plan_gate, {}, figures.plot_gate_load),
]


@pytest.mark.parametrize(("function", "settings", "draw"), EVERY, ids=[entry[0].__name__ for entry in EVERY])
def test_every_answer_stands_in_japanese_words_and_draws(function, settings, draw, osaka) -> None:
    answer = function(osaka, **settings)
    assert answer.summary().endswith("。")
    words = " ".join([answer.summary(), *answer.reading, *answer.limits])
    for machine in ("locked_in", "_yen", "not_computable", "nan", "NaN", "True", "False", "%"):
        assert machine not in words
    texts = [str(value) for column in answer.table.select_dtypes(include=["object", "string"]) for value in answer.table[column].dropna()]  # fmt: skip
    assert not [text for text in texts if "_" in text or text in {"True", "False", "nan"} or text.islower()]
    if draw is not None:
        assert isinstance(draw(answer), Axes)


def test_sentences_name_systems_and_months_as_a_planner_does(osaka) -> None:
    ids = set(osaka.case.table("systems")["system_id"].astype(str))
    calendar = answers.show_calendar(osaka)
    assert not [name for name in ids if name in calendar.summary()]
    ahead = calendar.table[calendar.table["left_days"] >= 0].iloc[0]
    assert f"「{ahead['name_ja']}」" in calendar.summary()
    gate = answers.plan_gate(osaka)
    assert gate.table["month_text"].str.fullmatch(r"令和\d+年\d+月").all()
    assert "最も多いのは令和" in gate.summary()


def test_no_exit_before_a_decision_taken_today_can_be_carried_out(osaka) -> None:
    table = answers.list_exits(osaka).table
    # as of October 2026 a contract ending in March 2029 needed its decision in August 2026; one ending in March 2030 still can be met
    assert int(table["best_exit_fy"].dropna().min()) >= 2029


def test_exhibits_of_a_case_without_contracts_name_what_is_missing() -> None:
    study = study_of(inventory(40, 0.52))
    for function in (answers.show_tender_history, answers.check_example_specification, answers.show_calendar):
        found = attempt(function, study)
        assert isinstance(found, NotComputable)
        assert found.needs
