"""The doors on tables nobody here made: short, blank, constant, tied, misspelt. The answer is a result or a Japanese sentence with the cure, never a traceback."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from dxmodels.errors import DxError, ModelError
from dxmodels.inputs import Case, load_register
from dxmodels.lockin import IndicatorSettings, estimate_premium, evaluate_indicators, forecast_costs, optimal_exit


def series(values: list[float], name: object = "a", first: int = 2015) -> pd.DataFrame:
    return pd.DataFrame({"id": name, "fiscal_year": range(first, first + len(values)), "cost_yen": values})


@pytest.mark.parametrize(
    "table",
    [
        series([5.0]),
        series([5.0, 6.0]),
        series([5.0, 6.0, 4.0]),
        series([0.0] * 6),
        series([0.0, 3, 0, 5, 0, 6]),
        series([7.0] * 8),
        series([7.0, 8, 9, 10]).assign(fiscal_year=[2010, 2012, 2013, 2017]),
        series([7.0, 8, 9, 10]).assign(fiscal_year=["2010", "2011", "2012", "2013"], cost_yen=["7", "8", "9", "10"]),
        series([7, 8, 9, 10]).astype({"cost_yen": "Int64", "fiscal_year": "Int64"}).assign(remark="余分な列"),
        pd.concat([series([7.0, 8, 9, 10], 1), series([1.0, 2, 3, 4], 2), series([3.0], 3)]),
        series([7e15, 8e15, 9e15, 1e16]),
        series([7e-9, 8e-9, 9e-9, 1e-8]),
    ],
    ids=["one", "two", "three", "zeros", "some zeros", "constant", "gaps", "text numbers", "Int64 and a remark", "integer ids", "huge", "tiny"],
)  # fmt: skip
def test_forecast_answers_any_yearly_table(table) -> None:
    found = forecast_costs(table, horizon=4).to_frame()
    assert len(found) == 4 * table["id"].nunique()
    values = found[["lower_yen", "central_yen", "upper_yen"]].to_numpy(float)
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert (np.diff(values, axis=1) >= 0).all()


def test_rows_without_any_word_are_left_out_and_counted() -> None:
    found = forecast_costs(pd.concat([series([7.0, 8, 9, 10]), series([None]).assign(id=None, fiscal_year=None)]), horizon=2)  # fmt: skip
    assert "何も書かれていない 1 行は使っていない" in "".join(found.notes)


def test_every_fault_of_a_table_is_told_at_once() -> None:
    table = pd.concat([series([7, "約8", -9, np.inf, np.nan, 12]), series([5, 6], "b"), series([5], "b")]).astype(
        object
    )
    table.iloc[6, 1] = 2015.5
    with pytest.raises(ModelError) as told:
        forecast_costs(table, horizon=2)
    said = str(told.value)
    assert "4 種類の誤り" in said
    for fault in (
        "空欄のある行が 1 行",
        "金額「空欄」",
        "2015.5",
        "数値でない値「約8」",
        "aの2017年度=-9、aの2018年度=inf",
    ):
        assert fault in said
    with pytest.raises(ModelError, match=r"bの2015年度.*約8|約8.*bの2015年度"):
        forecast_costs(pd.concat([series([5, "約8"], "b"), series([5], "b")]), horizon=2)


def test_ids_meet_whether_they_came_as_whole_numbers_fractions_or_text() -> None:
    table = pd.concat([series([7.0, 8, 9, 10, 11, 12, 13, 14], name) for name in (1, 2, 3)])
    events = table[["id", "fiscal_year"]].assign(renewal=(table["fiscal_year"] == 2018).astype(float))
    plain = forecast_costs(table, horizon=2, events=events, groups=pd.Series(["甲", "甲", "乙"], [1, 2, 3], name="部"))
    for kind in (float, str, "Int64"):
        found = forecast_costs(table, horizon=2, events=events.astype({"id": kind}), groups=pd.Series(["甲", "甲", "乙"], pd.Index([1, 2, 3]).astype(kind), name="部"))  # fmt: skip
        pd.testing.assert_frame_equal(found.to_frame(), plain.to_frame())
    with pytest.raises(ModelError, match="どれも経費の表にありません"):
        forecast_costs(table, horizon=2, events=events.assign(id="x"))
    with pytest.raises(ModelError, match="id か年度の空欄が 24 行"):
        forecast_costs(table, horizon=2, events=events.assign(id=None))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([1, 2, 3], "DataFrame"),
        (series([]), "金額のある行がありません"),
        (series([7.0, -8, 9]), "負または無限大"),
        (series([7.0, 8, 9]).assign(cost_yen=["7", "約8", "9"]), "数値でない値「約8」"),
        (series([7.0, 8, 9]).assign(fiscal_year=["令和元", "2", "3"]), "数値でない値「令和元」"),
        (series([7.0, 8, 9]).assign(fiscal_year=[2015.5, 2016, 2017]), "2015.5"),
        (series([7.0, 8, 9]).assign(fiscal_year=pd.date_range("2015-04-01", periods=3, freq="YS")), "日付"),
        (pd.concat([series([7.0, 8]), series([7.0, 8])]), "同じ年度が2行以上"),
        (pd.concat([series([7.0, 8], 1), series([7.0, 8], "1")]), "同じ年度が2行以上"),
        (series([7.0, 8, 9]).drop(columns="id"), "列 id がありません"),
        (series([7.0, np.nan, 9]), "空欄のある行が 1 行"),
        (pd.concat([series([7.0, 8]), series([7.0, 8])[["id"]]], axis=1), "同じ名前の列"),
        (series([7 + 1j, 8]), "複素数"),
    ],
)  # fmt: skip
def test_forecast_says_what_is_wrong_with_a_table(table, said) -> None:
    with pytest.raises(ModelError, match=said):
        forecast_costs(table, horizon=3)


@pytest.mark.parametrize(
    "settings",
    [
        {"horizon": 0},
        {"horizon": 2.5},
        {"horizon": 99},
        {"horizon": True},
        {"horizon": 2, "level": 95},
        {"horizon": 2, "level": "0.95"},
    ],
)
def test_forecast_refuses_settings_out_of_range(settings) -> None:
    with pytest.raises(ModelError, match="してください"):
        forecast_costs(series([7.0, 8, 9]), **settings)


def contracts(rows: int = 40) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    x = draw.normal(size=rows)
    t = (x + draw.normal(size=rows) > 0).astype(float)
    return pd.DataFrame({"y": 2 + x + 0.2 * t + 0.3 * draw.normal(size=rows), "t": t, "x": x, "town": draw.integers(0, 8, rows), "kind": [f"k{place % 3}" for place in range(rows)], "remark": None})  # fmt: skip


METHODS = ("ols", "ipw", "regression_adjustment", "aipw", "att")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "change",
    [
        {"x2": lambda t: 2 * t["x"], "one": 1.0},
        {"t": lambda t: t["t"] > 0},
        {"y": lambda t: t["y"].astype("Float64"), "t": lambda t: t["t"].astype("Int64")},
        {"x": lambda t: t["x"].where(t.index > 5)},
        {"town": lambda t: t["town"].where(t.index > 5).map(lambda v: v if pd.isna(v) else f"町{v:.0f}")},
    ],
    ids=["singular controls", "truth values", "nullable types", "blank controls", "missing clusters"],
)
def test_premium_answers_awkward_tables(method, change) -> None:
    table = contracts().assign(**change)
    names = ["x", "kind", *(name for name in ("x2", "one") if name in table)]
    found = estimate_premium(table, outcome="y", treatment="t", controls=names, method=method, draws=99, cluster="town" if "town" in change else None)  # fmt: skip
    assert found.interval[0] < found.estimate < found.interval[1]
    assert found.n == len(table.dropna(subset=["y", "t", *names, *(["town"] if "town" in change else [])]))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        ({"t": 1.0}, {}, "0/1|識別できません"),
        ({"t": lambda t: t["t"].map({0: "甲", 1: "乙"})}, {}, "どれが対象か読み取れません"),
        ({"t": lambda t: np.where(t["t"] == 1, "あり", np.where(t["x"] > 0, "なし", "不明"))}, {}, "あり、"),
        ({"t": lambda t: (t.index == 3).astype(int)}, {}, "1 件しかなく"),
        ({"t": 1.0}, {"treated": 2}, "対象の値 2"),
        ({"x": lambda t: pd.date_range("2020-01-01", periods=len(t))}, {}, "日付です"),
        ({"y": 3.0}, {}, "同じ値"),
        ({"town": 1}, {"cluster": "town"}, "1 個しかなく"),
        ({}, {"cluster": "city"}, "列 city が表にありません"),
        ({}, {"controls": ["x", "t"]}, "処置の列"),
        ({}, {"controls": ["y"]}, "結果の列"),
        ({}, {"controls": ["remark"]}, "空欄のない行がありません"),
        ({}, {"log_outcome": True, "outcome": "x"}, "対数をとれません"),
    ],
)  # fmt: skip
def test_premium_says_what_is_wrong(method, change, settings, said) -> None:
    with pytest.raises(ModelError, match=said):
        estimate_premium(contracts().assign(**change), **{"outcome": "y", "treatment": "t", "controls": ["x"] if settings.get("outcome") != "x" else ["kind"], "method": method, "draws": 99, **settings})  # fmt: skip


@pytest.mark.parametrize("method", ["ols", "aipw"])
@pytest.mark.parametrize(
    ("words", "treated"),
    [(("なし", "あり"), None), (("no", "YES"), None), (("nonsmoker", "smoker"), None), (("open", "locked"), None), (("対象外", "対象"), None), (("A", "B"), "B"), ((1, 2), 2)],
)  # fmt: skip
def test_treatment_kept_as_words_is_the_same_as_numbers(method, words, treated) -> None:
    table = contracts()
    names = {"outcome": "y", "treatment": "t", "controls": ["x", "kind"], "method": method, "draws": 0}
    expected = estimate_premium(table, **names)
    found = estimate_premium(table.assign(t=table["t"].map(dict(enumerate(words)))), treated=treated, **names)
    assert found.estimate == expected.estimate
    assert found.treated_count == expected.treated_count
    reverse = estimate_premium(table.assign(t=table["t"].map(dict(enumerate(words)))), treated=words[0], **names)
    assert reverse.estimate == pytest.approx(-expected.estimate)


def test_numbers_kept_as_objects_are_numbers() -> None:
    names = {"outcome": "y", "treatment": "t", "controls": ["x", "kind"], "method": "aipw", "draws": 0}
    assert estimate_premium(contracts().astype(object), **names).estimate == pytest.approx(estimate_premium(contracts(), **names).estimate)  # fmt: skip


def test_a_control_with_nearly_as_many_levels_as_rows_is_refused_at_once() -> None:
    table = contracts().assign(kind=lambda t: [f"区分{row // 3}" for row in range(len(t))])
    with pytest.raises(ModelError, match=r"比較できる相手がいません|推定できません"):
        estimate_premium(table, outcome="y", treatment="t", controls=["x", "kind"], method="ipw")


@pytest.mark.parametrize("method", METHODS)
def test_a_control_far_from_zero_or_almost_a_copy_moves_nothing(method) -> None:
    names = {"outcome": "y", "treatment": "t", "method": method, "draws": 0}
    plain = estimate_premium(contracts(), controls=["x", "kind"], **names)
    far = estimate_premium(contracts().assign(x=lambda t: t["x"] + 1e8), controls=["x", "kind"], **names)
    copy = contracts().assign(copy=lambda t: t["x"] + 1e-8 * np.cos(np.arange(len(t))))
    twin = estimate_premium(copy, controls=["x", "copy", "kind"], **names)
    for found in (far, twin):
        assert found.estimate == pytest.approx(plain.estimate, rel=1e-5)
        assert found.standard_error == pytest.approx(plain.standard_error, rel=1e-4)
    assert "copy" in twin.diagnostics.set_index("check_ja").loc["除いた統制変数", "found_ja"]


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        ({}, {"level": "0.95"}, "level の値「0.95」"),
        ({}, {"draws": None}, "draws の値「None」"),
        ({}, {"treatment": ["t"]}, "1つの名前"),
        ({}, {"controls": [["x"]]}, "1つの名前"),
        ({"columns": ["y", "t", "x", "x", "kind", "remark"]}, {}, "列 x が表に2つ以上"),
    ],
)
def test_premium_refuses_calls_of_the_wrong_kind(change, settings, said) -> None:
    table = contracts()
    table.columns = pd.Index(change.get("columns", table.columns))
    with pytest.raises(ModelError, match=said):
        estimate_premium(table, **{"outcome": "y", "treatment": "t", "controls": ["x"], "method": "ols", **settings})


def renewals() -> pd.DataFrame:
    """Twelve systems over eight years, nine of them re-tendered in one of three years, a tenth cheaper afterwards."""
    draw = np.random.default_rng(5)
    rows = [(f"s{u}", t, 2014 + u % 3 if u < 9 else np.nan) for u in range(12) for t in range(2010, 2020)]
    table = pd.DataFrame(rows, columns=["u", "t", "e"])
    return table.assign(y=10 - 0.1 * (table["t"] >= table["e"]) + 0.02 * draw.normal(size=len(table)))


EVENT_STUDY = {"outcome": "y", "method": "event_study", "unit": "u", "time": "t", "event": "e"}


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(e=t["t"] == t["e"]),
        lambda t: t.assign(e=(t["t"] == t["e"]).astype("boolean").mask(t["u"] == "s10")),
        lambda t: t.assign(e=(t["t"] >= t["e"]).astype(int)),
        lambda t: t.assign(e=t["e"].astype("Int64"), t=t["t"].astype(str)),
        lambda t: t.sample(frac=1, random_state=1),
    ],
    ids=["flag", "flag with blanks", "every year after", "nullable and text", "unsorted"],
)
def test_event_study_reads_the_event_however_it_is_kept(change) -> None:
    plain = estimate_premium(renewals(), **EVENT_STUDY)
    assert plain.interval[0] < -0.1 < plain.interval[1]
    assert estimate_premium(change(renewals()), **EVENT_STUDY).estimate == pytest.approx(plain.estimate)


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        ({"e": 2016}, {}, "同じ年に起きて"),
        ({"t": lambda t: pd.to_datetime(t["t"].astype(str) + "-04-01")}, {}, "列 t は日付です"),
        ({"e": pd.Timestamp("2016-04-01")}, {}, "列 e は日付です"),
        ({"t": lambda t: t["t"] + 0.5}, {}, "値 2010.5 は整数の年度"),
        ({"e": lambda t: t["t"]}, {}, "単位 s0 のイベントの年（列 e）が 10 通り"),
        ({"u": lambda t: t["u"].replace("s11", "s1")}, {}, "単位 s1 の 2010 年が2行以上あります（10 行）"),
        ({}, {"window": (3, -3)}, "window の値"),
        ({}, {"window": "x"}, "window の値"),
        ({}, {"window": (0, 3)}, "window の値"),
        ({"e": np.nan}, {}, "イベントの前と後"),
    ],
)  # fmt: skip
def test_event_study_says_what_is_wrong(change, settings, said) -> None:
    with pytest.raises(ModelError, match=re.escape(said)):
        estimate_premium(renewals().assign(**change), **{**EVENT_STUDY, **settings})


def test_premium_of_units_that_do_not_overlap_is_refused_by_weighting() -> None:
    split = contracts().assign(t=lambda t: (t["x"] > 0).astype(float))
    with pytest.raises(ModelError, match="完全に分かれて"):
        estimate_premium(split, outcome="y", treatment="t", controls=["x"], method="aipw", draws=99)


EXIT = {"premium": 1.0, "volatility": 0.2, "drift": 0.0, "discount": 0.04, "switching_cost": 1.0, "horizon": 10}


@pytest.mark.parametrize(
    ("name", "value"),
    [("premium", 0), ("premium", float("nan")), ("premium", "1"), ("volatility", -1), ("drift", 0.05), ("discount", 0), ("switching_cost", 0), ("switching_cost", None), ("horizon", 0), ("horizon", 2.5), ("horizon", "5"), ("premium", True), ("horizon", True), ("break_fee", "1"), ("retender_cost", "1"), ("premium_cut_share", None), ("switching_growth", "a"), ("p_incumbent_wins", "0.5"), ("earliest_years", 1.5)],
)  # fmt: skip
def test_exit_refuses_values_out_of_range(name, value) -> None:
    with pytest.raises(ModelError, match="してください"):
        optimal_exit(**{**EXIT, name: value})


@pytest.mark.parametrize("terms", [{}, {"exercise": "contract_end", "contract_years": 2}])
def test_exit_with_hardly_any_volatility_is_the_rule_of_certainty(terms) -> None:
    certain = optimal_exit(**{**EXIT, "volatility": 0.0}, **terms)
    for volatility in (1e-8, 1e-5, 1e-4):
        found = optimal_exit(**{**EXIT, "volatility": volatility}, **terms)
        assert found.value == pytest.approx(certain.value, abs=volatility)
        assert found.trigger["trigger_ratio"].iloc[2] == pytest.approx(certain.trigger["trigger_ratio"].iloc[2], abs=10 * volatility)  # fmt: skip


def test_exit_before_it_can_be_prepared_is_worth_no_more_and_never_chosen() -> None:
    terms = {**EXIT, "premium": 2.0, "exercise": "contract_end", "contract_years": 2, "years_to_contract_end": 0, "break_fee": 0.1}  # fmt: skip
    free, late = optimal_exit(**terms), optimal_exit(**terms, earliest_years=4)
    assert free.best_exit_year == 0
    assert late.best_exit_year is not None
    assert late.best_exit_year >= 4
    assert late.value < free.value
    assert np.isinf(late.trigger.loc[late.trigger["years_from_now"] < 4, "trigger_yen"]).all()
    certain = optimal_exit(**{**terms, "volatility": 0.0}, earliest_years=4)
    assert np.isinf(certain.trigger.loc[certain.trigger["years_from_now"] < 4, "trigger_yen"]).all()
    with pytest.raises(ModelError, match="contract_end"):
        optimal_exit(**EXIT, earliest_years=2)


def case_of(**tables: pd.DataFrame) -> Case:
    return Case.from_frames(tables, base_fy=2026, as_of=dt.date(2026, 10, 31), validate=False)


@pytest.mark.parametrize(
    "tables",
    [
        {"systems": pd.DataFrame({"system_id": ["1"], "name_ja": ["甲"]})},
        {"contracts": pd.DataFrame({"contract_id": ["c"], "system_id": ["1"], "contract_fy": [2020], "contract_method": ["一般競争"]})},
        {"contracts": pd.DataFrame({"contract_id": ["c"], "contract_fy": [2020]})},
        {"systems": pd.DataFrame({"system_id": ["1"]}), "bids": pd.DataFrame({"contract_id": ["c"], "vendor_id": ["v"], "bid_yen": [5]})},
    ],
    ids=["systems alone", "one contract", "a contract of no system", "bids of unknown contracts"],
)  # fmt: skip
def test_indicators_never_flag_what_is_blank(tables) -> None:
    found = evaluate_indicators(case_of(**tables), IndicatorSettings.from_register(load_register()))
    assert int(found.coverage["flagged_count"].sum()) == 0
    assert len(found.coverage) == 33


def test_a_contract_of_blank_kind_is_an_award() -> None:
    table = pd.DataFrame({"contract_id": ["c"], "system_id": ["1"], "contract_fy": [2020], "contract_method": ["一般競争"]})  # fmt: skip
    found = evaluate_indicators(case_of(contracts=table), IndicatorSettings.from_register(load_register()))
    assert found.of("years_since_open_tender")["found_value"].tolist() == [6.0]


def test_no_table_at_all_is_not_computable_and_settings_are_no_loose_words() -> None:
    with pytest.raises(DxError, match="算出不能"):
        evaluate_indicators(case_of(), IndicatorSettings.from_register(load_register()))
    with pytest.raises(ModelError, match="IndicatorSettings"):
        evaluate_indicators(case_of(systems=pd.DataFrame({"system_id": ["1"]})), {"supplier_share": 0.9})  # type: ignore[arg-type]


def test_single_bids_by_hand_count_competitive_methods_only() -> None:
    rows = [
        ("一般競争", 1),
        ("一般競争", 3),
        ("随意契約", 1),
        ("公募型プロポーザル", 1),
        ("指名競争", pd.NA),
        ("総合評価", 1),
    ]
    table = pd.DataFrame(rows, columns=["contract_method", "bidders_count"]).assign(contract_id=[f"c{n}" for n in range(6)], system_id=[f"s{n}" for n in range(6)], contract_fy=2024, valid_bids_count=lambda t: t["bidders_count"])  # fmt: skip
    found = evaluate_indicators(case_of(contracts=table), IndicatorSettings.from_register(load_register())).of("single_bid_last_tender").set_index("subject_id")["state"]  # fmt: skip
    assert found.to_dict() == {"s0": "flagged", "s1": "not_flagged", "s2": "not_computable", "s3": "not_computable", "s4": "not_computable", "s5": "flagged"}  # fmt: skip


@pytest.mark.parametrize(
    "ids", [pd.Series([3, 1, 2]), pd.Series([3, 1, 2], dtype="Int64"), pd.Series(["3", "1", "2"])], ids=["int64", "Int64", "text"]
)  # fmt: skip
def test_a_forecast_can_be_joined_to_the_table_it_was_made_of(ids: pd.Series) -> None:
    table = pd.concat([series([7.0, 8, 9, 10]).assign(id=value) for value in ids]).astype({"id": ids.dtype})
    found = forecast_costs(table, horizon=2).to_frame()
    assert found["id"].dtype == ids.dtype
    assert len(found.merge(table.drop_duplicates("id")[["id"]], on="id")) == 6


def test_series_that_end_in_different_years_are_added_only_where_all_of_them_are_known() -> None:
    together = pd.concat([series([7e6] * 5, "a"), series([5e6] * 6, "b")])
    assert "2 系列の合計は 2021年度 12百万円 から 2022年度 12百万円" in forecast_costs(together, horizon=3).summary()
    apart = pd.concat([series([7.0] * 5, "a"), series([5.0] * 5, "b", 2001)])
    assert "共通する予測年度はない" in forecast_costs(apart, horizon=2).summary()
    assert "系列の合計は 2020年度 137,400 から" in forecast_costs(series([137400.0] * 5), horizon=2).summary()
