"""One terminal's symbols, account and clock, as its module would state them, and as the simulated server reads them.

The 96 and 28 fields are kept exactly as they were exported. Sessions, commissions and the rule of the server's clock
are not in MetaTrader's Python functions: they are filled in by hand (`file.py`), or are empty: always open, free, UTC.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tallystick.market.instrument import Instrument
from tallystick.market.sessions import EVERY, Sessions
from tallystick.platform.data.errors import BadConditions, UnknownSymbol
from tallystick.platform.mt5.definitions.mapping import account_from, instrument_from
from tallystick.platform.mt5.definitions.stating import account_info, symbol_info
from tallystick.platform.mt5.server.account import AccountSettings

MORE = ("liquidity", "profit_rate", "margin_rate")
"""Tables by symbol that a definition may have beside sessions and commission."""


@dataclass(frozen=True, slots=True)
class SymbolDefinition:
    """One symbol: the 96 fields of `symbol_info`; `own` is the instrument of ours that they were made from, if any."""

    info: Mapping[str, Any]
    own: Instrument | None = None

    @property
    def name(self) -> str:
        """Its name at the broker."""
        return str(self.info["name"])

    @property
    def digits(self) -> int:
        """Decimal places of a price."""
        return int(self.info["digits"])

    @property
    def selected(self) -> bool:
        """Whether it stands in Market Watch from the beginning."""
        return bool(self.info["select"])


@dataclass(frozen=True, slots=True)
class AccountDefinition:
    """The account: the 28 fields of `account_info`. `login` 0 means that any login is taken."""

    info: Mapping[str, Any]
    own: AccountSettings | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A terminal before any price.

    `commission` is money of the account for one lot and side, `liquidity` lots filled at one quote, `profit_rate` and
    `margin_rate` what one of the profit, of the margin currency is in the account's (without them pairs say it), all
    like `sessions` by symbol, or under "default" for all that are not named.
    """

    symbols: tuple[SymbolDefinition, ...]
    account: AccountDefinition
    sessions: Mapping[str, Sessions] = field(default_factory=dict)
    commission: Mapping[str, float] = field(default_factory=dict)
    server_time_rule: str = "utc"
    liquidity: Mapping[str, float] = field(default_factory=dict)
    profit_rate: Mapping[str, float] = field(default_factory=dict)
    margin_rate: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises `BadConditions` (E131) for a symbol that stands twice."""
        names = [one.name for one in self.symbols]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise BadConditions(f"the terminal has {', '.join(twice)} twice.", "Keep one definition of each symbol.")

    @classmethod
    def of_instruments(
        cls,
        instruments: Iterable[Instrument],
        account: AccountSettings | None = None,
        *,
        server_time_rule: str = "utc",
        sessions: Mapping[str, Sessions] | None = None,
    ) -> "Definition":
        """A terminal with our own instruments and account, for data without a definition of their broker's."""
        settings = account or AccountSettings()
        known = tuple(instruments)
        scale = 10**settings.digits
        return cls(
            tuple(SymbolDefinition(symbol_info(one), one) for one in known),
            AccountDefinition(account_info(settings), settings),
            dict(sessions or {}),
            {one.symbol: one.commission_per_lot / scale for one in known if one.commission_per_lot},
            server_time_rule,
            {one.symbol: one.liquidity_volume / 1e8 for one in known if one.liquidity_volume},
            {one.symbol: one.profit_rate for one in known if one.profit_rate},
            {one.symbol: one.margin_rate for one in known if one.margin_rate},
        )

    def symbol(self, name: str) -> SymbolDefinition:
        """A symbol by name. Raises `UnknownSymbol` (E101)."""
        for one in self.symbols:
            if one.name == name:
                return one
        names = [one.name for one in self.symbols]
        near = difflib.get_close_matches(name, names, n=1)
        what = f'the terminal has no symbol "{name}": got {name} / expected one of {", ".join(names[:12]) or "none"}.'
        raise UnknownSymbol(what, f"Did you mean {near[0]}?" if near else "Add it to the file's symbols.")

    def instrument(self, name: str) -> Instrument:
        """A symbol's conditions as the simulated server reads them.

        Raises `UnknownSymbol` (E101), and `BadConditions` (E131) for a mode that the server does not compute.
        """
        symbol = self.symbol(name)
        stated = name if self.calendars().get(name, Sessions()).stated else ""
        if symbol.own is not None:
            return replace(symbol.own, sessions=symbol.own.sessions or stated)
        settings = self.account_settings()
        return instrument_from(
            symbol.info,
            currency=settings.currency,
            commission_per_lot=round(_of(self.commission, name, 0.0) * 10**settings.digits),
            liquidity=_of(self.liquidity, name, 0.0),
            profit_rate=_of(self.profit_rate, name, 0.0),
            margin_rate=_of(self.margin_rate, name, 0.0),
            sessions=stated,
            server_time_rule=self.server_time_rule,
        )

    def account_settings(self) -> AccountSettings:
        """The account as the simulated server reads it. Raises `BadConditions` (E131)."""
        return self.account.own or account_from(self.account.info)

    def calendars(self) -> dict[str, Sessions]:
        """Trading hours by the name that an instrument's `sessions` says: the symbol's, or one of ours."""
        every = {one.name: self.sessions[EVERY] for one in self.symbols if EVERY in self.sessions}
        return every | {name: one for name, one in self.sessions.items() if name != EVERY}


def _of(values: Mapping[str, float], name: str, default: float) -> float:
    return values.get(name, values.get(EVERY, default))
