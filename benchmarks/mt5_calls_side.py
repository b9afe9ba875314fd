"""Our side of `mt5_calls`: one function of the drop-in called many times, answered in this process without a log."""

import argparse
from collections.abc import Callable

import tallystick.platform.mt5.simulated as mt5
from benchmarks import feeds
from benchmarks.harness import BenchmarkFailedError, Stopwatch, tell
from tallystick.platform.data.demo import demo_instruments
from tallystick.platform.data.feed import Feed
from tallystick.platform.mt5.answering.local import LocalTerminal
from tallystick.platform.mt5.connecting import connect
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.server.account import AccountSettings

SYMBOL = "EURUSD"
ORDER = {"action": 1, "symbol": SYMBOL, "volume": 0.01, "type": 0, "type_filling": 0}


def _tick() -> None:
    mt5.symbol_info_tick(SYMBOL)


def _rates() -> None:
    mt5.copy_rates_from_pos(SYMBOL, mt5.TIMEFRAME_M1, 0, 100)


def _order() -> None:
    opened = mt5.order_send(ORDER)
    mt5.order_send(ORDER | {"type": 1, "position": opened.order})


CALLS: dict[str, tuple[Callable[[], None], int]] = {
    "symbol_info_tick": (_tick, 1),
    "copy_rates_from_pos": (_rates, 1),
    "order_send": (_order, 2),
}


def main() -> None:
    """Warm up, then time the calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("function", choices=CALLS)
    parser.add_argument("--calls", type=int, required=True)
    options = parser.parse_args()
    call, each = CALLS[options.function]
    feed = ExecFeed(Feed([feeds.quotes(400_000)]))
    account = AccountSettings(balance=10**12)
    definition = Definition.of_instruments([demo_instruments()[SYMBOL]], account, server_time_rule="new_york+7")
    terminal = LocalTerminal(definition, feed, call_cost_ns=10_000, latency_ns=0)
    connect(terminal, terminal.clock)
    mt5.initialize()
    mt5.symbol_select(SYMBOL, True)  # noqa: FBT003 -- as the module has it
    terminal.wait(6 * 3_600 * 10**9)
    for _ in range(100):
        call()
    with Stopwatch() as watch:
        for _ in range(options.calls // each):
            call()
    if mt5.last_error()[0] != 1:
        message = f"the last call failed: {mt5.last_error()}"
        raise BenchmarkFailedError(message)
    tell(options.calls // each * each, watch)


if __name__ == "__main__":
    main()
