"""An HTML report as MetaTrader 5 saves it: what it prints, and its deals table.

Names are read where they are English. In other languages the tester's results are found by their places, which are the
same in every language; the row that says AHPR is the anchor.
"""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import pairwise

from tallystick.platform.report.foreign_cells import MOMENT, Columns, named
from tallystick.platform.report.tester_deals import ENTRIES, TableDeal
from tallystick.platform.report.tester_layout import LAYOUT

Row = list[str]
NAMES = frozenset(name for row in LAYOUT for name in row if name) | {"Withdrawal"}
SETTINGS = ("Expert", "Symbol", "Period", "Inputs", "Company", "Currency", "Initial Deposit", "Leverage")
PLACES = (
    "time", "deal", "symbol", "type", "entry", "volume", "price", "order", "commission", "swap", "profit", "balance",
    "comment",
)  # fmt: skip
PLACES_WITH_FEE = (*PLACES[:9], "fee", *PLACES[9:])
ROWS_ABOVE_ANCHOR = 5
"""Result rows from Total Net Profit to the one with AHPR; empty rows between them are not counted."""
TITLE_ROWS = 2


class _Cells(HTMLParser):
    """All rows of all tables, cell by cell, hidden cells left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[list[str]]] = []
        self._row: list[list[str]] | None = None
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._row, self._cell = [], None
            self.rows.append(self._row)
        elif tag in {"td", "th"} and self._row is not None:
            classes = dict(attrs).get("class") or ""
            self._cell = []
            if "hidden" not in classes:
                self._row.append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._cell = None
        elif tag == "tr":
            self._row = self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def rows_of(text: str) -> list[Row]:
    """The text of every cell, spaces made plain."""
    cells = _Cells()
    cells.feed(text)
    cells.close()
    return [[" ".join("".join(cell).split()) for cell in row] for row in cells.rows]


def deals_in(rows: Sequence[Row]) -> tuple[list[TableDeal], int]:
    """The deals table, and the decimals of its money. Raises `DamagedReport`."""
    found = [(place, row) for place, row in enumerate(rows) if _is_deal(row)]
    if not found:
        return [], 2
    first, sample = found[0]
    head = named(rows[first - 1]) if first and len(rows[first - 1]) == len(sample) else {}
    known = {"time", "symbol", "type", "entry", "profit", "balance"} <= head.keys()
    by_count = PLACES_WITH_FEE if len(sample) >= len(PLACES_WITH_FEE) else PLACES
    places = head if known else {name: place for place, name in enumerate(by_count)}
    columns = Columns.of(places, [row for _, row in found])
    return [columns.deal(row, place) for place, row in found], columns.digits


def _is_deal(row: Row) -> bool:
    """Whether a row is of a deals table: those of orders and positions have something else in the fifth cell."""
    return (
        len(row) >= len(PLACES)
        and MOMENT.match(row[0]) is not None
        and row[4].lower() in ENTRIES
        and row[3].replace(" ", "").isalpha()  # buy, balance, daily commission
        and (row[4] != "" or row[3].lower() not in {"buy", "sell"})
    )


def printed_in(rows: Sequence[Row]) -> dict[str, str]:
    """The statistics that the report prints, by English name."""
    by_name = {
        name: value
        for row in rows
        for name, value in _pairs(row)
        if name in NAMES
    }  # fmt: skip
    # A language other than English keeps a few English names; the rest go by place.
    return by_name if "Total Net Profit" in by_name else {**_by_place(rows), **by_name}


def settings_in(rows: Sequence[Row]) -> dict[str, str]:
    """The tester's settings in an English report, each as printed; inputs one after another."""
    found: dict[str, str] = {}
    for row in rows:
        for name, value in _pairs(row):
            if name in SETTINGS and name not in found:
                found[name] = value
    return found


def title_in(rows: Sequence[Row]) -> str:
    """The report's own title lines."""
    return ", ".join(row[0] for row in rows[:TITLE_ROWS] if len(row) == 1 and row[0])


def _pairs(row: Row) -> Iterator[tuple[str, str]]:
    for name, value in pairwise(row):
        if name.endswith(":"):
            yield re.sub(r"\s+", " ", name[:-1]).strip(), value


def _by_place(rows: Sequence[Row]) -> dict[str, str]:
    listed = [row for row in rows if any(cell.endswith(":") for cell in row)]
    anchor = next((place for place, row in enumerate(listed) if row[0].startswith("AHPR")), None)
    if anchor is None:
        return {}
    results = LAYOUT[2:16]
    found: dict[str, str] = {}
    for names, row in zip(results, listed[anchor - ROWS_ABOVE_ANCHOR :], strict=False):
        values = [value for name, value in pairwise(row) if name.endswith(":")]
        found |= dict(zip([name for name in names if name], values, strict=False))
    following = listed[anchor - ROWS_ABOVE_ANCHOR + len(results) :]
    correlations = next((place for place, row in enumerate(following) if "MFE" in row[0]), None)
    if correlations is not None and correlations + 1 < len(following):
        found |= dict(zip(LAYOUT[-1], following[correlations + 1][1::2], strict=False))
    return found
