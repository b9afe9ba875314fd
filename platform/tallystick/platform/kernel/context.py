"""What a module may look at while it hears an event: read-only, as of that event, nothing else."""

import hashlib
import random
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

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


class ModuleContext(msgspec.Struct, frozen=True, eq=False):
    """One module's window on the desk, with its own generator; made by `context_of`.

    What a module looks up are plain fields, for it is looked up many times in an order. They are views of the ledger's
    own dictionaries: when the ledger has taken back a state, contexts are made anew.
    """

    _desk: Desk
    _name: str
    _drawn: list[int]
    quotes: Mapping[str, Quote]
    """Latest quote by symbol; nobody can add one, nor see what it is built from."""
    instruments: Mapping[str, Instrument]
    """Trading conditions by symbol."""
    positions: Mapping[int, PositionView]
    """Open positions by ticket."""
    orders: Mapping[int, OrderView]
    """Orders that have not ended, by number."""

    @property
    def time(self) -> int:
        """Book time in ns UTC."""
        return self._desk.time

    @property
    def random(self) -> random.Random:
        """A generator seeded from run seed, module and how often this module has asked before."""
        seed = f"{self._desk.seed}/{self._name}/{self.draws}"
        self._drawn[0] += 1
        return random.Random(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))

    @property
    def draws(self) -> int:
        """How many generators this module has asked for; part of the snapshot."""
        return self._drawn[0]

    @property
    def account(self) -> AccountView | None:
        """The account valued at the latest quotes; None before the terminal has stated it."""
        return self._desk.account()


def context_of(desk: Desk, name: str, draws: int = 0) -> ModuleContext:
    """The window of the module of this name, whose stream of generators it is, `draws` of them taken already."""
    state = desk.ledger.state
    positions, orders = MappingProxyType(state.positions), MappingProxyType(state.orders)
    return ModuleContext(desk, name, [draws], MappingProxyType(desk.quotes), desk.instruments, positions, orders)
