"""Rules on when something new may be opened: session, news, Friday, spread, limits of the account.

Each rule reads one case as (limit, value): the order passes when value <= limit. Of rules that time lifts, limit is 0
and value the ns until it does. They are asked of what is new only: reductions and changes pass.
"""

from tallystick.platform.quantities import seconds
from tallystick.platform.risk.case import Case
from tallystick.platform.risk.form_rules import PASSED, Reading
from tallystick.platform.risk.wording import money


def session(case: Case) -> Reading:
    """A session is open, if any concerns the order."""
    if not case.entries.session:
        return PASSED
    return 0, case.entries.session_wait(case.time, case.request.strategy, case.request.symbol)


def say_session(case: Case, _limit: int, value: int) -> str:
    """When it opens."""
    request = case.request
    return f"{request.strategy} opens {request.symbol} in its sessions only; the next opens in {seconds(value)}. Wait."


def news(case: Case) -> Reading:
    """No news of the symbol or its currencies is near."""
    if not case.entries.news or case.instrument is None:
        return PASSED
    found = case.entries.blackout(case.time, case.request.strategy, case.instrument)
    return (0, found[0]) if found is not None else PASSED


def say_news(case: Case, _limit: int, value: int) -> str:
    """Which event it is and when it is over."""
    instrument, _, _ = case.known
    found = case.entries.blackout(case.time, case.request.strategy, instrument)
    event = f"{found[1].title} ({found[1].concerns}, {found[1].time})" if found is not None else "an event"
    return f"news blackout around {event}: nothing new in {case.request.symbol} for {seconds(value)}. Wait."


def friday_flat(case: Case) -> Reading:
    """It is not between Friday's close and Monday."""
    if not case.entries.friday:
        return PASSED
    return 0, case.entries.friday_wait(case.time, case.request.strategy, case.request.symbol)


def say_friday_flat(case: Case, _limit: int, value: int) -> str:
    """When Monday begins."""
    return f"flat on Friday: {case.request.strategy} opens nothing until Monday, in {seconds(value)}. Wait."


def spread(case: Case) -> Reading:
    """The quote's spread in points."""
    if not case.entries.spread:
        return PASSED
    limit = case.entries.widest(case.request.strategy, case.request.symbol)
    if limit is None:
        return PASSED
    instrument, quote, _ = case.known
    return limit, instrument.points(quote.ask) - instrument.points(quote.bid)


def say_spread(case: Case, limit: int, value: int) -> str:
    """Both spreads."""
    return f"the spread of {case.request.symbol} is {value} points, limit {limit}. Wait, or raise `spreads`."


def account_limit(case: Case) -> Reading:
    """No limit of the account has been reached, or the time for which it holds is over."""
    reached = case.state.reached
    if not reached:
        return PASSED
    standing = [one for one in reached.values() if one[0] == 0 or case.time < one[0]]
    if not standing:
        return PASSED
    _, limit, value = standing[0]
    return limit, value


def say_account_limit(case: Case, limit: int, value: int) -> str:
    """Which limit it was and what ends it."""
    _, _, account = case.known
    rule, until = next((rule, one[0]) for rule, one in case.state.reached.items() if one[0] == 0 or case.time < one[0])
    ends = (
        f"Nothing new for {seconds(until - case.time)}, until the server's next day."
        if until
        else "Nothing new until a person looks, then: tallystick resume"
    )
    return f"{rule} was reached: {money(value, account)} lost, limit {money(limit, account)}. {ends}"
