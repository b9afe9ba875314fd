"""Prices written in each way MT5 and its users' computers write them, for the tests that read them back."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple


class Bar(NamedTuple):
    """One bar in whole points of five decimals; `minute` counts from 1 March 2024."""

    minute: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    spread: int


class Tick(NamedTuple):
    """One quote; a side is None where the file leaves it empty. `ms` counts from 1 March 2024."""

    ms: int
    bid: int | None
    ask: int | None
    flags: int


BEGIN = datetime(2024, 3, 1, tzinfo=UTC)
BEGIN_MS = int(BEGIN.timestamp() * 1000)


@dataclass(frozen=True)
class Style:
    """How a file is written."""

    separator: str = "\t"
    header: bool = True
    date_mark: str = "."
    seconds: bool = True
    milliseconds: bool = False
    encoding: str = "utf-8"
    bom: bytes = b""
    line_end: str = "\n"
    decimal: str = "."
    spread: bool = True
    volume: bool = True

    def bars(self, bars: Sequence[Bar]) -> bytes:
        """A file of bars."""
        names = ["<DATE>", "<TIME>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>"]
        names += ["<TICKVOL>", "<VOL>"] * self.volume + ["<SPREAD>"] * self.spread
        rows = [
            [
                *self.moment(BEGIN_MS + bar.minute * 60_000),
                *(self.price(points) for points in bar[1:5]),
                *[str(bar.volume), "0"] * self.volume,
                *[str(bar.spread)] * self.spread,
            ]
            for bar in bars
        ]
        return self.file(names, rows)

    def ticks(self, ticks: Sequence[Tick]) -> bytes:
        """A file of ticks."""
        names = ["<DATE>", "<TIME>", "<BID>", "<ASK>", "<LAST>", "<VOLUME>", "<FLAGS>"]
        style = replace(self, milliseconds=True)
        rows = [
            [
                *style.moment(BEGIN_MS + tick.ms),
                *("" if side is None else self.price(side) for side in (tick.bid, tick.ask)),
                "",
                "",
                str(tick.flags),
            ]
            for tick in ticks
        ]
        return self.file(names, rows)

    def moment(self, ms: int) -> list[str]:
        """Date and time of day."""
        at = datetime.fromtimestamp(ms // 1000, UTC)
        day = at.strftime(f"%Y{self.date_mark}%m{self.date_mark}%d")
        clock = at.strftime("%H:%M:%S" if self.seconds or self.milliseconds else "%H:%M")
        return [day, clock + (f".{ms % 1000:03}" if self.milliseconds else "")]

    def price(self, points: int) -> str:
        """A price of five decimals."""
        return f"{points // 100_000}{self.decimal}{points % 100_000:05}"

    def file(self, names: list[str], rows: list[list[str]]) -> bytes:
        """The bytes of a file."""
        lines = [self.separator.join(row) for row in ([names] if self.header else []) + rows]
        return self.bom + "".join(line + self.line_end for line in lines).encode(self.encoding)


STYLES = {
    "as MT5 writes it": Style(encoding="utf-16-le", bom=codecs.BOM_UTF16_LE, line_end="\r\n"),
    "UTF-16 of the other order": Style(encoding="utf-16-be", bom=codecs.BOM_UTF16_BE, line_end="\r\n"),
    "UTF-16 without a mark": Style(encoding="utf-16-le"),
    "UTF-8 with a mark": Style(bom=codecs.BOM_UTF8, line_end="\r\n"),
    "plain": Style(),
    "old line ends": Style(line_end="\r"),
    "no names": Style(header=False),
    "dashes in dates": Style(date_mark="-", separator=","),
    "slashes in dates": Style(date_mark="/", separator=","),
    "compact dates": Style(date_mark="", separator=";"),
    "no seconds": Style(seconds=False),
    "milliseconds": Style(milliseconds=True),
    "decimal comma": Style(separator=";", decimal=","),
    "decimal comma and tabs": Style(decimal=","),
    "commas": Style(separator=","),
    "commas without names": Style(separator=",", header=False),
    "no spread": Style(spread=False),
    "no volume": Style(volume=False),
    "prices only": Style(volume=False, spread=False),
}
