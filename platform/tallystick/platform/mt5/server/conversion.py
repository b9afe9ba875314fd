"""Money through the book's pairs at the server: pairs that must have prices, and what positions keep of their rates."""

from collections.abc import Iterable, Mapping, Sequence

from tallystick.events.event import Event
from tallystick.events.types.account import PositionMarginFixed
from tallystick.events.types.trading import DealMade
from tallystick.market.conversion import CurrencyError
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5.server.worth import BY_RULE, Worth


def require_prices(instruments: Mapping[str, Instrument], worth: Worth, moving: Iterable[str]) -> None:
    """Raise `CurrencyError` where a pair that converts an instrument's money has no series to move by."""
    known = set(moving)
    for symbol in instruments:
        for pair in worth.terms[symbol].pairs:
            if pair not in known and symbol in known:
                what = f"{symbol} is converted by {pair}, which no series moves"
                raise CurrencyError(f"E118 {what}. Add the data of {pair}, or state profit_rate and margin_rate.")


def with_margins(told: Sequence[tuple[int, Event]], worth: Worth) -> list[tuple[int, Event]]:
    """What was told, and before a position's last deal of it the margin that the position keeps from then on."""
    last = {fact.position: place for place, (_, fact) in enumerate(told) if type(fact) is DealMade}
    fixed: dict[int, tuple[int, Event]] = {}
    for ticket, place in last.items():
        position = worth.state.positions.get(ticket)
        if position is not None and position.margin != BY_RULE:
            row, deal = told[place]
            assert type(deal) is DealMade
            margin = PositionMarginFixed(
                position=ticket, symbol=position.symbol, margin=position.margin, moment=deal.moment
            )
            fixed[place] = row, margin
    if not fixed:
        return list(told)
    return [one for place, each in enumerate(told) for one in ([fixed[place]] if place in fixed else []) + [each]]
