"""Memory is looked at before it is taken."""

import os
from pathlib import Path

from tallystick.quantum.errors import TooBigError

GIB = 2**30
UNKNOWN = 2 * GIB
"""What may be taken where the system does not say how much there is."""


def available() -> int:
    """Bytes that may be taken now: what the system has left, and what its control group allows."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        left = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        left = _physical()
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii"))
        return left if limit == "max" else min(left, int(limit) - used)
    except (OSError, ValueError):
        return left


def require_memory(needed: int, what: str) -> None:
    """Raise `TooBigError` when `needed` bytes are more than may be taken; nothing has been allocated then."""
    there = available()
    if needed > there:
        message = (
            f"{what} would take {needed / GIB:.1f} GiB, {there / GIB:.1f} GiB are left; choose fewer assets, a smaller "
            "number to choose, or precision float32"
        )
        raise TooBigError(message)


def _physical() -> int:
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" in names and "SC_PAGE_SIZE" in names:
        return int(os.sysconf("SC_PHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))
    return UNKNOWN
