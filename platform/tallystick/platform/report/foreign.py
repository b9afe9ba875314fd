"""Reports that others wrote: an MT5 tester or history report, or its deals table as CSV, read into deals."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tallystick.platform.report.foreign_cells import Columns, minor_units, named
from tallystick.platform.report.foreign_errors import EmptyReport, UnknownReport
from tallystick.platform.report.foreign_html import deals_in, printed_in, rows_of, settings_in, title_in
from tallystick.platform.report.tester import BeyondDeals, TesterStatistics, recovery_factor, tester_statistics
from tallystick.platform.report.tester_deals import TableDeal
from tallystick.platform.report.tester_layout import BEYOND, printed
from tallystick.platform.report.tester_measures import Fall, Falls
from tallystick.platform.report.tester_numbers import fixed, money

KINDS = "an HTML report saved by MetaTrader 5, its deals table as CSV, or a book's folder"
NEEDED = {"time", "symbol", "type", "entry", "volume", "price", "profit", "balance"}
MAXIMAL = re.compile(r"(?P<money>-?[\d  ]+(?:\.\d+)?) \((?P<percent>-?[\d.]+)%\)")


@dataclass(frozen=True, slots=True)
class Difference:
    """A statistic that was printed otherwise than it follows from the deals."""

    name: str
    printed: str
    computed: str


@dataclass(frozen=True, slots=True)
class Break:
    """A deal whose balance is not what the deals up to it add up to."""

    deal: int
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class ForeignReport:
    """What a file says: its title, its settings, its deals, and the statistics it prints itself (none in a CSV)."""

    path: Path
    title: str
    deals: tuple[TableDeal, ...]
    digits: int
    settings: Mapping[str, str] = field(default_factory=dict)
    printed: Mapping[str, str] = field(default_factory=dict)

    def statistics(self, deposit: int | None = None) -> TesterStatistics:
        """The statistics of its deals."""
        return tester_statistics(self.deals, deposit, self.digits)

    def values(self, statistics: TesterStatistics) -> dict[str, str]:
        """Every statistic as MT5 prints it; what deals do not tell says so."""
        found = printed(statistics)
        recovery = self._recovery(statistics)
        if recovery is not None:
            found["Recovery Factor"] = recovery
        return found

    def shown(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values with those repeated from the report that deals do not tell, each with an asterisk."""
        repeated = {name: f"{self.printed[name]} *" for name in BEYOND & self.printed.keys() if self.printed[name]}
        return {**values, **repeated}

    def breaks(self) -> list[Break]:
        """Where a balance is not the one before and what the deal did; a credit moves none."""
        found = []
        for before, deal in pairwise(self.deals):
            expected = before.balance + deal.amount
            moved = deal.balance != before.balance or deal.type in {"buy", "sell", "balance"}
            if deal.balance != expected and moved:
                found.append(Break(deal.deal, money(expected, self.digits), money(deal.balance, self.digits)))
        return found

    def differences(self, values: Mapping[str, str]) -> list[Difference]:
        """Where print and deals disagree, in the report's order."""
        return [
            Difference(name, said, values[name])
            for name, said in self.printed.items()
            if name in values and name not in BEYOND and _plain(said) != _plain(values[name])
        ]

    def compared(self, values: Mapping[str, str]) -> int:
        """How many printed statistics were compared."""
        return sum(name in values and name not in BEYOND for name in self.printed)

    def _recovery(self, statistics: TesterStatistics) -> str | None:
        """From the printed equity drawdown; a history report has none and uses that of the balance."""
        if "Recovery Factor" not in self.printed:
            return None
        found = MAXIMAL.match(self.printed.get("Equity Drawdown Maximal", "").replace("\N{NO-BREAK SPACE}", " "))
        if found is None:
            return fixed(recovery_factor(statistics, statistics.balance) or 0.0)
        fall = Fall(minor_units(found["money"], self.digits), float(found["percent"]))
        return fixed(recovery_factor(statistics, BeyondDeals(Falls(0, fall, fall)).equity) or 0.0)


def read_report(path: Path) -> ForeignReport:
    """Read an HTML report or a CSV deals table.

    Raises `UnknownReport`, `EmptyReport`, `DamagedReport`, `OSError`.
    """
    content = path.read_bytes()
    text = _decoded(content, path)
    if re.search(r"<\s*(table|tr|html)\b", text[:200_000], re.IGNORECASE):
        return _html(path, text)
    return _csv(path, text)


def _html(path: Path, text: str) -> ForeignReport:
    rows = rows_of(text)
    deals, digits = deals_in(rows)
    if not deals:
        fix = "save it from the Backtest or History tab with Report, HTML (Internet Explorer), deals shown"
        message = f"{path}: no deals table in this HTML file"
        raise EmptyReport(message, fix=fix)
    return ForeignReport(path, title_in(rows), tuple(deals), digits, settings_in(rows), printed_in(rows))


def _csv(path: Path, text: str) -> ForeignReport:
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    places = named(rows[0]) if rows else {}
    if not places.keys() >= NEEDED:
        lacking = ", ".join(sorted(NEEDED - places.keys()))
        first = (lines[0] if lines else "").strip()[:80]
        message = f"{path}: got a file that begins {first!r}, without the columns {lacking}; expected {KINDS}"
        raise UnknownReport(message, fix="tallystick report --help")
    columns = Columns.of(places, rows[1:])
    deals = [columns.deal(row, line) for line, row in enumerate(rows[1:], start=2)]
    if not deals:
        message = f"{path}: the deals table has a head and no line"
        raise EmptyReport(message, fix="export the deals again")
    return ForeignReport(path, path.name, tuple(deals), columns.digits)


def _decoded(content: bytes, path: Path) -> str:
    """UTF-16 as the terminal saves, or UTF-8; a byte order mark decides, else zeros do."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content[:400].count(0) > len(content[:400]) // 4:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if not text.strip() or "\0" in text:
        message = f"{path}: got {'an empty' if not content else 'a binary'} file; expected {KINDS}"
        raise UnknownReport(message, fix="tallystick report --help")
    return text


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " ")).strip()
