"""The accounting oracle: the simulated terminal a second time, from docs/fills.md alone; slow, exact, easy to read."""

from tests.simulation.oracle.oracle import Oracle
from tests.simulation.oracle.path import Bar, QuoteRow

__all__ = ["Bar", "Oracle", "QuoteRow"]
