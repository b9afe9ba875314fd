"""Whose result it was: a fold over a book's events that gives each deal's money to the strategies behind it.

1. `order.requested` says which strategy an order is of.
2. On a hedging account a position is of the strategy whose order opened it, whoever closes it: a stop, a person.
3. On a netting account a symbol's one position is shared (`shares.py`). A stop or stop-out ends everybody's share.
4. Swap goes to the side of the position that pays it, when it is charged; a result has it when a deal pays it.

Profit, swap and commission of all strategies add up to the change of the account's balance without the deposits, to the
minor unit, after every deal. What nobody of the book asked for stands under the empty name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.account import AccountOpened, SwapCharged
from tallystick.events.types.market import InstrumentDeclared
from tallystick.events.types.trading import DealMade, OrderDenied, OrderRequested
from tallystick.market.instrument import Instrument
from tallystick.market.money import point_money
from tallystick.platform.portfolio.shares import Deal, Part, Shares

ATTRIBUTED: tuple[type[Event], ...] = (
    AccountOpened,
    InstrumentDeclared,
    OrderRequested,
    OrderDenied,
    DealMade,
    SwapCharged,
)
"""The types the fold needs; others are passed over."""


class StrategyResult(msgspec.Struct, kw_only=True):
    """What a strategy has realised so far. Money in minor units, `volume` of its deals in 1e-8 lots.

    A trade is one closing (of part or all of what is held), net of swap and of the commission of both its deals;
    `won` and `lost` are the sums of the winning trades and, as a positive amount, of the others.
    """

    profit: int = 0
    swap: int = 0
    commission: int = 0
    volume: int = 0
    deals: int = 0
    trades: int = 0
    wins: int = 0
    won: int = 0
    lost: int = 0

    @property
    def net(self) -> int:
        """Profit, swap and commission."""
        return self.profit + self.swap + self.commission

    def add(self, part: Part) -> None:
        """One deal's part."""
        self.profit += part.profit
        self.swap += part.swap
        self.commission += part.commission
        self.volume += part.volume
        self.deals += part.volume > 0
        if part.closed:
            self.trades += 1
            self.wins += part.trade > 0
            self.won += max(part.trade, 0)
            self.lost += max(-part.trade, 0)


class Attribution:
    """Results by strategy, kept as events are folded in."""

    def __init__(self) -> None:
        """Nothing has been dealt yet."""
        self._netting = False
        self._digits = 2
        self._instruments: dict[str, Instrument] = {}
        self._orders: dict[int, str] = {}
        self._owners: dict[int, str] = {}
        self._shares: dict[str, Shares] = {}
        self._results: dict[str, StrategyResult] = {}
        self.deposits = 0
        """Money put in or taken out."""

    @property
    def results(self) -> Mapping[str, StrategyResult]:
        """Results by strategy."""
        return self._results

    def fold(self, event: Event) -> None:
        """Take one event in."""
        if type(event) is OrderRequested:
            self.asked(event.order, event.strategy, event.purpose)
        elif type(event) is DealMade:
            self._dealt(event)
        elif type(event) is SwapCharged:
            self._shares_of(event.symbol, event.position).swap_charged(event.amount)
        elif type(event) is OrderDenied:
            self._orders.pop(event.order, None)
        elif type(event) is InstrumentDeclared:
            self._instruments[event.symbol] = Instrument(**msgspec.structs.asdict(event))
        elif type(event) is AccountOpened:
            self._netting = event.margin_mode == "netting"
            self._digits = event.digits

    def asked(self, order: int, strategy: str, purpose: str) -> None:
        """A strategy has asked for an order."""
        if purpose in {"open", "close", "pending"}:
            self._orders[order] = strategy

    def _dealt(self, deal: DealMade) -> None:
        if deal.type == "balance":
            self.deposits += deal.profit
            return
        shares = self._shares_of(deal.symbol, deal.position)
        points = self._instruments[deal.symbol].points(deal.price)
        signed = deal.volume if deal.type == "buy" else -deal.volume
        own = Deal(signed, points, deal.profit, deal.swap, deal.commission)
        strategy = self._strategy_of(deal)
        parts = shares.dealt_by_terminal(own) if strategy is None else shares.dealt(strategy, own)
        for part in parts:
            self._results.setdefault(part.strategy, StrategyResult()).add(part)
        if not shares.held:
            self._shares.pop(self._key(deal.symbol, deal.position))
            self._owners.pop(deal.position, None)

    def _strategy_of(self, deal: DealMade) -> str | None:
        """Who asked for it; None when the terminal acted on a position that several share."""
        if self._netting:
            return self._orders.get(deal.order) if deal.order >= 0 else None
        return self._owners.setdefault(deal.position, self._orders.get(deal.order, ""))

    def _key(self, symbol: str, position: int) -> str:
        return symbol if self._netting else str(position)

    def _shares_of(self, symbol: str, position: int) -> Shares:
        key = self._key(symbol, position)
        shares = self._shares.get(key)
        if shares is None:
            shares = self._shares[key] = Shares(symbol, point_money(self._instruments[symbol], self._digits))
        return shares

    def freeze(self) -> Any:
        """Everything as plain values."""
        return {
            "netting": self._netting,
            "digits": self._digits,
            "instruments": [instrument.fields() for instrument in self._instruments.values()],
            "orders": list(self._orders.items()),
            "owners": list(self._owners.items()),
            "shares": [[key, shares.symbol, shares.freeze()] for key, shares in self._shares.items()],
            "results": [[name, msgspec.to_builtins(result)] for name, result in self._results.items()],
            "deposits": self.deposits,
        }

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._netting, self._digits = state["netting"], state["digits"]
        self._instruments = {one["symbol"]: Instrument(**one) for one in state["instruments"]}
        self._orders = dict(state["orders"])
        self._owners = dict(state["owners"])
        self._shares = {}
        for key, symbol, held in state["shares"]:
            shares = self._shares[key] = Shares(symbol, point_money(self._instruments[symbol], self._digits))
            shares.thaw(held)
        self._results = {name: msgspec.convert(result, StrategyResult) for name, result in state["results"]}
        self.deposits = state["deposits"]


def attributed(events: Iterable[Event]) -> Attribution:
    """The attribution of a whole log's events, in order."""
    attribution = Attribution()
    for event in events:
        attribution.fold(event)
    return attribution
