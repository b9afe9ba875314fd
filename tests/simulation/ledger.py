"""An account as its facts alone tell it: what every program of orders must keep, whatever its conditions."""

from tallystick.events.event import Event
from tallystick.events.types.account import SwapCharged
from tallystick.events.types.trading import DealMade, OrderAnswered

PLACED = 10008


class Ledger:
    """A fold of facts; `take` raises AssertionError at a fact that cannot follow those before."""

    def __init__(self, balance: int) -> None:
        """Begins with the opening balance, which is deal 1."""
        self.balance = balance
        self.deals = 1
        self.volumes: dict[int, int] = {}
        """By position number, negative when short."""
        self.swaps: dict[int, int] = {}
        self.orders: dict[int, int] = {}
        """By order ticket the book's number; -1 for what the terminal did by itself."""

    def take(self, fact: Event) -> None:
        """The next fact."""
        if isinstance(fact, SwapCharged):
            assert fact.position in self.volumes, f"swap for a position that is not there: {fact}"
            self.swaps[fact.position] = self.swaps.get(fact.position, 0) + fact.amount
        elif isinstance(fact, OrderAnswered) and fact.retcode == PLACED:
            self._own(fact.ticket, fact.order)
        elif isinstance(fact, DealMade):
            self._deal(fact)

    def _deal(self, deal: DealMade) -> None:
        self.deals += 1
        self.balance += deal.profit + deal.swap + deal.commission
        assert deal.deal == self.deals, f"deal tickets have a gap: {deal}"
        assert deal.balance == self.balance, f"the balance is not the sum of the deals: {deal}"
        assert deal.order >= 0 or deal.ticket not in self.orders, f"an order ticket was used before: {deal}"
        self._own(deal.ticket, deal.order)
        before = self.volumes.get(deal.position, 0)
        after = before + (deal.volume if deal.type == "buy" else -deal.volume)
        assert _fits(deal.entry, before, after), f"{deal.entry} from {before} to {after}: {deal}"
        self.volumes[deal.position] = after
        self.swaps[deal.position] = self.swaps.get(deal.position, 0) - deal.swap
        if deal.entry == "inout" or not after:
            assert self.swaps.pop(deal.position) == 0, f"swap was lost with the position: {deal}"
        if not after:
            del self.volumes[deal.position]

    def _own(self, ticket: int, order: int) -> None:
        assert ticket > 0
        assert self.orders.setdefault(ticket, order) == order, f"ticket {ticket} is that of {self.orders[ticket]}"


def _fits(entry: str, before: int, after: int) -> bool:
    if entry == "in":
        return before * after >= 0 and abs(after) > abs(before)
    if entry == "inout":
        return before * after < 0
    return before * after >= 0 and abs(after) < abs(before)
