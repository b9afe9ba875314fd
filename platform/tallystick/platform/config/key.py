"""What a key of the file is: its kind and its meaning."""

from typing import NamedTuple

from msgspec import Struct

from tallystick.platform.config.units import Each, Kind, Text, Whole

POINTS = Whole(0, 10**8)
NAMES = Each(Text("a name", r"[\x21-\x7e]{1,64}"))
SYMBOL = Text("1 to 32 ASCII characters without spaces", r"[!-~]{1,32}")
CURRENCY = Text("a currency such as USD", r"[A-Za-z0-9]{1,16}")


class Key(NamedTuple):
    """What a key takes and means; `needed` ones have no default."""

    kind: Kind
    means: str
    needed: bool = False


class Table(Struct, frozen=True, kw_only=True):
    """Any table."""
