"""What the notebook shows: answers from the embedded case, figures that hold what the tables hold, published-only runs."""

import functools

import pytest

from dxmodels.figures import services as figures
from dxmodels.glossary import missing_terms
from dxmodels.inputs import NotComputable, attempt, load_case, load_register
from dxmodels.services import asked

TABLES = ["services", "systems", "context", "joint_uptake", "municipalities"]


@functools.cache
def overlaps() -> asked.OverlapAnswers:
    found = attempt(asked.answer_overlaps, load_case("osaka", tables=TABLES), load_register(), None, decision_fy=2026, embedder="sudachi")  # type: ignore[arg-type]  # fmt: skip
    assert isinstance(found, asked.OverlapAnswers)
    return found


@functools.cache
def platform() -> asked.PlatformAnswers:
    case = load_case("osaka", tables=TABLES, published_only=True)
    return asked.answer_platform(case, load_register(), start_fy=2026, seed=2026, draws=64)


def test_planted_duplicates_of_the_illustrative_services_are_found() -> None:
    """The key of the illustrative table was written by others; at least half of the 50 pairs checked first are in it."""
    import pandas as pd

    from dxmodels.inputs.places import data_root

    key = pd.read_csv(data_root() / "osaka/truth/planted_services.csv", dtype=str, keep_default_na=False)
    group = dict(zip(key["service_id"], key["duplicate_group"], strict=True))
    first = overlaps().search.candidates().head(50)
    hits = [group[left] == group[right] != "" for left, right in zip(first["left"], first["right"], strict=True)]
    assert sum(hits) >= 35


def test_pairs_already_judged_are_not_asked_again() -> None:
    import pandas as pd

    case = load_case("osaka", tables=TABLES)
    done = overlaps().search.candidates().head(40)[["left", "right"]].assign(is_same=True)
    again = asked.answer_overlaps(case, load_register(), done, decision_fy=2026, embedder="sudachi")
    assert "判定済みの40組を除き" in again.review.summary()
    assert again.review.table["probability_share"].max() < 1.0
    assert again.review.expected_count == pytest.approx(again.review.table["probability_share"].sum())
    asked_before = pd.MultiIndex.from_frame(overlaps().review.table[["left_name_ja", "right_name_ja"]].head(40))
    assert not pd.MultiIndex.from_frame(again.review.table[["left_name_ja", "right_name_ja"]]).isin(asked_before).any()


def test_every_table_has_labels_and_at_most_eight_columns() -> None:
    found, account = overlaps(), platform()
    tables = [found, found.review, found.saving, account, account.account, account.published, account.switching, account.uptake]  # fmt: skip
    frames = [table.to_frame() for table in tables] + [account.benefits.to_frame()]
    assert missing_terms(name for frame in frames for name in frame.columns) == []
    assert max(len(frame.columns) for frame in frames) <= 8


def test_readings_tie_with_the_tables() -> None:
    found = overlaps()
    assert found.expected_yen == found.saving.by_year["merge_expected_yen"].sum()
    assert abs(found.expected_yen - found.saving.by_group["merge_expected_yen"].sum()) <= len(found.saving.by_group)
    assert found.saving.by_group["kept_name_ja"].iloc[0] in asked.read_groups(found)[0]
    assert "割引率4％で" in asked.read_years(found.saving)[1]
    assert any("二重計上" in line for line in asked.limit_groups(found))
    assert "停止条件" in asked.read_platform(platform())[0]


def test_each_exhibit_has_its_own_answer() -> None:
    """Saving in all, saving by year, stop line, account and claims are different questions and have different headlines."""
    found, account = overlaps(), platform()
    said = [part.summary() for part in (found, found.saving, account, account.account, account.benefits)]
    assert len(set(said)) == len(said)
    assert "5年間で" in said[0]
    assert "令和9年度に廃止と統合の経費" in said[1]
    watched = account.account.by_year.iloc[account.account.grace_years]
    assert f"令和11年度は年約{watched['platform_stop_count'] / 10_000:.0f}万件" in said[2]
    assert "現金だけでは" in said[3]
    hours = account.benefits.to_frame().set_index("use_case_ja")["platform_hours_count"]
    assert "二重に数えた効果はない" in said[4]
    assert f"{hours.max() / hours.sum():.0%}".replace("%", "％") in said[4]
    assert hours.idxmax() in said[4]


def test_without_illustrative_tables_duplicates_cannot_be_told_but_the_published_facts_can() -> None:
    case = load_case("osaka", tables=TABLES, published_only=True)
    found = attempt(asked.answer_overlaps, case, load_register(), None, decision_fy=2026)  # type: ignore[arg-type]
    assert isinstance(found, NotComputable)
    assert set(found.needs) == {"services", "systems"}
    assert platform().published.budget_yen == 339_120_000


def test_figures_hold_what_the_tables_hold() -> None:
    found, account = overlaps(), platform()
    bars = figures.plot_group_savings(found)
    assert bars.collections[2].get_offsets()[:, 0].tolist() == found.saving.by_group["merge_expected_yen"].head(15).tolist()  # type: ignore[index, call-overload, union-attr]  # fmt: skip
    years = figures.plot_merge_years(found.saving)
    assert years.lines[0].get_ydata()[-1] == found.expected_yen  # type: ignore[index]
    uses = figures.plot_platform_uses(account)
    assert list(uses.lines[0].get_ydata()) == account.account.by_year["platform_uses_count"].tolist()  # type: ignore[arg-type]
    price = figures.plot_hour_price(account)
    assert price.lines[1].get_ydata()[0] == account.account.hour_ceiling_yen  # type: ignore[index]
    matrix = figures.plot_overlap_groups(found.review)
    assert len(matrix.get_yticklabels()) == sum(len(members) for members in found.search.members()[:12])


def test_the_slower_curve_never_pays_better_here() -> None:
    assert platform().slower.hour_price_yen > platform().account.hour_price_yen
    assert platform().account.hour_price_yen == pytest.approx(
        platform().account.hour_ceiling_yen - asked_margin(), rel=1e-9
    )


def asked_margin() -> float:
    from dxmodels.services import EXAMPLE_USE_CASES
    from dxmodels.services.platform import hour_margin

    return hour_margin(load_register(), EXAMPLE_USE_CASES, municipalities=43)
