"""What the simulated account is worth, and what it owes for its positions: equity and margin, exact."""

from collections.abc import Collection, Mapping

from tallystick.market.instrument import Instrument
from tallystick.market.margin import hedged_margin
from tallystick.market.money import PointMoney, rounded
from tallystick.market.terms import AccountTerms
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Position

BY_RULE = -1
"""A position's margin where no rate between currencies is in it: the rule gives it at any time."""


class Worth:
    """Equity and margin of an account state."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        money: Mapping[str, PointMoney],
        state: AccountState,
    ) -> None:
        """`money`: a point's money by symbol. Raises `CurrencyError` for an instrument that no pair converts."""
        self._settings = settings
        self._instruments = instruments
        self._money = money
        self.terms = AccountTerms(instruments, settings.currency, settings.digits, settings.leverage)
        self.terms.require(instruments)
        every = {symbol: self.terms[symbol] for symbol in instruments}
        self._converting = {symbol: terms for symbol, terms in every.items() if terms.converts}
        self._held = {symbol: terms.held for symbol, terms in every.items()}
        self._pairs = {symbol: terms.pairs for symbol, terms in every.items() if terms.pairs}
        self._keeping = frozenset(symbol for symbol, terms in every.items() if terms.keeps_margin)
        self._asking = frozenset(symbol for symbol, terms in every.items() if terms.ordered != terms.held)
        self._nights: dict[tuple[str, int, int], tuple[int, int, int] | None] = {}
        self.state = state
        self.stop_out_level = settings.stop_out_level
        self.credit = settings.credit

    def closing_price(self, position: Position) -> int:
        """Points at which a position would be closed now."""
        prices = self.state.bids if position.direction > 0 else self.state.asks
        return prices[position.symbol]

    def prices(self, symbol: str) -> tuple[int, int] | None:
        """Current bid and ask in points."""
        bids = self.state.bids
        return (bids[symbol], self.state.asks[symbol]) if symbol in bids else None

    def floating(self, position: Position) -> int:
        """Floating profit of a position."""
        return self.floating_at(position, self.closing_price(position))

    def floating_at(self, position: Position, close: int) -> int:
        """Floating profit of a position when it would be closed at `close` points, at the current rates."""
        points = position.direction * (close * position.units - position.point_units)
        converting = self._converting.get(position.symbol)
        if converting is not None:
            return converting.profit_of(points, self.prices)
        money = self._money[position.symbol]
        return rounded(points * money.numerator, money.denominator)

    def result(self, position: Position, units: int, points: int) -> int:
        """Profit of closing `units` of a position at `points`, with its exact open price, at the current rates."""
        exact = position.direction * (points * position.units - position.point_units) * units
        converting = self._converting.get(position.symbol)
        if converting is not None:
            return converting.profit_of(exact, self.prices, denominator=position.units)
        money = self._money[position.symbol]
        return rounded(exact * money.numerator, money.denominator * position.units)

    def night(self, position: Position, weekday: int) -> tuple[int, int]:
        """Whole nights that the rollover ending a weekday charges, and what a position pays for them."""
        key = position.symbol, position.direction, weekday
        if key not in self._nights:
            self._nights[key] = self.terms[position.symbol].fixed_night(position.direction, weekday)
        if (fixed := self._nights[key]) is not None:
            count, numerator, denominator = fixed
            return count, rounded(numerator * position.units, denominator)
        return self.terms[position.symbol].swap(
            position.direction,
            position.units,
            weekday,
            self.prices,
            closing=self.closing_price(position),
            point_units=position.point_units,
        )

    def equity(self) -> int:
        """Balance, credit, floating profits and swaps kept."""
        total = self.state.balance + self.credit
        for one in self.state.positions.values():
            total += self.floating(one) + one.swap
        return total

    def converts(self) -> bool:
        """Whether rates between currencies move the equity: other symbols' prices do then."""
        return bool(self._converting) and any(one.symbol in self._converting for one in self.state.positions.values())

    def unpriced(self, symbol: str) -> bool:
        """Whether a symbol, or a pair that converts its money, has had no price yet."""
        bids = self.state.bids
        return symbol not in bids or (symbol in self._pairs and any(pair not in bids for pair in self._pairs[symbol]))

    def of_position(self, position: Position) -> int:
        """Margin of one position by itself."""
        if position.margin != BY_RULE:
            return position.margin
        rule = self._held[position.symbol]
        numerator, denominator = rule.buy if position.direction > 0 else rule.sell
        return rounded((position.point_units if rule.priced else position.units) * numerator, denominator)

    def ordered(self, target: Position | None, after: Position, points: int) -> int:
        """What an order that leaves `after` has to find free for it: held as before, ordered for what it adds."""
        if after.symbol not in self._asking and after.symbol not in self._keeping:
            return BY_RULE
        terms = self.terms[after.symbol]
        before = self._grown(target, after)
        units = after.units - (before.units if before is not None else 0)
        added = terms.order_margin(after.direction, units, points, self.prices)
        return added + (self.of_position(before) if before is not None else 0)

    def kept(self, target: Position | None, after: Position, points: int) -> int:
        """The margin that `after` keeps from its opening, `BY_RULE` where no rate is in it."""
        if after.symbol not in self._keeping:
            return BY_RULE
        terms = self.terms[after.symbol]
        before = self._grown(target, after)
        units = after.units - (before.units if before is not None else 0)
        added = terms.held_margin(after.direction, units, points * units, self.prices)
        return added + (before.margin if before is not None else 0)

    @staticmethod
    def _grown(target: Position | None, after: Position) -> Position | None:
        """The position that `after` adds to, None when it is opened or turned over."""
        return target if target is not None and target.direction == after.direction else None

    @staticmethod
    def rest(position: Position, left: int) -> int:
        """The margin kept when `left` units stay of a position."""
        return rounded(position.margin * left, position.units) if position.margin != BY_RULE else BY_RULE

    def margin(self, positions: Collection[Position] | None = None) -> int:
        """Margin of the account's positions, or of others in their place."""
        held = self.state.positions.values() if positions is None else positions
        if len(held) == 1:
            (only,) = held
            return self.of_position(only)
        if self._settings.margin_mode == "netting":
            return sum(self.of_position(position) for position in held)
        sides: dict[str, dict[int, tuple[int, int]]] = {}
        for position in held:
            side = sides.setdefault(position.symbol, {1: (0, 0), -1: (0, 0)})
            volume, margin = side[position.direction]
            side[position.direction] = (volume + position.volume, margin + self.of_position(position))
        return sum(hedged_margin(self._instruments[symbol], side[1], side[-1]) for symbol, side in sides.items())
