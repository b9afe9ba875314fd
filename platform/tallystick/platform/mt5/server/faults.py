"""Refusals that no state of the server brings about: put there by tests, part of its state (`docs/fills.md`, 18)."""

import msgspec

from tallystick.events.types.trading import OrderSending


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A return code for the next request, or for that with an order number, or for the next one for a symbol."""

    retcode: int
    order: int = -1
    symbol: str = ""

    def meets(self, sending: OrderSending) -> bool:
        """Whether this request gets it."""
        return self.order in {-1, sending.order} and self.symbol in {"", sending.symbol}


def taken(faults: list[Fault], sending: OrderSending) -> int:
    """Take the first fault that meets a request out of the list: its code, or 0."""
    for place, fault in enumerate(faults):
        if fault.meets(sending):
            del faults[place]
            return fault.retcode
    return 0
