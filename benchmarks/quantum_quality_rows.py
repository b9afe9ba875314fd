"""The rows of the quality table: what the reference table says, and what a search found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """Choose k of the first n assets of an index; the table's ratio and chance of the optimum by number of layers."""

    index: str
    n: int
    k: int
    table: dict[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Row:
    """One depth and objective: the table's number, the one found, and how."""

    index: str
    n: int
    k: int
    layers: int
    objective: str
    """expectation (the approximation ratio is told) or optimum (its probability)."""
    wanted: float
    found: float
    start: str
    """The start that led to it."""
    tried: int
    """How many starts were followed."""
    evaluations: int
    """Gradients of the named starts; shifted ones are not counted."""
    cpu_s: float
    uniform: float = 0.0
    """The chance of the optimum without a circuit."""

    @property
    def name(self) -> str:
        """Index, size, depth and objective."""
        what = "approximation ratio" if self.objective == "expectation" else "P(optimum)"
        return f"{self.index} {self.n},{self.k} p={self.layers}: {what}"

    def reached(self, margin: float) -> bool:
        """Whether the table's number is: a ratio less `margin`, a probability itself."""
        return self.found >= self.wanted - (margin if self.objective == "expectation" else 0.0)


ROWS = (
    Case("Hang Seng", 12, 6, {1: (0.773, 0.034), 5: (0.886, 0.288), 10: (0.915, 0.491), 20: (0.925, 0.543)}),
    Case("DAX", 12, 6, {1: (0.749, 0.013), 5: (0.847, 0.049), 10: (0.900, 0.0021), 20: (0.923, 0.073)}),
    Case("Hang Seng", 16, 8, {1: (0.763, 0.0081), 5: (0.877, 0.135), 10: (0.896, 0.246), 20: (0.909, 0.281)}),
    Case("Hang Seng", 20, 5, {1: (0.684, 0.0029), 5: (0.817, 0.0072), 10: (0.866, 0.0069)}),
    Case("DAX", 20, 5, {1: (0.617, 0.0015), 5: (0.778, 0.022), 10: (0.859, 0.087)}),
    Case("Hang Seng", 20, 10, {1: (0.751, 4.4e-4), 5: (0.869, 0.032), 10: (0.894, 0.118)}),
    Case("DAX", 20, 10, {1: (0.696, 1.2e-4), 5: (0.811, 2.6e-4), 10: (0.863, 0.0083)}),
)
"""The project's reference table; its angles came from six ramps each, and its chances from the expectation's angles."""
