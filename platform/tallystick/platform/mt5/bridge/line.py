"""A line to one terminal: the child, connected to the account that is meant, and what can be asked of it.

Whenever a new child was started, or the terminal said that its connection is gone, the line connects again, and looks
whether the terminal still stands on the same account before anything else is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.mt5.bridge.errors import (
    BridgeProtocolError,
    TerminalFailedError,
    WrongTerminalError,
)
from tallystick.platform.mt5.bridge.process import BridgeProcess, ChildSettings
from tallystick.platform.mt5.bridge.seen import (
    AccountSeen,
    DealSeen,
    OrderSeen,
    PositionSeen,
    Seen,
    SymbolSeen,
    TerminalSeen,
    TickSeen,
    seen,
)
from tallystick.platform.mt5.wire import Answer, Plain, Record, Records, Table

TICK = np.dtype(
    [
        ("time", "<i8"),
        ("bid", "<f8"),
        ("ask", "<f8"),
        ("last", "<f8"),
        ("volume", "<u8"),
        ("time_msc", "<i8"),
        ("flags", "<u4"),
        ("volume_real", "<f8"),
    ]
)
"""The package's ticks: packed, 60 bytes."""
CALL_FAILED, NOT_FOUND = -1, -4
IPC = range(-10_005, -9_999)
"""Codes of `last_error` that mean the connection between package and terminal: -10000 to -10005."""


@dataclass(frozen=True, slots=True)
class Login:
    """Which account the terminal has to stand on. Empty texts are left to the terminal."""

    login: int
    server: str
    path: str = ""
    password: str = field(default="", repr=False)
    timeout_ms: int = 60_000

    def lock_folder(self, root: Path) -> Path:
        """Where the account's lock lies below a folder of this machine, so that no two children serve it."""
        return root / "".join(each if each.isalnum() else "-" for each in f"{self.server}-{self.login}")


@dataclass(frozen=True, slots=True)
class Patience:
    """The longest that calls may take; the package itself gives up after 60 s."""

    connect_s: float = 90.0
    ask_s: float = 20.0
    ticks_s: float = 70.0
    """A symbol's first ticks wait for the terminal to fetch its history."""
    send_s: float = 70.0


