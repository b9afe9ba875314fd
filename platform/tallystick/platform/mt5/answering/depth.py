"""Market depth: `market_book_add`, `market_book_get`, `market_book_release`.

The simulated market has one level on each side: the quote, with the volume that one quote fills
(`Instrument.liquidity_volume`; where that is unlimited, the largest volume of an order). A symbol whose definition has
no depth (`ticks_bookdepth` 0) can be subscribed to and stays empty.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.answering.reply import NOT_FOUND, TRUE, Reply, done, refused
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.wire import Records

SELL, BUY = 1, 2
"""BOOK_TYPE_SELL (an offer, at the ask) and BOOK_TYPE_BUY."""


class Depth:
    """Depth subscriptions of the terminal, and what they show."""

    def __init__(self, instruments: Mapping[str, Instrument], store: PriceStore, memory: Memory) -> None:
        """`instruments`: by symbol, those that there are rows of."""
        self._instruments = instruments
        self._store = store
        self._memory = memory

    def functions(self) -> dict[str, Callable[[Mapping[str, Any]], Reply]]:
        """The functions answered here."""
        return {
            "market_book_add": self._add,
            "market_book_get": self._get,
            "market_book_release": self._release,
        }

    def _add(self, arguments: Mapping[str, Any]) -> Reply:
        symbol, books = arguments["symbol"], self._memory.books
        if symbol not in self._memory.selected:
            return refused(NOT_FOUND)
        books[symbol] = books.get(symbol, 0) + 1
        return TRUE

    def _release(self, arguments: Mapping[str, Any]) -> Reply:
        symbol, books = arguments["symbol"], self._memory.books
        if symbol not in books:
            return refused(NOT_FOUND)
        books[symbol] -= 1
        if not books[symbol]:
            del books[symbol]
        return TRUE

    def _get(self, arguments: Mapping[str, Any]) -> Reply:
        symbol = arguments["symbol"]
        if symbol not in self._memory.books:
            return NOT_FOUND
        instrument = self._instruments.get(symbol)
        last = self._store.last(symbol) if instrument is not None else None
        if instrument is None or last is None or not instrument.book_depth:
            return done(Records("BookInfo", ()))
        lots = (instrument.liquidity_volume or instrument.volume_max) / LOT
        rows = ((SELL, last.ask, round(lots), lots), (BUY, last.bid, round(lots), lots))
        return done(Records("BookInfo", rows))
