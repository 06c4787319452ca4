"""Where one structure is nearly always the lighter one, there is no condition to look for, and the answer says so."""

from types import SimpleNamespace

import numpy as np
import pytest

from dxmodels.consolidation import told_causes
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
