"""Which points a search tries: a grid, points drawn by seed and number, or Optuna's.

Points come in batches of a fixed size, so that what a batch is chosen from (Optuna), or compared with (pruning), is
the same for any number of processes and any order in which trials end.
"""

from collections.abc import Sequence
from itertools import count, islice, pairwise
from typing import Any, Protocol

from tallystick.platform.judging.errors import BadSpace, UnknownObjective
from tallystick.platform.judging.space import MAX_GRID, Choices, Point, Space
from tallystick.platform.judging.trial import Report

BATCH = 10
"""Trials asked for at once."""
DEFAULT_TRIALS = 100
METHODS = ("grid", "random", "optuna")


class Proposals(Protocol):
    """Points to try, batch after batch, each after the reports of the last."""

    trials: int

    def next_batch(self, size: int) -> Sequence[Point]:
        """The next points; none when there are no more."""
        ...

    def told(self, reports: Sequence[Report]) -> None:
        """What became of the last batch, in order of trial."""
        ...


class Fixed:
    """Points that are known before the first trial."""

    def __init__(self, space: Space, *, method: str, trials: int | None, seed: int) -> None:
        """A grid of all points, or of the first `trials`; or `trials` points drawn."""
        if method == "grid":
            self.trials = space.size if trials is None else min(trials, space.size)
            self._points = space.grid(self.trials) if trials is not None else space.grid()
        else:
            self.trials = DEFAULT_TRIALS if trials is None else trials
            self._points = islice((space.drawn(seed, number) for number in count()), self.trials)

    def next_batch(self, size: int) -> Sequence[Point]:
        """See `Proposals`."""
        return tuple(islice(self._points, size))

    def told(self, reports: Sequence[Report]) -> None:
        """Nothing depends on it."""


class OptunaSearch:
    """Optuna's tree-structured Parzen estimator, seeded and asked for whole batches."""

    def __init__(self, space: Space, *, trials: int | None, seed: int) -> None:
        """Raises `BadSpace` when Optuna is not installed."""
        try:
            import optuna
        except ImportError:
            what = "method optuna: got no package optuna / expected version 4 or later"
            raise BadSpace(what, 'pip install "tallystick[optuna]"') from None
        self.trials = DEFAULT_TRIALS if trials is None else trials
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._optuna: Any = optuna
        self._study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
        self._ranges = {name: self._distribution(one) for name, one in space.ranges.items()}
        self._asked: list[Any] = []
        self._left = self.trials

    def next_batch(self, size: int) -> Sequence[Point]:
        """See `Proposals`."""
        size = min(size, self._left)
        self._left -= size
        self._asked = [self._study.ask(fixed_distributions=self._ranges) for _ in range(size)]
        return tuple(dict(trial.params) for trial in self._asked)

    def told(self, reports: Sequence[Report]) -> None:
        """See `Proposals`; Optuna ranks a pruned trial by how it stood early."""
        states = self._optuna.trial.TrialState
        for trial, report in zip(self._asked, reports, strict=False):
            value = report.outcome.objective if report.outcome is not None else None
            if report.state == "pruned" and report.early is not None:
                trial.report(report.early, step=0)
                self._study.tell(trial, state=states.PRUNED)
            elif value is None:
                self._study.tell(trial, state=states.FAIL)
            else:
                self._study.tell(trial, value)

    def _distribution(self, one: Any) -> Any:
        kinds = self._optuna.distributions
        if not isinstance(one, Choices):
            return kinds.FloatDistribution(one.low, one.high)
        values = one.values
        if len(values) > 1 and all(type(value) is int for value in values):
            steps = {int(b) - int(a) for a, b in pairwise(values)}
            if len(steps) == 1 and min(steps) > 0:
                return kinds.IntDistribution(int(values[0]), int(values[-1]), step=steps.pop())
        return kinds.CategoricalDistribution(values)


def proposals(space: Space, *, method: str, trials: int | None, seed: int) -> Proposals:
    """The search called so. Raises `UnknownObjective` for another word, `BadSpace`."""
    if trials is not None and trials < 1:
        raise BadSpace(f"{trials} trials: expected 1 or more", "Say trials=100.")
    if trials is not None and trials > MAX_GRID:
        raise BadSpace(f"{trials:,} trials: expected {MAX_GRID:,} at most", "Say trials=1000.")
    if method not in METHODS:
        what = f"no such method: got {method} / expected one of {', '.join(METHODS)}"
        raise UnknownObjective(what, 'Say method="grid".')
    if method == "optuna":
        return OptunaSearch(space, trials=trials, seed=seed)
    return Fixed(space, method=method, trials=trials, seed=seed)
