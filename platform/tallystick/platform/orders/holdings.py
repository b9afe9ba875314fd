"""Whose positions are: on a hedging account each is one strategy's, on a netting account all hold shares of one."""

from collections.abc import Mapping
from typing import Any

from tallystick.events.types.trading import DealMade
from tallystick.platform.accounts.views import PositionView
from tallystick.platform.orders.flight import Key

Positions = Mapping[int, PositionView]


class Holdings:
    """Owners of positions by ticket, and what each strategy's own deals in a symbol came to, in signed 1e-8 lots."""

    def __init__(self) -> None:
        """Nobody holds anything."""
        self.netting = False
        self.shares: dict[Key, int] = {}
        self._owners: dict[int, Key] = {}

    def dealt(self, deal: DealMade, key: Key, positions: Positions) -> None:
        """A deal of an order of `key`, after which these positions are open."""
        shares = self.shares
        shares[key] = shares.get(key, 0) + (deal.volume if deal.type == "buy" else -deal.volume)
        if deal.position in positions:
            self._owners.setdefault(deal.position, key)
        else:
            self._owners.pop(deal.position, None)

    def concerns(self, deal: DealMade, key: Key) -> bool:
        """Whether a deal of nobody's order ended something that `key` holds."""
        return key[1] == deal.symbol if self.netting else key == self._owners.get(deal.position)

    def ended(self, deal: DealMade) -> None:
        """The position of a deal is gone."""
        self._owners.pop(deal.position, None)
        if self.netting:
            self.shares = {key: share for key, share in self.shares.items() if key[1] != deal.symbol}

    def held(self, key: Key, positions: Positions) -> list[PositionView]:
        """The strategy's positions of the symbol; on a netting account the symbol's one position."""
        symbol = key[1]
        if self.netting:
            return [one for one in positions.values() if one.symbol == symbol]
        owner = self._owners.get
        return [
            one
            for one in positions.values()
            if one.symbol == symbol and owner(one.ticket, (one.strategy, symbol)) == key
        ]

    def freeze(self) -> dict[str, Any]:
        """Owners and shares."""
        return {
            "netting": self.netting,
            "owners": [[position, *key] for position, key in self._owners.items()],
            "shares": [[*key, share] for key, share in self.shares.items()],
        }

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.netting = state["netting"]
        self._owners = {row[0]: (row[1], row[2]) for row in state["owners"]}
        self.shares = {(row[0], row[1]): row[2] for row in state["shares"]}
