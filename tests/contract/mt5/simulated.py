"""The simulated terminal under the suite: a market written by hand, one quote a second, moved by the calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tallystick.market.instrument import Instrument
from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.answering.local import LocalTerminal
from tallystick.platform.mt5.answering.scripted import Written, feed_of
from tallystick.platform.mt5.connecting import connect
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.server.account import AccountSettings
from tallystick.platform.mt5.server.faults import Fault
from tests.contract.mt5.instruments import CALENDARS, EURUSD

SECOND = 1_000_000_000
MONDAY = int(datetime(2024, 3, 4, 10, tzinfo=UTC).timestamp())
"""Monday 2024-03-04 10:00 UTC, noon on a server seven hours ahead of New York."""
BID, SPREAD = 1.1, 0.0001
ACCOUNT: Mapping[str, Any] = {"balance": 1_000_000, "leverage": 100, "margin_mode": "hedging"}
Path = Sequence[tuple[float, float]]
"""Steps of a bid: seconds after the beginning, and the bid from then on."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a case needs other than the plain terminal: only the simulated one can be given it."""

    instruments: Sequence[Instrument] = (EURUSD,)
    account: Mapping[str, Any] = field(default_factory=dict)
    path: Path = ((0, BID),)
    paths: Mapping[str, Path] = field(default_factory=dict)
    seconds: int = 240
    every: int = 1
    begins: int = MONDAY
    late: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    settings: TerminalSettings | None = None
    server_time: str = "new_york+7"
    selected: Sequence[str] | None = None


class Simulated:
    """A `LocalTerminal` behind the drop-in, and the drop-in."""

    real = False

    def __init__(self, conditions: Conditions) -> None:
        """Makes the market and connects; the case still says `initialize`."""
        import tallystick.platform.mt5.simulated as mt5

        self.mt5: Any = mt5
        self.symbol = conditions.instruments[0].symbol
        definition = Definition.of_instruments(
            conditions.instruments,
            AccountSettings(**{**ACCOUNT, **conditions.account}),
            server_time_rule=conditions.server_time,
            sessions=CALENDARS,
        )
        self.terminal = LocalTerminal(
            definition,
            feed_of(_quotes(conditions)),
            settings=conditions.settings,
            start_ns=conditions.begins * SECOND,
            faults=conditions.faults,
        )
        self.connect()

    def connect(self) -> None:
        """Make this terminal the one that the drop-in reaches."""
        connect(self.terminal, self.terminal.clock)

    def wait(self, seconds: float) -> None:
        """Let time pass, as a bot's `sleep`."""
        self.terminal.wait(round(seconds * SECOND))

    @property
    def now(self) -> int:
        """The caller's clock, whole seconds UTC."""
        return self.terminal.now // SECOND


def _quotes(conditions: Conditions) -> list[Written]:
    """A quote every so many seconds for each symbol, a millisecond apart from the next one's."""
    quotes: list[Written] = []
    for number, instrument in enumerate(conditions.instruments):
        symbol, path = instrument.symbol, list(conditions.paths.get(instrument.symbol, conditions.path))
        bid = path[0][1]
        for second in range(conditions.late.get(symbol, 0), conditions.seconds, conditions.every):
            while path and path[0][0] <= second:
                bid = path.pop(0)[1]
            time = (conditions.begins + second) * SECOND + number * 1_000_000
            quotes.append(Written(time, symbol, round(bid, 5), round(bid + SPREAD, 5)))
    return sorted(quotes, key=lambda one: one.time)
