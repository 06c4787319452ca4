"""A run in memory with something of every kind that the public may not read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dxmodels.figures.style import axes_for
from dxmodels.runs.document import Page, with_file_names
from dxmodels.runs.doors import build_exhibit, build_record
from dxmodels.runs.execute import Outcome
from dxmodels.runs.extract import Results
from dxmodels.runs.model import Exhibit
from dxmodels.runs.plans import Job

RATE, SECOND = 1_187_300, 63_456_700  # a vendor's price a person-month, and the bid of the one who came second of two


def rates() -> Exhibit:
    """A vendor's unit prices (E11b), with a figure and sentences that tell them."""
    frame = pd.DataFrame(
        {
            "quotation_line_number": [1, 2, 3],
            "quoted_work_ja": ["運用監視", "問合せ対応", "点検"],
            "engineer_role_ja": ["SE", "PG", "SE"],
            "rate_yen": [RATE, 812_600, 995_400],
            "peers_count": [6, 5, 6],
            "subject_yen": [14_247_600, 9_751_200, 11_944_800],
        }
    )

    def bars(table: pd.DataFrame):  # type: ignore[no-untyped-def]
        ax = axes_for(None, height_mm=50)
        ax.bar(table["quoted_work_ja"], table["rate_yen"])
        return ax

    return build_exhibit(
        "E11b", frame, figure=bars, title="単価はいくらか", grade="推計", sources=["資料"], unit="円",
        reading=["最も高いのは1,187,300円である。", "棒が長いほど高い。"], limits="職種だけでは分からない。",
    )  # fmt: skip


def bids() -> Exhibit:
    """Two contests: one of two bidders, one of three."""
    frame = pd.DataFrame(
        {
            "contract_id": ["C1", "C1", "C2", "C2", "C2"],
            "bidders_count": [2, 2, 3, 3, 3],
            "bid_yen": [61_234_500, SECOND, 21_111_100, 22_222_200, 23_333_300],
            "is_winner": [True, False, True, False, False],
        }
    )
    return build_exhibit(
        "E19", frame, title="いくらで入れたか", grade="推計", sources=["資料"], reading="読む。", limits="限る。"
    )


def staff() -> Exhibit:
    """Few people in a body, with a total that would tell them."""
    frame = pd.DataFrame(
        {
            "kind": ["市", "町", "村", "区", "合計"],
            "bodies_count": [3, 2, 1, 2, 8],
            "it_staff_fte": [280.5, 16.0, 1.0, 31.5, 329.0],
        }
    )
    return build_exhibit(
        "E31c", frame, title="職員は何人か", grade="推計", sources=["資料"], reading="読む。", limits="限る。"
    )


def plain() -> Exhibit:
    """An exhibit with nothing to hide, whose reading mentions the price of another one."""
    frame = pd.DataFrame({"name_ja": ["甲", "乙"], "annual_cost_yen": [12_345_600, 23_456_700]})
    return build_exhibit(
        "E02", frame, title="いくらかかるか", grade="推計", sources=["資料"],
        reading=["単価は118.73万円であった。", "甲は乙より少ない。"], limits="限る。",
    )  # fmt: skip


def page(exhibits: Sequence[Exhibit], key: str = "20_cost") -> Page:
    """Return the page of a notebook with these exhibits and two recorded quantities, one of them withheld."""
    records = (
        build_record("total_yen", 35_802_300, unit="円", sources=["資料"], grade="公表値", label="合計"),
        build_record("highest_rate_yen", RATE, unit="円", sources=["資料"], grade="推計", label="最も高い単価"),
        build_record(
            "middle_rate_yen",
            RATE / 2,
            unit="円",
            sources=["資料"],
            grade="推計",
            label="中ほどの単価",
            between=(1.0, RATE, "単価の幅"),
        ),
    )
    results = Results("費用はいくらか", ("問い。", "最高は1,187,300円。"), tuple(exhibits), records)
    return Page(Job(key, "20_cost", "府庁DX", {"case": "osaka"}), Outcome(key, "ok", 1.0), results, "ab" * 32)


def pages() -> list[Page]:
    """Return the one page of the run."""
    return with_file_names([page([rates(), bids(), staff(), plain()])])
