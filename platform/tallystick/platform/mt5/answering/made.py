"""A server and a price store made from a terminal's definition, for the symbols that there are rows of."""

from collections.abc import Sequence
from pathlib import Path

from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.server.terminal import SimulatedTerminal


def server_of(
    definition: Definition,
    symbols: Sequence[str],
    *,
    latency_ns: int = 0,
    opened: int = 0,
    journal: Path | None = None,
    keep_history: bool = True,
) -> SimulatedTerminal:
    """The server of a definition; `symbols` by series number, their rows being quotes. `opened`: ns UTC.

    Raises what a symbol raises that the definition does not have, or that nothing converts to the account's currency.
    """
    return SimulatedTerminal(
        definition.account_settings(),
        {symbol: definition.instrument(symbol) for symbol in symbols},
        [(symbol, "quote", 0) for symbol in symbols],
        server_time=definition.server_time_rule,
        latency_ns=latency_ns,
        journal=journal,
        calendars=definition.calendars(),
        keep_history=keep_history,
        opened=opened,
    )


def store_of(definition: Definition, symbols: Sequence[str]) -> PriceStore:
    """An empty price store on the definition's server clock; `symbols` by series number."""
    digits = [(symbol, definition.instrument(symbol).digits) for symbol in symbols]
    return PriceStore(digits, definition.server_time_rule)
