"""A simulated MT5 terminal with one account, by the rules of `docs/fills.md`."""

from tallystick.platform.mt5.server.account import AccountSettings
from tallystick.platform.mt5.server.journal import JournalConflictError
from tallystick.platform.mt5.server.terminal import SimulatedTerminal

__all__ = ["AccountSettings", "JournalConflictError", "SimulatedTerminal"]
