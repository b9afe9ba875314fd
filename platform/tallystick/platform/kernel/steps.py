"""Steps: what must happen next at the present book time. A run takes them; a replay takes the same and compares."""

import msgspec

from tallystick.events.event import Event
from tallystick.market.rows import Rows
from tallystick.platform.kernel.intake import Act


class FactStep(msgspec.Struct, frozen=True, gc=False):
    """The terminal has said something."""

    event: Event
    cause: int
    cause_row: int


class SettledStep(msgspec.Struct, frozen=True):
    """The terminal is done with a moment; modules may answer its rows, which stand in a block from row `first` on."""

    rows: Rows
    first: int
    act: Act
    block: int


class SendStep(msgspec.Struct, frozen=True, gc=False):
    """An approved order may leave."""

    approval: int
    order: int


Step = FactStep | SettledStep | SendStep
