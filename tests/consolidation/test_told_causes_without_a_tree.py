"""Where one structure is nearly always the lighter one, there is no condition to look for, and the answer says so."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dxmodels.consolidation import told_causes
from dxmodels.consolidation.told import Told
from dxmodels.consolidation.told_answers import tell_answers
from dxmodels.inputs import load_register


@pytest.mark.parametrize(("loses", "said"), [(0.0, "0.0％"), (1.0, "100.0％")])
def test_no_tree_is_grown_where_the_answer_hardly_turns(
    loses: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told_causes, "losing_draws", lambda result, **pair: np.full(64, bool(loses)))
    result = SimpleNamespace(titles={"a": "甲", "b": "乙"}, options=("a", "b"))
    told = told_causes.tell_tree(result, load_register(), option="a", against="b")  # type: ignore[arg-type]
    assert told.to_frame()["rule"].tolist() == ["（条件なし）"]
    assert told.to_frame()["density_share"].tolist() == [loses]
    assert f"試行の{said}" in told.summary()


def test_when_a_structure_loses_is_said_in_plain_names_with_their_limits() -> None:
    boxed = pd.DataFrame(
        {
            "assumption_ja": ["移行後の運用経費（移行前に対する倍率）", "共同化に加わる割合（協議会）"],
            "condition_ja": ["1.59倍以下", "27.7％以下"],
            "coverage_share": [0.5, 0.5],
            "density_share": [0.71, 0.71],
        }
    )
    none = boxed.assign(coverage_share=np.nan)
    leaf = pd.DataFrame({"rule": ["運用経費（移行前に対する倍率）が1.6倍以下"], "density_share": [0.6]})
    structures = Told(boxed, "最も頑健なのは甲である。")
    information = Told(
        pd.DataFrame({"assumption_ja": ["乙（率）"], "evppi_yen": [0], "evppi_standard_error_yen": [1]}), ""
    )
    drivers = Told(pd.DataFrame({"assumption_ja": ["丙（率）"], "total_order_share": [0.5]}), "")
    found = tell_answers(structures, Told(boxed, "負けるのは2割。"), Told(leaf, ""), information, drivers)
    assert (
        found.loses_when == "移行後の運用経費が1.59倍以下、かつ共同化に加わる割合が27.7％以下のとき（その71％で負ける）"
    )
    found = tell_answers(structures, Told(none, "負けるのは2割。"), Told(leaf, ""), information, drivers)
    assert found.loses_when == "運用経費が1.6倍以下のとき（その60％で負ける）"
    alike = boxed.assign(assumption_ja=["参加の割合（協議会）", "参加の割合（事業体）"])
    found = tell_answers(structures, Told(alike, "負けるのは2割。"), Told(leaf, ""), information, drivers)
    assert "参加の割合（協議会）が1.59倍以下" in found.loses_when


def test_a_tiny_chance_is_never_printed_as_nought() -> None:
    assert [told_causes._chance(value) for value in (1e-60, 0.0009, 0.001, 0.0312)] == [
        "0.001未満",
        "0.001未満",
        "0.001",
        "0.031",
    ]
