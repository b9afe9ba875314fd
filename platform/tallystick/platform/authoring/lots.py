"""Lots as a strategy writes them: text, Decimal or whole numbers, signed, to whole 1e-8 lots; never a float."""

from decimal import Decimal, InvalidOperation

from tallystick.market.instrument import LOT
from tallystick.platform.authoring.errors import ActionRefused, users_place

Lots = str | Decimal | int
KINDS = frozenset({str, Decimal, int})
KNOWN: dict[Lots, int] = {}
"""Volumes already read: a strategy says the same few lots over and over."""
MOST_KNOWN = 4096


def lots(written: Lots) -> int:
    """The volume of signed lots in 1e-8 lots: "0.10" is 10,000,000.

    Raises `ActionRefused` (E112) for a float, for what is no number and for what is finer than 1e-8.
    """
    volume = KNOWN.get(written) if type(written) in KINDS else None
    if volume is not None:
        return volume
    volume = _read(written)
    if len(KNOWN) >= MOST_KNOWN:
        KNOWN.clear()
    KNOWN[written] = volume
    return volume


def size(written: Lots) -> int:
    """The same for an order: a size is positive. Raises `ActionRefused` (E112)."""
    volume = lots(written)
    if volume <= 0:
        message = (
            f'E112 lots "{written}"{users_place()}: size is positive, direction is the signal\'s sign (or buy, sell).'
            ' Write it like "0.10".'
        )
        raise ActionRefused(message)
    return volume


def _read(written: object) -> int:
    where = users_place()
    if isinstance(written, float):
        message = f'E112 lots {written!r}{where}: a float is not exact. Write it in quotes: "{written!r}".'
        raise ActionRefused(message)
    if isinstance(written, bool) or not isinstance(written, str | Decimal | int):
        message = f'E112 lots {written!r}{where} is {type(written).__name__}, not lots. Write it like "0.10".'
        raise ActionRefused(message)
    try:
        exact = Decimal(written) * LOT
    except InvalidOperation:
        message = f'E112 lots "{written}"{where} is not a number. Write it like "0.10".'
        raise ActionRefused(message) from None
    if not exact.is_finite() or abs(exact) > 10**17:
        message = f'E112 lots "{written}"{where} is no size an account could hold. Write it like "0.10".'
        raise ActionRefused(message)
    if exact != int(exact):
        message = f'E112 lots "{written}"{where} is finer than 0.00000001. Round it.'
        raise ActionRefused(message)
    return int(exact)
