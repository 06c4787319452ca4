"""The tile map: classes by hand, missing is hatched and never zero, wrong codes and classes are refused."""

from __future__ import annotations

import pandas as pd
import pytest

from dxmodels.errors import DxError, MissingTableError
from dxmodels.figures import style
from dxmodels.figures.tiles import classify, plot_tile_map

FOUR = pd.DataFrame(
    {
        "municipality_code": ["271004", "271403", "272027", "273830"],
        "name_ja": ["大阪市", "堺市", "岸和田市", "千早赤阪村"],
        "tile_column": [4, 4, 4, 7],
        "tile_row": [3, 5, 8, 8],
    }
)


def values(*numbers: float | None) -> pd.Series:
    return pd.Series(numbers, index=FOUR["municipality_code"], dtype="Float64")


def test_inner_edge_belongs_to_the_class_above_and_the_last_class_is_closed() -> None:
    # edges 0-10-20: 0 and 9.9 fall into the first class, 10 and 20 into the second
    grouped = classify(values(0.0, 9.9, 10.0, 20.0), [0.0, 10.0, 20.0], unit="％")
    assert grouped.members.tolist() == [0, 0, 1, 1]
    assert grouped.texts == ("0〜10％未満", "10〜20％")


def test_quantile_classes_are_equally_filled() -> None:
    grouped = classify(values(1.0, 2.0, 3.0, 4.0), 2)
    assert grouped.members.tolist() == [0, 0, 1, 1]


def test_ties_merge_classes_instead_of_leaving_empty_ones() -> None:
    grouped = classify(values(5.0, 5.0, 5.0, 5.0), 4)
    assert grouped.members.tolist() == [0, 0, 0, 0]
    assert len(grouped.texts) == 1


def test_missing_is_its_own_class_and_hatched() -> None:
    ax = plot_tile_map(FOUR, values(1.0, 2.0, None, 4.0), label="指標", classes=2)
    hatched = [patch for patch in ax.patches if patch.get_hatch()]
    assert len(hatched) == 1
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend[-1] == "値なし（1団体）"
    assert "－" in [text.get_text() for text in ax.texts]
    assert "0" not in [text.get_text() for text in ax.texts]


def test_a_municipality_without_a_value_is_drawn_as_missing() -> None:
    ax = plot_tile_map(FOUR, values(1.0, 2.0, 3.0, 4.0).iloc[:2], label="指標", classes=2)
    assert len([patch for patch in ax.patches if patch.get_hatch()]) == 2


def test_every_name_is_written_and_the_highlight_framed() -> None:
    ax = plot_tile_map(FOUR, values(1.0, 2.0, 3.0, 4.0), label="指標", highlight=["272027"])
    assert set(FOUR["name_ja"]) <= {text.get_text() for text in ax.texts}
    frames = [patch for patch in ax.patches if not patch.get_fill()]
    assert [patch.get_xy() for patch in frames] == [(3.5, 7.5)]


def test_category_classes_keep_their_order() -> None:
    states = pd.Series(["済", "未", "未", None], index=FOUR["municipality_code"], dtype="string")
    grouped = classify(states, ["未", "済"])
    assert grouped.members.tolist() == [1, 0, 0, -1]
    with pytest.raises(DxError, match="済"):
        classify(states, ["未"])


def test_all_missing_draws_a_map_of_missing_tiles() -> None:
    ax = plot_tile_map(FOUR, values(None, None, None, None), label="指標")
    assert len([patch for patch in ax.patches if patch.get_hatch()]) == 4


def test_unknown_code_is_refused_by_name() -> None:
    with pytest.raises(DxError, match="999999"):
        plot_tile_map(FOUR, pd.Series([1.0], index=["999999"]), label="指標")


def test_value_outside_the_edges_is_refused_not_clipped() -> None:
    with pytest.raises(DxError, match="範囲"):
        classify(values(1.0, 2.0, 3.0, 99.0), [0.0, 10.0])
    with pytest.raises(DxError, match="小さい順"):
        classify(values(1.0, 2.0, 3.0, 4.0), [10.0, 0.0])


def test_without_positions_the_needed_columns_are_named() -> None:
    with pytest.raises(MissingTableError) as caught:
        plot_tile_map(FOUR.drop(columns="tile_row"), values(1.0, 2.0, 3.0, 4.0), label="指標")
    assert caught.value.table == "municipalities"
    assert caught.value.columns == ("tile_row",)


def test_names_stay_inside_their_tiles() -> None:
    ax = plot_tile_map(FOUR, values(1.0, 2.0, 3.0, 4.0), label="指標")
    figure = ax.figure
    figure.draw_without_rendering()
    # the real map is nine columns wide; at that width one tile is a ninth of the page less the gaps
    width_px = style.A4_TEXT_WIDTH_MM / 25.4 * figure.dpi / 9.3 * 0.94
    names = [text for text in ax.texts if text.get_text() in set(FOUR["name_ja"])]
    assert max(text.get_window_extent().width for text in names) < width_px
