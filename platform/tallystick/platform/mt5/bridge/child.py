"""The bridge's child: `python -m tallystick.platform.mt5.bridge.child FOLDER`, started by `process.py` alone.

1. Standard input and output become the pipe; whatever else writes to standard output goes to standard error. Ctrl-C at
   the parent's console is the parent's: a call is not torn by it.
2. The account's lock in FOLDER is taken: it dies with this process, so no two children ever serve one account.
3. `MetaTrader5` is imported, and `Hello` said; or `Refused`.
4. One call at a time. Directly before `order_send` its time is looked at once more.
5. When the pipe ends, so does the child; a call that hangs is ended from outside, with the process.
"""

import os
import signal
import sys
import time
from pathlib import Path

from tallystick.events.errors import LogLocked
from tallystick.events.lock import WriterLock
from tallystick.platform.mt5.bridge.messages import (
    PROTOCOL,
    Ask,
    Failed,
    Hello,
    Refused,
    Told,
    TooLate,
    decoded_ask,
    encoded,
)
from tallystick.platform.pipes import private_pipe, read_frame, write_frame

REFUSED = 3
"""Exit status of a child that could not serve."""


def main(folder: str) -> int:
    """Serve until the pipe ends; returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, answers = private_pipe()
    lock = Path(folder)
    lock.mkdir(parents=True, exist_ok=True)
    try:
        held = WriterLock(lock)
    except LogLocked as error:
        write_frame(answers, encoded(Refused("busy", f"process {error.pid}" if error.pid else "another process")))
        return REFUSED
    try:
        try:
            from tallystick.platform.mt5.bridge import package
        except ImportError as error:
            write_frame(answers, encoded(Refused("package", str(error))))
            return REFUSED
        hello = Hello(PROTOCOL, package.version(), package.BITS, os.getpid(), time.monotonic_ns())
        write_frame(answers, encoded(hello))
        while (message := read_frame(asked)) is not None:
            write_frame(answers, encoded(_answered(decoded_ask(message))))
    finally:
        held.release()
    return 0


def _answered(ask: Ask) -> Told | TooLate | Failed:
    from tallystick.platform.mt5.bridge import package

    if ask.not_after_ns and (late := time.monotonic_ns() - ask.not_after_ns) > 0:
        return TooLate(ask.number, late)
    try:
        return Told(ask.number, package.carried_out(ask.call, time.time_ns()))
    except Exception as error:  # noqa: BLE001 -- whatever it was, the parent decides; this process has no log
        return Failed(ask.number, f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except BrokenPipeError:  # the parent is gone; there is nobody left to tell
        sys.exit(0)
