"""The end of the data: how a bot's loop is ended, and what happens to one that will not end.

A bot ends with `EndOfData`, raised by its next call or sleep after the last row. It is no `Exception`, so the usual
`except Exception` lets it through; a bare `except` swallows it, and after 100 of those the process is ended.
"""

from collections.abc import Callable
from typing import NoReturn

from tallystick.platform.mt5.connecting import EndOfData

SWALLOWED_MOST = 100
EXIT_SWALLOWED = 3
"""Exit code of a process that swallowed `EndOfData` a hundred times."""


class DataEnd:
    """Raises `EndOfData`, and counts."""

    def __init__(self, swallowed: Callable[[], None]) -> None:
        """`swallowed` ends the process; it is called when a bot has swallowed the last one it may."""
        self._swallowed = swallowed
        self.raised = 0

    def reach(self) -> NoReturn:
        """Say that the data is over. Raises `EndOfData`."""
        if self.raised >= SWALLOWED_MOST:
            self._swallowed()
        self.raised += 1
        raise EndOfData("the data is over: the bot's next call or sleep would come after the last row")
