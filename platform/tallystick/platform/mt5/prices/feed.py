"""The rows of a bot's run: several symbols' quotes merged in book order, taken up to the moment a bot has come to.

Every row is a quote; a symbol's bars are turned into quotes by a model that is stated in the log's declarations. Of
several series of one symbol the first is taken, as by the simulated terminal. Rows before the bot begins (its warm-up)
are rows like all others: they stand in the log, so that a replay knows the bars a bot was shown.
"""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.market.rows import Rows
from tallystick.market.sessions import Sessions
from tallystick.market.spans import NEVER
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.periods import period_name
from tallystick.platform.data.series import Series
from tallystick.platform.mt5.prices.hours import hours_of_rows
from tallystick.platform.mt5.prices.models import AUTO, REAL, REAL_QUALITY, Modelling, TickModel, model_for
from tallystick.platform.mt5.prices.streams import MadeQuotes, Part, RealQuotes, Stream

HASH_DOMAIN = b"tallystick/made-quotes/1"
BLOCK_ROWS = 4_096
"""As many rows as one block of a log may hold."""


class ExecFeed:
    """Quotes of several symbols in book order: (time, number of the symbol, position)."""

    def __init__(self, feed: Feed, model: str = AUTO, *, start_ns: int | None = None) -> None:
        """`start_ns`: where the bot begins; rows before it are its warm-up. Without it that is the first row.

        `model`: one of `models.MODELS`, `real-ticks` or `auto`. Raises `UnfitRequest` where it does not fit.
        """
        first: dict[str, Series] = {}
        for series in feed.series:
            first.setdefault(series.symbol, series)
        self._series = tuple(first.values())
        self._models = tuple(model_for(model, one.symbol, one.period_ns) for one in self._series)
        self._streams: tuple[Stream, ...] = tuple(
            RealQuotes(one) if made is None else MadeQuotes(one, made)
            for one, made in zip(self._series, self._models, strict=True)
        )
        self.start_ns = self.first_time if start_ns is None else start_ns
        self._chunks = self._merged()
        self._held: Rows | None = None
        self._place = 0

    def __len__(self) -> int:
        """Rows of all symbols."""
        return sum(stream.total for stream in self._streams)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbol by the series number of its rows."""
        return tuple(one.symbol for one in self._series)

    @property
    def digits(self) -> tuple[int, ...]:
        """Decimals that the source's prices were written with, by series number."""
        return tuple(one.rows.digits for one in self._series)

    @property
    def first_time(self) -> int:
        """Book time of the first row, ns UTC."""
        return min(stream.begins(0) for stream in self._streams)

    @property
    def all_begun(self) -> int:
        """When the last of the symbols has its first row, ns UTC."""
        return max(stream.begins(0) for stream in self._streams)

    def hours(self, server_time_rule: str) -> dict[str, Sessions]:
        """By symbol the trading hours that its rows show, where nobody states any (`hours.py`)."""
        return {one.symbol: hours_of_rows(one.time, one.period_ns, server_time_rule) for one in self._series}

    @property
    def last_time(self) -> int:
        """A bound on the book time of the last row, ns UTC: the end of the last bar, the time of the last quote."""
        return max(int(one.time[-1]) for one in self._series)

    @property
    def data_hash(self) -> str:
        """SHA-256 in hex over the symbols' data hashes (32 bytes each) in order."""
        hashes = b"".join(bytes.fromhex(one.data_hash) for one in self.series_declared())
        return hashlib.sha256(hashes).hexdigest()

    @property
    def modelling(self) -> tuple[Modelling, ...]:
        """What a report says of each symbol's prices."""
        return tuple(
            Modelling(one.symbol, REAL, period_name(0), REAL_QUALITY)
            if model is None
            else Modelling(one.symbol, model.name, period_name(one.period_ns), model.quality)
            for one, model in zip(self._series, self._models, strict=True)
        )

    def series_declared(self) -> tuple[SeriesDeclared, ...]:
        """One series of quotes a symbol; the hash of made quotes is of their bars and the model's name."""
        return tuple(
            _declared(number, one, model, stream.total)
            for number, (one, model, stream) in enumerate(zip(self._series, self._models, self._streams, strict=True))
        )

    def data_treated(self) -> tuple[DataTreated, ...]:
        """The faults that were treated in the sources."""
        return tuple(treatment for one in self._series for treatment in one.treatments)

    def warnings(self) -> tuple[str, ...]:
        """Lines a person should read, each with its code."""
        return tuple(warning for one in self._series for warning in one.warnings)

    def next_time(self) -> int | None:
        """Book time of the next row that was not taken; None after the last."""
        held = self._next()
        return None if held is None else int(held.time[self._place])

    @property
    def ended(self) -> bool:
        """Whether every row was taken."""
        return self._next() is None

    def take_until(self, time: int, most: int = BLOCK_ROWS) -> Rows | None:
        """The next rows at or before a moment, at most `most`; None when there are none. Ask again until None."""
        held = self._next()
        if held is None:
            return None
        stop = int(np.searchsorted(held.time, time, side="right"))
        stop = min(stop, self._place + most)
        if stop <= self._place:
            return None
        rows = held.part(self._place, stop)
        self._place = stop
        return rows

    def standing(self, symbol: str, time: int) -> tuple[float, float] | None:
        """Bid and ask that stand at a moment of a bar that quotes are made of; None for real ticks and gaps."""
        return self._streams[self.symbols.index(symbol)].standing(time)

    def rows(self, start_row: int = 0) -> Iterator[Rows]:
        """All rows in book order from row `start_row` on, whatever was taken already."""
        for chunk in self._merged():
            if start_row < len(chunk):
                yield chunk.part(start_row, len(chunk)) if start_row else chunk
            start_row = max(start_row - len(chunk), 0)

    def _next(self) -> Rows | None:
        while self._held is None or self._place == len(self._held):
            self._held, self._place = next(self._chunks, None), 0
            if self._held is None:
                self._chunks = iter(())
                return None
        return self._held

    def _merged(self) -> Iterator[Rows]:
        """Parts of all streams, merged as far as every stream has come."""
        waiting: list[Part | None] = [None] * len(self._streams)
        units = [0] * len(self._streams)
        while True:
            reach = [stream.begins(unit) for stream, unit in zip(self._streams, units, strict=True)]
            limit = min(reach)
            ready: list[tuple[int, Part]] = []
            for number, part in enumerate(waiting):
                if part is None:
                    continue
                stop = len(part.time) if limit == NEVER else int(np.searchsorted(part.time, limit))
                if stop:
                    ready.append((number, part.cut(0, stop)))
                waiting[number] = part.cut(stop, len(part.time)) if stop < len(part.time) else None
            if ready:
                yield _joined(ready)
            elif limit == NEVER:
                return
            if limit != NEVER:
                number = reach.index(limit)
                part, units[number] = self._streams[number].part(units[number])
                before = waiting[number]
                waiting[number] = part if before is None else _after(before, part)


