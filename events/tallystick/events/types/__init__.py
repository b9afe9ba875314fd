"""The built-in catalogue: every event type that Tallystick itself knows."""

from collections.abc import Callable, Mapping
from typing import Any

from tallystick.events.event import Event
from tallystick.events.types import log, market, research, running, trading

LOG_EVENTS: tuple[type[Event], ...] = (
    log.TypeDeclared,
    log.SourceDeclared,
    log.EpochOpened,
    log.BodiesPruned,
    log.TailCut,
    log.Checkpointed,
    log.Succeeded,
)
"""Known to every reader without a declaration: their ids are their places here, from 1."""

EVENTS: tuple[type[Event], ...] = LOG_EVENTS + tuple(
    each
    for module in (market, trading, running, research)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Event) and each is not Event
)


def _sending_with_server_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """order.sending 1 knew no stop-limit orders, no time types but these two, and no close-by."""
    return fields | {"stop_limit": 0.0, "time_type": SPECIFIED if fields["expires"] else GTC, "opposite": 0}


GTC, SPECIFIED = 0, 2
UPCASTERS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("order.sending", 1): _sending_with_server_fields,
}
"""From version v of a type to v + 1, by name and v: how logs of earlier releases are read."""

__all__ = ["EVENTS", "LOG_EVENTS", "UPCASTERS"]
