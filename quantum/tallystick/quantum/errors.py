"""What can be wrong with a request to the module; each error says what to do.

QuantumError
    ProblemError         a portfolio problem that cannot be: NaN, asymmetric, indefinite, infeasible, k > n
        NoLots           one that whole lots cannot meet
    TooBigError          a state, or tables, beyond the memory that may be taken
    SettingError         a setting that the simulator does not know
    Missing              a package that this part needs is not installed
"""

from enum import Enum


class QuantumError(Exception):
    """Base of what this package raises."""


class ProblemError(QuantumError, ValueError):
    """The problem cannot be solved as it is stated; the message names the part and the remedy."""


class Obstacle(Enum):
    """What whole lots cannot meet."""

    SMALL = "the smallest position is more than the budget"
    BOUND = "the smallest position is more than its bound"
    LARGE = "the greatest volumes are less than the budget"
    MARGIN = "the margin is not enough"
    COUNT = "as many symbols as must be held do not fit"
    OTHER = "the conditions together"


class NoLots(ProblemError):
    """No lots meet the problem; the message names the remedy in the library's words.

    `what` is the message without it, `holding` how many symbols the best lots hold where too few of them fit, else 0.
    """

    def __init__(self, what: str, remedy: str, obstacle: Obstacle, *, holding: int = 0) -> None:
        """The message is `what` and `remedy`, a sentence each."""
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.obstacle = obstacle
        self.holding = holding


class TooBigError(QuantumError, MemoryError):
    """The state would need more memory than may be taken; nothing was allocated."""


class SettingError(QuantumError, ValueError):
    """A setting is unknown or outside of its range."""


class Missing(QuantumError, ImportError):
    """A package that this part needs is not installed; the message names the command."""
