"""What a plan's values are held to, and how a value that does not fit is said."""

import re
from typing import NoReturn

MOST_SHOWN = 80
"""Characters of a wrong value that a message repeats."""


class PlanError(ValueError):
    """E121: a plan that cannot run; the message names the field, what it got and what it takes."""


def need(holds: bool, field: str, got: object, takes: str) -> None:  # noqa: FBT001 -- a condition
    """Raise `PlanError` unless the condition holds."""
    if not holds:
        refuse(field, got, takes)


def refuse(field: str, got: object, takes: str) -> NoReturn:
    """Raise `PlanError`."""
    message = f"E121 the plan's {field}: got {_shown(got)} / expected {takes}. Correct it in the plan."
    raise PlanError(message)


def number(field: str, got: object, least: int, most: int) -> None:
    """A whole number within bounds; a boolean, a float or text is none."""
    need(type(got) is int and least <= got <= most, field, got, f"a whole number from {least} to {most}")


def ratio(field: str, got: object, least: float, most: float) -> None:
    """A finite number within bounds, whole or not."""
    # Bounds refuse what is not finite too, and compare exactly where a large integer has no float.
    fits = type(got) in {int, float} and least <= got <= most  # type: ignore[operator]  # a number, by then
    need(fits, field, got, f"a number from {least:g} to {most:g}")


def word(field: str, got: object, form: re.Pattern[str], takes: str) -> None:
    """Text of a form."""
    need(type(got) is str and form.fullmatch(got) is not None, field, got, takes)


def _shown(got: object) -> str:
    try:
        text = ascii(got)
    except ValueError:  # an integer with more digits than Python writes
        text = "a number of very many digits"
    # A full stop and a capital would end the sentence before the fix.
    text = text.replace(". ", ".")
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
