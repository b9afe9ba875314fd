"""What a terminal on this machine lacks for trading, asked through the bridge; it sends no order."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tallystick.market.server_time import offset_ns
from tallystick.market.spans import SECOND_NS
from tallystick.platform.mt5.bridge.clock import QUARTER_NS
from tallystick.platform.mt5.bridge.errors import BridgeError, TerminalFailedError
from tallystick.platform.mt5.bridge.line import Patience, TerminalLine
from tallystick.platform.mt5.bridge.process import ChildSettings
from tallystick.platform.mt5.bridge.seen import AccountSeen, TerminalSeen

FRESH_NS = 60 * SECOND_NS
FILLING = {1: "fill or kill", 2: "immediate or cancel", 4: "book or cancel"}
ACCOUNTS = {0: "demo", 1: "contest", 2: "real"}
RULES = ("new_york+7", "utc")
SYMBOL = "EURUSD"
"""What nearly every broker has under this name: its filling modes and clock stand for the others'."""
PATIENCE = Patience(connect_s=45.0, ask_s=10.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `fix` is empty when nothing is to be done."""

    check: str
    status: Literal["ok", "note", "missing", "wrong"]
    found: str
    fix: str = ""


def examined(child: ChildSettings) -> list[Finding]:
    """Package, bitness, terminal, account, AutoTrading, a symbol's filling modes and clock, as far as they go."""
    line = TerminalLine(child, None, PATIENCE)
    found: list[Finding] = []
    try:
        found += _package(line)
        line.connect()
        terminal, account = line.terminal(), line.account()
        found += [_terminal(terminal), _account(account), _trading(terminal, account)]
        found += _symbol(line, SYMBOL)
    except BridgeError as error:
        found.append(Finding("MT5 terminal", "wrong", str(error), error.fix))
    finally:
        line.end()
    return found


def _package(line: TerminalLine) -> Iterator[Finding]:
    hello = line.process.start()
    yield Finding("MetaTrader 5", "ok", f"package {hello.package}, in a process of its own")
    fine = hello.bits == 64
    yield Finding("MT5 bitness", "ok" if fine else "wrong", f"{hello.bits} bits", "" if fine else "use 64-bit Python")


def _terminal(terminal: TerminalSeen) -> Finding:
    what = f"{terminal.name}, build {terminal.build}"
    if terminal.connected:
        return Finding("MT5 terminal", "ok", f"{what}, connected")
    return Finding("MT5 terminal", "wrong", f"{what}, not connected", "log in: File > Login to Trade Account")


def _account(account: AccountSeen) -> Finding:
    kind = ACCOUNTS.get(account.trade_mode, "unknown")
    mode = "hedging" if account.margin_mode == 2 else "netting"
    return Finding("MT5 account", "ok", f"{account.login} at {account.server}: {kind}, {mode}, {account.currency}")


def _trading(terminal: TerminalSeen, account: AccountSeen) -> Finding:
    """Who forbids trading by program, the nearest first."""
    if terminal.tradeapi_disabled:
        fix = "Tools > Options > Expert Advisors: allow algorithmic trading via external Python API"
        return Finding("AutoTrading", "wrong", "the Python API may not trade", fix)
    if not terminal.trade_allowed:
        return Finding("AutoTrading", "wrong", "off in the terminal", "press Algo Trading in its toolbar")
    if not account.trade_allowed or not account.trade_expert:
        return Finding("AutoTrading", "wrong", "the broker forbids it for this account", "ask the broker")
    return Finding("AutoTrading", "ok", "on")


def _symbol(line: TerminalLine, symbol: str) -> Iterator[Finding]:
    try:
        modes = line.symbol(symbol).filling_mode
        tick = line.tick(symbol)
    except TerminalFailedError as error:
        fix = "see how Market Watch calls it"
        yield Finding(f"{symbol} at the broker", "note", f"not there: {error.error[1]}", fix)
        return
    allowed = [word for bit, word in FILLING.items() if modes & bit] or ["return only"]
    yield Finding(f"{symbol} filling", "ok", ", ".join(allowed))
    yield clock_finding(symbol, tick.time_msc * 1_000_000, time.time_ns())


def clock_finding(symbol: str, server: int, now: int) -> Finding:
    """The broker's clock by the last tick (its clock as ns) against this machine's ns UTC, and the rules that fit."""
    shift = round((server - now) / QUARTER_NS) * QUARTER_NS
    off = server - now - shift
    if abs(off) > FRESH_NS:
        found = f"the last tick of {symbol} is old, so the clock cannot be told"
        return Finding("broker's clock", "note", found, "ask again while the market is open")
    minutes = abs(shift) // (60 * SECOND_NS)
    spelt = f"{'-' if shift < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    fitting = [rule for rule in RULES if offset_ns(now, rule) == shift] + [f"fixed:{spelt}"]
    found = f"UTC{spelt}, this machine's clock {off / SECOND_NS:+.1f} s; server_time may be {' or '.join(fitting)}"
    return Finding("broker's clock", "ok", found)
