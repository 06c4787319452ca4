"""How was one contract awarded: method, bidders, ceiling, dates, bids, and who won?

Bidder numbers and award rates follow what contracts of the state show (national: …, in calibration.yml). Amounts are given; the
ceiling follows from the award rate, because ceilings tend to follow the incumbent's own quotation. So there is one competition effect
in the prices themselves (the lock-in premium of history.py) and none besides: single bidding moves the award *rate* only.
As in real bid lists, negotiated contracts and proposals name the chosen firm alone: their "one bidder" says nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from illustrative.calibration import load_calibration
from illustrative.draws import Draws

COMPETITIVE = ("一般競争", "総合評価", "指名競争")
NEGOTIATED = "随意契約"
PROPOSAL = "公募型プロポーザル"
_LEVELS = (0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0)
_GROUNDS = {
    "地方自治法施行令第167条の2第1項第2号（性質又は目的が競争入札に適しない）": 0.74,
    "地方自治法施行令第167条の2第1項第6号（競争入札が不利）": 0.08,
    "地方自治法施行令第167条の2第1項第8号（入札者又は落札者なし）": 0.05,
    "地方自治法施行令第167条の2第1項第5号（緊急の必要）": 0.03,
    "特例政令第11条第1項第2号（既調達品との互換性）": 0.10,
}
_WTO = "特定調達（WTO政府調達協定）"
_SMALL = "地方自治法施行令第167条の2第1項第1号（少額）"


@dataclass(frozen=True)
class Bid:
    """One bidder's line of a result list."""

    vendor_id: str
    bid_yen: int | None
    bid_status: str
    is_winner: bool


@dataclass(frozen=True)
class Tender:
    """How one contract was awarded; ``bids`` is empty where the list is not published."""

    method: str
    detail_ja: str | None
    announced: dt.date | None
    opening: dt.date | None
    ceiling_yen: int
    award_rate: float
    vendor_id: str
    names_brand: bool
    bids: tuple[Bid, ...]

    @property
    def bidders(self) -> int:
        """Return the number of firms that handed in a bid (a firm that declined is none)."""
        return sum(bid.bid_status != "declined" for bid in self.bids)

    @property
    def valid_bids(self) -> int:
        """Return the number of valid bids."""
        return sum(bid.bid_status == "valid" for bid in self.bids)

    @property
    def is_contested(self) -> bool:
        """Return whether two or more firms competed."""
        return self.method in COMPETITIVE and self.bidders > 1


@dataclass(frozen=True)
class Shape:
    """What decides a tender before its amount is known: method and number of bidders."""

    method: str
    bidders: int
    award_rate: float

    @property
    def is_contested(self) -> bool:
        """Return whether two or more firms compete."""
        return self.method in COMPETITIVE and self.bidders > 1


def draw_shape(draws: Draws, *, negotiated: float, single: float) -> Shape:
    """Return method, bidders and award rate, given the chances of negotiation and of a single bid in competition."""
    calibration = load_calibration()
    if draws.yes(negotiated):
        proposal = draws.yes(calibration.number("proposal_share_of_negotiated"))
        return Shape(PROPOSAL if proposal else NEGOTIATED, 1, draws.between(0.975, 1.0))
    method = draws.pick(calibration.table("competitive_methods"))
    bidders = 1 if draws.yes(single) else int(draws.pick(calibration.table("bidders_when_contested")))
    return Shape(method, bidders, draw_award_rate(draws, bidders))


def contested_shape(draws: Draws) -> Shape:
    """Return an open tender with two or more bidders."""
    bidders = int(draws.pick(load_calibration().table("bidders_when_contested")))
    return Shape("一般競争" if draws.yes(0.6) else "総合評価", bidders, draw_award_rate(draws, bidders))


def draw_award_rate(draws: Draws, bidders: int) -> float:
    """Return an award rate (0..1) from the published quantiles for this number of bidders."""
    name = {1: "award_rate_1", 2: "award_rate_2"}.get(bidders, "award_rate_3plus")
    return draws.from_quantiles(load_calibration().row(name), _LEVELS) / 100.0


def hold_tender(
    draws: Draws,
    shape: Shape,
    *,
    award_yen: int,
    start: dt.date,
    incumbent: str,
    rivals: Mapping[str, float],
    locked_in: bool,
    keeps: bool = False,
) -> Tender:
    """Return the tender that ended in this award; ``rivals`` may bid, and may win unless the incumbent ``keeps`` it."""
    calibration = load_calibration()
    winner = incumbent if keeps else _winner(draws, shape, incumbent, rivals)
    kind = "locked_in" if locked_in else "contested" if shape.is_contested else "single"
    opening = start - dt.timedelta(days=round(draws.around(calibration.table("lead_days")[kind], 0.35)))
    notice = max(5, round(draws.around(calibration.table("notice_days")[kind], 0.30)))
    detail = _detail(draws, shape, award_yen)
    if detail == _WTO:
        notice = max(notice, int(calibration.number("wto_notice_days")) + notice % 9)
    competitive = shape.method in COMPETITIVE
    brand = calibration.table("marker_shares")["names_brand"][int(locked_in)]
    return Tender(
        method=shape.method,
        detail_ja=detail,
        announced=opening - dt.timedelta(days=notice) if shape.method != NEGOTIATED else None,
        opening=opening if shape.method != NEGOTIATED else None,
        ceiling_yen=max(award_yen, round(award_yen / shape.award_rate)),
        award_rate=shape.award_rate,
        vendor_id=winner,
        names_brand=draws.yes(brand),
        bids=_bids(draws, shape, award_yen, winner, rivals) if competitive or shape.method == PROPOSAL else (),
    )


def _winner(draws: Draws, shape: Shape, incumbent: str, rivals: Mapping[str, float]) -> str:
    wins = load_calibration().table("incumbent_wins")
    if shape.method == NEGOTIATED or draws.yes(wins["contested" if shape.is_contested else "single"]):
        return incumbent
    others = {vendor: weight for vendor, weight in rivals.items() if vendor != incumbent}
    return draws.pick(others) if others else incumbent


def _detail(draws: Draws, shape: Shape, award_yen: int) -> str | None:
    calibration = load_calibration()
    if shape.method == NEGOTIATED:
        return _SMALL if award_yen <= calibration.number("small_negotiated_yen") else draws.pick(_GROUNDS)
    if award_yen >= calibration.number("wto_threshold_yen") and shape.method in {"一般競争", "総合評価"}:
        return _WTO
    return {"総合評価": "加算方式", PROPOSAL: "企画提案の審査", "一般競争": "事後審査型"}.get(shape.method)


def _bids(draws: Draws, shape: Shape, award_yen: int, winner: str, rivals: Mapping[str, float]) -> tuple[Bid, ...]:
    bids = [Bid(winner, award_yen, "valid", True)]
    left = {vendor: weight for vendor, weight in rivals.items() if vendor != winner}
    while len(bids) < shape.bidders and left:
        vendor = draws.pick(left)
        del left[vendor]
        # 総合評価 weighs quality too: its winner need not be the cheapest
        dearer = draws.between(-0.04, 0.22) if shape.method == "総合評価" else draws.between(0.004, 0.24)
        bids.append(Bid(vendor, round(award_yen * (1 + dearer) / 1000) * 1000, "valid", False))
    if left and shape.method in COMPETITIVE and draws.yes(0.16):
        bids.append(Bid(draws.pick(left), None, "declined", False))
    return tuple(bids)
