"""The register ordered by influence: what turns the decision stands first, nothing is lost."""

from __future__ import annotations

from dxmodels.cost import turn_cloud_comparison
from dxmodels.cost.influence import rank_register
from dxmodels.glossary import missing_terms
from dxmodels.inputs import load_case, load_register


def test_register_by_influence() -> None:
    register = load_register()
    pilot = load_case("osaka", published_only=True).table("govcloud_pilot")
    tornado = turn_cloud_comparison(pilot, register)
    found = rank_register(register, tornado)
    ranked = found.table.dropna(subset="influence_rank").drop_duplicates("assumption")
    assert list(ranked["assumption"]) == list(tornado.table["assumption"])
    assert set(found.table["assumption"]) == set(register)
    assert found.table["influence_rank"].isna().sum() > 0
    assert found.turning_count == int((tornado.table["state"] == "turns").sum())
    assert found.table["source"].str.len().min() > 0
    shown = found.to_frame()
    assert missing_terms(shown.columns) == []
    assert len(shown) == len(tornado.values)
    assert shown["central_ja"].iloc[0] == tornado.to_frame()["central_ja"].iloc[0]
    assert shown["range_ja"].tolist() == tornado.to_frame()["range_ja"].tolist()
