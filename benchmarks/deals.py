"""The deals that the log benchmarks record: the same fields and values for ours and for the peers.

Standard library only, so that a peer's interpreter can read it. The comment is longer than a terminal's, which brings
the body of our event to 300 bytes, give or take five.
"""

from typing import Any

WORDS = (
    "20.00 lots long in EURUSD would become more than the limit of 20.00 lots; close some of them first or raise the "
    "setting position_volume_max in the plan of this run, then begin another run"
)


def deal(number: int) -> dict[str, Any]:
    """Fields of the deal with that number; any below ten million will do."""
    lots = 1 + number % 50
    points = 100_000 + number * 7 % 40_000
    profit = number * 37 % 20_001 - 10_000
    return {
        "deal": 5_000_000 + number,
        "ticket": 7_000_000 + number,
        "order": 100_000 + number,
        "position": 7_000_000 + number // 2,
        "symbol": "EURUSD",
        "type": "sell" if number % 2 else "buy",
        "entry": "out" if number % 2 else "in",
        "reason": "expert",
        "volume": lots * 1_000_000,
        "price": points / 100_000,
        "profit": profit,
        "swap": -(number % 300),
        "commission": -7 * lots,
        "balance": 10_000_000 + profit,
        "magic": 40_000_000 + number,
        "moment": 1_399_266_000_000_000_000 + number * 1_000_000,
        "comment": f"ema cross {number:06d}: target of 0.00125 reached, fast 1.38756 above slow 1.38742 at opening",
    }


def denial(number: int) -> dict[str, Any]:
    """Fields of an order's denial: five of them, most of the body one text; as long as a deal."""
    return {
        "order": 100_000 + number,
        "rule": "position_volume_max",
        "limit": 2_000_000_000,
        "value": 2_000_000_000 + number,
        "detail": f"order {number:06d}: {WORDS}; see docs/risk.md on it",
    }
