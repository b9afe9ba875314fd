"""What a backend answers: shots by bitstring, where they come from, and which of them have the right weight."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf, sqrt

from tallystick.quantum.errors import SettingError


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where counts come from: enough to ask for them again, and to say what they were measured on."""

    backend: str
    release: str
    """Package and version."""
    circuit: str
    """`QaoaCircuit.digest`."""
    shots: int
    seed: int
    calibration: str = ""
    """Of a processor or of its noise model: what was used, and from when."""
    two_qubit_gates: int | None = None
    """After compilation for the backend; None where nothing was compiled."""
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A bitstring, qubit 0 first, and how often it came."""

    bits: str
    shots: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Shots by outcome, the outcomes in order of their bits."""

    outcomes: tuple[Outcome, ...]
    provenance: Provenance

    @property
    def shots(self) -> int:
        """How many there are."""
        return sum(each.shots for each in self.outcomes)

    def post_selected(self, weight: int) -> "PostSelected":
        """The shots with `weight` ones, and their share: an error that flips one bit is found for nothing."""
        kept = tuple(each for each in self.outcomes if each.bits.count("1") == weight)
        return PostSelected(replace(self, outcomes=kept), self.shots)


@dataclass(frozen=True, slots=True)
class PostSelected:
    """Counts of feasible shots, out of `measured` ones."""

    counts: Counts
    measured: int

    @property
    def fraction(self) -> float:
        """Share of the shots that were feasible: 1 on a machine without errors, less as it drifts."""
        return self.counts.shots / self.measured if self.measured else 0.0

    @property
    def deviation(self) -> float:
        """Standard error of the fraction, by Laplace's rule, so that it is not 0 at a fraction of 0 or 1."""
        share = (self.counts.shots + 1) / (self.measured + 2)
        return sqrt(share * (1.0 - share) / (self.measured + 2))

    def drift_from(self, before: "PostSelected") -> float:
        """How many standard errors this fraction lies below an earlier one of the same circuit; above 3 is drift.

        Raises `SettingError` for another circuit or backend.
        """
        ours, theirs = self.counts.provenance, before.counts.provenance
        if (ours.circuit, ours.backend) != (theirs.circuit, theirs.backend):
            message = "drift is measured between runs of one circuit on one backend; run the same circuit again"
            raise SettingError(message)
        both = sqrt(self.deviation**2 + before.deviation**2)
        return (before.fraction - self.fraction) / both if both else inf


def tallied(found: Iterable[tuple[str, int]], provenance: Provenance) -> Counts:
    """Counts of (bits, shots), each bitstring once, in any order."""
    return Counts(tuple(Outcome(bits, shots) for bits, shots in sorted(found)), provenance)
