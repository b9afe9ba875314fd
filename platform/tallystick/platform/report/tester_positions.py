"""Which deals belong to which position, as far as a table tells; trades and holding times follow from it.

A book of ours names the position of each deal. A saved report names none: on a hedging account a closing deal is then
matched with the open deal of its symbol, opposite side and volume whose price explains its profit best, the earliest of
equals, or with a larger one where only its price explains the profit; on a netting account a symbol has one position.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from tallystick.platform.report.tester_deals import TableDeal

KEPT_RATIOS = 51
SMALL_MOVE = 1e-9
NO_FIT, GOOD_FIT = 10, 1
"""In grains of 0.3 % of a profit: a position of the very volume is left for a part of a larger one by nothing less."""


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
    """Follow the deals of a table; a second time where one had to be matched before a price step's worth was known."""
    listed = [deal for deal in deals if deal.trades]
    netting = _is_netting(listed)
    walk = _walked(listed, _Walk(netting=netting))
    if walk.guessed & walk.worth.keys():
        walk = _walked(listed, _Walk(netting=netting, worth=walk.worth))
    still = [one for some in walk.open.values() for one in some]
    return Traded(tuple(walk.closings), tuple(walk.held), len(still), sum(one.commission for one in still))


def _walked(deals: list[TableDeal], walk: "_Walk") -> "_Walk":
    for deal in deals:
        walk.take(deal)
    return walk


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
    """Open positions by symbol, or by number where the table has numbers.

    `worth`: of a price step and a lot, by symbol, as it was first seen; `guessed`: symbols matched before that.
    """

    def __init__(self, *, netting: bool, worth: Mapping[str, float] | None = None) -> None:
        self.netting = netting
        self.worth = dict(worth or {})
        self.guessed: set[str] = set()
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
        sided = [one for one in some if one.direction == direction]
        exact = [one for one in sided if one.volume == deal.volume]
        larger = [one for one in sided if one.volume > deal.volume]
        fitting = exact or larger or sided
        if len(exact) + len(larger) < 2:
            self._learn(deal, direction, fitting)
            return fitting[0] if fitting else None
        ratios = self._ratios.get(deal.symbol) or ([self.worth[deal.symbol]] if deal.symbol in self.worth else [])
        if not ratios:
            self.guessed.add(deal.symbol)
            return fitting[0]
        ratio = median(ratios)
        grain = max(2.0, abs(deal.profit) * 0.003)

        def misfit(one: _Position) -> int:
            return round(abs((deal.price - one.price) * direction * deal.volume * ratio - deal.profit) / grain)

        best = min(fitting, key=misfit)
        other = min(larger, key=misfit, default=best)
        return other if misfit(best) > NO_FIT and misfit(other) <= GOOD_FIT else best

    def _learn(self, deal: TableDeal, direction: int, fitting: list[_Position]) -> None:
        """Keep what a price step of a lot is worth, where only one position can be meant."""
        if fitting and abs(deal.profit) > 500:
            move = (deal.price - fitting[0].price) * direction * deal.volume
            if abs(move) > SMALL_MOVE:
                self._ratios.setdefault(deal.symbol, deque(maxlen=KEPT_RATIOS)).append(deal.profit / move)
                self.worth.setdefault(deal.symbol, deal.profit / move)
