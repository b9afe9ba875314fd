"""The account as compiled code wants it: int64 tables for the scan, kept beside the state they are made from."""

from collections.abc import Mapping, Sequence

import numpy as np

from tallystick.market import fills
from tallystick.market.alarms import set_alarms
from tallystick.market.arrays import Ints
from tallystick.market.bar_path import STEPS
from tallystick.market.compiled import FEW
from tallystick.market.instrument import Instrument
from tallystick.market.money import PointMoney
from tallystick.market.rows import Rows
from tallystick.platform.mt5.server.account import AccountState, InFlight
from tallystick.platform.mt5.server.rates_scan import RatesScan
from tallystick.platform.mt5.server.sieve import Sieve, Spans
from tallystick.platform.mt5.server.worth import Worth

BAR_PRICES = tuple(f"{side}_{part}" for side in ("bid", "ask") for part in ("open", "high", "low", "close"))


class Tables:
    """Prices by symbol, and the tables of orders and positions, made anew after a change."""

    def __init__(
        self,
        instruments: Mapping[str, Instrument],
        money: Mapping[str, PointMoney],
        series: Sequence[tuple[str, str, int]],
        worth: Worth,
    ) -> None:
        """A symbol moves by its first series; the others map to -1. Kept beside the state that `worth` looks at."""
        self._worth = worth
        self.symbols = tuple(instruments)
        self.number = {symbol: index for index, symbol in enumerate(self.symbols)}
        first: dict[str, int] = {}
        for index, (symbol, _, _) in enumerate(series):
            first.setdefault(symbol, index)
        moves = [
            self.number.get(symbol, -1) if first[symbol] == index else -1 for index, (symbol, _, _) in enumerate(series)
        ]
        self.series_symbol = np.array(moves or [-1], dtype=np.int64)
        self.series_period = np.array([period for _, _, period in series] or [0], dtype=np.int64)
        self.scales = np.array([10.0**one.digits for one in instruments.values()], dtype=np.float64)
        self._money = np.array(
            [(money[symbol].numerator, money[symbol].denominator) for symbol in self.symbols], dtype=np.int64
        ).reshape(-1, 2)
        count = len(self.symbols)
        self._bid, self._ask, self._seen = (np.zeros(count, dtype=np.int64) for _ in range(3))
        self._priced = np.zeros(count, dtype=np.int64)
        self._all_priced = False
        self._latest: tuple[int, int] | None = None
        """Bid and ask of the one symbol where the arrays do not hold them yet."""
        self._in_flight: Mapping[int, InFlight] = {}
        self._ahead = False
        self._stale = self._unfilled = True
        self._idle = True
        self._converting = False
        self._moneys = tuple(money[symbol] for symbol in self.symbols)
        self._one_symbol = self.series_symbol.tolist() == [0] * len(series)
        self._sieved = self._one_symbol and count == 1
        self._scale: float = self.scales.item(0) if self._one_symbol else 0.0
        self._sieve: Sieve | None = None
        self._spans = Spans()
        self._due, self._pending, self._positions = (fills.empty(width) for width in (2, 4, 6))
        self._account = np.zeros(3, dtype=np.int64)
        self._account_now = 0, 0, 0
        self._levels, self._exposure = np.zeros((count, 4)), np.zeros((count, 4))
        self._alarm_times = np.zeros(count, dtype=np.int64)
        self._rates = RatesScan(
            self.symbols, self.series_symbol, self.series_period, self.scales, self._levels, self._alarm_times
        )

    def changed(self) -> None:
        """Orders, positions or balance have changed."""
        self._stale = True
        self._in_flight = self._worth.state.in_flight

    def charged(self) -> None:
        """Swaps were charged, and nothing else has changed: neither levels nor margin."""
        if self._stale or self._idle:
            return
        state = self._worth.state
        _, margin, level = self._account_now
        self._account_now = self._owned(state), margin, level
        self._unfilled = True
        if self._sieve is not None:
            self._sieve = self._sieve.at(self._account_now, len(state.positions))

    def _owned(self, state: AccountState) -> int:
        """The equity but for the floating profits."""
        return state.balance + self._worth.credit + sum([one.swap for one in state.positions.values()])

    def advance(self, rows: Rows) -> None:
        """The last prices of each symbol become current."""
        if self._one_symbol:
            scale = self._scale
            self._latest = round(rows.bid.item(-1) * scale), round(rows.ask.item(-1) * scale)
        else:
            fills.take_last.for_rows(len(rows))(
                rows.series, rows.bid, rows.ask, self.series_symbol, self.scales, self._bid, self._ask, self._seen
            )
        self._ahead = True
        if not self._all_priced:
            self._seen[0] |= self._one_symbol
            self._priced |= self._seen
            self._all_priced = bool(self._priced.all())

    def to_state(self) -> None:
        """Current prices into the state, where rows have gone by since."""
        if not self._ahead:
            return
        self._ahead, state = False, self._worth.state
        if self._latest is not None:
            symbol = self.symbols[0]
            state.bids[symbol], state.asks[symbol] = self._latest
            return
        for symbol, bid, ask, priced in zip(
            self.symbols, self._bid.tolist(), self._ask.tolist(), self._priced.tolist(), strict=True
        ):
            if priced:
                state.bids[symbol], state.asks[symbol] = bid, ask

    def from_state(self) -> None:
        """Current prices from the state."""
        self._latest, state = None, self._worth.state
        if self._one_symbol and self._all_priced and state.bids:
            self._latest = state.bids[self.symbols[0]], state.asks[self.symbols[0]]
            return
        for symbol, bid in state.bids.items():
            index = self.number[symbol]
            self._bid[index], self._ask[index], self._priced[index] = bid, state.asks[symbol], 1
        self._all_priced = self._all_priced or bool(self._priced.all())

    def _spread_out(self) -> None:
        """Let the arrays hold the current prices."""
        if self._latest is not None:
            (self._bid[0], self._ask[0]), self._latest = self._latest, None

    def prices(self) -> tuple[Ints, Ints, Ints]:
        """Current bids and asks in points and which symbols have any, by symbol: a copy."""
        self._spread_out()
        return self._bid.copy(), self._ask.copy(), self._priced.copy()

    def put(self, prices: tuple[Ints, Ints, Ints]) -> None:
        """Take back what `prices` gave."""
        self._bid[:], self._ask[:], self._priced[:] = prices

    def take(self, rows: Rows) -> None:
        """The last prices of each symbol become current, in these tables alone."""
        self._spread_out()
        fills.take_last.for_rows(len(rows))(
            rows.series, rows.bid, rows.ask, self.series_symbol, self.scales, self._bid, self._ask, self._seen
        )
        self._priced |= self._seen

    def quotes(self) -> tuple[dict[str, int], dict[str, int]]:
        """Current bids and asks in points by symbol, where there are any."""
        self._spread_out()
        priced = [place for place, seen in enumerate(self._priced.tolist()) if seen]
        bids = {self.symbols[place]: self._bid.item(place) for place in priced}
        return bids, {self.symbols[place]: self._ask.item(place) for place in priced}

    def scan(self, rows: Rows) -> int:
        """First row of the first moment with an act, or -1."""
        if self._in_flight and self._due_at_once(rows):
            return 0
        if self._stale:
            self._look()
        if self._idle or self._sets_off_nothing(rows):
            return -1
        if self._unfilled:
            self._fill()
        self._spread_out()
        # Compiled code wants one shape for both kinds: a quote is a bar whose four prices are one.
        prices, steps = [rows.bid] * 4 + [rows.ask] * 4, 1
        if rows.kind == "bar":
            prices, steps = rows.cut(BAR_PRICES), STEPS
        bids = prices[0], prices[1], prices[2], prices[3]
        asks = prices[4], prices[5], prices[6], prices[7]
        if self._converting:
            account = self._due, self._pending, self._positions, self._account, self._money
            return self._rates.first_act(rows, (bids, asks, steps), self._bid, self._ask, account, self._worth)
        found: int = fills.first_act.for_rows(len(rows))(
            rows.time,
            rows.series,
            bids,
            asks,
            steps,
            self.series_symbol,
            self.series_period,
            self.scales,
            self._bid,
            self._ask,
            self._due,
            self._pending,
            self._positions,
            self._account,
            self._money,
            self._levels,
            self._alarm_times,
            self._exposure,
        )
        return found

    def quiet(self, rows: Rows) -> bool:
        """True when there is surely no act on these rows; False says nothing."""
        if self._in_flight:
            return False
        if self._stale:
            self._look()
        return self._idle or self._sets_off_nothing(rows)

    def _due_at_once(self, rows: Rows) -> bool:
        """Whether a market order is executed on the first row already: most are, and need no tables for it."""
        number = self.series_symbol.item(rows.series.item(0))
        time = rows.time.item(0)
        for order in self._in_flight.values():
            if order.due <= time and self.number[order.sending.symbol] == number:
                return True
        return False

    def _sets_off_nothing(self, rows: Rows) -> bool:
        """Whether quotes, or a few bars, of the one symbol set off no alarm (server/sieve.py)."""
        sieve = self._sieve
        if sieve is None or (rows.kind == "bar" and len(rows.time) > FEW):
            return False
        return sieve.lets_pass(rows, self._spans)

    def _look(self) -> None:
        """What the account holds has changed: look whether there is anything, and what could happen to it."""
        worth, state = self._worth, self._worth.state
        self._stale = False
        self._idle = not (state.in_flight or state.pendings or state.positions)
        if self._idle:
            return
        self._unfilled = True
        self._converting = worth.converts()
        margin = worth.margin() if state.positions else 0
        self._account_now = self._owned(state), margin, worth.stop_out_level
        if self._sieved and not self._converting:
            self._sieve = Sieve.over(state, self._moneys[0], self._scale, self._account_now)
        else:
            self._sieve = None

    def _fill(self) -> None:
        """Make the tables from the state."""
        state, number = self._worth.state, self.number
        self._unfilled = False
        self._due = _table([(number[one.sending.symbol], one.due) for one in state.in_flight.values()], 2)
        self._pending = _table(
            [(number[o.sending.symbol], o.kind, o.price, o.live) for o in state.pendings.values()], 4
        )
        self._positions = _table(
            [
                (number[one.symbol], one.direction, one.stop, one.take, one.point_units, one.units)
                for one in state.positions.values()
            ],
            6,
        )
        self._account[:] = self._account_now
        set_alarms.for_rows(len(state.positions) + len(state.pendings))(
            self._due,
            self._pending,
            self._positions,
            self.scales,
            self._money,
            self._levels,
            self._alarm_times,
            self._exposure,
        )


def _table(rows: list[tuple[int, ...]], width: int) -> Ints:
    return np.array(rows, dtype=np.int64) if rows else _EMPTY[width]


_EMPTY = {width: fills.empty(width) for width in (2, 4, 6)}
