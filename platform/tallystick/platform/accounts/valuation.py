"""What the account is worth at the latest quotes: exact points, one rounding per position."""

from collections.abc import Mapping
from functools import lru_cache

from tallystick.market.instrument import Instrument
from tallystick.market.margin import hedged_margin, position_margin
from tallystick.market.money import PointMoney, point_money
from tallystick.market.rows import Quote
from tallystick.platform.accounts.ledger import Ledger
from tallystick.platform.accounts.views import AccountView, PositionView

cached_money = lru_cache(maxsize=4096)(point_money)


def account_view(
    ledger: Ledger, quotes: Mapping[str, Quote], instruments: Mapping[str, Instrument], time: int
) -> AccountView | None:
    """The account now, None before the terminal has stated it; a position without a quote counts at its open price."""
    state = ledger.state
    account = state.account
    if account is None:
        return None
    digits = account.digits
    equity, margin = state.balance, 0
    for position in state.positions.values():
        instrument = instruments[position.symbol]
        money = cached_money(instrument, digits)
        units, point_units = ledger.price_sum(position, instrument, money)
        equity += position.swap + floating(position, quotes, instrument, money, units, point_units)
        margin = position_margin(instrument, point_units, account.leverage, digits)
    return AccountView(
        account=account.account,
        currency=account.currency,
        digits=digits,
        leverage=account.leverage,
        margin_mode=account.margin_mode,
        balance=state.balance,
        equity=equity,
        margin=margin if len(state.positions) <= 1 else margin_of(ledger, instruments),
        day_start_balance=ledger.day_start_balance(time),
        peak_balance=state.peak_balance,
        restricted=state.restricted,
        halted=state.halted,
    )


def floating(
    position: PositionView,
    quotes: Mapping[str, Quote],
    instrument: Instrument,
    money: PointMoney,
    units: int,
    point_units: int,
) -> int:
    """Floating profit of a position of `units` whose exact sum of points times units is `point_units`."""
    quote = quotes.get(position.symbol)
    if quote is None:
        return 0
    close = instrument.points(quote.bid if position.direction > 0 else quote.ask)
    return money.profit(position.direction * (close * units - point_units))


def margin_of(ledger: Ledger, instruments: Mapping[str, Instrument]) -> int:
    """Margin of all positions, as the terminal counts it."""
    account = ledger.state.account
    if account is None:
        return 0
    sides: dict[str, dict[int, tuple[int, int]]] = {}
    for position in ledger.state.positions.values():
        instrument = instruments[position.symbol]
        money = cached_money(instrument, account.digits)
        _, point_units = ledger.price_sum(position, instrument, money)
        own = position_margin(instrument, point_units, account.leverage, account.digits)
        side = sides.setdefault(position.symbol, {1: (0, 0), -1: (0, 0)})
        volume, margin = side[position.direction]
        side[position.direction] = (volume + position.volume, margin + own)
    return sum(hedged_margin(instruments[symbol], side[1], side[-1]) for symbol, side in sides.items())
