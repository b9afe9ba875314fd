"""Why a deal was made, in text: the tree that `tallystick why` prints."""

import io
from pathlib import Path

from tallystick.platform.backtesting.errors import BacktestError
from tallystick.platform.report.story import Story

COLUMNS = 160


class UnknownDeal(BacktestError):
    """A number that no deal of the book has."""

    code = "E820"


def seq_of_deal(story: Story, deal: int) -> int:
    """The record of a deal. Raises `UnknownDeal`."""
    for told in story.deals:
        if told.event.deal == deal:
            return told.seq
    last = story.deals[-1].event.deal if story.deals else None
    listed = f"deals up to {last}" if last is not None else "no deal"
    raise UnknownDeal(f"no deal {deal}: got {deal} / expected one of the book's, which has {listed}", "See r.deals.")


def why(folder: Path, seq: int) -> str:
    """The tree of one record."""
    from rich.console import Console

    from tallystick.platform.cli.why import why as verb

    text = io.StringIO()
    verb(seq, folder).show(Console(file=text, width=COLUMNS, highlight=False, markup=False, emoji=False))
    return text.getvalue().rstrip()
