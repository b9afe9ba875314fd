"""What can be wrong with an indicator's parameters.

IndicatorSettingError(ValueError)
"""

import math
from difflib import get_close_matches
from operator import index

LONGEST = 1_000_000
"""Rows a window may have."""


class IndicatorSettingError(ValueError):
    """A parameter no indicator could mean; the message (E502) names indicator, parameter, what it got and takes."""


def whole(indicator: str, parameter: str, got: object, least: int = 1) -> int:
    """`got` as a whole number from `least` to `LONGEST`, or `IndicatorSettingError`."""
    try:
        number = None if isinstance(got, bool) else index(got)  # type: ignore[arg-type]  # what is no number is refused there
    except TypeError:
        number = None
    if number is None or not least <= number <= LONGEST:
        raise _refused(indicator, parameter, got, f"a whole number of rows from {least} to {LONGEST}")
    return number


def positive(indicator: str, parameter: str, got: object) -> float:
    """`got` as a finite number above 0, or `IndicatorSettingError`."""
    number = float(got) if isinstance(got, int | float) and not isinstance(got, bool) else math.nan
    if not 0.0 < number < math.inf:
        raise _refused(indicator, parameter, got, "a finite number above 0")
    return number


def one_of(indicator: str, parameter: str, got: object, allowed: tuple[str, ...]) -> str:
    """`got` if it is one of the allowed words, or `IndicatorSettingError`."""
    if isinstance(got, str) and got in allowed:
        return got
    near = get_close_matches(str(got), allowed, 1)
    meant = f" (did you mean {near[0]!r}?)" if near else ""
    raise _refused(indicator, parameter, got, f"one of {', '.join(allowed)}{meant}")


def below(indicator: str, lower: tuple[str, float], upper: tuple[str, float]) -> None:
    """Raise `IndicatorSettingError` unless the first named number is below the second."""
    if not lower[1] < upper[1]:
        raise _refused(indicator, f"{lower[0]}, {upper[0]}", (lower[1], upper[1]), f"{lower[0]} below {upper[0]}")


def _refused(indicator: str, parameter: str, got: object, takes: str) -> IndicatorSettingError:
    return IndicatorSettingError(
        f"E502 {indicator}: {parameter} is {got!r}; it takes {takes}. Change it where the indicator is asked for."
    )
