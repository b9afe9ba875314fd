"""The terminal that `initialize()` reaches when nothing else was connected: the demo's year 2014, and no broker's.

Prices are the hourly bars that ship with Tallystick (FXCM and OANDA, from QuantConnect Lean), walked along the path of
`docs/fills.md`; conditions are illustrative. The clock begins on 2014-06-02 00:00 UTC and goes on with calls only.
"""

from tallystick.market.sessions import WEEKDAYS
from tallystick.platform.data.demo import CONDITIONS, demo_account, demo_feed, demo_instruments
from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.answering.local import LocalTerminal
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.server.account import AccountSettings

START_NS = 1_401_667_200_000_000_000
"""Monday 2014-06-02 00:00 UTC: five months of bars lie before it, seven after."""


def demo_terminal() -> LocalTerminal:
    """A new terminal over the demo's data; each call of this function gives one of its own."""
    account, instruments = demo_account(), demo_instruments()
    settings = AccountSettings(
        name=account.account,
        currency=account.currency,
        digits=account.digits,
        balance=account.balance,
        leverage=account.leverage,
        margin_mode=account.margin_mode,
        stop_out_call=account.stop_out_call,
        stop_out_level=account.stop_out_level,
    )
    return LocalTerminal(
        Definition.of_instruments(
            instruments.values(),
            settings,
            server_time_rule="new_york+7",
            sessions=dict.fromkeys(instruments, WEEKDAYS),
        ),
        ExecFeed(demo_feed()),
        settings=TerminalSettings(company=f"Tallystick demo ({CONDITIONS})"),
        latency_ns=account.latency,
        start_ns=START_NS,
    )
