"""A source that names another assumption or a column is shown in words; what is registered nowhere stays as it is."""

from __future__ import annotations

import re

import pytest

from dxmodels.inputs import load_register
from dxmodels.inputs.assumptions.cross_references import in_words

LABELS = {"usdjpy_2026": "円ドル相場（2026年）", "sppi_yoy_2405": "物価（2024年5月）"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("usdjpy_2026（参照レート）からの計算", "「円ドル相場（2026年）」（参照レート）からの計算"),
        ("上限は sppi_yoy_2405 の注", "上限は「物価（2024年5月）」の注"),
        ("staff 表の leavers_people で置き換える", "staff 表の「異動・退職」で置き換える"),
        ("https://example.org/usdjpy_2026/x", "https://example.org/usdjpy_2026/x"),
        ("usdjpy_2026.csv を見る", "usdjpy_2026.csv を見る"),
        ("not_registered のまま", "not_registered のまま"),
        ("公表値なし", "公表値なし"),
    ],
)
def test_names_become_labels(text: str, said: str) -> None:
    assert in_words(text, LABELS) == said


def test_no_entry_of_the_register_shows_another_entry_by_its_name() -> None:
    register = load_register()
    names = set(register)
    for entry in register.values():
        shown = re.findall(
            r"(?<![\w./])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w/])", f"{entry.source} {entry.note} {entry.range_ja}"
        )
        assert not names & set(shown), entry.name
