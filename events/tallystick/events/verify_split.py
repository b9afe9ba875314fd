"""How a log is split into adjoining stretches that take equally long, and whether what they held fits together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tallystick.events.skimming import Place
from tallystick.events.verify_range import Outcome, Stretch


@dataclass(frozen=True, slots=True)
class Costs:
    """What reading beside others costs, as shares of verifying a record.

    `decide`: what the decision digest takes, which is one chain, so that the first reader does it for all. `note`: what
    it takes the others to write down for that one what it is to decide.
    """

    decide: float
    note: float = 0.0


def split(whole: Stretch, readers: int, costs: Costs) -> list[Stretch]:
    """One stretch for each reader."""
    starts = _starts([each.stored_bytes for each in whole.segments], _shares(readers, costs))
    stops: list[Place | None] = [*starts[1:], None]
    return [replace(whole, start=start, stop=stop) for start, stop in zip(starts, stops, strict=True)]


def seamless(outcomes: Sequence[Outcome]) -> bool:
    """Whether the stretches hold, each goes on where the one before ended, and they agree on the sizes of blobs."""
    joined = all((a.ended, a.ends) == (b.begun, b.begins) for a, b in pairwise(outcomes))
    sizes: dict[bytes, int] = {}
    one_size = all(
        sizes.setdefault(digest, size) == size for each in outcomes for digest, (size, *_) in each.found.blobs.items()
    )
    return (
        joined
        and one_size
        and not any(each.fault for each in outcomes)
        and not any(each.torn for each in outcomes[:-1])
    )


def _starts(sizes: Sequence[int], shares: Sequence[float]) -> list[Place]:
    """Where each reader begins in segments of `sizes` bytes."""
    starts: list[Place] = []
    for number in range(len(shares)):
        offset, index = max(0.0, sum(shares[:number])) * sum(sizes), 0
        while offset >= sizes[index] and index < len(sizes) - 1:
            offset -= sizes[index]
            index += 1
        starts.append((index, min(1.0, offset / max(1, sizes[index]))))
    return starts


def _shares(readers: int, costs: Costs) -> list[float]:
    """What share of the log each reader takes, so that all of them end at one time."""
    # What all can read in a time is a straight line; the time wanted is where it crosses the whole log.
    least, more = sum(_read_in(0.0, readers, costs)), sum(_read_in(1.0, readers, costs))
    return _read_in((1.0 - least) / (more - least), readers, costs)


def _read_in(time: float, readers: int, costs: Costs) -> list[float]:
    """What share of the log each reader takes in `time`, of which 1 would verify all of it."""
    shares = [(time - costs.decide) / (1 - costs.decide)]
    return [*shares, *[time / (1 - costs.decide + costs.note)] * (readers - 1)]
