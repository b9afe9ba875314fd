"""What the account ran into, in words: its limits, and stop-outs; by kind, with the first of each."""

from collections.abc import Sequence

from tallystick.events.types.account import AccountLimitReached, AccountStoppedOut
from tallystick.platform.counts import count_of
from tallystick.platform.quantities import quantity
from tallystick.platform.report.markup import moment
from tallystick.platform.report.story import Story, Told


def reached_lines(story: Story) -> tuple[str, ...]:
    """One line for each limit that was reached, in the order of the first times, and one for stop-outs.

    Such as `max_loss_limit reached at 2014-04-28 05:00 UTC: 8,041.09 lost, 8,000.00 allowed; ...`.
    """
    limits = dict.fromkeys(told.event.rule for told in story.limits)
    lines = [_of_limit(story, [told for told in story.limits if told.event.rule == rule]) for rule in limits]
    return (*lines, *_of_stop_outs(story.stop_outs))


def _of_limit(story: Story, told: Sequence[Told[AccountLimitReached]]) -> str:
    first = told[0]
    value, limit = (quantity("minor units", each, story.digits) for each in (first.event.value, first.event.limit))
    when = f"{first.event.rule} reached{_often(len(told))} at {moment(first.time)} UTC"
    if not first.event.closes:
        return f"{when}: {value} won, {limit} asked for; nothing was closed"
    until = "the server's next day" if first.event.until else "a person resumes the book"
    return f"{when}: {value} lost, {limit} allowed; everything was closed, and nothing new until {until}"


def _of_stop_outs(told: Sequence[Told[AccountStoppedOut]]) -> tuple[str, ...]:
    if not told:
        return ()
    level = told[0].event.level / 100
    return (f"stopped out by the server{_often(len(told))} at {moment(told[0].time)} UTC: margin level {level:.2f} %",)


def _often(count: int) -> str:
    return "" if count == 1 else f" {count_of(count, 'time')}, first"
