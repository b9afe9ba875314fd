"""What a book came to in its deals and orders alone: no price is looked at, so there is no curve and no statistic."""

from collections import Counter
from dataclasses import dataclass

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types import trading
from tallystick.events.types.account import AccountLimitReached, AccountOpened, AccountStoppedOut
from tallystick.events.types.running import BookHalted, BookResumed, ModuleFailed
from tallystick.platform.mt5.retcodes import CARRIED_OUT, CODES
from tallystick.platform.report.cut_short import cut_short
from tallystick.platform.report.reached import reached_lines
from tallystick.platform.report.story import Story, tell

RECKONED: tuple[type[Event], ...] = (
    AccountOpened,
    trading.DealMade,
    trading.OrderRequested,
    trading.OrderApproved,
    trading.OrderDenied,
    trading.OrderSending,
    trading.OrderAnswered,
    trading.OrderEnded,
    trading.OrderAbandoned,
    AccountLimitReached,
    AccountStoppedOut,
    BookHalted,
    BookResumed,
    ModuleFailed,
)
"""What a reckoning is made of; the page's summary reads these among all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Money and orders of a book, and whether it stands. Money in minor units of `currency`, of `digits` decimals.

    `denials` by rule and `refusals` (of orders that risk let through) by the server's return code, most frequent first.
    `reached` are limits of the account and stop-outs, `cut_short` what risk took of strategies that traded, in words.
    `halted` is why the book is halted at its end ("": it is not), `failed` the modules that failed.
    """

    currency: str
    digits: int
    deposit: int
    closing_balance: int
    net_profit: int
    orders: int
    deals: int
    denied: int
    denials: dict[str, int]
    refused_by_terminal: int
    refusals: dict[str, int]
    stop_losses: int
    reached: tuple[str, ...]
    cut_short: tuple[str, ...]
    halted: str
    failed: tuple[str, ...]

    def money(self, amount: float) -> str:
        """An amount of minor units in the currency's own decimals, such as -1,234.50."""
        return f"{amount / 10**self.digits:,.{self.digits}f}"

    def refusal_lines(self) -> list[str]:
        """What the server refused, such as `1 refused by the server (10018 MARKET_CLOSED 1)`; none if nothing."""
        if not self.refusals:
            return []
        named = ", ".join(f"{_named(int(code))} {count}" for code, count in self.refusals.items())
        return [f"{self.refused_by_terminal:,} refused by the server ({named})"]


def _named(code: int) -> str:
    return f"{code} {CODES[code].name}" if code in CODES else str(code)


def reckoned(reader: LogReader) -> Reckoning:
    """The reckoning of a log. Raises `IntegrityError` for an altered body."""
    names = {each.FACT.name for each in RECKONED}
    wanted = frozenset(key[0] for key, each in reader.types.items() if each.name in names)
    return reckoning_of(tell(reader.envelopes_of(wanted)))


def reckoning_of(story: Story) -> Reckoning:
    """The reckoning of a log that was told; of more types than `RECKONED` it is the same."""
    opening = opening_balance(story)
    deals = [told.event for told in story.deals]
    traded = [deal for deal in deals if deal.type != "balance"]
    moved = sum(deal.profit for deal in deals if deal.type == "balance")
    closing = deals[-1].balance if deals else opening
    denials = Counter(order.denied.rule for order in story.orders.values() if order.denied)
    answers = [order.answer.event.retcode for order in story.orders.values() if order.answer is not None]
    refusals = Counter(str(code) for code in answers if code not in CARRIED_OUT)
    return Reckoning(
        currency=story.currency,
        digits=story.digits,
        deposit=opening + first_deposit(story),
        closing_balance=closing,
        net_profit=closing - opening - moved,
        orders=len(story.orders),
        deals=len(traded),
        denied=sum(denials.values()),
        denials=dict(denials.most_common()),
        refused_by_terminal=sum(refusals.values()),
        refusals=dict(refusals.most_common()),
        stop_losses=sum(deal.reason == "sl" for deal in traded),
        reached=reached_lines(story),
        cut_short=cut_short(story),
        halted=_halted(story),
        failed=tuple(dict.fromkeys(told.event.module for told in story.incidents if type(told.event) is ModuleFailed)),
    )


def _halted(story: Story) -> str:
    halted = ""
    for told in story.incidents:
        if isinstance(told.event, BookHalted):
            halted = told.event.reason or "no reason given"
        elif isinstance(told.event, BookResumed):
            halted = ""
    return halted


def opening_balance(story: Story) -> int:
    """The balance before the first deal: nothing where the first deal is the deposit."""
    if not story.deals:
        return story.account.balance if story.account else 0
    first = story.deals[0].event
    return first.balance - first.profit - first.swap - first.commission


def first_deposit(story: Story) -> int:
    """The deposit that the account began with, where it is a deal."""
    first = story.deals[0].event if story.deals else None
    return first.profit if first is not None and first.type == "balance" else 0
