"""Why a strategy made no trade, told from its log: zero trades is never silent.

Asked in the order of a trade's way, for each strategy: did it fail, did it see rows, did its warm-up end, did it say
anything, was that withheld, denied by risk, rejected by the terminal, or is it still pending. Each answer has a count,
the first case in words, and what to do.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tallystick.events.reader import LogReader
from tallystick.events.types import running, trading
from tallystick.market.spans import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, WEEK_NS
from tallystick.platform.authoring.timeframes import TICKS
from tallystick.platform.backtesting.chosen import Chosen
from tallystick.platform.backtesting.tables import outcome_of
from tallystick.platform.counts import count_of
from tallystick.platform.report.cut_short import WHERE
from tallystick.platform.report.story import OrderStory, Story

SAYINGS = (trading.SignalRaised, trading.TargetAsked, trading.IntentRaised)


def traded(story: Story) -> frozenset[str]:
    """The strategies that made a deal."""
    orders = story.orders
    asked = (orders[told.event.order].requested for told in story.deals if told.event.order in orders)
    return frozenset(told.event.strategy for told in asked if told is not None)


def why_no_trades(log: Path, quiet: Sequence[tuple[Chosen, Any]], story: Story) -> tuple[str, ...]:
    """One line or more for each of some strategies, with its code; each comes with itself as it stood at the end."""
    events = list(_events(log))
    lines: list[str] = []
    for one, module in quiet:
        lines += _of_one(one, module, [event for event in events if _by(event) == one.plan.name], story)
    halted = next((event for event in events if isinstance(event, running.BookHalted)), None)
    if halted is not None:
        lines.append(f"W127 the book is halted since: {halted.reason}")
    return tuple(lines)


def _events(log: Path) -> Iterator[Any]:
    for envelope in LogReader(log).envelopes():
        if isinstance(envelope.event, (*SAYINGS, trading.TargetWithheld, running.ModuleFailed, running.BookHalted)):
            yield envelope.event


def _by(event: Any) -> str:
    """The strategy an event belongs to."""
    return str(getattr(event, "strategy", "") or getattr(event, "module", ""))


def _of_one(one: Chosen, made: Any, events: Sequence[Any], story: Story) -> list[str]:
    name = one.plan.name
    failed = [event for event in events if isinstance(event, running.ModuleFailed)]
    if failed:
        return [f"W121 no trade: {name} failed with {failed[0].error}. Correct it."]
    rows, listed = _rows_of(one, story)
    if not rows:
        ticks = one.timeframe == TICKS
        own = " ".join(filter(None, (one.symbol, "" if ticks else one.timeframe))) or "its symbol"
        missed = f"{'quotes' if ticks else 'bars'} of {own}"
        return [f"W122 no trade: {name} saw no {missed}; the data are {listed}. Give its data."]
    said = [event for event in events if isinstance(event, SAYINGS)]
    if not said:
        return [_quiet(one, made, rows)]
    return _lost(name, said, events, story)


def _rows_of(one: Chosen, story: Story) -> tuple[int, str]:
    """Rows of the strategy's series, and what the data are."""
    declared = story.series.values()
    own = [
        series for series in declared if one.symbol in {"", series.symbol} and _fits(one.timeframe, series.period_ns)
    ]
    listed = ", ".join(
        f"{series.symbol} {_period(series.period_ns)} ({count_of(series.rows, 'row')})" for series in declared
    )
    return sum(series.rows for series in own), listed


def _quiet(one: Chosen, made: Any, rows: int) -> str:
    """It saw rows and said nothing: it was warming up, or its condition was never met."""
    name, needs = one.plan.name, _warm_up(made)
    facts = made.report() if hasattr(made, "report") else {}
    undone = int(facts.get("undone", 0))
    if needs >= rows:
        what = f"W123 no trade: {name} needs {count_of(needs, 'row')} to warm up and saw {rows:,}."
        return f"{what} Give more data or less warm-up."
    if undone and undone >= rows - needs:
        return (
            f"W123 no trade: {name} saw {count_of(rows, 'row')}, and at each an indicator that it asked for had too"
            " few."
            " Give more data or shorter periods."
        )
    warm = f", {needs + undone:,} of them to warm up," if needs + undone else ""
    seen = f"{count_of(rows, 'row')}{warm}"
    return f"W124 no trade: {name} saw {seen} and raised no signal and no order. Look at its condition."


