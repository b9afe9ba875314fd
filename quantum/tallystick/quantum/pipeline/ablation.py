"""What each source of supports came to, with equal shots and equal polishing; and what the circuit added."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

SAME = 1e-9
"""Objectives that differ by less, relative to their size, are the same portfolio to rounding."""
NAMES = {"qaoa": "QAOA", "start": "start alone", "random": "random supports", "classical": "classical alone"}


@dataclass(frozen=True, slots=True)
class AblationRow:
    """One source: supports of the same sub-universes from `qaoa`, its `start` without layers or `random`; `classical`.

    `objective` is the best after polishing, `gap` its distance from the classical bound, relative; both None where no
    support had weights. `supports` were proposed (distinct), `weighed` of them got exact weights, `polished` started a
    swap search, and `hits` of these ended at the best objective of all. Before any polishing, `raw_best` is the best
    objective of exact weights, `raw_mean` the mean over all shots whose support has weights.
    """

    source: str
    objective: float | None
    gap: float | None
    supports: int
    weighed: int
    polished: int
    hits: int
    raw_best: float | None = None
    raw_mean: float | None = None


Other = tuple[AblationRow, str, str]
"""A source that the circuit is compared with, what its supports are called, and what is its own."""


@dataclass(frozen=True, slots=True)
class Ablation:
    """The sources side by side; only `classical` is there where nothing was to be chosen."""

    rows: tuple[AblationRow, ...]

    def row(self, source: str) -> AblationRow | None:
        """The row of a source."""
        return next((each for each in self.rows if each.source == source), None)

    @property
    def text(self) -> str:
        """The table in words, and the sentence."""
        head = f"{'source':<16} {'objective':>14} {'gap':>9} {'supports':>9} {'polished':>9} {'hits':>5} "
        lines = [head + f"{'raw best':>14} {'raw mean':>14}"]
        lines += [
            f"{NAMES[each.source]:<16} {_number(each.objective)} {_share(each.gap)} {each.supports:>9} "
            f"{each.polished:>9} {each.hits:>5} {_number(each.raw_best)} {_number(each.raw_mean)}"
            for each in self.rows
        ]
        return "\n".join([*lines, self.added])

    @property
    def added(self) -> str:
        """What the circuit added, from the numbers of the rows alone."""
        classical, qaoa, random = (self.row(each) for each in ("classical", "qaoa", "random"))
        if classical is None or qaoa is None or random is None:
            return "QAOA was not run: there was nothing for it to choose."
        others = [(random, "random ones", "random's")]
        start = self.row("start")
        if start is not None:
            others.append((start, "those of its start alone", "its start's"))
        return f"{_beyond(classical, qaoa, others)}; {_raw(qaoa, others)}."


def lower(one: float | None, other: float | None) -> bool:
    """Whether one objective is lower than another by more than rounding."""
    if one is None or other is None:
        return one is not None
    return one < other - SAME * abs(other)


def _beyond(classical: AblationRow, qaoa: AblationRow, others: Sequence[Other]) -> str:
    gains = ", ".join(f"{name} by {_gain(classical, row)}" for row, name, _ in others)
    both = f"QAOA's supports improved on the classical answer by {_gain(classical, qaoa)}, {gains}"
    rivals = [row for row, _, _ in others if row.objective is not None and not lower(qaoa.objective, row.objective)]
    if lower(qaoa.objective, classical.objective) and not rivals:
        return f"QAOA added {_gain(classical, qaoa)}: after equal polishing {both}"
    if any(lower(row.objective, classical.objective) for row in (qaoa, *(row for row, _, _ in others))):
        whom = "chance" if min(rivals, key=_objective).source == "random" else "its start"
        return f"QAOA added nothing that {whom} does not: after equal polishing {both}"
    reached = ", ".join(f"{name} {_plain(row.objective)} ({row.hits} of {row.polished})" for row, name, _ in others)
    return (
        f"QAOA added nothing to the classical objective {_plain(classical.objective)}: after equal polishing its "
        f"supports reached {_plain(qaoa.objective)} ({qaoa.hits} of {qaoa.polished} the best), {reached}"
    )


def _objective(row: AblationRow) -> float:
    return inf if row.objective is None else row.objective


def _gain(classical: AblationRow, other: AblationRow) -> str:
    """By how much of its size a source is below the classical objective, not less than 0."""
    if classical.objective is None or other.objective is None or not lower(other.objective, classical.objective):
        return "0 %"
    return f"{100.0 * (classical.objective - other.objective) / (abs(classical.objective) or 1.0):.3g} %"


def _raw(qaoa: AblationRow, others: Sequence[Other]) -> str:
    if qaoa.raw_mean is None or others[0][0].raw_mean is None:
        return "unpolished, one of the sources had no support with weights"
    means = ", ".join(
        f"{'lower' if qaoa.raw_mean < row.raw_mean else 'not lower'} than {whose} {row.raw_mean:.6g}"
        for row, _, whose in others
        if row.raw_mean is not None
    )
    bests = ", ".join(f"{whose} {_plain(row.raw_best)}" for row, _, whose in others)
    return (
        f"unpolished, its mean over all shots is {qaoa.raw_mean:.6g} ({means}), its best {_plain(qaoa.raw_best)} "
        f"({bests})"
    )


def _number(value: float | None) -> str:
    return f"{'-' if value is None else f'{value:.8g}':>14}"


def _share(value: float | None) -> str:
    return f"{'-' if value is None else f'{value:.2g}':>9}"


def _plain(value: float | None) -> str:
    return "none" if value is None else f"{value:.8g}"
