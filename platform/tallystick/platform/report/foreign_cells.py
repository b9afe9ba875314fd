"""A line of somebody's deals table, as text, turned into a deal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tallystick.market.instrument import LOT
from tallystick.platform.report.foreign_errors import DamagedReport
from tallystick.platform.report.tester_deals import ENTRIES, TableDeal

MOMENT = re.compile(r"(\d{4})[./-](\d\d)[./-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?$")
SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'")
MONEY = ("commission", "fee", "swap", "profit", "balance")
ALIASES = {"direction": "entry", "position_id": "position", "position id": "position", "ticket": "deal"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cell is which, by lower-case name; `digits` are the decimals of its money, behind its decimal `mark`."""

    places: Mapping[str, int]
    digits: int
    mark: str = "."

    @classmethod
    def of(cls, places: Mapping[str, int], rows: Sequence[Sequence[str]]) -> "Columns":
        """The mark as all numbers of the rows show it, decimals as their profits and balances do."""

        def texts(*names: str) -> list[str]:
            return [row[places[name]] for row in rows for name in names if places.get(name, len(row)) < len(row)]

        mark = decimal_mark(texts("volume", "price", *MONEY))
        return cls(places, decimals(texts("profit", "balance"), mark), mark)

    def deal(self, cells: Sequence[str], line: int) -> TableDeal:
        """One line. Raises `DamagedReport` naming the line and what was found."""
        texts = {name: cells[place].strip() for name, place in self.places.items() if place < len(cells)}
        try:
            return self._deal(texts)
        except (ValueError, KeyError) as error:
            found = ", ".join(cell for cell in cells if cell.strip())[:120]
            message = f"line {line} of the deals table does not read ({error}): got {found!r}"
            fix = "save the report again from the terminal (Report, HTML), or mend that line"
            raise DamagedReport(message, fix=fix) from error

    def _deal(self, texts: Mapping[str, str]) -> TableDeal:
        amount = {name: minor_units(texts.get(name, ""), self.digits, self.mark) for name in MONEY}
        return TableDeal(
            time=seconds(texts["time"]),
            deal=whole(texts.get("deal", "")),
            symbol=texts["symbol"],
            type=texts["type"].lower(),
            entry=ENTRIES[texts["entry"].lower()],
            volume=round(number(texts.get("volume", ""), self.mark) * LOT),
            price=number(texts.get("price", ""), self.mark),
            commission=amount["commission"] + amount["fee"],
            swap=amount["swap"],
            profit=amount["profit"],
            balance=amount["balance"],
            position=whole(texts.get("position", "")),
            comment=texts.get("comment", ""),
        )


def named(head: Sequence[str]) -> dict[str, int]:
    """Places by name, out of a head line."""
    names = [cell.strip().lower() for cell in head]
    return {ALIASES.get(name, name): place for place, name in enumerate(names) if name}


def decimal_mark(texts: Sequence[str]) -> str:
    """What stands before the decimals of a table's numbers: MT5 writes a point, a spreadsheet what its country does."""
    plain = [text.translate(SPACES) for text in texts]
    for text in plain:
        if "," in text and "." in text:
            return max(",.", key=text.rfind)
        if text.count(",") > 1 or text.count(".") > 1:  # between thousands, so the other one is the mark
            return "." if "," in text else ","
    return "," if any("," in text for text in plain) else "."


def decimals(texts: Sequence[str], mark: str = ".") -> int:
    """The most decimals that money has in some cells; 2 where none says."""
    parts = [text.rpartition(mark)[2] for text in texts if mark in text]
    return max(map(len, parts)) if parts else 2 if not any(text.strip() for text in texts) else 0


def number(text: str, mark: str = ".") -> float:
    """A number as MT5 prints it: 1 234.50; volumes such as 0.10 / 0.10 are the first. 0.0 when empty."""
    plain = _pointed(text.partition("/")[0], mark)
    return float(plain) if plain else 0.0


def whole(text: str) -> int:
    """A ticket; 0 when empty."""
    plain = text.translate(SPACES)
    return int(plain) if plain else 0


def minor_units(text: str, digits: int, mark: str = ".") -> int:
    """Money in minor units, exactly."""
    plain = _pointed(text, mark)
    if not plain:
        return 0
    sign, plain = (-1, plain[1:]) if plain.startswith("-") else (1, plain.removeprefix("+"))
    units, _, part = plain.partition(".")
    if len(part) > digits and part[digits:].strip("0"):
        message = f"{text!r} has more than {digits} decimals"
        raise ValueError(message)
    scale: int = 10**digits
    return sign * (int(units or "0") * scale + int(part[:digits].ljust(digits, "0") or "0"))


def _pointed(text: str, mark: str) -> str:
    """Without spaces and what stands between thousands, a point before the decimals."""
    between = "," if mark == "." else "."
    return text.translate(SPACES).replace(between, "").replace(mark, ".")


def seconds(text: str) -> int:
    """A moment of the table's own clock, in seconds since 1970."""
    found = MOMENT.match(text.strip())
    if found is None:
        message = f"time {text!r} is not like 2026.01.12 23:00:05"
        raise ValueError(message)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
