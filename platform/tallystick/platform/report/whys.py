"""Why each trade came to be, in words: the chain of causes from the market row to the fill, and what closed it.

The same chain as `tallystick why`, told from the facts that the report has read already.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.events.types import trading
from tallystick.platform.quantities import BY_RULE, UNITS, lots, quantity
from tallystick.platform.report.markup import moment
from tallystick.platform.report.story import OrderStory, Said, Story
from tallystick.platform.report.trades import Trade

MOST_LINKS = 8
SIDES = {1: "long", 0: "flat", -1: "short"}
TERMINAL = {
    "sl": "the market hit the stop loss",
    "tp": "the market hit the take profit",
    "so": "the terminal stopped the account out",
    "rollover": "a rollover",
    "client": "a person closed it",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the chain, and what it says."""

    seq: int
    words: str


def why(story: Story, trade: Trade, deals: dict[int, trading.DealMade]) -> list[Step]:
    """The chain of one trade, in log order; `deals` by seq."""
    entry, leaving = deals.get(trade.entry_seq), deals.get(trade.seq)
    steps = [] if entry is None else _to_a_deal(story, trade.entry_seq, entry, "opened")
    if leaving is None:
        return steps
    if leaving.order < 0 or leaving.reason in TERMINAL:
        reason = TERMINAL.get(leaving.reason, leaving.reason)
        return [*steps, Step(trade.seq, f"closed at {leaving.price:g}: {reason}")]
    return [*steps, *_to_a_deal(story, trade.seq, leaving, "closed")]


def _to_a_deal(story: Story, seq: int, deal: trading.DealMade, word: str) -> list[Step]:
    order = story.orders.get(deal.order)
    steps = [] if order is None else _of_an_order(story, order)
    return [*steps, Step(seq, f"{word} at {deal.price:g}, {lots(deal.volume)} lots")]


def _of_an_order(story: Story, order: OrderStory) -> list[Step]:
    steps: list[Step] = []
    if order.requested is not None:
        steps += _causes(story, order.requested.seq)
        asked = order.requested.event
        levels = (("SL", asked.stop_loss), ("TP", asked.take_profit))
        stops = [f"{name} {level:g}" for name, level in levels if level]
        words = f"{asked.purpose} {asked.side} {asked.kind} {lots(asked.volume)} lots"
        steps.append(Step(order.requested.seq, ", ".join([f"order requested: {words}", *stops])))
    if order.verdict is not None:
        verdict = order.verdict.event
        unit = UNITS.get(verdict.rule, BY_RULE)
        value, limit = (quantity(unit, one, story.digits) for one in (verdict.value, verdict.limit))
        nearest = f"; nearest limit {verdict.rule} at {value} of {limit}" if verdict.rule else ""
        said = "denied" if isinstance(verdict, trading.OrderDenied) else "approved"
        steps.append(Step(order.verdict.seq, f"risk {said}{nearest}"))
    if order.sent is not None:
        steps.append(Step(order.sent.seq, "sent to the terminal"))
    return steps


def _causes(story: Story, seq: int) -> list[Step]:
    """From the market row down to what asked for the order, first cause first."""
    steps: list[Step] = []
    at = story.said.get(seq)
    for _ in range(MOST_LINKS):
        if at is None or at.cause < 0:
            break
        before = story.said.get(at.cause)
        if before is None:
            row = f"row {at.row} of the market, at {moment(at.time)}" if at.row >= 0 else f"at {moment(at.time)}"
            return [Step(at.cause, row), *steps]
        steps = [*_explanation(story, before), Step(before.seq, _words(before)), *steps]
        at = before
    return steps


def _explanation(story: Story, said: Said) -> list[Step]:
    event = said.event
    found = story.explained.get((said.cause, said.row, event.strategy, event.symbol), [])
    return [Step(one.seq, f"values seen: {_values(one.event.values)}") for one in found]


def _values(named: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.6g}" for name, value in named.items())


def _words(said: Said) -> str:
    event = said.event
    if isinstance(event, trading.SignalRaised):
        return f"{event.strategy} signals {SIDES.get(event.direction, event.direction)}"
    if isinstance(event, trading.TargetAsked):
        return f"{event.strategy} asks to hold {lots(event.volume)} lots"
    if isinstance(event, trading.TargetSet):
        return f"portfolio sets the target {lots(event.volume)} lots"
    if isinstance(event, trading.IntentRaised):
        return f"{event.strategy} asks: {event.action} {event.side} {event.kind} {lots(event.volume)} lots"
    return str(type(event).__name__)
