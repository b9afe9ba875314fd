"""`Buy`, `Sell`, `Close`: the requests they send, when they look at the price again, what they give."""

from collections.abc import Iterator
from typing import Any

import pytest

import tallystick.platform.mt5.simulated as mt5
from tallystick.platform.mt5.dropin.fields import FIELDS
from tallystick.platform.mt5.wire import NOTHING, Answer, Call, Record, Records
from tests.unit.mt5.dropin.answering import TICK, Scripted, answered_by

REQUEST = (0, 0, 0, "", 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0, "", 0, 0)
DONE, PARTLY, REQUOTE, PRICE_OFF, NO_MONEY = 10009, 10010, 10004, 10021, 10019


def _position(ticket: int, kind: int, volume: float) -> tuple[Any, ...]:
    values: dict[str, Any] = dict.fromkeys(FIELDS["TradePosition"], 0)
    return tuple({**values, "ticket": ticket, "type": kind, "volume": volume, "symbol": "EURUSD"}.values())


class Dealer(Scripted):
    """Answers order after order with these codes; None is no answer at all."""

    def __init__(self) -> None:
        """Two positions stand, a long and a short one."""
        rows = (_position(1, 0, 0.1), _position(2, 1, 0.2))
        super().__init__(symbol_info_tick=Record("Tick", TICK), positions_get=Records("TradePosition", rows))
        self.codes: list[int | None] = []

    def answer(self, call: Call) -> Answer:
        """A code after the other, then DONE."""
        if call.function == "order_send":
            code = self.codes.pop(0) if self.codes else DONE
            result = (code, 1, 2, 0.1, 1.1, 1.1, 1.2, "", 1, 0, REQUEST)
            self.values["order_send"] = NOTHING if code is None else Record("OrderSendResult", result)
        return super().answer(call)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was sent, without what is empty."""
        sent = [call.arguments["request"] for call in self.calls if call.function == "order_send"]
        return [{name: value for name, value in request.items() if value} for request in sent]


@pytest.fixture
def dealer() -> Iterator[Dealer]:
    far = Dealer()
    with answered_by(far):
        yield far


def test_buy_takes_the_ask_and_sell_the_bid(dealer: Dealer) -> None:
    assert mt5.Buy("EURUSD", 0.1).retcode == DONE
    assert mt5.Sell("EURUSD", 0.2, comment="bye", ticket=7).retcode == DONE
    both = {"action": 1, "symbol": "EURUSD", "deviation": 10}
    assert dealer.requests == [
        {**both, "volume": 0.1, "price": 1.10002},
        {**both, "volume": 0.2, "price": 1.1, "type": 1, "comment": "bye", "position": 7},
    ]


def test_a_requote_is_tried_again_at_a_new_price(dealer: Dealer) -> None:
    dealer.codes = [REQUOTE, PRICE_OFF]
    assert mt5.Buy("EURUSD", 0.1).retcode == DONE
    assert [call.function for call in dealer.calls[1:]] == ["symbol_info_tick", "order_send"] * 3


def test_ten_requotes_are_enough(dealer: Dealer) -> None:
    dealer.codes = [REQUOTE] * 20
    assert mt5.Sell("EURUSD", 0.1).retcode == REQUOTE
    assert len(dealer.requests) == 10


def test_a_price_given_is_tried_once(dealer: Dealer) -> None:
    dealer.codes = [REQUOTE]
    assert mt5.Buy("EURUSD", 0.1, 1.5).retcode == REQUOTE
    assert [request["price"] for request in dealer.requests] == [1.5]


def test_the_order_beneath_them_is_sent_once_as_libraries_call_it(dealer: Dealer) -> None:
    assert mt5._RawOrder(mt5.ORDER_TYPE_SELL, "EURUSD", 0.1, 1.2, None, 7).retcode == DONE  # noqa: SLF001 -- as they do
    sent = {"action": 1, "symbol": "EURUSD", "deviation": 10, "volume": 0.1, "price": 1.2, "type": 1, "position": 7}
    assert dealer.requests == [sent]
    assert [call.function for call in dealer.calls[1:]] == ["order_send"]


def test_any_other_refusal_ends_it(dealer: Dealer) -> None:
    dealer.codes = [NO_MONEY]
    assert mt5.Buy("EURUSD", 0.1).retcode == NO_MONEY
    dealer.codes = [REQUOTE, None]
    assert mt5.Buy("EURUSD", 0.1) is None


def test_an_int_price_fails_as_everywhere(dealer: Dealer) -> None:
    assert mt5.Buy("EURUSD", 1, 2) is None
    assert mt5.last_error() == (-2, 'Invalid "volume" argument')


@pytest.mark.parametrize(
    ("codes", "given"),
    [
        ([], True),
        ([DONE, NO_MONEY], "Partially"),
        ([NO_MONEY, DONE], "Partially"),
        ([PARTLY, DONE], "Partially"),
        ([NO_MONEY, NO_MONEY], False),
        ([PARTLY, PARTLY], False),
        ([DONE, None], None),
        ([REQUOTE, REQUOTE, DONE], True),
    ],
)
def test_close_tells_what_became_of_the_positions(dealer: Dealer, codes: list[int | None], given: Any) -> None:
    dealer.codes = codes
    told = mt5.Close("EURUSD")
    assert (told, type(told)) == (given, type(given))


def test_close_sends_opposite_deals_for_each_position(dealer: Dealer) -> None:
    mt5.Close("EURUSD", comment="all")
    both = {"action": 1, "symbol": "EURUSD", "deviation": 10, "comment": "all"}
    assert dealer.requests == [
        {**both, "volume": 0.1, "price": 1.1, "type": 1, "position": 1},
        {**both, "volume": 0.2, "price": 1.10002, "position": 2},
    ]


def test_close_of_nothing_is_false_and_of_a_ticket_asks_by_ticket(dealer: Dealer) -> None:
    dealer.values["positions_get"] = Records("TradePosition", ())
    assert mt5.Close("EURUSD", ticket=9) is False
    assert dealer.last.arguments == {"ticket": 9}


def test_close_without_a_price_gives_none_and_buy_fails_as_the_original(dealer: Dealer) -> None:
    dealer.values["symbol_info_tick"] = NOTHING
    assert mt5.Close("EURUSD") is None
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'ask'"):
        mt5.Buy("EURUSD", 0.1)
