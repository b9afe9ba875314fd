"""A process that does work, started by `workshop` alone: `python -m ...kernel.workshop_child WORKER FOLDER...`.

The worker is looked for where the book's own process looks. One request at a time. A thread listens, so that a process
whose book has died ends also in the middle of its work. Ctrl-C at the book's console is the book's, which then ends
this process.
"""

import logging
import os
import queue
import signal
import sys
from collections.abc import Sequence
from threading import Thread
from typing import BinaryIO

import msgspec

from tallystick.events.worker import Worker, WorkResult
from tallystick.platform.kernel.workers import found
from tallystick.platform.pipes import private_pipe, read_frame, write_frame

logger = logging.getLogger("tallystick.work")


class Outcome(msgspec.Struct, frozen=True):
    """What became of a request: its result, or the error that was raised."""

    result: WorkResult | None
    error: str = ""


def main(name: str, folders: Sequence[str]) -> None:
    """Work until the pipe ends; `folders` are those in which the book's process finds modules."""
    sys.path[:] = dict.fromkeys([*sys.path, *folders])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, answers = private_pipe()
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    Thread(target=_listen, args=(asked, requests), daemon=True).start()
    worker: Worker | None = None
    while True:
        request, seed = msgspec.msgpack.decode(requests.get(), type=tuple[bytes, int])
        try:
            worker = worker or found(name, "the book")
            outcome = Outcome(worker.work(request, seed))
        except Exception as error:
            logger.exception("the worker %s failed", name)
            outcome = Outcome(None, f"{type(error).__name__}: {error}"[:500])
        write_frame(answers, msgspec.msgpack.encode(outcome))


def _listen(asked: BinaryIO, requests: "queue.SimpleQueue[bytes]") -> None:
    """Hear the book; when it is gone nobody wants the answer."""
    while (message := read_frame(asked)) is not None:
        requests.put(message)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
