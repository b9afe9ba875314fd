"""A book's own view of its pending orders is what stands at the server: when placed, changed, triggered and filled."""

from collections.abc import Sequence

import msgspec
import pytest

from tallystick.events.event import Event
from tallystick.events.types.trading import DealMade, OrderRequested, OrderSending
from tallystick.platform.accounts.ledger import Ledger
from tests.unit.terminal.scenes import Scene
from tests.unit.terminal.server import BUY_LIMIT, BUY_STOP_LIMIT, MODIFY, PROTECT, order

KINDS = {BUY_LIMIT: "limit", BUY_STOP_LIMIT: "stop_limit"}


class Book:
    """A scene whose orders and facts a ledger folds."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.ledger = Ledger(lambda _: 0, self.scene.terminal.instruments)
        self.heard(self.scene.terminal.opening())

    def heard(self, facts: Sequence[Event]) -> None:
        """What the server said."""
        for fact in facts:
            self.ledger.apply(fact, self.scene.now)

    def send(self, sending: OrderSending, purpose: str) -> None:
        """An order of the book on its way, and what is known of it at once."""
        asked = OrderRequested(
            order=sending.order,
            account="demo",
            strategy="one",
            symbol="EURUSD",
            purpose=purpose,  # type: ignore[arg-type]  # one of the words
            side="buy",
            kind=KINDS.get(sending.type, "limit"),  # type: ignore[arg-type]  # one of the words
            volume=sending.volume,
            price=sending.price,
            stop_loss=sending.stop_loss,
            take_profit=sending.take_profit,
            position=sending.position,
            ticket=sending.ticket,
            expires=0,
            reduces=False,
        )
        self.ledger.apply(asked, self.scene.now)
        self.heard(self.scene.sent(sending))

    def quote(self, bid: int) -> None:
        """The next quote."""
        self.heard(self.scene.quote(bid))


def test_a_stop_limit_order_that_was_triggered_is_a_limit_order_at_its_limit_price() -> None:
    book = Book()
    book.send(order(7, BUY_STOP_LIMIT, price=120_200, limit=120_100), "pending")
    assert (book.ledger.state.orders[7].kind, book.ledger.state.orders[7].price) == ("stop_limit", 1.202)
    book.quote(120_195)
    assert (book.ledger.state.orders[7].kind, book.ledger.state.orders[7].price) == ("limit", 1.201)
    book.quote(120_080)
    assert book.ledger.state.orders == {}
    assert [one.order for one in book.ledger.state.positions.values()] == [7]


@pytest.mark.parametrize("taken", [True, False])
def test_a_pending_order_that_was_changed_opens_its_position_with_the_changed_stops(taken: bool) -> None:
    book = Book()
    book.send(order(7, BUY_LIMIT, price=119_900, stop=119_000), "pending")
    ticket = book.ledger.state.orders[7].ticket
    price = 119_800 if taken else 130_000  # on the wrong side of the market
    change = order(8, BUY_LIMIT, action=MODIFY, ticket=ticket, price=price, stop=119_500, take=121_000)
    book.send(msgspec.structs.replace(change, action=MODIFY), "protect")
    standing = book.ledger.state.orders[7]
    assert set(book.ledger.state.orders) == {7}
    assert (standing.price, standing.stop_loss) == ((1.198, 1.195) if taken else (1.199, 1.19))
    book.quote(119_700)
    (held,) = book.ledger.state.positions.values()
    (real,) = book.scene.terminal.state.positions.values()
    assert (round(held.stop_loss * 100_000), round(held.take_profit * 100_000)) == (real.stop, real.take)


def test_the_stops_of_a_position_are_no_pending_orders() -> None:
    book = Book()
    book.send(order(7, BUY_LIMIT, price=119_900), "pending")
    book.send(order(8, BUY_LIMIT, price=119_950), "pending")
    book.quote(119_930)
    (held,) = book.ledger.state.positions.values()
    before = book.ledger.state.orders[7]
    book.send(msgspec.structs.replace(order(9, stop=119_000), action=PROTECT, position=held.ticket), "protect")
    assert book.ledger.state.orders == {7: before}
    assert book.ledger.state.positions[held.ticket].stop_loss == 1.19


def test_what_a_deal_filled_is_pending_no_more_when_the_deal_is_heard() -> None:
    """The order's end is told after its deal; in between nobody may count it again or cancel it."""
    book = Book()
    book.send(order(7, BUY_LIMIT, price=119_900), "pending")
    volume = book.ledger.state.orders[7].volume
    (deal, *_) = (fact for fact in book.scene.quote(119_880) if isinstance(fact, DealMade))
    part = msgspec.structs.replace(deal, volume=volume // 4)
    book.heard([part])
    assert book.ledger.state.orders[7].volume == volume - volume // 4
    book.heard([msgspec.structs.replace(deal, volume=volume - volume // 4)])
    assert book.ledger.state.orders == {}
    assert [held.volume for held in book.ledger.state.positions.values()] == [volume]
