"""A bot's process with a parent of the test's own: a scripted terminal at the other end of the pipe."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Any

import msgspec

from tallystick.platform.mt5.exec.child.environment import environment
from tallystick.platform.mt5.exec.settings import Alive, Asked, ChildSettings, Ended, Warned, encoded, from_child
from tallystick.platform.mt5.wire import NOTHING, SUCCESS, Answer, Call, Plain, encoded_answer

START_NS = 1_709_283_600_000_000_000
"""Friday, 1 March 2024, 09:00 UTC."""
HOUR_NS = 3_600_000_000_000
Terminal = Callable[[Call], Answer]


class Finished(msgspec.Struct, frozen=True):
    """A bot's process after its end."""

    code: int
    output: str
    errors: str
    calls: list[Call]
    warnings: list[Warned]
    ended: Ended | None
    lives: int
    """How often it said that it is not silent."""

    @property
    def lines(self) -> list[str]:
        """What it printed."""
        return self.output.splitlines()


def willing(call: Call) -> Answer:
    """A terminal that says yes to everything, at once."""
    yes = call.function in {"initialize", "shutdown", "login", "symbol_select"}
    return Answer(call.now, SUCCESS, Plain(True) if yes else NOTHING)


def ends_after(calls: int, terminal: Terminal = willing) -> Terminal:
    """A terminal whose data is over after so many calls."""
    count = 0

    def answer(call: Call) -> Answer:
        nonlocal count
        count += 1
        return msgspec.structs.replace(terminal(call), ended=count > calls)

    return answer


def run_bot(
    folder: Path,
    text: str,
    terminal: Terminal = willing,
    *,
    world: Mapping[str, str] | None = None,
    before: str = "",
    stdin: Any = None,
    **settings: Any,
) -> Finished:
    """Run a script's text as a bot, a day of data before it; `before` is Python that runs first in its process."""
    script = folder / "bot.py"
    script.write_text(text, encoding="utf-8")
    return run_script(script, terminal, world=world, before=before, stdin=stdin, **settings)


def run_script(
    script: Path,
    terminal: Terminal = willing,
    *,
    world: Mapping[str, str] | None = None,
    before: str = "",
    stdin: Any = None,
    cwd: Path | None = None,
    **settings: Any,
) -> Finished:
    """Run a script as a bot."""
    given = {"start_ns": START_NS, "end_ns": START_NS + 24 * HOUR_NS, **settings}
    child_settings = ChildSettings(script=str(script), **given)
    start = [sys.executable, "-m", "tallystick.platform.mt5.exec.child"]
    if before:
        run = (
            "import runpy; runpy.run_module('tallystick.platform.mt5.exec.child', run_name='__main__', alter_sys=True)"
        )
        start = [sys.executable, "-c", f"{before}\n{run}"]
    process, near = _started(
        lambda pipe: environment(child_settings, {**os.environ, **(world or {})}, pipe),
        args=start,
        stdin=stdin,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    near.send_bytes(encoded(child_settings))
    heard: list[Any] = []
    answering = threading.Thread(target=_answer, args=(near, terminal, heard))
    answering.start()
    output, errors = process.communicate(timeout=60)
    answering.join()
    calls = [message.call for message in heard if isinstance(message, Asked)]
    warnings = [message for message in heard if isinstance(message, Warned)]
    ended = next((message for message in heard if isinstance(message, Ended)), None)
    lives = sum(isinstance(message, Alive) for message in heard)
    return Finished(process.returncode, output, errors, calls, warnings, ended, lives)


def _started(environment_with: Callable[[str], dict[str, str]], **how: Any) -> tuple[subprocess.Popen[str], Any]:
    """The process, and our end of its pipe: an inherited descriptor, or on Windows a connection to this process."""
    if os.name == "posix":
        near, far = Pipe()
        with far:
            return subprocess.Popen(env=environment_with(f"fd:{far.fileno()}"), pass_fds=[far.fileno()], **how), near
    key = bytes(range(32))
    with Listener(("127.0.0.1", 0), authkey=key) as listener:
        process = subprocess.Popen(env=environment_with(f"tcp:{listener.address[1]}:{key.hex()}"), **how)
        return process, listener.accept()


def _answer(pipe: Any, terminal: Terminal, heard: list[Any]) -> None:
    while True:
        try:
            message = from_child(pipe.recv_bytes())
        except (EOFError, ConnectionError):
            return
        heard.append(message)
        if isinstance(message, Asked):
            try:
                pipe.send_bytes(encoded_answer(terminal(message.call)))
            except ConnectionError:
                pipe.close()
                return
