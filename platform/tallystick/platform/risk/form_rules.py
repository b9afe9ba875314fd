"""Rules on who may do what, whether the market is there, and whether the order is well formed.

Each rule reads one case as (limit, value): the order passes when value <= limit. What a rule cannot know, it refuses.
"""

import math
from collections.abc import Iterable

from tallystick.market.server_time import offset_ns
from tallystick.market.sessions import EVERY, Sessions
from tallystick.market.spans import MINUTE_NS, SECOND_NS
from tallystick.platform.portfolio.lots import in_lots, why_not_tradable
from tallystick.platform.quantities import seconds
from tallystick.platform.risk.case import Case
from tallystick.platform.risk.wording import price, server_clock

Reading = tuple[int, int] | None
"""A rule's limit and the order's value for it; None when the order passes and there is no number."""
PASSED: Reading = None
REFUSED: Reading = (0, 1)
WEEK_MINUTES = 10_080
MONDAY_OFFSET_MINUTES = 4_320
"""1970-01-01 was a Thursday: minutes from Monday to Thursday."""


def halt(case: Case) -> Reading:
    """No new exposure while the book is halted or its account may only reduce."""
    account = case.account
    return REFUSED if account is None or account.halted or account.restricted else PASSED


def say_halt(case: Case, _limit: int, _value: int) -> str:
    """Which of the two it is."""
    if case.account is None:
        return "no account has been opened: nothing is sent. Check the terminal's connection, then start the run again."
    if case.account.restricted and not case.account.halted:
        return "the account may only reduce until the outcome of an order is known. Wait for its release."
    return "the book is halted: cancels and reductions still pass. Find out why, then: tallystick resume"


def permission(case: Case) -> Reading:
    """Account, symbol and strategy are known and permitted."""
    return REFUSED if say_permission(case, 0, 1) else PASSED


def say_permission(case: Case, _limit: int, _value: int) -> str:
    """What is not permitted; empty when all is."""
    request, settings = case.request, case.settings
    if case.account is None or request.account != case.account.account:
        own = case.account.account if case.account else "none"
        return f'account "{request.account}" is not this book\'s ({own}). Open the account before trading on it.'
    if case.instrument is None:
        known = ", ".join(sorted(case.context.instruments)) or "none"
        return f'symbol "{request.symbol}" was not declared by the terminal (it declared: {known}). Check the name.'
    if case.kind == "reduce":
        return ""
    if settings.strategies is not None and request.strategy not in settings.strategies:
        return f'strategy "{request.strategy}" may not open. Add it to the risk setting `strategies` to let it.'
    if settings.symbols is not None and request.symbol not in settings.symbols:
        return f'symbol "{request.symbol}" may not be opened. Add it to the risk setting `symbols` to let it.'
    return ""


def reduction(case: Case) -> Reading:
    """An order that says it only reduces does: it has something to reduce and takes no more than that."""
    request = case.request
    if request.purpose == "cancel":
        return PASSED if _is_pending(case) else REFUSED
    if request.purpose == "protect":
        return PASSED if _tightens(case) else REFUSED
    closable = _closable(case)
    return PASSED if 0 < request.volume <= closable else (closable, max(request.volume, closable + 1))


def say_reduction(case: Case, limit: int, value: int) -> str:
    """What is missing."""
    request = case.request
    if request.purpose == "cancel":
        return f"no pending order with ticket {request.ticket}. It may have been filled; look at the open orders."
    if request.purpose == "protect":
        return f"position {request.position} would lose protection. Ask for it as a change, not as a reduction."
    held = f"position {request.position}" if request.position else request.symbol
    return f"{in_lots(value)} lots to close, {in_lots(limit)} of {held} left to close. Decide anew."


def _is_pending(case: Case) -> bool:
    ticket = case.request.ticket
    return ticket > 0 and any(order.ticket == ticket for order in case.ahead)


def _closable(case: Case) -> int:
    """Volume of the position on the other side, less closes already on their way."""
    request = case.request
    if case.position is not None:
        fits = case.position.symbol == request.symbol and case.position.direction == -case.direction
        closing = sum([o.volume for o in case.ahead if o.reduces and o.position == request.position])
        return case.position.volume - closing if fits else 0
    if not case.netting or request.position:
        return 0
    closing = sum(
        o.volume for o in case.ahead if o.reduces and o.symbol == request.symbol and o.direction == case.direction
    )
    return max(0, case.side_volume(-case.direction) - closing)


def _tightens(case: Case) -> bool:
    """A position's stop that is kept or moved towards the price."""
    held, stop = case.position, case.request.stop_loss
    if held is None or held.symbol != case.request.symbol:
        return False
    if held.stop_loss == 0.0:
        return True
    return stop != 0.0 and held.direction * (stop - held.stop_loss) >= 0.0


def market_state(case: Case) -> Reading:
    """There is a quote, the week's closed minutes are not on, and the symbol is in session."""
    closed = case.quote is None or _closed(case) or (case.settings.hours and _out_of_session(case))
    return REFUSED if closed else PASSED


def say_market_state(case: Case, _limit: int, _value: int) -> str:
    """No quote, or closed, and until when."""
    symbol = case.request.symbol
    if case.quote is None:
        return f"{symbol} has had no quote yet. Wait for its first, or check the feed's symbols."
    if _closed(case):
        return (
            f"{symbol} is in the closed minutes of the week (risk setting `closed_minutes`). Wait; if its daily bars"
            " end in them, set it to [] (`closed` under [risk] in a file)."
        )
    sessions = _sessions(case)
    opening = sessions.next_open(_server_ns(case)) if sessions is not None else None
    until = "in the next four weeks" if opening is None else f"before {server_clock(opening)} of the server's clock"
    return f"{symbol} is out of its trading hours (the plan's `sessions`) and does not open {until}. Wait."


