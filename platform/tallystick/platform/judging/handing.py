"""What goes between who leads a search and its workers: the bench in a folder, and pickles over pipes."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from tallystick.platform.judging.sharing import read_feed, reference_of, shareable, write_feed
from tallystick.platform.judging.trial import Bench
from tallystick.platform.pipes import read_frame, write_frame

BENCH = "bench"


def leave_bench(bench: Bench, folder: Path) -> None:
    """Put what the trials share where the workers find it. Raises `NotShareable`."""
    many: Sequence[Any] = bench.strategy if isinstance(bench.strategy, list | tuple) else [bench.strategy]
    strategies = [reference_of(each) for each in many]
    strategy = shareable(strategies if isinstance(bench.strategy, list | tuple) else strategies[0])
    shareable_terms = shareable(bench.terms)
    write_feed(bench.feed, folder)
    (folder / BENCH).write_bytes(pickle.dumps((strategy, shareable_terms, bench.objective)))


def bench_in(folder: Path) -> Bench:
    """The bench that was left before the first task was given."""
    strategy, terms, objective = pickle.loads((folder / BENCH).read_bytes())  # noqa: S301 -- our own process wrote it
    return Bench(strategy, read_feed(folder), terms, objective)


def send(pipe: IO[bytes], value: object) -> None:
    """One value into a pipe."""
    write_frame(pipe, pickle.dumps(value))


def receive(pipe: IO[bytes]) -> Any:
    """One value out of a pipe. Raises `EOFError` at its end."""
    raw = read_frame(pipe)
    if raw is None:
        raise EOFError("nothing more was said")
    return pickle.loads(raw)  # noqa: S301 -- between our own processes
