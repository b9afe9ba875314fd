"""Time zones by their names in the IANA database."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PART = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9_+-]+", re.IGNORECASE | re.ASCII)
"""Of a name between slashes; not what Windows keeps for devices, which it would open and wait for."""


def named_zone(name: str) -> ZoneInfo:
    """The zone of this name, such as America/New_York. Raises `ZoneInfoNotFoundError` for what is none."""
    if not all(map(_PART.fullmatch, name.split("/"))):
        raise ZoneInfoNotFoundError(name)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError) as error:  # a folder of the database, or a name too long for a file
        raise ZoneInfoNotFoundError(name) from error
