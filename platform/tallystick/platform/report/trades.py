"""Trades and holdings out of deals: what was closed with which result, and what was held when.

A trade is one closing deal, as in MT5's tester. Its result is the deal's profit and swap, its own commission, and the
share of the opening commission that falls to the closed volume (whole minor units, shares adding up exactly).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge

from tallystick.events.types.account import SwapCharged
from tallystick.events.types.trading import DealMade
from tallystick.platform.report.story import Story, Told


@dataclass(frozen=True, slots=True)
class Trade:
    """One closing deal. Volume in 1e-8 lots, money in minor units, times in ns UTC.

    Times are book times; the moments are those inside a bar that the terminal modelled for entry and exit.
    """

    seq: int
    deal: int
    position: int
    symbol: str
    strategy: str
    direction: int
    volume: int
    opened: int
    closed: int
    price_open: float
    price_close: float
    profit: int
    swap: int
    commission: int
    reason: str
    entry_seq: int = -1
    entry_moment: int = 0
    exit_moment: int = 0

    @property
    def result(self) -> int:
        """Profit, swap and commission together."""
        return self.profit + self.swap + self.commission


@dataclass(frozen=True, slots=True)
class Holding:
    """A position unchanged from one book time to another (`until` -1: still held). `swap` is what is kept on it."""

    position: int
    symbol: str
    direction: int
    volume: int
    price_open: float
    swap: int
    since: int
    until: int


@dataclass(slots=True)
class _Open:
    """A position on its way through the deals."""

    symbol: str
    strategy: str
    direction: int
    volume: int
    price_open: float
    opened: int
    since: int
    commission: int
    swap: int = 0
    seq: int = -1
    moment: int = 0

    def holding(self, position: int, until: int) -> Holding:
        return Holding(
            position, self.symbol, self.direction, self.volume, self.price_open, self.swap, self.since, until
        )


@dataclass(frozen=True, slots=True)
class Positions:
    """Everything the deals say of positions; `open_commission` is paid for positions still open at the end."""

    trades: list[Trade]
    holdings: list[Holding]
    open_commission: int
    still_open: int


def positions_of(story: Story) -> Positions:
    """Follow every deal and swap, in log order."""
    walk = _Walk(story)
    for told in _in_order(story.deals, story.swaps):
        if isinstance(told.event, SwapCharged):
            walk.charge(told.event, told.time)
        elif told.event.type != "balance":
            walk.deal(told, told.event)
    return Positions(
        walk.trades,
        walk.holdings + [held.holding(position, -1) for position, held in walk.held.items()],
        sum(held.commission for held in walk.held.values()),
        len(walk.held),
    )


def _in_order(
    deals: list[Told[DealMade]], swaps: list[Told[SwapCharged]]
) -> Iterable[Told[DealMade] | Told[SwapCharged]]:
    return merge(deals, swaps, key=lambda told: told.seq)


class _Walk:
    def __init__(self, story: Story) -> None:
        self.story = story
        self.held: dict[int, _Open] = {}
        self.trades: list[Trade] = []
        self.holdings: list[Holding] = []

    def charge(self, swap: SwapCharged, time: int) -> None:
        held = self.held.get(swap.position)
        if held is not None:
            self._keep(swap.position, held, time)
            held.swap += swap.amount

    def deal(self, told: Told[DealMade], deal: DealMade) -> None:
        direction = 1 if deal.type == "buy" else -1
        held = self.held.get(deal.position)
        if held is None:
            if deal.entry == "in":
                self._open(told, deal, direction, deal.volume, deal.commission)
            return
        self._keep(deal.position, held, told.time)
        if deal.entry == "in":
            total = held.volume + deal.volume
            held.price_open = (held.price_open * held.volume + deal.price * deal.volume) / total
            held.volume = total
            held.commission += deal.commission
            return
        closed = min(deal.volume, held.volume)
        own = deal.commission * closed // deal.volume
        self._close(told, deal, held, closed, own)
        if deal.volume > closed:
            self._open(told, deal, direction, deal.volume - closed, deal.commission - own)

    def _keep(self, position: int, held: _Open, time: int) -> None:
        """The position as it was, up to now."""
        if time > held.since:
            self.holdings.append(held.holding(position, time))
        held.since = time

    def _open(self, told: Told[DealMade], deal: DealMade, direction: int, volume: int, commission: int) -> None:
        self.held[deal.position] = _Open(
            deal.symbol,
            self._strategy(deal),
            direction,
            volume,
            deal.price,
            told.time,
            told.time,
            commission,
            seq=told.seq,
            moment=deal.moment,
        )

    def _close(self, told: Told[DealMade], deal: DealMade, held: _Open, closed: int, own: int) -> None:
        share = held.commission * closed // held.volume
        self.trades.append(
            Trade(
                told.seq,
                deal.deal,
                deal.position,
                held.symbol,
                held.strategy,
                held.direction,
                closed,
                held.opened,
                told.time,
                held.price_open,
                deal.price,
                deal.profit,
                deal.swap,
                own + share,
                deal.reason,
                held.seq,
                held.moment or held.opened,
                deal.moment or told.time,
            )
        )
        held.commission -= share
        held.volume -= closed
        held.swap -= deal.swap
        if not held.volume:
            del self.held[deal.position]

    def _strategy(self, deal: DealMade) -> str:
        order = self.story.orders.get(deal.order)
        return order.requested.event.strategy if order and order.requested else ""
