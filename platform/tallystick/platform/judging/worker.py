"""The process of a worker: `python -m tallystick.platform.judging.worker FOLDER`; see `crew`."""

import os
import pickle
import sys
from pathlib import Path

from tallystick.platform.judging.crew import BENCH, receive, send
from tallystick.platform.judging.sharing import read_feed
from tallystick.platform.judging.trial import Bench


def main(folder: Path) -> None:
    """Make trials until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a strategy prints must not stand between two answers
    strategy, terms, objective = pickle.loads((folder / BENCH).read_bytes())  # noqa: S301 -- our own process wrote it
    bench = Bench(strategy, read_feed(folder), terms, objective)
    while True:
        try:
            task = receive(sys.stdin.buffer)
            for said in bench.steps(task):
                send(answers, said)
                if said.__class__.__name__ == "Ready":
                    receive(sys.stdin.buffer)
        except (EOFError, BrokenPipeError):
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
