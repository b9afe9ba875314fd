"""What can be wrong with a request to the module; each error says what to do.

QuantumError
    ProblemError         a portfolio problem that cannot be: NaN, asymmetric, indefinite, infeasible, k > n
    TooBigError          a state, or tables, beyond the memory that may be taken
    SettingError         a setting that the simulator does not know
    Missing              a package that this part needs is not installed
"""


class QuantumError(Exception):
    """Base of what this package raises."""


class ProblemError(QuantumError, ValueError):
    """The problem cannot be solved as it is stated; the message names the part and the remedy."""


class TooBigError(QuantumError, MemoryError):
    """The state would need more memory than may be taken; nothing was allocated."""


class SettingError(QuantumError, ValueError):
    """A setting is unknown or outside of its range."""


class Missing(QuantumError, ImportError):
    """A package that this part needs is not installed; the message names the command."""
