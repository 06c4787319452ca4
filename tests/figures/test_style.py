"""The house style: same font everywhere, no missing glyph, colours that can be told apart, yen as officials print it."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings

import matplotlib as mpl
import pytest
from matplotlib import font_manager

from dxmodels.errors import DxError
from dxmodels.figures import style

# Every name of the 43, plus the marks and rare forms that reports print.
NAMES = [
    "大阪市",
    "堺市",
    "岸和田市",
    "豊中市",
    "池田市",
    "吹田市",
    "泉大津市",
    "高槻市",
    "貝塚市",
    "守口市",
    "枚方市",
    "茨木市",
    "八尾市",
    "泉佐野市",
    "富田林市",
    "寝屋川市",
    '"',
    '"河内長野市',
    "松原市",
    "大東市",
    "和泉市",
    "箕面市",
    "柏原市",
    "羽曳野市",
    "門真市",
    "摂津市",
    "高石市",
    "藤井寺市",
    "東大阪市",
    "泉南市",
    "四條畷市",
    "交野市",
    "大阪狭山市",
    "阪南市",
    "島本町",
    "豊能町",
    "能勢町",
    "忠岡町",
    "熊取町",
    "田尻町",
    "岬町",
    "太子町",
    "河南町",
    "千早赤阪村",
]
MARKS = "▲△％円億±〜～－−–—①②㋿令和元年度→×÷≥≤・（）【】「」架空¥$€"


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_no_glyph_is_missing_for_municipality_names_and_marks(weight: str) -> None:
    ax = style.axes_for(None)
    ax.text(0, 0, "\n".join([*NAMES, MARKS]), weight=weight, in_layout=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_font_comes_from_the_wheel_and_is_the_family_the_pdf_uses(weight: str) -> None:
    style.use_style()
    found = font_manager.findfont(font_manager.FontProperties(family=style.FONT_FAMILY, weight=weight))
    assert style.FONT_FAMILY == "Noto Sans CJK JP"
    assert "noto_cjk_sans_jp" in found
    assert font_manager.get_font(found).family_name == style.FONT_FAMILY


def test_style_neither_imports_pyplot_nor_touches_the_backend() -> None:
    program = (
        "import sys, matplotlib as mpl\n"
        "from dxmodels.figures import style\n"
        "before = mpl.rcParams._get_backend_or_none()\n"
        "style.axes_for(None)\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert mpl.rcParams._get_backend_or_none() == before\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_lines_reach_the_contrast_of_graphical_objects() -> None:
    assert min(style.contrast(colour, "#FFFFFF") for colour in style.CYCLE[:4]) >= 3.0


def test_contrast_of_black_on_white_is_21() -> None:
    assert style.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert style.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)  # the known grey just below 4.5


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7])
def test_text_on_every_ordered_class_is_legible(count: int) -> None:
    colours = style.ordered_colours(count)
    assert len(set(colours)) == count
    assert min(style.contrast(colour, style.text_colour_on(colour)) for colour in colours) >= 4.5
    against_white = [style.contrast(colour, "#FFFFFF") for colour in colours]
    assert against_white == sorted(against_white)  # light to dark, also on a black-and-white printer


def test_yen_axis_prints_the_unit_separators_and_the_negative_mark() -> None:
    ax = style.axes_for(None)
    style.yen_axis(ax, "百万円", label="経費")
    formatter = ax.yaxis.get_major_formatter()
    assert ax.get_ylabel() == "経費（百万円）"
    assert [formatter(value) for value in (4_787_000_000, -198_000_000, 0, 500_000)] == ["4,787", "▲198", "0", "0.5"]


def test_yen_axis_refuses_an_unknown_unit_with_the_known_ones() -> None:
    with pytest.raises(DxError, match="百万円"):
        style.yen_axis(style.axes_for(None), "万円")  # type: ignore[arg-type]


def test_percent_axis_scales_shares() -> None:
    ax = style.axes_for(None)
    style.percent_axis(ax, "x", label="割合")
    assert ax.get_xlabel() == "割合（％）"
    assert ax.xaxis.get_major_formatter()(-0.125) == "▲12.5"


def test_a_figure_wider_than_the_page_is_refused() -> None:
    with pytest.raises(DxError, match="A4"):
        style.size_mm(200.0, 80.0)


def test_the_same_figure_twice_gives_the_same_svg_bytes() -> None:
    def draw() -> bytes:
        ax = style.axes_for(None)
        ax.plot([1, 2], [3, 4], label="大阪府")
        ax.legend()
        buffer = io.BytesIO()
        ax.figure.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()

    assert draw() == draw()


def test_given_axes_are_used_and_returned() -> None:
    ax = style.axes_for(None)
    assert style.axes_for(ax) is ax
    assert style.finish(ax, "題") is ax
    assert ax.get_title(loc="left") == "題"
    assert mpl.rcParams["font.family"] == [style.FONT_FAMILY]