def _sessions(case: Case) -> Sessions | None:
    hours = case.settings.hours
    return hours.get(case.request.symbol, hours.get(EVERY))


def _server_ns(case: Case) -> int:
    return case.time + offset_ns(case.time, case.settings.server_time)


def _out_of_session(case: Case) -> bool:
    sessions = _sessions(case)
    return sessions is not None and not sessions.open_at(_server_ns(case))


def _closed(case: Case) -> bool:
    """Closed at the moment and just before it: a bar that ends as the week does was of the week."""
    closed = case.settings.closed_minutes
    return _within(case.time, closed) and _within(case.time - 1, closed)


def _within(time: int, windows: Iterable[tuple[int, int]]) -> bool:
    minute = (time // MINUTE_NS + MONDAY_OFFSET_MINUTES) % WEEK_MINUTES
    for start, stop in windows:  # noqa: SIM110 -- every verdict asks; a generator costs four times
        if start <= minute < stop:
            return True
    return False


def stale_quote(case: Case) -> Reading:
    """The quote is young enough, in ns."""
    _, quote, _ = case.known
    return case.settings.quote_age_max_s * SECOND_NS, case.time - quote.time


def say_stale_quote(case: Case, limit: int, value: int) -> str:
    """How old it is."""
    return f"the last quote of {case.request.symbol} is {seconds(value)} old, limit {seconds(limit)}. Check the feed."


def price_form(case: Case) -> Reading:
    """Prices are finite, and limit, stop, stop loss and take profit lie on their sides of the market."""
    return REFUSED if say_price_form(case, 0, 1) else PASSED


def say_price_form(case: Case, _limit: int, _value: int) -> str:
    """What is wrong with the prices; empty when nothing is."""
    request = case.request
    price, stop, take = request.price, request.stop_loss, request.take_profit
    stops = stop or take  # neither, of most orders
    if not 0.0 <= price < math.inf or (stops and not (0.0 <= stop < math.inf and 0.0 <= take < math.inf)):
        return f"a price of {(price, stop, take)} is not a price. Prices are finite and positive; 0.0 is none."
    if request.purpose == "pending":
        if request.price == 0.0:
            return "10015 INVALID_PRICE: a pending order needs a price. Give one."
        wrong = _wrong_side(case)
        if wrong:
            return wrong
    if not stops or case.kind == "reduce" or case.quote is None:
        return ""
    return _stops_fault(case)


def _wrong_side(case: Case) -> str:
    """A limit waits on the better side of the market, a stop (or stop-limit) on the worse, the stops level away."""
    instrument, _, _ = case.known
    own, market = case.price_points, case.market_points
    away = (market - own) * case.direction
    if case.request.kind != "limit":
        away = -away
    least = max(instrument.stops_level, 1)
    if away >= least:
        return ""
    name = f"{case.request.side}_{case.request.kind}".upper()
    side = "ask" if case.direction > 0 else "bid"
    shown, quoted = price(own, instrument), price(market, instrument)
    if away > 0:
        return f"10015 INVALID_PRICE: {name} {shown} is {away} points from {side} {quoted}, {least} needed. Move it."
    where = "above" if own > market else "at" if own == market else "below"
    limit_side, stop_side = ("Below", "above") if case.direction > 0 else ("Above", "below")
    rule = f"{limit_side} {side} for a limit, {stop_side} for a stop."
    return f"10015 INVALID_PRICE: {name} {shown} is {where} {side} {quoted}. {rule}"


def _stops_fault(case: Case) -> str:
    """SL and TP lie on their sides of the closing price, at least the stops level away."""
    instrument, quote, _ = case.known
    request = case.request
    direction = case.position.direction if request.purpose == "protect" and case.position else case.direction
    if request.purpose == "pending":
        closing = case.price_points
    else:
        closing = instrument.points(quote.bid if direction > 0 else quote.ask)
    for name, stop, sign in (("SL", request.stop_loss, direction), ("TP", request.take_profit, -direction)):
        if stop == 0.0:
            continue
        distance = sign * (closing - instrument.points(stop))
        if distance < max(instrument.stops_level, 1):
            return (
                f"10016 INVALID_STOPS: {name} {price(instrument.points(stop), instrument)} is {distance} points from"
                f" {price(closing, instrument)}, at least {max(instrument.stops_level, 1)} are needed. Widen it."
            )
    return ""


def volume_step(case: Case) -> Reading:
    """The volume is tradable; a whole position may be closed whatever its volume."""
    request = case.request
    if request.purpose in {"cancel", "protect"}:
        return PASSED
    if case.kind == "reduce" and case.position is not None and request.volume == case.position.volume:
        return PASSED
    assert case.instrument is not None
    least, step = case.instrument.volume_min, case.instrument.volume_step
    if request.volume < least:
        return 0, least - request.volume
    return 0, (request.volume - least) % step


def say_volume_step(case: Case, _limit: int, _value: int) -> str:
    """Which volumes near it are tradable."""
    assert case.instrument is not None
    return why_not_tradable(case.request.volume, case.instrument)