def _lost(name: str, said: Sequence[Any], events: Sequence[Any], story: Story) -> list[str]:
    """It spoke, and nothing came of it: withheld, denied, rejected, or still waiting."""
    lines: list[str] = []
    withheld = [event for event in events if isinstance(event, trading.TargetWithheld)]
    for rule, count in Counter(event.rule for event in withheld).items():
        first = next(event for event in withheld if event.rule == rule)
        lines.append(f"W125 no trade: {len(said):,} said by {name}, {count:,} withheld ({rule}): {first.detail}")
    orders = [order for order in story.orders.values() if order.requested and order.requested.event.strategy == name]
    lines += [_denied(name, rule, [o for o in orders if o.denied and o.denied.rule == rule]) for rule in _rules(orders)]
    lines += _answered(name, orders)
    flat = all(getattr(event, "direction", 1) == 0 or getattr(event, "volume", 1) == 0 for event in said)
    if flat:
        lines.append(f"W124 no trade: {name} said only flat ({len(said):,} times). Look at its condition.")
    if not lines:
        lines.append(f"W125 no trade: {len(said):,} said by {name}, and no order came of it. See r.orders and the log.")
    return lines


def _rules(orders: Sequence[OrderStory]) -> list[str]:
    return list(dict.fromkeys(order.denied.rule for order in orders if order.denied))


def _denied(name: str, rule: str, orders: Sequence[OrderStory]) -> str:
    first = orders[0].denied
    assert first is not None
    why = first.detail or f"{first.value:,} against a limit of {first.limit:,}"
    where = f" {WHERE}" if "`" in why and "[risk]" not in why else ""
    return f"W126 no trade: {count_of(len(orders), 'order')} of {name} denied by risk ({rule}): {why}{where}"


REMEDIES = {
    "placed": "The price never came there: place them nearer.",
    "expired": "They lapsed before the price came: give them longer, or place them nearer.",
    "cancelled": "They were taken back before the price came.",
    "unsent": "The run ended, or the book was halted, before they were sent.",
}
"""What to do about orders without a deal, by outcome."""


def _answered(name: str, orders: Sequence[OrderStory]) -> list[str]:
    """Orders that reached the terminal without a deal, by outcome and answer."""
    found: dict[tuple[str, str], int] = {}
    for order in orders:
        if order.denied is None:
            answer = order.answer.event if order.answer is not None else None
            case = (outcome_of(order), f"{answer.retcode} {answer.comment}".strip() if answer is not None else "")
            found[case] = found.get(case, 0) + 1
    return [
        f"W126 no trade: {count_of(count, 'order')} of {name} {outcome}{f' ({answer})' if answer else ''}."
        f" {REMEDIES.get(outcome, 'Look at r.orders.')}"
        for (outcome, answer), count in found.items()
    ]


def _warm_up(made: Any) -> int:
    """Rows the strategy says it needs before its first decision."""
    return next((int(getattr(made, field)) for field in ("warm_up_rows", "warm_up") if hasattr(made, field)), 0)


UNITS_NS = {"S": SECOND_NS, "M": MINUTE_NS, "H": HOUR_NS, "D": DAY_NS, "W": WEEK_NS}


def _fits(timeframe: str, period_ns: int) -> bool:
    """Whether a series has the strategy's timeframe; one that states none takes any."""
    if timeframe == TICKS:
        return not period_ns
    unit, count = timeframe[:1].upper(), timeframe[1:]
    return not (unit in UNITS_NS and count.isdigit()) or UNITS_NS[unit] * int(count) == period_ns


def _period(period_ns: int) -> str:
    """H1, M5, or quotes."""
    for unit, size in reversed(UNITS_NS.items()):
        if period_ns and period_ns % size == 0:
            return f"{unit}{period_ns // size}"
    return "quotes"
