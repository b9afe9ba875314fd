"""What a process that a bot starts itself meets as `MetaTrader5`: all names, and calls that are refused.

The bot's own process has the drop-in. Without this file its children on Windows would find the real package, and
trade on a real account from a simulation.
"""

import sys
from typing import NoReturn

from tallystick.platform.mt5 import connecting, simulated
from tallystick.platform.mt5.dropin import compiled_half
from tallystick.platform.mt5.exec.child.refusals import ProcessRefusedError
from tallystick.platform.mt5.wire import Call


def _refuse(function: str) -> NoReturn:
    raise ProcessRefusedError(
        f"a process that the bot started called {function}: it is not connected to the terminal",
        "call the module in the script's own process and give others the results",
    )


class _Nobody:
    """Answers no call."""

    def answer(self, call: Call) -> NoReturn:
        """Refuse it."""
        _refuse(call.function)


connecting.connect(_Nobody(), before=_refuse)
sys.modules[__name__] = simulated
sys.modules[f"{__name__}._core"] = compiled_half
