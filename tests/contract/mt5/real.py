"""The real terminal under the suite: a demo account on Windows, the smallest volume, everything closed afterwards."""

import time
from typing import Any

import pytest

DEMO = 0
"""ACCOUNT_TRADE_MODE_DEMO."""


class Real:
    """The `MetaTrader5` package, connected to the terminal that is logged in on this machine."""

    real = True

    def __init__(self) -> None:
        """Refuses anything but a demo account: nothing is sent, the run ends."""
        import MetaTrader5

        self.mt5: Any = MetaTrader5
        if not self.mt5.initialize():
            pytest.exit(
                f"no terminal answers: {self.mt5.last_error()}. Start MetaTrader 5 and log in to a demo account"
            )
        account = self.mt5.account_info()
        if account is None or account.trade_mode != DEMO:
            pytest.exit("this is no demo account (trade_mode is not 0): the suite sends orders and will not touch it")
        self.symbol = next((name for name in ("EURUSD", *self._names()) if self._trades(name)), "")
        if not self.symbol:
            pytest.exit("this account has no EURUSD that may be traded in full")
        self._require_an_open_market()

    def connect(self) -> None:
        """Be connected again, whatever the case before did."""
        if not self.mt5.initialize():
            pytest.fail(f"the terminal does not answer any more: {self.mt5.last_error()}")

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    @property
    def now(self) -> int:
        """This machine's clock, whole seconds UTC."""
        return int(time.time())

    def _names(self) -> list[str]:
        return [one.name for one in self.mt5.symbols_get("*EURUSD*") or ()]

    def _require_an_open_market(self) -> None:
        """End the run where every order would only be told that the market is closed."""
        info, mt5 = self.mt5.symbol_info(self.symbol), self.mt5
        filling = 0 if info.filling_mode & 1 else 1 if info.filling_mode & 2 else 2
        deal = {"action": mt5.TRADE_ACTION_DEAL, "symbol": self.symbol, "volume": info.volume_min}
        checked = mt5.order_check({**deal, "price": info.ask, "type_filling": filling})
        if checked is None or checked.retcode == mt5.TRADE_RETCODE_MARKET_CLOSED:
            pytest.exit(f"{self.symbol} is not traded now: run the suite while its market is open")

    def _trades(self, name: str) -> bool:
        """Whether a symbol is there and is traded in full."""
        info = self.mt5.symbol_info(name)
        return info is not None and info.trade_mode == self.mt5.SYMBOL_TRADE_MODE_FULL and self.mt5.symbol_select(name)
