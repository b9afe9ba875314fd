"""What each source of supports came to, with equal shots and equal polishing; and what the circuit added."""

from dataclasses import dataclass

SAME = 1e-9
"""Objectives that differ by less, relative to their size, are the same portfolio to rounding."""
NAMES = {"qaoa": "QAOA", "random": "random supports", "classical": "classical alone"}


@dataclass(frozen=True, slots=True)
class AblationRow:
    """One source: `qaoa` or `random` supports of the same sub-universes, or `classical` alone.

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


@dataclass(frozen=True, slots=True)
class Ablation:
    """The sources side by side; `qaoa` and `random` are missing where nothing was to be chosen."""

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
        return f"{_beyond(classical, qaoa, random)}; {_raw(qaoa, random)}."


def lower(one: float | None, other: float | None) -> bool:
    """Whether one objective is lower than another by more than rounding."""
    if one is None or other is None:
        return one is not None
    return one < other - SAME * abs(other)


def _beyond(classical: AblationRow, qaoa: AblationRow, random: AblationRow) -> str:
    both = f"QAOA's supports improved on the classical answer by {_gain(classical, qaoa)}"
    chance = f"random ones by {_gain(classical, random)}"
    if lower(qaoa.objective, classical.objective) and lower(qaoa.objective, random.objective):
        return f"QAOA added {_gain(classical, qaoa)}: after equal polishing {both}, {chance}"
    if lower(qaoa.objective, classical.objective) or lower(random.objective, classical.objective):
        return f"QAOA added nothing that chance does not: after equal polishing {both}, {chance}"
    return (
        f"QAOA added nothing to the classical objective {_plain(classical.objective)}: after equal polishing its "
        f"supports reached {_plain(qaoa.objective)} ({qaoa.hits} of {qaoa.polished} the best), random ones "
        f"{_plain(random.objective)} ({random.hits} of {random.polished})"
    )


def _gain(classical: AblationRow, other: AblationRow) -> str:
    """By how much of its size a source is below the classical objective, not less than 0."""
    if classical.objective is None or other.objective is None or not lower(other.objective, classical.objective):
        return "0 %"
    return f"{100.0 * (classical.objective - other.objective) / (abs(classical.objective) or 1.0):.3g} %"


def _raw(qaoa: AblationRow, random: AblationRow) -> str:
    if qaoa.raw_mean is None or random.raw_mean is None:
        return "unpolished, one of the sources had no support with weights"
    worse = "lower" if qaoa.raw_mean < random.raw_mean else "not lower"
    return (
        f"unpolished, its mean over all shots is {qaoa.raw_mean:.6g} ({worse} than random's {random.raw_mean:.6g}), "
        f"its best {_plain(qaoa.raw_best)} (random's {_plain(random.raw_best)})"
    )


def _number(value: float | None) -> str:
    return f"{'-' if value is None else f'{value:.8g}':>14}"


def _share(value: float | None) -> str:
    return f"{'-' if value is None else f'{value:.2g}':>9}"


def _plain(value: float | None) -> str:
    return "none" if value is None else f"{value:.8g}"
