"""The environment in which the parent starts a bot's process."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tallystick.market.spans import SECOND_NS
from tallystick.platform.mt5.exec.child.pipe import VARIABLE
from tallystick.platform.mt5.exec.child.zone import words_for
from tallystick.platform.mt5.exec.settings import ChildSettings

ELSEWHERE = Path(__file__).parent / "elsewhere"
"""A `MetaTrader5` for processes that the bot starts itself: there its calls are refused."""


def environment(settings: ChildSettings, base: Mapping[str, str], pipe: str) -> dict[str, str]:
    """The environment of the bot's process. `pipe`: `fd:N` or `tcp:PORT:HEXKEY`. Raises `ZoneRefusedError`."""
    path = [str(ELSEWHERE), *(part for part in base.get("PYTHONPATH", "").split(_SEPARATOR) if part)]
    return {
        **base,
        "PYTHONHASHSEED": str(settings.seed % 2**32),
        "PYTHONPATH": _SEPARATOR.join(path),
        "TZ": words_for(settings.tz, settings.start_ns // SECOND_NS),
        VARIABLE: pipe,
    }


_SEPARATOR = ";" if sys.platform == "win32" else ":"
