"""A terminal over quotes written by hand, asked in one line."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.mt5.answering.local import LocalTerminal
from tallystick.platform.mt5.answering.requests import REQUEST_FIELDS
from tallystick.platform.mt5.answering.scripted import Written, feed_of
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.dropin.fields import FIELDS
from tallystick.platform.mt5.prices.layout import RATES, TICKS
from tallystick.platform.mt5.server import AccountSettings
from tallystick.platform.mt5.wire import Answer, Call, Plain, Record, Records, Table

SECOND = 1_000_000_000
MONDAY = 1_704_697_200 * SECOND
"""Monday 2024-01-08 07:00 UTC: 09:00 on the server, whose clock is New York's and seven hours."""
RULE = "new_york+7"
SERVER = 2 * 3_600 * SECOND
DONE = 10009
EURUSD = Instrument(
    symbol="EURUSD",
    digits=5,
    contract_size=100_000.0,
    volume_min=LOT // 100,
    volume_max=100 * LOT,
    volume_step=LOT // 100,
    currency_base="EUR",
    currency_margin="EUR",
    stops_level=10,
    book_depth=10,
)
GBPUSD = replace(EURUSD, symbol="GBPUSD", currency_base="GBP", currency_margin="GBP", book_depth=0)
USDJPY = replace(
    EURUSD, symbol="USDJPY", digits=3, currency_base="USD", currency_profit="JPY", currency_margin="USD", book_depth=0
)
QUOTES = (
    (0, "EURUSD", 1.1000, 1.1001),
    (0, "GBPUSD", 1.2700, 1.2702),
    (1, "EURUSD", 1.1002, 1.1003),
    (2, "GBPUSD", 1.2710, 1.2712),
    (61, "EURUSD", 1.0995, 1.0996),
    (62, "GBPUSD", 1.2690, 1.2692),
    (125, "EURUSD", 1.1010, 1.1011),
    (126, "GBPUSD", 1.2720, 1.2722),
    (3_700, "EURUSD", 1.1020, 1.1022),
    (3_700, "GBPUSD", 1.2730, 1.2732),
    (200_000, "EURUSD", 1.1030, 1.1031),
)
"""Seconds after Monday, symbol, bid, ask."""


class Desk:
    """One connected terminal, and somebody who asks it at moments of the script."""

    def __init__(
        self,
        quotes: Iterable[tuple[float, str, float, float]] = QUOTES,
        instruments: Iterable[Instrument] = (EURUSD, GBPUSD),
        *,
        connected: bool = True,
        others: Iterable[Instrument] = (),
        account: AccountSettings | None = None,
        stated: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        """A hedging account of 10,000 dollars unless told otherwise; `others` are known and have no quotes.

        `stated`: fields of the account that the definition states otherwise.
        """
        definition = Definition.of_instruments(
            (*instruments, *others), account or AccountSettings(), server_time_rule=RULE
        )
        info = {**definition.account.info, **(stated or {})}
        self.definition = replace(definition, account=replace(definition.account, info=info))
        self.terminal = LocalTerminal(self.definition, feed_of(script(quotes)), **{"latency_ns": 0, **settings})
        self.at = 0.0
        if connected:
            assert self.ask("initialize").value == Plain(value=True)

    def ask(self, function: str, **arguments: Any) -> Answer:
        """Ask at the present second of the script; the terminal's clock has gone on by what calls cost."""
        now = max(MONDAY + round(self.at * SECOND), self.terminal.clock())
        return self.terminal.answer(Call(now, function, arguments))

    def value(self, function: str, **arguments: Any) -> Any:
        """What a plain answer holds; the call succeeded."""
        answer = self.ask(function, **arguments)
        assert answer.error == (1, "Success"), answer
        assert isinstance(answer.value, Plain)
        return answer.value.value

    def struct(self, function: str, **arguments: Any) -> dict[str, Any]:
        """The one struct of an answer, by field."""
        value = self.ask(function, **arguments).value
        assert isinstance(value, Record), value
        return dict(zip(FIELDS[value.name], value.values, strict=True))

    def structs(self, function: str, **arguments: Any) -> list[dict[str, Any]]:
        """The structs of an answer, by field."""
        value = self.ask(function, **arguments).value
        assert isinstance(value, Records), value
        return [dict(zip(FIELDS[value.name], row, strict=True)) for row in value.rows]

    def table(self, function: str, **arguments: Any) -> NDArray[Any]:
        """The array of an answer."""
        value = self.ask(function, **arguments).value
        assert isinstance(value, Table), value
        return np.frombuffer(value.data, dtype=RATES if value.name == "rates" else TICKS)

    def send(self, **fields: Any) -> dict[str, Any]:
        """Send a request; what is not given is zero or empty, the volume 0.1 and the symbol EURUSD."""
        return self.struct("order_send", request=request(**fields))

    def buy(self, volume: float = 0.1, **fields: Any) -> dict[str, Any]:
        """A market buy that is carried out."""
        result = self.send(**{"action": 1, "type": 0, "volume": volume, **fields})
        assert result["retcode"] == DONE, result
        return result


def script(quotes: Iterable[tuple[float, str, float, float]], only: str = "") -> list[Written]:
    """Quotes as a feed takes them, of all symbols or of one."""
    return [
        Written(MONDAY + round(at * SECOND), symbol, bid, ask)
        for at, symbol, bid, ask in quotes
        if only in {"", symbol}
    ]


def request(**fields: Any) -> dict[str, Any]:
    """A whole request as the module hands it over."""
    numbers = {"volume": 0.1, "price": 0.0, "stoplimit": 0.0, "sl": 0.0, "tp": 0.0, "symbol": "EURUSD", "comment": ""}
    assert fields.keys() <= set(REQUEST_FIELDS)
    return {name: fields.get(name, numbers.get(name, 0)) for name in REQUEST_FIELDS}


def server_s(at: float) -> int:
    """A second of the script as the server's clock shows it."""
    return (MONDAY + SERVER) // SECOND + int(at)
