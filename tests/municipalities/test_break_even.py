"""Break-even of the expected bill: putting the rate and the cut back in gives today's cost."""

import pandas as pd
import pytest

from dxmodels import glossary
from dxmodels.cost import compare_government_cloud
from dxmodels.errors import MissingTableError, ModelError
from dxmodels.inputs import Case, load_case, load_register
from dxmodels.municipalities.break_even import BreakEven, find_break_even

REGISTER = load_register()


@pytest.fixture(scope="module")
def illustrative() -> Case:
    return load_case("osaka")


@pytest.fixture(scope="module")
def found(illustrative: Case) -> BreakEven:
    return find_break_even(illustrative, REGISTER)


def priced(case: Case, rate: float) -> pd.DataFrame:
    """The published pilot at one exchange rate, both sides by item (the cost room's own table)."""
    return compare_government_cloud(
        case.table("govcloud_pilot"),
        usdjpy_rate=rate,
        base_rate=REGISTER.value("govcloud_pilot_base_rate"),
        repriced_rate=REGISTER.value("govcloud_pilot_repriced_rate"),
    ).table.set_index("cost_item")


def test_at_the_rate_found_the_expected_bill_equals_todays_cost(illustrative: Case, found: BreakEven) -> None:
    now = priced(illustrative, REGISTER.value("usdjpy_planning"))
    rows = found.table.dropna(subset=["expected_break_even_usdjpy"])
    assert len(rows)
    for row in rows.itertuples():
        then = priced(illustrative, float(row.expected_break_even_usdjpy))
        items = found.costs.items.query("municipality_code == @row.municipality_code").set_index("cost_item")[
            "after_yen"
        ]
        dearer = then["government_cloud_yen"] / now["government_cloud_yen"]
        scaled = (items * dearer.where(now["government_cloud_yen"] > 0, 1.0).reindex(items.index)).sum() / items.sum()
        current = then["current_yen"].sum() / now["current_yen"].sum()
        assert row.expected_after_yen * scaled == pytest.approx(row.before_yen * current, rel=2e-3)


def test_at_the_cut_found_the_expected_bill_equals_todays_cost(found: BreakEven) -> None:
    shares = found.costs.table.set_index("municipality_code")["negotiable_share"]
    for row in found.table.itertuples():
        left = row.expected_after_yen * (1 - row.break_even_discount_share * shares[row.municipality_code])
        assert left == pytest.approx(row.before_yen, abs=2)


def test_a_body_that_no_rate_helps_has_none_and_is_told_so(found: BreakEven) -> None:
    none = found.table[found.table["expected_break_even_usdjpy"].isna()]
    code = str(none["municipality_code"].iloc[0])
    assert "円高だけでは現行に戻らない" in found.sentence_for(code)
    assert found.to_frame()["expected_multiple_ratio"].is_monotonic_decreasing
    with pytest.raises(ModelError, match="999999"):
        found.of("999999")


def test_published_tables_cannot_answer(osaka: Case) -> None:
    with pytest.raises(MissingTableError):
        find_break_even(osaka, REGISTER)


def test_every_column_has_a_label(found: BreakEven) -> None:
    assert glossary.missing_terms(dict.fromkeys(found.table)) == []
