"""What a hybrid run may spend and how it searches: counts and a seed, never seconds."""

from dataclasses import dataclass, fields
from typing import Literal

from tallystick.quantum.errors import SettingError
from tallystick.quantum.objectives import CVaR, Expectation, Objective, OptimumProbability

StartFrom = Literal["uniform", "own", "relaxation"]
AnglesFrom = Literal["ramp", "transfer", "optimise"]
Sought = Literal["expectation", "cvar", "optimum"]
MIXERS = ("ring", "complete", "complete-trotter", "grover")
"""Names that `mixers.mixer_named` knows; written out, so that settings are made without the compiler."""
_LEAST = {
    "layers": 1,
    "iterations": 1,
    "universe": 2,
    "whole": 1,
    "sub_universes": 1,
    "shots": 1,
    "polish": 1,
    "seed": 0,
    "threads": 1,
}
_MOST = {"layers": 10_000, "iterations": 1_000_000, "shots": 10_000_000, "polish": 10_000_000, "threads": 4_096}
"""Beyond these a run would not end in days, or the draws alone would take gigabytes."""


@dataclass(frozen=True, slots=True)
class HybridSettings:
    """Settings of `hybrid`; all but `threads` may change the answer, `threads` never does.

    | setting | meaning |
    |---|---|
    | layers, mixer | of the circuit; mixers: ring, complete, complete-trotter, grover |
    | start | uniform: all supports alike; own: the top state of the mixer; relaxation: by the relaxed weights |
    | angles | ramp: the best of six; transfer: found on fewer assets; optimise: L-BFGS from the best ramp |
    | objective | what angles are chosen for: expectation, cvar (the best tenth of the shots), optimum (its chance) |
    | iterations | of L-BFGS, where there is one |
    | universe | assets of a sub-universe; k + 3 where that is more |
    | whole | a universe with no more supports than this is taken whole, however many assets it has |
    | sub_universes | how many are made of a larger universe; they overlap |
    | shots | drawn from each sub-universe, and as many uniform random supports |
    | polish | supports of each source that a swap search starts from |
    | observations | rows that the covariance was estimated from: proposals then come from one cleaned of noise |

    Raises SettingError. Angles other than ramp need scipy.
    """

    layers: int = 3
    mixer: str = "ring"
    start: StartFrom = "uniform"
    angles: AnglesFrom = "ramp"
    objective: Sought = "expectation"
    iterations: int = 60
    universe: int = 20
    whole: int = 200_000
    sub_universes: int = 3
    shots: int = 1_000
    polish: int = 8
    observations: int | None = None
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in _LEAST and (isinstance(value, bool) or not isinstance(value, int)):
                message = f"{each.name} {value!r} is not a whole number. Give one from {_LEAST[each.name]}"
                raise SettingError(message)
            if each.name in _LEAST and value < _LEAST[each.name]:
                message = f"{each.name} {value} is too small. Give a whole number from {_LEAST[each.name]}"
                raise SettingError(message)
            if each.name in _MOST and value > _MOST[each.name]:
                message = f"{each.name} {value} is too large. Give a whole number up to {_MOST[each.name]}"
                raise SettingError(message)
        _one_of("angles", self.angles, ("ramp", "transfer", "optimise"))
        _one_of("objective", self.objective, ("expectation", "cvar", "optimum"))
        _one_of("start", self.start, ("uniform", "own", "relaxation"))
        if self.observations is not None and not (isinstance(self.observations, int) and self.observations >= 2):
            message = (
                f"observations {self.observations}: a covariance needs at least 2 rows. Give their number, or None"
            )
            raise SettingError(message)
        _one_of("mixer", self.mixer, MIXERS)

    @property
    def sought(self) -> Objective:
        """The objective of the angles."""
        kinds: dict[str, Objective] = {
            "expectation": Expectation(),
            "cvar": CVaR(0.1),
            "optimum": OptimumProbability(),
        }
        return kinds[self.objective]


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        message = f"{name} {value!r} is not known. Give one of {', '.join(known)}"
        raise SettingError(message)
