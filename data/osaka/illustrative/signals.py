"""Which bid lists hold a pattern that a review would open the file for? (planted in a few contested tenders of the prefecture)

Each pattern changes losing bids only, so that winners, amounts and numbers of bidders stay as drawn: a regular loser beside one winner,
two losers with the same price, all but the winner disqualified, a cheaper bid disqualified, a bid handed in late.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from illustrative.contracts import Contract
from illustrative.draws import Draws
from illustrative.tenders import Bid, Tender

REGULAR_LOSER = "V63"  # a firm of weight 0: it never wins
_COUNTS = {
    "identical_losing_prices": 6,
    "all_but_winner_disqualified": 6,
    "lowest_bid_disqualified": 4,
    "late_losing_bid": 5,
}
_MOST_REGULAR = 14


def plant_signals(contracts: list[Contract]) -> tuple[list[Contract], dict[str, list[str]]]:
    """Return the contracts with the patterns in them, and the contract ids of each pattern."""
    draws = Draws("signals")
    contested = [contract for contract in contracts if contract.tender is not None and contract.tender.is_contested]
    order = sorted(contested, key=lambda contract: (draws.uniform(), contract.contract_id))
    planted: dict[str, list[str]] = {}
    changed: dict[str, Contract] = {}
    for contract in _beside_one_winner(order):
        _plant("regular_loser", contract, changed, planted)
    rest = iter([contract for contract in order if contract.contract_id not in changed])
    for name, count in _COUNTS.items():
        for contract in [next(contract for contract in rest if _fits(name, contract)) for _ in range(count)]:
            _plant(name, contract, changed, planted)
    return [changed.get(contract.contract_id, contract) for contract in contracts], planted


def _beside_one_winner(order: list[Contract]) -> list[Contract]:
    """Return contested contracts of the firm that wins most of them and never faced the regular loser."""
    plain = [c for c in order if c.tender is not None and REGULAR_LOSER not in {bid.vendor_id for bid in c.tender.bids}]
    winners = Counter(contract.vendor_id for contract in plain)
    winner = max(winners, key=lambda vendor: (winners[vendor], vendor))
    return [contract for contract in plain if contract.vendor_id == winner][:_MOST_REGULAR]


def _fits(name: str, contract: Contract) -> bool:
    losers = _losers(contract)
    return len(losers) >= (2 if name == "identical_losing_prices" else 1)


def _losers(contract: Contract) -> list[Bid]:
    assert contract.tender is not None
    return [bid for bid in contract.tender.bids if not bid.is_winner and bid.bid_status == "valid"]


def _plant(name: str, contract: Contract, changed: dict[str, Contract], planted: dict[str, list[str]]) -> None:
    assert contract.tender is not None
    losers = _losers(contract)
    edits = {bid.vendor_id: _edited(name, index, bid, losers, contract) for index, bid in enumerate(losers)}
    bids = tuple(edits.get(bid.vendor_id, bid) if not bid.is_winner else bid for bid in contract.tender.bids)
    tender: Tender = replace(contract.tender, bids=bids)
    changed[contract.contract_id] = replace(contract, tender=tender)
    planted.setdefault(name, []).append(contract.contract_id)


def _edited(name: str, index: int, bid: Bid, losers: list[Bid], contract: Contract) -> Bid:
    if name == "all_but_winner_disqualified":
        return replace(bid, bid_status="disqualified")
    if index > 0 and not (name == "identical_losing_prices" and index == 1):
        return bid
    if name == "regular_loser":
        return replace(bid, vendor_id=REGULAR_LOSER, bid_yen=round(contract.award_yen * 1.03 / 1000) * 1000)
    if name == "identical_losing_prices":
        return replace(bid, bid_yen=losers[0].bid_yen)
    if name == "lowest_bid_disqualified":
        return replace(bid, bid_status="disqualified", bid_yen=round(contract.award_yen * 0.93 / 1000) * 1000)
    return replace(bid, bid_status="late")
