"""Bots that ring at a trade run where there is no `winsound`."""

import sys
from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import run_bot


@pytest.mark.skipif(sys.platform == "win32", reason="Windows rings itself")
def test_a_bell_takes_its_time_on_the_bots_clock_and_is_not_heard(tmp_path: Path) -> None:
    text = """
import time, winsound
from winsound import Beep
before = time.time()
Beep(1000, 500)
winsound.MessageBeep()
winsound.PlaySound("SystemExit", winsound.SND_ALIAS | winsound.SND_ASYNC)
print(round(time.time() - before, 3))
try:
    Beep(10, 500)
except ValueError as error:
    print(error)
"""
    bot = run_bot(tmp_path, text)
    assert bot.lines == ["0.5", "frequency must be in 37 thru 32767"], bot.errors
    assert not bot.warnings
