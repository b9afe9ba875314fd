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
    get_ready()
    bench: Bench | None = None
    while True:
        try:
            task = receive(sys.stdin.buffer)
            bench = bench or bench_in(folder)
            for said in bench.steps(task):
                send(answers, said)
                if said.__class__.__name__ == "Ready":
                    receive(sys.stdin.buffer)
        except (EOFError, BrokenPipeError):
            return


def get_ready() -> None:
    """Import what a trial needs while the one who leads still reads the rows."""
    import tallystick.platform.backtesting.result
    import tallystick.platform.backtesting.tester
    import tallystick.platform.report.report  # noqa: F401 -- for their own sake


def bench_in(folder: Path) -> Bench:
    """The bench that was left before the first task was given."""
    strategy, terms, objective = pickle.loads((folder / BENCH).read_bytes())  # noqa: S301 -- our own process wrote it
    return Bench(strategy, read_feed(folder), terms, objective)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
