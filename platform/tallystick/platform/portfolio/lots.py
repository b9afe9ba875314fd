"""Lots as a person writes them and the volumes an instrument trades.

LotsNotTradable(ValueError)
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

from tallystick.market.instrument import LOT, Instrument


class LotsNotTradable(ValueError):
    """Lots that no order could carry; the message names what can be traded."""


@lru_cache(maxsize=1024)
def volume_of(lots: str | Decimal) -> int:
    """Lots in 1e-8 lots, exactly. Raises `LotsNotTradable` for what is no positive number or finer than 1e-8."""
    try:
        exact = Decimal(lots) * LOT
    except InvalidOperation as error:
        message = f'E112 lots "{lots}" is not a number. Write it like "0.10".'
        raise LotsNotTradable(message) from error
    if not exact.is_finite() or exact <= 0:
        message = f'E112 lots "{lots}": size is positive, direction is the signal\'s sign. Write it like "0.10".'
        raise LotsNotTradable(message)
    if exact != int(exact):
        message = f'E112 lots "{lots}" is finer than 0.00000001. Round it.'
        raise LotsNotTradable(message)
    return int(exact)


def in_lots(volume: int) -> str:
    """A volume in lots without trailing zeros: 0.01, 100."""
    return format((Decimal(volume) / LOT).normalize(), "f")


def rounded_down(volume: int, instrument: Instrument) -> int:
    """The largest tradable volume not above `volume`; 0 when even the smallest is more."""
    least, most, step = instrument.volume_min, instrument.volume_max, instrument.volume_step
    if volume < least:
        return 0
    return least + ((volume if volume < most else most) - least) // step * step


def tradable(volume: int, instrument: Instrument) -> bool:
    """True when an order may carry exactly this volume."""
    return volume > 0 and rounded_down(volume, instrument) == volume


def nearest(volume: int, instrument: Instrument) -> tuple[int, ...]:
    """The tradable volumes on either side of one that is not."""
    below = rounded_down(volume, instrument)
    if below == 0:
        return (instrument.volume_min,)
    above = below + instrument.volume_step
    return (below, above) if above <= instrument.volume_max else (below,)


def why_not_tradable(volume: int, instrument: Instrument) -> str:
    """Why a volume cannot be traded and which ones near it can."""
    near = ", ".join(in_lots(one) for one in nearest(volume, instrument))
    return (
        f"E113 lots {in_lots(volume)}: {instrument.symbol} trades"
        f" {in_lots(instrument.volume_min)}..{in_lots(instrument.volume_max)} in steps of"
        f" {in_lots(instrument.volume_step)} (MT5 would answer 10014 INVALID_VOLUME). Nearest: {near}"
    )


def check_lots(lots: str | Decimal, instrument: Instrument) -> int:
    """The volume of lots that the instrument trades; raises `LotsNotTradable` with the nearest ones otherwise."""
    volume = volume_of(lots)
    if not tradable(volume, instrument):
        raise LotsNotTradable(why_not_tradable(volume, instrument))
    return volume
