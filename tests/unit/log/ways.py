"""The two ways through hashes: compiled loops and Python. Whoever asks for one gets it whatever came before."""

from collections.abc import Iterator
from contextlib import contextmanager

from tallystick.events import compiled


@contextmanager
def way(*, loops: bool) -> Iterator[None]:
    """Hash in compiled loops within, or in Python; then as before."""
    before = compiled.at_hand(), compiled.walking()
    take(loops, loops)
    try:
        yield
    finally:
        take(*(each is not None for each in before))


def take(sealing: bool, walking: bool) -> None:
    """Go this way from here, as a writer and as a verifier."""
    compiled.refuse()
    if sealing:
        assert compiled.load() is not None, "OpenSSL's SHA-256 was not found in this process"
    if walking:
        assert compiled.load_walking() is not None, "OpenSSL's SHA-256 was not found in this process"
