"""A deal as MT5's tables show it, whichever place it came from: a saved report, a CSV file, or a book of ours."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tallystick.market.spans import SECOND_NS
from tallystick.platform.report.story import Story

MOVES = frozenset({"balance", "credit", "bonus", "correction"})
Entry = Literal["", "in", "out", "inout", "out_by"]
ENTRIES: dict[str, Entry] = {
    "": "",
    "in": "in",
    "out": "out",
    "in/out": "inout",
    "inout": "inout",
    "out by": "out_by",
    "out_by": "out_by",
}


@dataclass(frozen=True, slots=True)
class TableDeal:
    """One line of a deals table. Money in minor units, volume in 1e-8 lots, time in seconds of the table's own clock.

    `type` is buy, sell, balance, credit or what else the terminal wrote; `position` is 0 where the table names none.
    """

    time: int
    deal: int
    symbol: str
    type: str
    entry: Entry
    volume: int
    price: float
    commission: int
    swap: int
    profit: int
    balance: int
    position: int = 0
    comment: str = ""

    @property
    def trades(self) -> bool:
        """Whether something was bought or sold; everything else moves money in or out."""
        return self.type in {"buy", "sell"}

    @property
    def moves_money(self) -> bool:
        """Whether money was put in or taken out; a charge, a dividend or interest is won or lost like a trade's."""
        return self.type in MOVES

    @property
    def closes(self) -> bool:
        """Whether it fixes a profit or loss: out, in/out, or out by an opposite position."""
        return self.trades and self.entry in {"out", "inout", "out_by"}

    @property
    def amount(self) -> int:
        """What it did to the balance."""
        return self.profit + self.swap + self.commission


def deals_of(story: Story) -> Iterable[TableDeal]:
    """The deals of a book, stamped with the moment inside the bar that the terminal modelled for each."""
    for told in story.deals:
        deal = told.event
        balance = deal.type == "balance"
        yield TableDeal(
            time=(deal.moment or told.time) // SECOND_NS,
            deal=deal.deal,
            symbol=deal.symbol,
            type=deal.type,
            entry="" if balance else deal.entry,
            volume=deal.volume,
            price=deal.price,
            commission=deal.commission,
            swap=deal.swap,
            profit=deal.profit,
            balance=deal.balance,
            position=deal.position,
            comment=deal.comment,
        )
