"""The two ways through hashes: compiled loops and Python. Whoever asks for one gets it whatever came before."""

from collections.abc import Iterator
from contextlib import contextmanager

from tallystick.events import compiled


@contextmanager
def way(*, loops: bool) -> Iterator[None]:
    """Hash in compiled loops within, or in Python; then as before."""
    before = compiled.at_hand()
    take(loops)
    try:
        yield
    finally:
        take(before is not None)


def take(loops: bool) -> None:
    """Go this way from here."""
    if loops:
        assert compiled.load() is not None, "OpenSSL's SHA-256 was not found in this process"
    else:
        compiled.refuse()
