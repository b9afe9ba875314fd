"""The built-in catalogue: every event type that Tallystick itself knows."""

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

__all__ = ["EVENTS", "LOG_EVENTS"]
