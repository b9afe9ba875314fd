"""The terminal about itself and its account: connection, version, TerminalInfo and AccountInfo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.platform.mt5.answering.account import AccountBook
from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.answering.reply import AUTHORIZATION_FAILED, TRUE, Reply, done
from tallystick.platform.mt5.wire import Plain, Record

PRODUCT = 500
"""First number of `version()`: MetaTrader 5."""


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """What a simulated terminal says of itself; every field with the meaning of MT5's TerminalInfo."""

    build: int = 6231
    released: str = "1 Jan 2026"
    maxbars: int = 100_000
    trade_allowed: bool = True
    tradeapi_disabled: bool = False
    ping_us: int = 20_000
    company: str = "Tallystick"
    name: str = "Tallystick simulated terminal"
    path: str = "simulated"

    def values(self) -> tuple[Any, ...]:
        """TerminalInfo's 22 values in order."""
        return (
            False,  # community_account
            False,  # community_connection
            True,  # connected
            False,  # dlls_allowed
            self.trade_allowed,
            self.tradeapi_disabled,
            False,  # email_enabled
            False,  # ftp_enabled
            False,  # notifications_enabled
            False,  # mqid
            self.build,
            self.maxbars,
            0,  # codepage
            self.ping_us,
            0.0,  # community_balance
            0.0,  # retransmission
            self.company,
            self.name,
            "English",
            self.path,
            self.path,
            self.path,
        )


class About:
    """The connection, the terminal and the account."""

    def __init__(self, settings: TerminalSettings, account: AccountBook, memory: Memory) -> None:
        """Works on the terminal's memory."""
        self._settings = settings
        self._account = account
        self._memory = memory

    def functions(self) -> dict[str, Callable[[Mapping[str, Any]], Reply]]:
        """The functions answered here."""
        return {
            "initialize": self._initialize,
            "login": self._login,
            "shutdown": self._shutdown,
            "version": self._version,
            "terminal_info": self._terminal_info,
            "account_info": self._account_info,
        }

    def _initialize(self, arguments: Mapping[str, Any]) -> Reply:
        reply = self._login(arguments) if arguments.get("login") else TRUE
        self._memory.connected = reply is TRUE
        return reply

    def _login(self, arguments: Mapping[str, Any]) -> Reply:
        """A simulated server has one account and asks for no password; another account's number is refused.

        Where the definition has no number, any is taken, and shows from then on.
        """
        known, login = self._account.login, arguments["login"]
        if known not in {0, login}:
            return AUTHORIZATION_FAILED
        if not known:
            self._memory.login, self._memory.server = login, arguments.get("server", "")
        return TRUE

    def _shutdown(self, _: Mapping[str, Any]) -> Reply:
        self._memory.connected = False
        return TRUE

    def _version(self, _: Mapping[str, Any]) -> Reply:
        return done(Plain((PRODUCT, self._settings.build, self._settings.released)))

    def _terminal_info(self, _: Mapping[str, Any]) -> Reply:
        return done(Record("TerminalInfo", self._settings.values()))

    def _account_info(self, _: Mapping[str, Any]) -> Reply:
        return done(Record("AccountInfo", self._account.values()))
