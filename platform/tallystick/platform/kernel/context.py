"""What a module may look at while it hears an event: read-only, as of that event, nothing else."""

import hashlib
import random
from collections.abc import Mapping
from types import MappingProxyType

from tallystick.market.instrument import Instrument
from tallystick.market.rows import Quote
from tallystick.platform.accounts.ledger import Ledger
from tallystick.platform.accounts.valuation import account_view
from tallystick.platform.accounts.views import AccountView, OrderView, PositionView
from tallystick.platform.kernel.quotes import LatestQuotes


class Desk:
    """The views that all modules of a book share; the kernel moves `time`, modules only look."""

    def __init__(self, seed: int, ledger: Ledger, quotes: LatestQuotes, instruments: dict[str, Instrument]) -> None:
        """`seed` is the run's seed."""
        self.seed = seed
        self.time = 0
        self.ledger = ledger
        self.quotes = quotes
        self.quotes_seen: Mapping[str, Quote] = MappingProxyType(quotes)
        """The same for modules, which may neither add a quote nor see what it is built from."""
        self.instruments: Mapping[str, Instrument] = MappingProxyType(instruments)
        self._account: AccountView | None = None
        self._valued = (-1, -1, -1)

    def account(self) -> AccountView | None:
        """The account valued at the latest quotes, anew only when something has changed since."""
        now = self.ledger.changes, self.quotes.changes, self.time
        if now != self._valued:
            self._account = account_view(self.ledger, self.quotes, self.instruments, self.time)
            self._valued = now
        return self._account


class ModuleContext:
    """One module's window on the desk, with its own generator."""

    __slots__ = ("_desk", "_draws", "_name")

    def __init__(self, desk: Desk, name: str) -> None:
        """The generator's stream belongs to the module's name."""
        self._desk = desk
        self._name = name
        self._draws = 0

    @property
    def time(self) -> int:
        """Book time in ns UTC."""
        return self._desk.time

    @property
    def random(self) -> random.Random:
        """A generator seeded from run seed, module and how often this module has asked before."""
        seed = f"{self._desk.seed}/{self._name}/{self._draws}"
        self._draws += 1
        return random.Random(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))

    @property
    def draws(self) -> int:
        """How many generators this module has asked for; part of the snapshot."""
        return self._draws

    @draws.setter
    def draws(self, draws: int) -> None:
        self._draws = draws

    @property
    def quotes(self) -> Mapping[str, Quote]:
        """Latest quote by symbol."""
        return self._desk.quotes_seen

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Trading conditions by symbol."""
        return self._desk.instruments

    @property
    def positions(self) -> Mapping[int, PositionView]:
        """Open positions by ticket."""
        return MappingProxyType(self._desk.ledger.state.positions)

    @property
    def orders(self) -> Mapping[int, OrderView]:
        """Orders that have not ended, by number."""
        return MappingProxyType(self._desk.ledger.state.orders)

    @property
    def account(self) -> AccountView | None:
        """The account valued at the latest quotes; None before the terminal has stated it."""
        return self._desk.account()