def _after(before: Part, part: Part) -> Part:
    return Part(*(np.concatenate(columns) for columns in zip(before, part, strict=True)))


def _joined(ready: Sequence[tuple[int, Part]]) -> Rows:
    """Parts of several symbols as rows in book order."""
    numbers = [np.full(len(part.time), number, dtype="<u2") for number, part in ready]
    if len(ready) == 1:
        part, series = ready[0][1], numbers[0]
    else:
        part = Part(*(np.concatenate(columns) for columns in zip(*(part for _, part in ready), strict=True)))
        series = np.concatenate(numbers)
        order = np.lexsort((series, part.time))
        part, series = Part(*(column[order] for column in part)), series[order]
    columns = {"time_msc": part.time_msc, "series": series, "bid": part.bid, "ask": part.ask, "flags": part.flags}
    return Rows("quote", part.time, series, part.bid, part.ask, columns)


def _declared(number: int, series: Series, model: TickModel | None, rows: int) -> SeriesDeclared:
    source, data_hash = series.source, series.data_hash
    if model is not None:
        source = f"{source}: {model.name} from {period_name(series.period_ns)} bars"
        data_hash = hashlib.sha256(HASH_DOMAIN + b"\n" + f"{model.name}\n{data_hash}\n".encode()).hexdigest()
    return SeriesDeclared(
        series=number,
        symbol=series.symbol,
        kind="quote",
        period_ns=0,
        time_rule=series.time_rule,
        source=source,
        rows=rows,
        data_hash=data_hash,
    )
