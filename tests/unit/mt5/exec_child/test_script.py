"""A script runs as Python runs scripts."""

import subprocess
import sys
from pathlib import Path

import pytest

from tallystick.platform.mt5.wire import Answer, Call
from tests.unit.mt5.exec_child.bot_process import run_bot, run_script, willing


def test_a_script_is_main_with_its_arguments_and_its_folder(tmp_path: Path) -> None:
    (tmp_path / "sibling.py").write_text("WORD = 'beside'\n", encoding="utf-8")
    bot = run_bot(
        tmp_path,
        """
import pickle, sys
import sibling
class Thing:
    pass
if __name__ == "__main__":
    print(sys.argv[1:], sys.argv[0].endswith("bot.py"), __file__.endswith("bot.py"), sibling.WORD)
    print(type(pickle.loads(pickle.dumps(Thing()))).__name__, sys.modules["__main__"].Thing is Thing)
    print(__spec__, __builtins__.__name__)
    import MetaTrader5, tallystick.platform.mt5.simulated as ours
    print(MetaTrader5 is ours, MetaTrader5.TIMEFRAME_H1)
""",
        argv=("--lots", "0.1", "Grüße"),
    )
    assert bot.lines == ["['--lots', '0.1', 'Grüße'] True True beside", "Thing True", "None builtins", "True 16385"], (
        bot.errors
    )
    assert bot.ended is not None
    assert (bot.ended.how, bot.code) == ("returned", 0)


IMPORTS = """
import MetaTrader5, MetaTrader5 as mt5
import MetaTrader5._core as core
from MetaTrader5 import TradePosition
from MetaTrader5._core import TradePosition as same, order_send
"""


def test_a_script_of_a_package_runs_as_by_python_m(tmp_path: Path) -> None:
    files = {
        "robots/__init__.py": "WORD = 'package'\n",
        "robots/fast/__init__.py": "",
        "robots/fast/signals.py": "from .. import WORD\nfrom shared import PLACE\n",
        "shared.py": "PLACE = 'beside'\n",
        "robots/fast/bot.py": "from __future__ import annotations\nfrom .signals import PLACE, WORD\n"
        "from robots import fast\nprint(__name__, __package__, PLACE, WORD, fast.__name__)\n",
        "scripts/bot.py": "import sys\nfrom shared import PLACE\nprint(PLACE, sys.path[0].endswith('scripts'))\n",
        "loose/parts/bot.py": "from . import part\nprint(__package__, part.A)\n",
        "loose/parts/part.py": "A = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = [run_script(tmp_path / name, cwd=tmp_path) for name in files if name.endswith("/bot.py")]
    assert [bot.output for bot in said] == [
        "__main__ robots.fast beside package robots.fast\n",
        "beside True\n",
        "parts 1\n",
    ], [bot.errors for bot in said]


def test_types_and_functions_are_found_in_the_modules_compiled_half_too(tmp_path: Path) -> None:
    said = "print(same is TradePosition is core.TradePosition, order_send is mt5.order_send, mt5._core is core)"
    bot = run_bot(
        tmp_path,
        f"{IMPORTS}{said}\nimport subprocess, sys\n"
        f"subprocess.run([sys.executable, '-c', {IMPORTS + said!r}], check=True)\n",
    )
    assert bot.lines == ["True True True"] * 2, bot.errors


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("import sys\nsys.exit(7)", "exited"),
        ("quit()", "exited"),
        ("raise SystemExit('no account')", "exited"),
        ("exit(True)", "exited"),
        ("def broken():\n    return {}['x']\n\nbroken()", "raised"),
        ("print('a'\n", "raised"),
        ("import nowhere_to_be_found", "raised"),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('two') from error", "raised"),
        ("import sys\nsys.excepthook = lambda *what: print('hooked', what[0].__name__)\nint('x')", "raised"),
        ("import atexit, sys\natexit.register(print, 'last')\nsys.exit(3)", "exited"),
        ("print(1)", "returned"),
    ],
)
def test_exit_codes_and_tracebacks_are_those_of_python(tmp_path: Path, text: str, how: str) -> None:
    bot = run_bot(tmp_path, text)
    alone = subprocess.run([sys.executable, str(tmp_path / "bot.py")], capture_output=True, text=True, check=False)
    assert (bot.code, bot.output, bot.errors) == (alone.returncode, alone.stdout, alone.stderr)
    assert bot.ended is not None
    assert (bot.ended.how, bot.ended.code) == (how, alone.returncode)
    if how == "raised":
        assert bot.ended.detail.strip().splitlines()[-1].split(":")[0].endswith(("Error", "ModuleNotFoundError"))


def test_the_version_that_is_asked_of_the_installation_is_the_modules(tmp_path: Path) -> None:
    text = "import importlib.metadata as of, importlib.util, MetaTrader5 as mt5\n"
    text += "print(of.version('MetaTrader5') == mt5.__version__, importlib.util.find_spec('MetaTrader5') is not None)\n"
    assert run_bot(tmp_path, text).lines == ["True True"]


def test_a_script_that_is_not_there_fails_like_any(tmp_path: Path) -> None:
    bot = run_script(tmp_path / "nothing.py")
    assert bot.code == 1
    assert bot.ended is not None
    assert "FileNotFoundError" in bot.ended.detail


def test_a_bot_whose_parent_is_gone_ends_at_its_next_call(tmp_path: Path) -> None:
    def vanish(call: Call) -> Answer:
        if call.function == "initialize":
            return willing(call)
        raise ConnectionResetError

    loop = "while True:\n    try:\n        mt5.account_info()\n    except Exception:\n        pass\n"
    bot = run_bot(tmp_path, f"import MetaTrader5 as mt5\nmt5.initialize()\n{loop}", vanish)
    assert bot.code == 4
    assert "error[E596] the process that answers is gone" in bot.errors


def test_nothing_of_posix_is_needed(tmp_path: Path) -> None:
    blocked = """
import sys
for name in ("fcntl", "pwd", "grp", "resource", "posix_ipc", "termios"):
    sys.modules[name] = None
"""
    bot = run_bot(
        tmp_path,
        "import asyncio, time, MetaTrader5 as mt5\n"
        "print(mt5.initialize())\nasyncio.run(asyncio.sleep(5))\ntime.sleep(1)",
        before=blocked,
    )
    assert (bot.code, bot.lines) == (0, ["True"]), bot.errors
