# ruff: noqa: N999 -- the package it stands for has this name
"""A fake `MetaTrader5` that blocks, lies and dies as the real package does; for the bridge's child in tests only.

It holds the interpreter's lock while it waits, returns None for every failure, and keeps what it executed in a durable
journal that outlives its process, as a trade server would. `FAKE_MT5_FOLDER` names the folder of journal, ticks, clock
and of what goes wrong next (`fate.json`); see `ledger.py` and `faults.py`.
"""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from .faults import Fate, held, next_fate, next_fault
from .ledger import Ledger
from .shapes import TICKS, shaped

__version__ = "5.0.6231"

_FOLDER = Path(os.environ.get("FAKE_MT5_FOLDER", "."))
_ledger = Ledger(_FOLDER)
_state: dict[str, Any] = {"error": (1, "Success"), "connected": False}
SUCCESS, NO_IPC, NOT_FOUND = (1, "Success"), (-10004, "No IPC connection"), (-4, "Terminal: Not found")


def initialize(path: str = "", **more: Any) -> bool:
    """Connect to the terminal."""
    if not _begun("initialize", connecting=True):
        return False
    _state["connected"] = True
    print("the fake is connected", flush=True)
    return True


def shutdown() -> None:
    """Disconnect."""
    _state["connected"] = False


def last_error() -> tuple[int, str]:
    """Why the last call gave None."""
    error: tuple[int, str] = _state["error"]
    return error


def account_info() -> Any:
    """The account."""
    return shaped("AccountInfo", _ledger.account()) if _begun("account_info") else None


def terminal_info() -> Any:
    """The terminal."""
    return shaped("TerminalInfo", _ledger.terminal()) if _begun("terminal_info") else None


def symbol_select(symbol: str, enable: bool = True) -> bool:  # noqa: FBT002 -- the package's own signature
    """Select a symbol."""
    if not _begun("symbol_select"):
        return False
    return _ledger.knows(symbol) or _failed(NOT_FOUND)


def symbol_info(symbol: str) -> Any:
    """A symbol's conditions."""
    if not _begun("symbol_info"):
        return None
    return shaped("SymbolInfo", _ledger.symbol(symbol)) if _ledger.knows(symbol) else _nothing(NOT_FOUND)


def symbol_info_tick(symbol: str) -> Any:
    """A symbol's last tick."""
    if not _begun("symbol_info_tick"):
        return None
    ticks = _ticks()
    if not len(ticks):
        return _nothing(NOT_FOUND)
    return shaped("Tick", {name: ticks[name][-1].item() for name in TICKS.names or ()})


def copy_ticks_from(symbol: str, date_from: float, count: int, flags: int, /) -> Any:
    """Ticks from a moment on, as they stand in the file, in the order in which they stand there."""
    if not _begun("copy_ticks_from"):
        return None
    ticks = _ticks()
    return ticks[ticks["time_msc"] >= int(date_from * 1000)][:count].copy()


def positions_get(**filters: Any) -> Any:
    """Open positions."""
    return tuple(shaped("TradePosition", each) for each in _ledger.positions()) if _begun("positions_get") else None


def orders_get(**filters: Any) -> Any:
    """Orders that stand."""
    return tuple(shaped("TradeOrder", each) for each in _ledger.orders()) if _begun("orders_get") else None


def history_orders_get(date_from: float, date_to: float, /) -> Any:
    """Orders that are over."""
    if not _begun("history_orders_get"):
        return None
    over = _ledger.orders_over()
    return tuple(shaped("TradeOrder", each) for each in over if date_from * 1000 <= each["time_done_msc"])


def history_deals_total(date_from: float, date_to: float, /) -> int | None:
    """How many deals there are."""
    deals = history_deals_get(date_from, date_to)
    return None if deals is None else len(deals)


def history_deals_get(date_from: float, date_to: float, /) -> Any:
    """Deals; one that is to appear late is not there yet."""
    if not _begun("history_deals_get"):
        return None
    deals = [each for each in _ledger.deals() if each.get("visible_from", 0.0) <= time.time()]
    return tuple(shaped("TradeDeal", each) for each in deals if date_from * 1000 <= each["time_msc"] < date_to * 1000)


def order_send(request: dict[str, Any], /) -> Any:
    """Take an order, with what the fate file says happens to it."""
    if not _begun("order_send"):
        return None
    fate = next_fate(_FOLDER)
    _ledger.received(request)
    held(fate.before_s)
    fate.die_if("before")
    done = _ledger.executed(request, fate.deal_late_s) if fate.executes else _ledger.refused(request, fate.retcode)
    fate.die_if("after")
    held(fate.after_s)
    if fate.error is not None:
        return _nothing(fate.error)
    return shaped("OrderSendResult", _answer(done, fate))


def _answer(done: dict[str, Any], fate: Fate) -> dict[str, Any]:
    return {**done, "retcode": fate.retcode} if fate.retcode else done


def _begun(function: str, *, connecting: bool = False) -> bool:
    """Reset the error, then suffer what was planned for this function; False when the call fails."""
    _state["error"] = SUCCESS
    if not connecting and not _state["connected"]:
        return _failed(NO_IPC)
    fault = next_fault(_FOLDER, function)
    if fault is None:
        return True
    held(fault.block_s)
    fault.die()
    return True if fault.error is None else _failed(fault.error)


def _failed(error: tuple[int, str]) -> bool:
    _state["error"] = error
    return False


def _nothing(error: tuple[int, str]) -> None:
    _state["error"] = error


def _ticks() -> Any:
    path = _FOLDER / "ticks.bin"
    data = path.read_bytes() if path.exists() else b""
    return np.frombuffer(data[: len(data) - len(data) % TICKS.itemsize], dtype=TICKS)
