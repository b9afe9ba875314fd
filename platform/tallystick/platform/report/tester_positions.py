"""Which deals belong to which position, as far as a table tells; trades and holding times follow from it.

A book of ours names the position of each deal. A saved report names none: on a hedging account a closing deal is then
matched with the open deal of its symbol, opposite side and volume whose price explains its profit best, the earliest of
equals; on a netting account a symbol has one position.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from tallystick.platform.report.tester_deals import TableDeal

KEPT_RATIOS = 51
SMALL_MOVE = 1e-9


@dataclass(frozen=True, slots=True)
class Closing:
    """One trade: a deal that fixed a profit or loss. `direction` is that of the position it closed."""

    deal: TableDeal
    direction: int
    result: int


@dataclass(frozen=True, slots=True)
class Held:
    """A position from its opening to its complete closing, in seconds of the table's clock."""

    opened: int
    closed: int
    result: int


@dataclass(slots=True)
class _Position:
    """An open position; `commission` is what its opening cost and no trade has borne yet."""

    opened: int
    direction: int
    price: float
    volume: int
    commission: int
    result: int = 0

    def bear(self, volume: int) -> int:
        """The share of the opening's commission that falls to a closed volume; shares add up exactly."""
        part = self.commission * volume // self.volume if self.volume else 0
        self.commission -= part
        self.volume -= volume
        return part


@dataclass(frozen=True, slots=True)
class Traded:
    """Every trade and every completely closed position of a table, in its order."""

    closings: tuple[Closing, ...]
    held: tuple[Held, ...]
    still_open: int
    open_commission: int
    """Paid for what is still open, and part of no trade's result."""


def traded(deals: Iterable[TableDeal]) -> Traded:
    """Follow the deals of a table."""
    walk = _Walk()
    listed = [deal for deal in deals if deal.trades]
    walk.netting = _is_netting(listed)
    for deal in listed:
        walk.take(deal)
    still = [one for some in walk.open.values() for one in some]
    return Traded(tuple(walk.closings), tuple(walk.held), len(still), sum(one.commission for one in still))


def _is_netting(deals: list[TableDeal]) -> bool:
    """Whether a symbol has one position: a turn through zero, or one deal that closes more than any deal opened."""
    largest: dict[tuple[str, str], int] = {}
    for deal in deals:
        if deal.position:
            return False
        side = (deal.symbol, deal.type)
        if deal.entry == "inout":
            return True
        if deal.entry == "in":
            largest[side] = max(largest.get(side, 0), deal.volume)
        elif deal.entry == "out" and deal.volume > largest.get((deal.symbol, _opposite(deal.type)), 0):
            return True
    return False


def _opposite(side: str) -> str:
    return "sell" if side == "buy" else "buy"


class _Walk:
    """Open positions by symbol, or by number where the table has numbers."""

    def __init__(self) -> None:
        self.netting = False
        self.open: dict[str | int, list[_Position]] = {}
        self.closings: list[Closing] = []
        self.held: list[Held] = []
        self._ratios: dict[str, deque[float]] = {}

    def take(self, deal: TableDeal) -> None:
        some = self.open.setdefault(deal.position or deal.symbol, [])
        if deal.entry == "in":
            self._enter(deal, some)
        elif deal.closes:
            self._leave(deal, some)

    def _enter(self, deal: TableDeal, some: list[_Position]) -> None:
        direction = 1 if deal.type == "buy" else -1
        if some and (self.netting or deal.position):
            one = some[0]
            one.price = (one.price * one.volume + deal.price * deal.volume) / max(one.volume + deal.volume, 1)
            one.volume += deal.volume
            one.commission += deal.commission
            return
        some.append(_Position(deal.time, direction, deal.price, deal.volume, deal.commission))

    def _leave(self, deal: TableDeal, some: list[_Position]) -> None:
        direction = -1 if deal.type == "buy" else 1
        chosen = self._chosen(deal, direction, some)
        if chosen is None:  # a table that begins in the middle: the deal alone is the trade
            self.closings.append(Closing(deal, direction, deal.amount))
            return
        closed = min(deal.volume, chosen.volume)
        beyond = deal.volume - closed
        opening = deal.commission * beyond // deal.volume if beyond and deal.entry == "inout" else 0
        result = deal.amount - opening + chosen.bear(closed)
        chosen.result += result
        self.closings.append(Closing(deal, chosen.direction, result))
        if chosen.volume:
            return
        some.remove(chosen)
        self.held.append(Held(chosen.opened, deal.time, chosen.result))
        if beyond and deal.entry == "inout":
            some.append(_Position(deal.time, -direction, deal.price, beyond, opening))

    def _chosen(self, deal: TableDeal, direction: int, some: list[_Position]) -> _Position | None:
        fitting = [one for one in some if one.direction == direction]
        exact = [one for one in fitting if one.volume == deal.volume]
        fitting = exact or [one for one in fitting if one.volume > deal.volume] or fitting
        if len(fitting) < 2:
            self._learn(deal, direction, fitting)
            return fitting[0] if fitting else None
        ratios = self._ratios.get(deal.symbol)
        if not ratios:
            return fitting[0]
        ratio = median(ratios)
        grain = max(2.0, abs(deal.profit) * 0.003)

        def misfit(one: _Position) -> int:
            return round(abs((deal.price - one.price) * direction * deal.volume * ratio - deal.profit) / grain)

        return min(fitting, key=misfit)

    def _learn(self, deal: TableDeal, direction: int, fitting: list[_Position]) -> None:
        """Keep what a price step of a lot is worth, where only one position can be meant."""
        if fitting and abs(deal.profit) > 500:
            move = (deal.price - fitting[0].price) * direction * deal.volume
            if abs(move) > SMALL_MOVE:
                self._ratios.setdefault(deal.symbol, deque(maxlen=KEPT_RATIOS)).append(deal.profit / move)
