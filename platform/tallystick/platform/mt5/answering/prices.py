"""Prices: `symbol_info_tick`, `copy_rates_*`, `copy_ticks_*`.

Times go in and out as the server's wall clock. Bars end with the unfinished one, oldest first, at most `maxbars`.
"""

from collections.abc import Callable, Mapping
from math import floor
from typing import Any

from numpy.typing import NDArray

from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.answering.reply import CALL_FAILED, INVALID_PARAMS, NOT_FOUND, Reply, done
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.prices.timeframes import TIMEFRAMES
from tallystick.platform.mt5.wire import Record, Table

TICK_FLAGS = frozenset({-1, 1, 2, 3})
"""COPY_TICKS_ALL, _INFO, _TRADE, and the last two together."""


class Prices:
    """Ticks and bars of the price store."""

    def __init__(self, store: PriceStore, memory: Memory, maxbars: int) -> None:
        """`maxbars`: most bars of one answer, and of a chart."""
        self._store = store
        self._priced = frozenset(store.symbols)
        self._memory = memory
        self._maxbars = maxbars
        self._ticks: dict[str, tuple[Any, Reply]] = {}

    def functions(self) -> dict[str, Callable[[Mapping[str, Any]], Reply]]:
        """The functions answered here."""
        return {
            "symbol_info_tick": self._symbol_info_tick,
            "copy_rates_from": self._rates_from,
            "copy_rates_from_pos": self._rates_from_pos,
            "copy_rates_range": self._rates_range,
            "copy_ticks_from": self._ticks_from,
            "copy_ticks_range": self._ticks_range,
        }

    def _symbol_info_tick(self, arguments: Mapping[str, Any]) -> Reply:
        symbol = arguments["symbol"]
        if symbol not in self._memory.selected:
            return NOT_FOUND
        last = self._store.last(symbol) if symbol in self._priced else None
        if last is None:
            return CALL_FAILED
        known = self._ticks.get(symbol)
        if known is not None and known[0] is last:
            return known[1]
        milliseconds = last.time_msc
        values = (milliseconds // 1_000, last.bid, last.ask, 0.0, 0, milliseconds, last.flags, 0.0)
        reply = done(Record("Tick", values))
        self._ticks[symbol] = (last, reply)
        return reply

    def _rates_from_pos(self, arguments: Mapping[str, Any]) -> Reply:
        start, count = arguments["start_pos"], arguments["count"]
        if start < 0:
            return INVALID_PARAMS
        broken = self._broken(arguments, count)
        if broken is not None:
            return broken
        count = min(count, self._maxbars - start)
        if count <= 0:
            return CALL_FAILED
        rates = self._store.rates_from_pos(arguments["symbol"], arguments["timeframe"], start, count)
        return _rates(rates) if len(rates) else CALL_FAILED

    def _rates_from(self, arguments: Mapping[str, Any]) -> Reply:
        broken = self._broken(arguments, arguments["count"])
        if broken is not None:
            return broken
        date, count = floor(arguments["date_from"]), min(arguments["count"], self._maxbars)
        rates = self._store.rates_from(arguments["symbol"], arguments["timeframe"], date, count)
        return _rates(rates) if len(rates) else CALL_FAILED

    def _rates_range(self, arguments: Mapping[str, Any]) -> Reply:
        begin, end = arguments["date_from"], arguments["date_to"]
        broken = self._broken(arguments, 1) or (INVALID_PARAMS if end < begin else None)
        if broken is not None:
            return broken
        # A bar belongs to the range when its opening time does; openings are whole seconds.
        begin = -floor(-begin)
        rates = self._store.rates_range(arguments["symbol"], arguments["timeframe"], begin, floor(end))
        return _rates(rates[-self._maxbars :])

    def _ticks_from(self, arguments: Mapping[str, Any]) -> Reply:
        broken = self._broken_ticks(arguments, arguments["count"])
        if broken is not None:
            return broken
        begin = _milliseconds(arguments["date_from"])
        return _ticks(self._store.ticks_from(arguments["symbol"], begin, arguments["count"], arguments["flags"]))

    def _ticks_range(self, arguments: Mapping[str, Any]) -> Reply:
        broken = self._broken_ticks(arguments, 1)
        if broken is not None:
            return broken
        begin, end = _milliseconds(arguments["date_from"]), _milliseconds(arguments["date_to"])
        if end < begin:
            return INVALID_PARAMS
        return _ticks(self._store.ticks_range(arguments["symbol"], begin, end, arguments["flags"]))

    def _broken(self, arguments: Mapping[str, Any], count: int) -> Reply | None:
        if arguments["timeframe"] not in TIMEFRAMES or count <= 0:
            return INVALID_PARAMS
        return None if arguments["symbol"] in self._priced else CALL_FAILED

    def _broken_ticks(self, arguments: Mapping[str, Any], count: int) -> Reply | None:
        if arguments["flags"] not in TICK_FLAGS or count <= 0:
            return INVALID_PARAMS
        return None if arguments["symbol"] in self._priced else CALL_FAILED


def _milliseconds(seconds: float) -> int:
    """A date of the module in whole ms of the server's clock."""
    return round(seconds * 1_000)


def _rates(rates: NDArray[Any]) -> Reply:
    return done(Table("rates", rates.tobytes()))


def _ticks(ticks: NDArray[Any]) -> Reply:
    return done(Table("ticks", ticks.tobytes()))
