"""Reading a script for its strategies alone, as the workers of a search do: up to where it would run something itself.

A script that defines a strategy and then searches it is read again in each worker. Without this it would search there
too, and again in the workers of that search.
"""

_STRATEGIES_ALONE: list[bool] = []


class EnoughRead(BaseException):
    """The file has come to where it runs a strategy; what it defines until there is known."""


def only_for_strategies() -> None:
    """From now on this process runs nothing that a file runs when it is read."""
    _STRATEGIES_ALONE.append(True)


def about_to_run() -> None:
    """Said by whatever a script may call to run a strategy. Raises `EnoughRead` in a worker."""
    if _STRATEGIES_ALONE:
        raise EnoughRead