class TerminalLine:
    """One terminal, one account, a single caller."""

    def __init__(self, child: ChildSettings, login: Login | None, patience: Patience | None = None) -> None:
        """Nothing is started yet. Without a login any account will do: to look, not to trade."""
        self.process = BridgeProcess(child)
        self.patience = patience or Patience()
        self._login = login
        self._connected = 0

    def connect(self) -> None:
        """Start the child and connect it, unless that is so.

        Raises `BridgeDownError`, `BridgeBusyError`, `BridgeLostError`, `TerminalFailedError`, `WrongTerminalError`.
        """
        self.process.start()
        if self._connected == self.process.starts:
            return
        login = self._login or Login(0, "")
        arguments: dict[str, Any] = {"timeout": login.timeout_ms}
        arguments |= {"path": login.path} if login.path else {}
        if login.password:
            arguments |= {"login": login.login, "server": login.server, "password": login.password}
        self._true("initialize", arguments, self.patience.connect_s)
        self._connected = self.process.starts
        try:
            if self._login is not None:
                self._require_account(self.account(), self._login)
        except Exception:
            self._connected = 0
            raise

    def end(self) -> None:
        """End the child in good order."""
        self._connected = 0
        self.process.end()

    def account(self) -> AccountSeen:
        """The account as it stands."""
        return self._record(AccountSeen, "AccountInfo", "account_info", {})

    def terminal(self) -> TerminalSeen:
        """The terminal as it stands."""
        return self._record(TerminalSeen, "TerminalInfo", "terminal_info", {})

    def symbol(self, symbol: str) -> SymbolSeen:
        """A symbol's conditions; it is selected, for else it has no prices."""
        self._true("symbol_select", {"symbol": symbol, "enable": True}, self.patience.ask_s)
        return self._record(SymbolSeen, "SymbolInfo", "symbol_info", {"symbol": symbol})

    def tick(self, symbol: str) -> TickSeen:
        """The symbol's last tick."""
        return self._record(TickSeen, "Tick", "symbol_info_tick", {"symbol": symbol})

    def positions(self) -> list[PositionSeen]:
        """Every open position."""
        return self._records(PositionSeen, "TradePosition", "positions_get", {})

    def orders(self) -> list[OrderSeen]:
        """Every order that stands."""
        return self._records(OrderSeen, "TradeOrder", "orders_get", {})

    def orders_over(self, since_s: int, until_s: int) -> list[OrderSeen]:
        """Orders of the history between two moments of the server's clock, in seconds."""
        dates = {"date_from": since_s, "date_to": until_s}
        return self._records(OrderSeen, "TradeOrder", "history_orders_get", dates)

    def deals(self, since_s: int, until_s: int) -> list[DealSeen]:
        """Deals between two moments of the server's clock, in seconds."""
        dates = {"date_from": since_s, "date_to": until_s}
        return self._records(DealSeen, "TradeDeal", "history_deals_get", dates)

    def deals_total(self, since_s: int, until_s: int) -> int:
        """How many deals there are between two moments of the server's clock, in seconds."""
        value = self._value("history_deals_total", {"date_from": since_s, "date_to": until_s})
        if not isinstance(value, Plain) or type(value.value) is not int:
            raise BridgeProtocolError(
                "history_deals_total gave no number", "use a version of MetaTrader5 that is named"
            )
        return value.value

    def ticks(self, symbol: str, since_s: int, count: int) -> NDArray[Any]:
        """Up to `count` ticks with a new bid or ask (`TICK` rows), from a second of the server's clock on."""
        arguments = {"symbol": symbol, "date_from": since_s, "count": count, "flags": 1}
        value = self._value("copy_ticks_from", arguments, self.patience.ticks_s)
        if not isinstance(value, Table) or len(value.data) % TICK.itemsize:
            raise BridgeProtocolError("copy_ticks_from gave no ticks", "use a version of MetaTrader5 that is named")
        return np.frombuffer(value.data, dtype=TICK)

    def send(self, request: Mapping[str, Any], not_after_ns: int) -> Answer:
        """The one call of an order; raises as `BridgeProcess.call`."""
        arguments = {"request": dict(request)}
        answer = self.process.call("order_send", arguments, limit_s=self.patience.send_s, not_after_ns=not_after_ns)
        if answer.error[0] in IPC:
            self._connected = 0
        return answer

    def _record(self, kind: type[Seen], name: str, function: str, arguments: dict[str, Any]) -> Seen:
        value = self._value(function, arguments)
        if not isinstance(value, Record):
            raise BridgeProtocolError(f"{function} gave no {name}", "use a version of MetaTrader5 that is named")
        return seen(kind, name, value.values)

    def _records(self, kind: type[Seen], name: str, function: str, arguments: dict[str, Any]) -> list[Seen]:
        value = self._value(function, arguments)
        if not isinstance(value, Records):
            raise BridgeProtocolError(f"{function} gave no {name}", "use a version of MetaTrader5 that is named")
        return [seen(kind, name, row) for row in value.rows]

    def _true(self, function: str, arguments: dict[str, Any], limit_s: float) -> None:
        answer = self.process.call(function, arguments, limit_s=limit_s)
        if answer.value != Plain(value=True):
            self._refuse(function, answer)

    def _value(
        self, function: str, arguments: dict[str, Any], limit_s: float = 0.0
    ) -> Record | Records | Table | Plain:
        answer = self.process.call(function, arguments, limit_s=limit_s or self.patience.ask_s)
        if answer.value == Plain(None):
            self._refuse(function, answer)
        return answer.value

    def _refuse(self, function: str, answer: Answer) -> None:
        code, text = answer.error
        if code in IPC:
            self._connected = 0
        fix = "tallystick doctor" if code in IPC or code == CALL_FAILED else "look at the terminal's journal"
        raise TerminalFailedError(f"{function} failed with {code} {text!r}", (code, text), fix)

    def _require_account(self, account: AccountSeen, wanted: Login) -> None:
        if account.login == wanted.login and (not wanted.server or account.server == wanted.server):
            return
        message = f"the terminal stands on account {account.login} at {account.server}, not on {wanted.login}"
        message += f" at {wanted.server}" if wanted.server else ""
        raise WrongTerminalError(message, "log the terminal in to that account, or name its path")
