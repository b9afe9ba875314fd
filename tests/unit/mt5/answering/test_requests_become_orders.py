"""A trade request as an order of the server: prices as they are, lots to 1e-8 lots, dates to UTC."""

from typing import Any

import numpy as np
import pytest

from tallystick.platform.mt5.answering.requests import REQUEST_FIELDS, broken_number, order_of, request_values
from tallystick.platform.mt5.answering.server_clock import ServerClock

CLOCK = ServerClock("fixed:+03:00")


def request_of(**fields: Any) -> dict[str, Any]:
    """A whole request, as the module hands it over: what is not given is zero or empty."""
    numbers = {"volume": 0.0, "price": 0.0, "stoplimit": 0.0, "sl": 0.0, "tp": 0.0, "symbol": "", "comment": ""}
    return {name: fields.get(name, numbers.get(name, 0)) for name in REQUEST_FIELDS}


def test_every_field_finds_its_place() -> None:
    """Magic and comment unchanged; the order number is the book's own."""
    request = request_of(
        action=5, magic=2**63, order=7, symbol="EURUSD", volume=0.1, price=1.1, stoplimit=1.2, sl=1.0, tp=1.3,
        deviation=20, type=6, type_filling=2, type_time=2, expiration=1_700_010_800, comment="grid", position=8,
        position_by=9,
    )  # fmt: skip
    order = order_of(request, number=41, account="demo", clock=CLOCK)
    assert (order.order, order.account, order.action, order.type, order.symbol) == (41, "demo", 5, 6, "EURUSD")
    assert (order.volume, order.price, order.stop_limit) == (10_000_000, 1.1, 1.2)
    assert (order.stop_loss, order.take_profit, order.deviation) == (1.0, 1.3, 20)
    assert (order.filling, order.time_type, order.expires) == (2, 2, 1_700_000_000 * 1_000_000_000)
    assert (order.position, order.ticket, order.opposite) == (8, 7, 9)
    assert (order.magic, order.comment) == (2**63, "grid")


@pytest.mark.parametrize(
    ("lots", "volume"),
    [(0.01, 1_000_000), (0.1 + 0.2, 30_000_000), (1e-9, 0), (-1.0, -1), (1e300, 2**62), (np.float64(0.07), 7_000_000)],
)
def test_lots_become_whole_hundred_millionths(lots: float, volume: int) -> None:
    """Also those no server takes: they are refused as a volume, not by an error of ours."""
    order = order_of(request_of(volume=lots), number=1, account="demo", clock=CLOCK)
    assert order.volume == volume
    assert type(order.volume) is int


@pytest.mark.parametrize(
    ("field", "retcode"), [("volume", 10014), ("price", 10015), ("stoplimit", 10015), ("sl", 10016), ("tp", 10016)]
)
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_are_refused_by_their_own_code(field: str, retcode: int, number: float) -> None:
    """A server has no NaN to be asked about."""
    assert broken_number(request_of(**{field: number})) == retcode
    assert broken_number(request_of(**{field: 1.0})) == 0


def test_the_values_stand_in_the_order_of_the_struct() -> None:
    """TradeRequest's 17 fields."""
    assert request_values(request_of(action=1, position_by=3))[0::16] == (1, 3)
