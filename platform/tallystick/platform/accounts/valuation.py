"""What the account is worth at the latest quotes: exact points, one rounding per position."""

from collections.abc import Mapping

from tallystick.events.types.account import AccountOpened
from tallystick.market.conversion import CurrencyError, Prices
from tallystick.market.instrument import Instrument
from tallystick.market.margin import hedged_margin
from tallystick.market.rows import Quote
from tallystick.market.terms import NoRateError, Terms
from tallystick.platform.accounts.ledger import Ledger
from tallystick.platform.accounts.views import AccountView, PositionView


def account_view(
    ledger: Ledger, quotes: Mapping[str, Quote], instruments: Mapping[str, Instrument], time: int
) -> AccountView | None:
    """The account now, None before the terminal has stated it.

    A position without a quote, or in a currency that no quote converts, counts at its open price.
    """
    state = ledger.state
    account = state.account
    if account is None:
        return None
    if not state.positions:
        return _view(ledger, account, state.balance + account.credit, 0, time)
    equity, terms_of = state.balance + account.credit, ledger.terms
    margins: list[tuple[PositionView, int]] = []
    prices = prices_of(quotes, instruments)
    for position in state.positions.values():
        equity += position.swap
        try:
            terms = terms_of[position.symbol]
            units, point_units = ledger.price_sum(position, terms.instrument, terms.money)
            equity += _floating(position, quotes, terms, units, point_units, prices)
            margins.append((position, _margin(ledger, position, terms, units, point_units, prices)))
        except (CurrencyError, NoRateError):
            margins.append((position, ledger.state.margins.get(position.ticket, 0)))
    margin = margins[0][1] if len(margins) == 1 else _margin_of(margins, instruments)
    return _view(ledger, account, equity, margin, time)


def _view(ledger: Ledger, account: AccountOpened, equity: int, margin: int, time: int) -> AccountView:
    """The account with what has been valued."""
    state = ledger.state
    return AccountView(
        account=account.account,
        currency=account.currency,
        digits=account.digits,
        leverage=account.leverage,
        margin_mode=account.margin_mode,
        balance=state.balance,
        equity=equity,
        margin=margin,
        day_start_balance=ledger.day_start_balance(time),
        peak_balance=state.peak_balance,
        restricted=state.restricted,
        halted=state.halted,
    )


def prices_of(quotes: Mapping[str, Quote], instruments: Mapping[str, Instrument]) -> Prices:
    """Bid and ask in points by symbol, as conversion asks for them."""

    def prices(symbol: str) -> tuple[int, int] | None:
        quote = quotes.get(symbol)
        if quote is None:
            return None
        points = instruments[symbol].points
        return points(quote.bid), points(quote.ask)

    return prices


def _floating(
    position: PositionView, quotes: Mapping[str, Quote], terms: Terms, units: int, point_units: int, prices: Prices
) -> int:
    """Floating profit of a position of `units` whose exact sum of points times units is `point_units`."""
    quote = quotes.get(position.symbol)
    if quote is None:
        return 0
    close = terms.instrument.points(quote.bid if position.direction > 0 else quote.ask)
    moved = position.direction * (close * units - point_units)
    return terms.profit_of(moved, prices) if terms.converts else terms.money.profit(moved)


def _margin(ledger: Ledger, position: PositionView, terms: Terms, units: int, point_units: int, prices: Prices) -> int:
    """Margin of a position by itself: as the terminal fixed it, or by its rule."""
    fixed = ledger.state.margins.get(position.ticket) if terms.keeps_margin else None
    return terms.held_margin(position.direction, units, point_units, prices) if fixed is None else fixed


def _margin_of(margins: list[tuple[PositionView, int]], instruments: Mapping[str, Instrument]) -> int:
    """Margin of all positions, as the terminal counts it."""
    sides: dict[str, dict[int, tuple[int, int]]] = {}
    for position, own in margins:
        side = sides.setdefault(position.symbol, {1: (0, 0), -1: (0, 0)})
        volume, margin = side[position.direction]
        side[position.direction] = (volume + position.volume, margin + own)
    return sum(hedged_margin(instruments[symbol], side[1], side[-1]) for symbol, side in sides.items())
