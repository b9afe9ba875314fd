"""The process of a worker: `python -m tallystick.platform.judging.worker FOLDER`; see `crew`.

A thread listens, so that a worker whose leader has gone ends also in the middle of a trial that never does.
"""

import _thread
import gc
import os
import queue
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from tallystick.platform.judging.trial import Bench

GIVEN_UP_S = 3.0
"""How long a trial that was interrupted may take to put its things away."""
NOBODY = object()
"""The last word: nobody leads any more."""


def main(folder: Path) -> None:
    """Make trials until there are no more."""
    leader = os.getppid()
    get_ready()
    from tallystick.platform.authoring.reading import only_for_strategies
    from tallystick.platform.judging.handing import bench_in, send
    from tallystick.platform.judging.trial import Ready
    from tallystick.platform.pipes import private_pipe

    tempfile.tempdir = str(folder)  # what a killed worker leaves goes with the crew's folder
    asked, answers = private_pipe()  # what a strategy prints must not stand between two answers
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have made it deaf to what `listen` says
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    Thread(target=listen, args=(asked, words, folder, leader), daemon=True).start()
    bench: Bench | None = None
    try:
        only_for_strategies()
        while (task := words.get()) is not NOBODY:
            bench = bench or bench_in(folder)
            for said in bench.steps(task):
                send(answers, said)
                if isinstance(said, Ready) and words.get() is not None:
                    return  # nobody leads, or its start is not durable
    except (KeyboardInterrupt, BrokenPipeError, FileNotFoundError):
        return  # the leader has gone, perhaps with the folder
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends as it is; nothing is left to interrupt
        put_away(folder, leader)


def listen(asked: BinaryIO, words: "queue.SimpleQueue[Any]", folder: Path, leader: int) -> None:
    """Hear the leader; when nobody leads any more, say so, interrupt a trial, and end the process if that is deaf.

    Both are needed: a trial does not listen, and who waits for a word is not woken by an interrupt.
    """
    from tallystick.platform.judging.handing import receive

    try:
        while True:
            words.put(receive(asked))
    except (EOFError, OSError):
        words.put(NOBODY)
        _thread.interrupt_main()
    time.sleep(GIVEN_UP_S)
    put_away(folder, leader)
    os._exit(1)


def put_away(folder: Path, leader: int) -> None:
    """Remove the crew's folder where the leader was killed: nobody else does, and the last worker to end finds it."""
    if os.getppid() != leader:
        shutil.rmtree(folder, ignore_errors=True)


def get_ready() -> None:
    """Import what a trial needs while the one who leads still reads the rows.

    None of it is garbage: looking for some again and again would be a tenth of the time, and go on in every trial.
    """
    gc.disable()
    import numba  # noqa: F401 -- for its own sake, as the others

    import tallystick.platform.backtesting.result
    import tallystick.platform.backtesting.tester
    import tallystick.platform.judging.handing
    import tallystick.platform.report.report  # noqa: F401 -- as above

    gc.freeze()
    gc.enable()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
