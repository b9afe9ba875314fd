"""What several strategies hold of one position, and how a deal on it is divided among them, to the last minor unit.

Every strategy is given what its own deals came to at its own prices. On a netting account the terminal keeps one mean
price for all of them, so a deal may realise more or less than the strategy's own result; the difference goes to the
other strategies by their volumes, and the cost of what they hold moves by as much. So the parts of each deal add up to
the deal, and each strategy has had exactly its own result once it is flat.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from tallystick.market.money import PointMoney, rounded, rounded_fraction


class Part(NamedTuple):
    """One strategy's part of a deal: money in minor units, `volume` in 1e-8 lots, `closed` of it ending a holding.

    `trade` is the result of what was closed, with its swap and the commission of both its deals.
    """

    strategy: str
    profit: int = 0
    swap: int = 0
    commission: int = 0
    volume: int = 0
    closed: int = 0
    trade: int = 0


class Share(msgspec.Struct, kw_only=True):
    """A strategy's part of a position: signed volume in 1e-8 lots, and its cost as the exact sum of points x volume.

    `swap` has been charged and not yet been paid by a deal; `commission` was paid to open what is held.
    """

    volume: int = 0
    cost: Fraction = Fraction(0)
    swap: int = 0
    commission: int = 0


class Deal(NamedTuple):
    """What a deal did: signed volume, price in points, and its money in minor units."""

    volume: int
    points: int
    profit: int
    swap: int
    commission: int


class Shares:
    """The shares of one position by strategy; on a netting account of one symbol, whatever the position's number."""

    def __init__(self, symbol: str, money: PointMoney) -> None:
        """`money` is the symbol's money of a point."""
        self.symbol = symbol
        self._rate = Fraction(money.numerator, money.denominator * money.unit)
        self.held: dict[str, Share] = {}

    @property
    def volume(self) -> int:
        """The position's signed volume."""
        return sum(share.volume for share in self.held.values())

    def swap_charged(self, amount: int) -> None:
        """A night's swap, by the volumes on the position's side."""
        for strategy, part in self._divided(amount, self._on_side()).items():
            self.held[strategy].swap += part

    def dealt(self, strategy: str, deal: Deal) -> list[Part]:
        """A deal that a strategy asked for."""
        return self._divide(deal, {strategy: deal.volume})

    def dealt_by_terminal(self, deal: Deal) -> list[Part]:
        """A stop or a stop-out: of the whole position everybody is out, of less those on its side by their volumes."""
        if deal.volume == -self.volume:
            return self._divide(deal, {name: -share.volume for name, share in self.held.items() if share.volume})
        return self._divide(deal, self._divided(deal.volume, self._on_side()) or {"": deal.volume})

    def _divide(self, deal: Deal, volumes: Mapping[str, int]) -> list[Part]:
        swaps = self._swap_paid(deal.swap, next(iter(volumes), ""))
        sizes = {name: abs(volume) for name, volume in volumes.items()}
        commissions = self._divided(deal.commission, sizes)
        parts = {
            name: self._taken(name, volume, deal.points, swaps.pop(name, 0), commissions.get(name, 0))
            for name, volume in volumes.items()
        }
        parts |= {name: Part(name, swap=swap) for name, swap in swaps.items() if swap}
        self._settle(deal.profit - sum(part.profit for part in parts.values()), parts, sizes)
        self.held = {name: share for name, share in self.held.items() if share.volume or share.swap}
        return list(parts.values())

    def _taken(self, name: str, volume: int, points: int, swap: int, commission: int) -> Part:
        """A strategy's own deal at its own prices: first against what it holds the other way, then with it."""
        share = self.held.setdefault(name, Share())
        side = 1 if share.volume > 0 else -1
        closed = min(abs(volume), abs(share.volume)) if share.volume * volume < 0 else 0
        profit, fees = 0, 0
        paid = rounded(commission * closed, abs(volume))
        if closed:
            cost = share.cost * closed / abs(share.volume)
            fees = rounded(share.commission * closed, abs(share.volume))
            profit = rounded_fraction((side * closed * points - cost) * self._rate)
            share.cost -= cost
            share.commission -= fees
            share.volume -= side * closed
        opened = volume + side * closed if closed else volume
        share.volume += opened
        share.cost += opened * points
        share.commission += commission - paid
        return Part(name, profit, swap, commission, abs(volume), closed, profit + swap + paid + fees if closed else 0)

    def _settle(self, rest: int, parts: dict[str, Part], sizes: Mapping[str, int]) -> None:
        """What the deal realised beyond the strategies' own results belongs to the others, and moves their cost."""
        others = {name: abs(share.volume) for name, share in self.held.items() if name not in sizes and share.volume}
        for name, part in self._divided(rest, others or sizes).items():
            known = parts.get(name, Part(name))
            parts[name] = known._replace(profit=known.profit + part)
            if name in others:
                self.held[name].cost += part / self._rate

    def _swap_paid(self, amount: int, asked_by: str) -> dict[str, int]:
        """A deal's swap out of what was charged, strategy by strategy."""
        charged = {name: share.swap for name, share in self.held.items() if share.swap}
        total = sum(charged.values())
        if amount == total:
            paid = charged
        elif total:
            paid = self._divided(amount, charged)
        else:
            paid = {asked_by: amount} if amount else {}
        for name, part in paid.items():
            self.held.setdefault(name, Share()).swap -= part
        return paid

    def _on_side(self) -> dict[str, int]:
        side = 1 if self.volume > 0 else -1
        return {name: abs(share.volume) for name, share in self.held.items() if share.volume * side > 0}

    @staticmethod
    def _divided(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
        """A whole amount by weights of any sign: rounded down, what is left to the first largest of them."""
        total = sum(weights.values())
        if not total or not amount:
            return {}
        parts = {name: amount * weight // total for name, weight in weights.items()}
        largest = max(weights, key=lambda name: abs(weights[name]))
        parts[largest] += amount - sum(parts.values())
        return {name: part for name, part in parts.items() if part}

    def freeze(self) -> Any:
        """Shares by strategy, their cost as numerator and denominator in text, which no integer width bounds."""
        return [
            [name, share.volume, str(share.cost), share.swap, share.commission] for name, share in self.held.items()
        ]

    def thaw(self, state: Sequence[Sequence[Any]]) -> None:
        """Take back what `freeze` gave."""
        self.held = {
            name: Share(volume=volume, cost=Fraction(cost), swap=swap, commission=commission)
            for name, volume, cost, swap, commission in state
        }
