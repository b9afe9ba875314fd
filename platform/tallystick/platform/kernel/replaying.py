"""Replay of a book from its log alone: each run is built again from its manifest and compared record by record.

A run that took over from a stopped one is replayed together with it, because it carries its state on.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tallystick.events.catalogue import Catalogue
from tallystick.events.reader import END, LogReader
from tallystick.events.types.running import RunStarted
from tallystick.platform.compose import compose
from tallystick.platform.kernel.comparison import Comparison, Divergence
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.errors import DivergenceError, RunConfigurationError
from tallystick.platform.kernel.history import History, RunSeen, history_of
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.manifest import package_hash, versions
from tallystick.platform.kernel.recomposing import Recomposing
from tallystick.platform.kernel.recorded import Names, records_of
from tallystick.platform.kernel.replay import Replay
from tallystick.platform.kernel.sampling import sampled_again
from tallystick.platform.plan import plan_from_json

ComposeRecorded = Callable[[RunSeen], Composition]


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay found. `same_code` is false for a what-if; `differences` says in which respect.

    `derived` is how many of the compared records follow from others, `size` how many the log has.
    """

    runs: int
    compared: int
    derived: int
    divergence: Divergence | None
    message: str
    same_code: bool
    differences: tuple[str, ...]
    size: int

    @property
    def equal(self) -> bool:
        """True when every record came out bit for bit."""
        return self.divergence is None and not self.message


def compose_recorded(run: RunSeen) -> Composition:
    """The composition a manifest describes."""
    started = run.started
    return compose(plan_from_json(started.settings["plan"]), run.series, first_order=started.next_order)


def differences_of(started: RunStarted, sources: Mapping[str, bytes] | None = None) -> tuple[str, ...]:
    """In which respect the code installed now, and the user's own `sources`, are not the code of that run."""
    here = package_hash()
    found = []
    if started.package_hash != here:
        found.append(f"another version of Tallystick's code (files {here[:12]}, then {started.package_hash[:12]})")
    now = versions()
    found += [
        f"{name} {now.get(name, 'absent')}, then {then}"
        for name, then in started.versions.items()
        if now.get(name) != then
    ]
    for name, content in (sources or {}).items():
        digest, then = hashlib.sha256(content).hexdigest(), started.sources.get(name)
        if then is None and digest in started.sources.values():
            continue  # the file of then, under a name of today
        if then != digest:
            found.append(f"{name} is another" if then else f"{name} was not there then")
    return tuple(found)


def replay_book(
    folder: Path,
    *,
    by_row: bool = False,
    until: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    composing: ComposeRecorded | None = None,
) -> ReplayResult:
    """Replay every run of the book in `folder`. Stops at the first divergence.

    `by_row` ignores every `scan`. `progress` is told which record has been reached, and how many there are.
    `composing` builds a run from its manifest; pass your own for modules of your own. Without it, strategies come out
    of the files that the plan names (`kernel.recomposing` has other ways).
    Raises `LogMissing` when there is no log, `RunConfigurationError` when it holds no run, `IntegrityError` when it
    cannot be walked.
    """
    known = Catalogue()
    reader = LogReader(folder / "log", known)
    history = history_of(reader)
    names = Names(reader.declarations, known)
    compared, derived, message, divergence = 0, 0, "", None
    reached = _silent if progress is None else lambda seq: progress(seq, history.size)
    build = composing or Recomposing(folder)
    different: list[str] = []
    for run, first, last in _ranges(history):
        comparison = Comparison(records_of(reader, first, last), names)
        composition = build(run) if by_row else sampled_again(build(run), run, reader)
        different += differences_of(run.started, composition.sources)
        kernel = Kernel(composition, known, comparison, by_row=by_row)
        replay = Replay(kernel, comparison, names, received=run.received, progress=reached)
        try:
            with composition.during():
                replay.run(END if until is None else until)
        except DivergenceError as error:
            message, divergence = str(error), comparison.divergence
        compared += comparison.compared
        derived += comparison.derived
        if message:
            break
    different += [each for run in history.runs for each in differences_of(run.started)]
    how = tuple(dict.fromkeys(different))
    return ReplayResult(len(history.runs), compared, derived, divergence, message, not how, how, history.size)


def _ranges(history: History) -> list[tuple[RunSeen, int, int]]:
    """First run, first and last seq of each chain of runs."""
    if not history.runs:
        message = "the log holds no run"
        raise RunConfigurationError(message, fix="replay needs a book; a plain log can be verified")
    first = [chain[0] for chain in history.chains]
    ends = [run.seq - 1 for run in first[1:]] + [history.size - 1]
    return [(run, run.seq, end) for run, end in zip(first, ends, strict=True)]


def run_of(history: History, seq: int) -> RunSeen | None:
    """The run that record `seq` belongs to."""
    return next((run for run in reversed(history.runs) if run.seq <= seq), None)


def _silent(_seq: int) -> None:
    """No progress wanted."""
