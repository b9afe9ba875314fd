"""What another run may find otherwise: named once on stderr, and told to the parent, who records it."""

import sys
from collections.abc import Callable
from contextlib import suppress

MOST_OF_ONE_NAME = 20
"""So many hosts of one kind are named; the rest say nothing new."""


class Warnings:
    """Warns of each thing once."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        """`tell(name, detail)` takes it to the parent."""
        self._tell = tell
        self._said: dict[str, set[str]] = {}

    def warn(self, name: str, detail: str) -> None:
        """`name` ("socket.connect") is not deterministic; `detail` says what it did."""
        said = self._said.setdefault(name, set())
        if detail in said or len(said) >= MOST_OF_ONE_NAME:
            return
        said.add(detail)
        with suppress(OSError, ValueError):  # stderr may be closed
            print(  # noqa: T201 -- the bot's own stderr is where its trader looks
                f"warning[W590] {name} {detail}: not deterministic, another run may find otherwise.", file=sys.stderr
            )
        self._tell(name, detail)
