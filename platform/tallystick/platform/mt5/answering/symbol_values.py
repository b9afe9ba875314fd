"""SymbolInfo: the definition's static values with those of this moment over them.

Of this moment are Market Watch, the quote and its day, today's open, yesterday's close, and the worth of a tick. What
an export said of its own day never shows: a symbol without quotes has zeros there.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from tallystick.market.spans import DAY_MS
from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.definitions.definition import Definition, SymbolDefinition
from tallystick.platform.mt5.definitions.fields import SYMBOL_FIELDS
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.prices.ticks import LastTick

TickValues = Callable[[str], tuple[float, float] | None]
"""Money of one tick on one lot in the account's currency, of a profit and of a loss; None where it is not known."""

D1 = 16408
OF_THE_DAY = frozenset(
    {
        "session_deals", "session_buy_orders", "session_sell_orders", "volume", "volumehigh", "volumelow", "time",
        "spread", "bid", "bidhigh", "bidlow", "ask", "askhigh", "asklow", "last", "lasthigh", "lastlow", "volume_real",
        "volumehigh_real", "volumelow_real", "session_volume", "session_turnover", "session_interest",
        "session_buy_orders_volume", "session_sell_orders_volume", "session_open", "session_close", "session_aw",
        "session_price_settlement", "price_change", "price_volatility", "price_theoretical", "price_greeks_delta",
        "price_greeks_theta", "price_greeks_gamma", "price_greeks_vega", "price_greeks_rho", "price_greeks_omega",
        "price_sensitivity",
    }
)  # fmt: skip
"""Fields whose exported value belongs to the day of the export."""


class _Known(NamedTuple):
    """A row, and what it was made from."""

    last: LastTick | None
    selected: bool
    worth: tuple[float, float] | None
    row: tuple[Any, ...]


class SymbolValues:
    """Rows of SymbolInfo by symbol; a row is made anew when its quote, its place or its tick's worth has changed."""

    def __init__(self, definition: Definition, store: PriceStore, memory: Memory, tick_values: TickValues) -> None:
        """`memory`: whose Market Watch shows."""
        self._store = store
        self._priced = frozenset(store.symbols)
        self._memory = memory
        self._tick_values = tick_values
        self._static = {one.name: _static(one) for one in definition.symbols}
        self._scales: dict[str, int] = {one.name: 10 ** int(one.info["digits"]) for one in definition.symbols}
        self._known: dict[str, _Known] = {}
        self._closes: dict[str, tuple[int, float]] = {}
        self.names: Sequence[str] = tuple(self._static)

    def __contains__(self, symbol: object) -> bool:
        """Whether the terminal knows a symbol."""
        return symbol in self._static

    def row(self, symbol: str) -> tuple[Any, ...]:
        """SymbolInfo's 96 values. Raises `KeyError` for a symbol nobody knows."""
        last = self._store.last(symbol) if symbol in self._priced else None
        selected = symbol in self._memory.selected
        worth = self._tick_values(symbol) if last is not None else None  # it moves with other symbols' quotes
        known = self._known.get(symbol)
        if known is not None and known.last is last and known.selected is selected and known.worth == worth:
            return known.row
        values = list(self._static[symbol])
        values[_AT["select"]] = values[_AT["visible"]] = selected
        if last is not None:
            for name, value in self._live(symbol, last, worth):
                values[_AT[name]] = value
        row = tuple(values)
        self._known[symbol] = _Known(last, selected, worth, row)
        return row

    def _live(
        self, symbol: str, last: LastTick, worth: tuple[float, float] | None
    ) -> Iterator[tuple[str, int | float]]:
        scale = self._scales[symbol]
        yield "time", last.time_msc // 1_000
        yield "bid", last.bid
        yield "ask", last.ask
        yield "spread", round(last.ask * scale) - round(last.bid * scale)
        day = self._store.day(symbol)
        if day is not None:
            yield "bidhigh", day.bid_high
            yield "bidlow", day.bid_low
            yield "askhigh", day.ask_high
            yield "asklow", day.ask_low
            yield "session_open", day.bid_open
        close = self._yesterdays_close(symbol, last.time_msc // DAY_MS)
        if close:
            yield "session_close", close
            yield "price_change", (last.bid / close - 1.0) * 100.0
        if worth is not None:
            yield "trade_tick_value", worth[0]
            yield "trade_tick_value_profit", worth[0]
            yield "trade_tick_value_loss", worth[1]

    def _yesterdays_close(self, symbol: str, day: int) -> float:
        """Close of the last daily bar before today's; 0.0 where there is none. It changes with the day only."""
        known = self._closes.get(symbol)
        if known is not None and known[0] == day:
            return known[1]
        bars = self._store.rates_from_pos(symbol, D1, 1, 1)
        close = float(bars["close"][0]) if len(bars) else 0.0
        self._closes[symbol] = (day, close)
        return close


def _static(symbol: SymbolDefinition) -> tuple[Any, ...]:
    info = symbol.info
    return tuple(type(info[name])(0) if name in OF_THE_DAY else info[name] for name in SYMBOL_FIELDS)


_AT = {name: index for index, name in enumerate(SYMBOL_FIELDS)}
