"""Flat: never trades. The first baseline a result is printed beside: it costs nothing and earns nothing."""

from collections.abc import Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure


class Flat:
    """A strategy that hears nothing and says nothing."""

    role = "strategy"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = ()

    def __init__(self, *, name: str = "flat") -> None:
        """Only a name."""
        self.name = name
        self.settings: dict[str, str] = {}

    def react(self, event: Any, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- the module's protocol
        """Nothing, to anything."""
        return ()

    def freeze(self) -> Any:
        """No state."""
        return []

    def thaw(self, state: Any) -> None:
        """No state."""
