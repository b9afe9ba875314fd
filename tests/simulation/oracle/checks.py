"""Section 4 of docs/fills.md: the first rule a request breaks, as its return code; 0 when it breaks none.

Each function is one row of the page's table, or the part of several rows that looks at one thing; `RULES` is the table.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tallystick.events.types.trading import OrderSending
from tests.simulation.oracle import names
from tests.simulation.oracle.calendar import SPECIFIED, SPECIFIED_DAY
from tests.simulation.oracle.orders import BUY, SELL, STOP_LIMITS, Position, direction_of
from tests.simulation.oracle.prices import (
    bad_price,
    bad_stops_of_order,
    bad_stops_of_position,
    frozen_order,
    frozen_position,
    points_of,
)

if TYPE_CHECKING:
    from tests.simulation.oracle.oracle import Oracle

MARKET, PENDING, PROTECT, MODIFY, REMOVE, CLOSE_BY = 1, 5, 6, 7, 8, 10
SECOND = 10**9


def too_many_messages(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 2; the present request is not in the list yet."""
    limit = oracle.settings.message_limit
    recent = sum(1 for sent in oracle.sent_at if sent > time - SECOND)
    return names.TOO_MANY if 0 < limit <= recent else 0


def not_a_request(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 3."""
    if sending.action not in {MARKET, PENDING, PROTECT, MODIFY, REMOVE, CLOSE_BY} or not 0 <= sending.type <= 8:
        return names.INVALID
    wrong = {MARKET: sending.type > 1, PENDING: not 2 <= sending.type <= 7}
    return names.INVALID if wrong.get(sending.action) else 0


def unknown_symbol(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 4; a symbol is filled in by now where the position or order named is there."""
    if sending.symbol in oracle.instruments:
        return 0
    if not sending.symbol and sending.action in {PROTECT, CLOSE_BY}:
        return names.NO_POSITION
    return names.BAD_ORDER if not sending.symbol and sending.action in {MODIFY, REMOVE} else names.INVALID


def not_tradable(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rules 5 to 9: the account, the symbol's trade mode and dates, its prices and hours."""
    terms = oracle.instruments[sending.symbol]
    if not oracle.settings.trade_allowed:
        return names.DISABLED
    if not oracle.settings.trade_expert:
        return names.NO_EXPERTS
    if terms.trade_mode == "disabled" or time < terms.trades_from or 0 < terms.trades_until <= time:
        return names.DISABLED
    if not oracle.priced(sending.symbol):
        return names.PRICE_OFF
    return 0 if oracle.in_session(sending.symbol, time) else names.CLOSED


def order_mode(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 10."""
    flags = oracle.instruments[sending.symbol].order_modes
    wanted = {MARKET: 1, CLOSE_BY: 64}.get(sending.action, 0)
    if sending.action == PENDING:
        wanted = {2: 2, 3: 2, 4: 4, 5: 4, 6: 8, 7: 8}[sending.type]
    if sending.action in {MARKET, PENDING, PROTECT, MODIFY}:
        wanted |= (16 if sending.stop_loss else 0) | (32 if sending.take_profit else 0)
    return 0 if wanted & flags == wanted else names.BAD_ORDER


def bad_volume_or_filling(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rules 11 to 13."""
    if sending.action not in {MARKET, PENDING}:
        return 0
    terms = oracle.instruments[sending.symbol]
    inside = terms.volume_min <= sending.volume <= terms.volume_max
    if not inside or (sending.volume - terms.volume_min) % terms.volume_step:
        return names.BAD_VOLUME
    if not _filling_allowed(oracle, sending):
        return names.BAD_FILLING
    priced = terms.execution in {"instant", "request"} and sending.action == MARKET
    return names.BAD_PRICE if priced and points_of(oracle, sending)[0] <= 0 else 0


def _filling_allowed(oracle: "Oracle", sending: OrderSending) -> bool:
    """The table of section 13."""
    terms = oracle.instruments[sending.symbol]
    at_a_quote = terms.execution in {"instant", "request"}
    if sending.filling == 0:
        return bool(terms.filling_modes & 1) or at_a_quote
    if sending.filling == 1:
        return bool(terms.filling_modes & 2)
    if sending.filling == 2:
        return sending.action == PENDING or terms.execution == "exchange"
    booked = sending.action == PENDING and sending.type in {2, 3, 6, 7} and not at_a_quote
    return sending.filling == 3 and booked and bool(terms.filling_modes & 4)


def bad_closing(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 14."""
    if sending.action != MARKET or sending.position == 0:
        return 0
    position = oracle.named(sending.position)
    if position is None:
        return names.NO_POSITION
    if position.symbol != sending.symbol or position.direction == direction_of(sending.type):
        return names.INVALID
    if not oracle.netting:
        if sending.volume > position.volume:
            return names.CLOSE_MORE
        coming = sum(o.volume for o in oracle.in_flight.values() if o.position == position.number)
        if coming + sending.volume > position.volume:
            return names.CLOSE_EXISTS
        if _not_the_first(oracle, position):
            return names.FIFO
    return frozen_position(oracle, position)


def _not_the_first(oracle: "Oracle", position: Position) -> bool:
    return bool(oracle.settings.fifo_close) and oracle.of_symbol(position.symbol)[0].number < position.number


def wrong_way(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 15."""
    if sending.action not in {MARKET, PENDING} or only_closes(oracle, sending):
        return 0
    mode, direction = oracle.instruments[sending.symbol].trade_mode, direction_of(sending.type)
    if mode == "close_only":
        return names.CLOSE_ONLY
    if mode == "long_only" and direction == SELL:
        return names.LONG_ONLY
    return names.SHORT_ONLY if mode == "short_only" and direction == BUY else 0


def only_closes(oracle: "Oracle", sending: OrderSending) -> bool:
    """An action 1 that can only close."""
    if sending.action != MARKET:
        return False
    if not oracle.netting:
        return sending.position != 0
    held = oracle.of_symbol(sending.symbol)
    other_side = bool(held) and held[0].direction != direction_of(sending.type)
    return other_side and held[0].volume >= sending.volume


def opens(oracle: "Oracle", sending: OrderSending) -> bool:
    """An action 1 that opens or adds; a netting reversal neither opens nor only closes."""
    if sending.action != MARKET:
        return False
    if not oracle.netting:
        return sending.position == 0
    held = oracle.of_symbol(sending.symbol)
    return not held or held[0].direction == direction_of(sending.type)


def nothing_to_change(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rules 16 and 17."""
    if sending.action == PROTECT:
        position = oracle.protected_by(sending)
        return 0 if position and position.symbol == sending.symbol else names.NO_POSITION
    if sending.action not in {MODIFY, REMOVE}:
        return 0
    order = oracle.pending.get(sending.ticket)
    if order is None or order.symbol != sending.symbol or (sending.action == MODIFY and order.resting):
        return names.BAD_ORDER
    return 0


def bad_close_by(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 18."""
    if sending.action != CLOSE_BY:
        return 0
    if oracle.netting:
        return names.INVALID
    one, other = oracle.named(sending.position), oracle.named(sending.opposite)
    if one is None or other is None or one.symbol != sending.symbol:
        return names.NO_POSITION
    if one.symbol != other.symbol or one.direction == other.direction:
        return names.INVALID
    if any(order.position in {one.number, other.number} for order in oracle.in_flight.values()):
        return names.CLOSE_EXISTS
    if _not_the_first(oracle, one):
        return names.FIFO
    return frozen_position(oracle, one) or frozen_position(oracle, other)


def bad_terms(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rules 19 to 23: prices, expiry, stops, freeze."""
    if sending.action == PROTECT:
        position = oracle.protected_by(sending)
        assert position is not None  # rule 16
        return bad_stops_of_position(oracle, sending, position) or frozen_position(oracle, position)
    standing = oracle.pending.get(sending.ticket)
    if sending.action == REMOVE and standing:
        return frozen_order(oracle, standing)
    if sending.action == MARKET:
        return _bad_expiry(oracle, sending, time)
    if sending.action not in {PENDING, MODIFY}:
        return 0
    order_type = standing.type if sending.action == MODIFY and standing else sending.type
    return (
        bad_price(oracle, sending, order_type)
        or _bad_expiry(oracle, sending, time)
        or bad_stops_of_order(oracle, sending, order_type)
        or (frozen_order(oracle, standing) if sending.action == MODIFY and standing else 0)
    )


def _bad_expiry(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    if not 0 <= sending.time_type <= 3:
        return names.BAD_EXPIRY
    flags = oracle.instruments[sending.symbol].expiration_modes
    if sending.action != MARKET and not flags & 1 << sending.time_type:
        return names.BAD_EXPIRY
    if sending.time_type not in {SPECIFIED, SPECIFIED_DAY} or (sending.action == MARKET and not sending.expires):
        return 0
    lapses = oracle.expiry(sending, time)
    return names.BAD_EXPIRY if sending.expires == 0 or lapses is None or lapses <= time else 0


def no_changes(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rule 24."""
    if sending.action not in {PROTECT, MODIFY}:
        return 0
    price, limit_price, stop, take = points_of(oracle, sending)
    position, order = oracle.protected_by(sending), oracle.pending.get(sending.ticket)
    if sending.action == PROTECT and position:
        return names.NO_CHANGES if (stop, take) == (position.stop, position.take) else 0
    assert order is not None  # rule 17
    same = (order.price, order.stop, order.take, order.expires) == (price, stop, take, oracle.expiry(sending, time))
    same_limit = order.type not in STOP_LIMITS or order.stop_limit == limit_price
    return names.NO_CHANGES if same and same_limit else 0


def over_a_limit(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """Rules 25 to 28."""
    settings, opening = oracle.settings, opens(oracle, sending)
    if sending.action == PENDING and 0 < settings.limit_orders <= len(oracle.pending):
        return names.LIMIT_ORDERS
    if 0 < settings.limit_positions <= _positions_counted(oracle, sending, opening=opening):
        return names.LIMIT_POSITIONS
    direction = direction_of(sending.type)
    if opening and oracle.in_the_way(sending.symbol, direction):
        return names.HEDGE
    limit = oracle.instruments[sending.symbol].volume_limit
    if limit <= 0 or not (opening or sending.action == PENDING):
        return 0
    side = [one for one in oracle.of_symbol(sending.symbol) if one.direction == direction]
    waiting = [o for o in oracle.pending.values() if (o.symbol, o.direction) == (sending.symbol, direction)]
    volume = sum(p.volume for p in side) + sum(o.volume for o in waiting) + sending.volume
    return names.LIMIT_VOLUME if volume > limit else 0


def _positions_counted(oracle: "Oracle", sending: OrderSending, *, opening: bool) -> int:
    """What rule 26 counts; -1 where it does not ask."""
    if oracle.netting:
        asked = sending.action in {MARKET, PENDING} and not oracle.of_symbol(sending.symbol)
        return len(oracle.positions) if asked else -1
    coming = sum(1 for order in oracle.in_flight.values() if not order.position)
    asked = sending.action == PENDING or opening
    return len(oracle.positions) + len(oracle.pending) + coming if asked else -1


RULES: tuple[Callable[["Oracle", OrderSending, int], int], ...] = (
    too_many_messages, not_a_request, unknown_symbol, not_tradable, order_mode, bad_volume_or_filling, bad_closing,
    wrong_way, nothing_to_change, bad_close_by, bad_terms, no_changes, over_a_limit,
)  # fmt: skip


def refusal(oracle: "Oracle", sending: OrderSending, time: int) -> int:
    """The return code of the first broken rule, or 0."""
    codes = (rule(oracle, sending, time) for rule in RULES)
    return next((code for code in codes if code), 0)
