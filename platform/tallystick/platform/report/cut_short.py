"""What risk took of strategies that traded, in words: orders in closed minutes, and all from some moment on."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from tallystick.platform.counts import count_of
from tallystick.platform.report.markup import moment
from tallystick.platform.report.story import OrderStory, Story

WHERE = "Settings of risk stand under [risk] in a tallystick.toml; on the command line --risk, in Python risk=."
SETTING = "`closed_minutes`"
"""Names in a denial the setting that closed the market; hours of a symbol are another matter."""
LASTING = frozenset({"drawdown", "repeated_execution"})
"""Rules of risk that deny on and on: no time lifts them, and with nothing open nothing changes any more."""


def cut_short(story: Story) -> tuple[str, ...]:
    """What risk took of strategies that traded: W135 orders in closed minutes, W134 all from some moment on."""
    return (*_closed_out(_busy(story)), *stopped_by_risk(story))


def _busy(story: Story) -> dict[str, list[OrderStory]]:
    """What strategies wanted to open, of those of which risk let something through."""
    asked: dict[str, list[OrderStory]] = {}
    for order in story.orders.values():
        if order.requested is not None and order.requested.event.purpose in {"open", "pending"}:
            asked.setdefault(order.requested.event.strategy, []).append(order)
    return {name: orders for name, orders in asked.items() if any(order.denied is None for order in orders)}


def _closed_out(busy: Mapping[str, Sequence[OrderStory]]) -> Iterator[str]:
    for name, orders in busy.items():
        denied = [(one.requested, one.denied) for one in orders if one.requested and one.denied]
        closed = [
            (told, denial) for told, denial in denied if denial.rule == "market_state" and SETTING in denial.detail
        ]
        if closed:
            (first, denial), count = closed[0], len(closed)
            were = f"{count_of(count, 'order')} of {name} {'was' if count == 1 else 'were'} denied in closed minutes"
            yield f"W135 {were}, first at {moment(first.time)} UTC: {denial.detail}"


def stopped_by_risk(story: Story) -> tuple[str, ...]:
    """A line for each strategy that traded until a lasting rule of risk denied whatever it wanted to open."""
    lines = []
    for name, orders in _busy(story).items():
        last = list(takewhile(lambda order: order.denied is not None, reversed(orders)))
        denied = [order for order in last if order.denied is not None and order.denied.rule in LASTING]
        if denied:
            lines.append(_stopped(name, denied))
    return tuple(lines)


def _stopped(name: str, denied: Sequence[OrderStory]) -> str:
    """`denied` backwards in time."""
    first = denied[-1]
    assert first.requested is not None
    assert first.denied is not None
    return (
        f"W134 {name} opened nothing more from {moment(first.requested.time)} UTC on, by a rule of risk that does not"
        f" lift by itself ({first.denied.rule}): {count_of(len(denied), 'order')} denied. The figures are of what came"
        f" before. {WHERE}"
    )
