"""`winsound` where there is none: bots ring at a trade, and on a machine without Windows they ring unheard.

Constants: https://docs.python.org/3/library/winsound.html. No other module of Windows has a stand-in: by `msvcrt`, for
one, Python's own libraries tell where they are.
"""

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

LOWEST_HZ, HIGHEST_HZ = 37, 32_767
CONSTANTS = {
    "SND_SYNC": 0, "SND_ASYNC": 1, "SND_NODEFAULT": 2, "SND_MEMORY": 4, "SND_LOOP": 8, "SND_NOSTOP": 16,
    "SND_PURGE": 64, "SND_APPLICATION": 128, "SND_NOWAIT": 8_192, "SND_ALIAS": 65_536, "SND_FILENAME": 131_072,
    "MB_OK": 0, "MB_ICONHAND": 16, "MB_ICONQUESTION": 32, "MB_ICONEXCLAMATION": 48, "MB_ICONASTERISK": 64,
}  # fmt: skip


def put_bells() -> None:
    """Let `import winsound` find something anywhere."""
    if find_spec("winsound") is not None:
        return
    module = ModuleType("winsound", "Rings unheard.")
    vars(module).update(CONSTANTS, Beep=Beep, MessageBeep=MessageBeep, PlaySound=PlaySound)
    sys.modules["winsound"] = module


def Beep(frequency: int, duration: int) -> None:  # noqa: N802 -- the original's name
    """Take the bell's time, in milliseconds, on the bot's clock. Raises `ValueError` as the original does."""
    if not LOWEST_HZ <= frequency <= HIGHEST_HZ:
        raise ValueError("frequency must be in 37 thru 32767")
    from time import sleep  # the bot's, once it is in place

    sleep(duration / 1_000)


def MessageBeep(type: int = CONSTANTS["MB_OK"]) -> None:  # noqa: A002, N802 -- the original's names
    """Ring without waiting."""


def PlaySound(sound: Any, flags: int) -> None:  # noqa: N802 -- the original's names
    """Play nothing."""
