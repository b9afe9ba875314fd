"""Rules on how far from the market and how often: collars, duplicates, message rate, repeated executions.

Each rule reads one case as (limit, value): the order passes when value <= limit. Prices are whole points, shares are
millionths rounded up, time is book time in ns.
"""

from bisect import bisect_right

from tallystick.market.spans import SECOND_NS
from tallystick.platform.quantities import seconds
from tallystick.platform.risk.case import Case
from tallystick.platform.risk.form_rules import PASSED, REFUSED, Reading
from tallystick.platform.risk.state import RiskState, execution_key
from tallystick.platform.risk.wording import percent, price

MILLION = 1_000_000


def price_collar(case: Case) -> Reading:
    """The order's price against the quote on its side, in ppm of the quote."""
    return case.settings.collar.order_ppm, _distance_ppm(case.price_points, case.market_points)


def say_price_collar(case: Case, limit: int, value: int) -> str:
    """Both prices and how far they are apart."""
    instrument, _, _ = case.known
    own, market = price(case.price_points, instrument), price(case.market_points, instrument)
    return (
        f"price {own} is {percent(value)} from the market's {market}, limit {percent(limit)}. Check the price's digits."
    )


def price_collar_period(case: Case) -> Reading:
    """The order's price against the one risk saw first in this period, in ppm of that."""
    _, reference = case.reference
    return case.settings.collar.period_ppm, _distance_ppm(case.price_points, reference)


def say_price_collar_period(case: Case, limit: int, value: int) -> str:
    """How far the price has come since the period began."""
    start, reference = case.reference
    instrument, _, _ = case.known
    return (
        f"price {price(case.price_points, instrument)} is {percent(value)} from {price(reference, instrument)},"
        f" {seconds(case.time - start)} ago; limit {percent(limit)} within {case.settings.collar.period_s} s."
        " Wait for the next period."
    )


def _distance_ppm(points: int, reference: int) -> int:
    """Distance in millionths of the reference, rounded up; a reference that is no price is infinitely far."""
    return -(-abs(points - reference) * MILLION // reference) if reference > 0 else MILLION * MILLION


def duplicate(case: Case) -> Reading:
    """No order of the same content within the window."""
    recent = case.state.recent
    oldest = case.time - case.settings.pace.duplicate_window_s * SECOND_NS
    if not recent or recent[-1][0] <= oldest:
        return PASSED
    content = case.content
    for time, earlier in recent:
        if time > oldest and content == earlier:
            return REFUSED
    return PASSED


def say_duplicate(case: Case, _limit: int, _value: int) -> str:
    """How long to wait."""
    window = case.settings.pace.duplicate_window_s
    return f"an order of the same content was approved less than {window} s ago. If it is meant, send it later."


def message_throttle(case: Case) -> Reading:
    """Messages that the bucket would hold with this one; every order sent counts, reductions too."""
    pace = case.settings.pace
    interval = SECOND_NS // pace.messages_per_s
    waiting = max(case.state.messages_until - case.time, 0)
    return pace.messages_burst, -(-waiting // interval) + 1


def say_message_throttle(case: Case, limit: int, value: int) -> str:
    """The rate."""
    rate = case.settings.pace.messages_per_s
    return f"{value} messages wait where {limit} may, at {rate} a second. Find what sends so often."


def repeated_execution(case: Case) -> Reading:
    """New orders of the strategy on this symbol and side within the window, with this one; latched: one too many."""
    pace = case.settings.pace
    if case.request.strategy in case.state.latched:
        return pace.repeats_max, pace.repeats_max + 1
    oldest = case.time - pace.repeats_window_s * SECOND_NS
    times = case.state.executions.get(execution_key(case.request), ())
    return pace.repeats_max, len(times) - bisect_right(times, oldest) + 1


def say_repeated_execution(case: Case, limit: int, _value: int) -> str:
    """That a person has to look."""
    window = case.settings.pace.repeats_window_s
    return (
        f'strategy "{case.request.strategy}" is disabled: more than {limit} new orders on one symbol and side within'
        f" {window} s. A person must look, then: tallystick resume"
    )


def noted(case: Case, state: RiskState) -> None:
    """An order was approved: it counts for every pace from now on."""
    pace, time, request = case.settings.pace, case.time, case.request
    interval = SECOND_NS // pace.messages_per_s
    state.messages_until = max(state.messages_until, time) + interval
    oldest = time - pace.duplicate_window_s * SECOND_NS
    recent = state.recent
    if recent and recent[0][0] <= oldest:
        recent[:] = [entry for entry in recent if entry[0] > oldest] if recent[-1][0] > oldest else ()
    recent.append((time, case.content))
    if case.kind == "new":
        times = state.executions.setdefault(execution_key(request), [])
        oldest = time - pace.repeats_window_s * SECOND_NS
        del times[: bisect_right(times, oldest)]
        times.append(time)
    if case.quote is not None:
        state.references[request.symbol] = case.reference
