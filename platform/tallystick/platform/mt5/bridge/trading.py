"""A live book at a real terminal: what the account has to be, and turn after turn.

One thread does it all: quotes are polled, the book takes its turn, and an order is sent from within it. So the child
has a single caller, and nothing waits behind a slow call but this account.
"""

import time
from collections.abc import Callable, Sequence

from tallystick.events.types.market import SeriesDeclared
from tallystick.platform.kernel.live import LiveBook
from tallystick.platform.mt5.bridge.line import TerminalLine
from tallystick.platform.mt5.bridge.opening import Terms
from tallystick.platform.mt5.bridge.terminal import BridgeTerminal
from tallystick.platform.plan import RunPlan, instruments_of

PAUSE_S = 0.05
"""Between two polls that brought nothing."""


def terminal_of(plan: RunPlan, series: Sequence[SeriesDeclared], line: TerminalLine) -> BridgeTerminal:
    """The terminal that a live plan over these series of quotes trades at."""
    account = plan.account
    terms = Terms(
        name=account.name,
        currency=account.currency,
        digits=account.digits,
        margin_mode=account.margin_mode,
        rule=plan.server_time,
        instruments=instruments_of(plan),
        symbols=[one.symbol for one in series],
    )
    return BridgeTerminal(line, terms)


def turn(book: LiveBook, terminal: BridgeTerminal) -> int:
    """Hand over what quotes have come, and let the book take its turn; returns how many rows it took in.

    Raises `ServerClockError`, `WrongTerminalError`, `BridgeProtocolError`: the book is not to go on with that terminal.
    """
    for rows in terminal.rows():
        book.arrive(rows)
    return book.turn()


def trade(book: LiveBook, terminal: BridgeTerminal, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Turn after turn, until a person says stop. Raises as `turn`."""
    while not book.stop_asked:
        if not turn(book, terminal):
            pause(PAUSE_S)
