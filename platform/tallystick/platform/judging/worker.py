"""The process of a worker: `python -m tallystick.platform.judging.worker FOLDER`; see `crew`.

A thread listens, so that a worker whose leader has gone ends also in the middle of a trial that never does.
"""

import _thread
import os
import queue
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

from tallystick.platform.authoring.reading import only_for_strategies
from tallystick.platform.judging.handing import bench_in, receive, send
from tallystick.platform.judging.trial import Bench, Ready
from tallystick.platform.pipes import private_pipe

GIVEN_UP_S = 3.0
"""How long a trial that was interrupted may take to put its things away."""
NOBODY = object()
"""The last word: nobody leads any more."""


def main(folder: Path) -> None:
    """Make trials until there are no more."""
    tempfile.tempdir = str(folder)  # what a killed worker leaves goes with the crew's folder
    asked, answers = private_pipe()  # what a strategy prints must not stand between two answers
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have made it deaf to what `listen` says
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    Thread(target=listen, args=(asked, words, folder), daemon=True).start()
    bench: Bench | None = None
    try:
        get_ready()
        only_for_strategies()
        while (task := words.get()) is not NOBODY:
            bench = bench or bench_in(folder)
            for said in bench.steps(task):
                send(answers, said)
                if isinstance(said, Ready) and words.get() is not None:
                    return  # nobody leads, or its start is not durable
    except (KeyboardInterrupt, BrokenPipeError):
        return
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends as it is; nothing is left to interrupt


def listen(asked: BinaryIO, words: "queue.SimpleQueue[Any]", folder: Path) -> None:
    """Hear the leader; when nobody leads any more, say so, interrupt a trial, and end the process if that is deaf.

    Both are needed: a trial does not listen, and who waits for a word is not woken by an interrupt.
    """
    leader = os.getppid()
    try:
        while True:
            words.put(receive(asked))
    except (EOFError, OSError):
        words.put(NOBODY)
        _thread.interrupt_main()
    if os.getppid() != leader:
        shutil.rmtree(folder, ignore_errors=True)  # the leader was killed: nobody else puts it away
    time.sleep(GIVEN_UP_S)
    os._exit(1)


def get_ready() -> None:
    """Import what a trial needs while the one who leads still reads the rows."""
    import tallystick.platform.backtesting.result
    import tallystick.platform.backtesting.tester
    import tallystick.platform.report.report  # noqa: F401 -- for their own sake


if __name__ == "__main__":
    main(Path(sys.argv[1]))
