"""Calls that come to nothing are told of on stderr, once each: bots look only at what a call gives, and break there."""

from pathlib import Path

import msgspec

from tallystick.platform.mt5.wire import NOTHING, Answer, Call
from tests.unit.mt5.exec_child.bot_process import run_bot, willing

REFUSED = """
import MetaTrader5 as mt5
print(mt5.account_info(), mt5.account_info())
mt5.initialize()
for _ in range(3):
    print(mt5.order_send({"action": 1, "symbol": "EURUSD", "volume": 1}))
print(mt5.order_send({"action": 1, "symbol": "EURUSD", "volume": 1.0, "sl": 0}), mt5.positions_get("EURUSD"))
"""


def test_a_call_that_goes_to_nobody_is_told_of_once_for_each_reason(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, REFUSED)
    told = [line.removeprefix("note: ") for line in bot.errors.splitlines() if line.startswith("note: ")]
    means = "What that means: tallystick mt5 explain"
    assert told == [
        f"account_info failed with (-10004, 'No IPC connection'). {means} -10004",
        f"order_send failed with (-2, 'Invalid \"volume\" argument'). {means} -2",
        f"order_send failed with (-2, 'Invalid \"sl\" argument'). {means} -2",
        f"positions_get failed with (-2, 'Unnamed arguments not allowed'). {means} -2",
    ]
    assert bot.lines == ["None None", "None", "None", "None", "None None"]


def test_a_symbol_without_prices_is_told_of_once_with_what_gives_them(tmp_path: Path) -> None:
    def unknown(call: Call) -> Answer:
        missing = call.arguments.get("symbol") not in {None, "EURUSD"}
        told = Answer(call.now, (-4, "Terminal: Not found"), NOTHING)
        return told if missing else msgspec.structs.replace(willing(call))

    text = """
import MetaTrader5 as mt5
mt5.initialize()
for symbol in ("EURUSD", "GBPUSD", "Step Index", "GBPUSD"):
    mt5.symbol_info(symbol)
    mt5.symbol_info_tick(symbol)
"""
    bot = run_bot(tmp_path, text, unknown, symbols=("EURUSD", "XAUUSD"))
    there = "of which there are no prices (there are: EURUSD, XAUUSD). Give them: --data"
    assert bot.errors.splitlines() == [
        f"note: symbol_info was asked about 'GBPUSD', {there} GBPUSD=FILE",
        f"note: symbol_info was asked about 'Step Index', {there} 'Step Index=FILE'",
    ]


def test_a_second_number_of_an_account_is_said_to_be_the_same_account(tmp_path: Path) -> None:
    text = """
import MetaTrader5 as mt5
mt5.initialize()
for number in (34, 34, 12, 34, 56):
    mt5.initialize(login=number, password="p", server="s")
    mt5.login(number)
"""
    assert run_bot(tmp_path, text).errors.splitlines() == [
        "note: 12 is the same simulated account as 34: a run has one account",
        "note: 56 is the same simulated account as 34: a run has one account",
    ]
