"""How a book begins at a real terminal: what account and instruments have to be, and the facts it opens with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tallystick.events.event import Event
from tallystick.events.types.account import AccountOpened
from tallystick.events.types.market import InstrumentDeclared, ServerTimeRuled
from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.mt5.balance import balance_deal
from tallystick.platform.mt5.bridge.errors import WrongTerminalError
from tallystick.platform.mt5.bridge.requests import volume_of
from tallystick.platform.mt5.bridge.seen import AccountSeen, SymbolSeen
from tallystick.platform.mt5.definitions.modes import MARGIN_MODES

PERCENT = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What account and instruments have to be. `name` is the account's in the book, `rule` its server's clock."""

    name: str
    currency: str
    digits: int
    margin_mode: Literal["netting", "hedging"]
    rule: str
    instruments: Mapping[str, Instrument]
    symbols: Sequence[str]
    """Symbols to trade on, in the order of the series."""


def opening_of(account: AccountSeen, terms: Terms, newest_deal: int, time: int) -> Sequence[Event]:
    """Account, server time rule, instruments, and what the account held as the book began, at book time `time`."""
    units = 10**terms.digits
    balance = round(account.balance * units)
    opened = AccountOpened(
        account=terms.name,
        currency=account.currency,
        digits=terms.digits,
        balance=balance,
        leverage=account.leverage,
        margin_mode=terms.margin_mode,
        stop_out_call=round(account.margin_so_call * 100),
        stop_out_level=round(account.margin_so_so * 100),
        latency=0,
        credit=round(account.credit * units),
        limit_orders=account.limit_orders,
        limit_positions=0,  # the package shows neither this, nor a limit of messages, nor a ban on hedging
        message_limit=0,
        fifo_close=account.fifo_close,
        hedge_prohibited=False,
        trade_allowed=account.trade_allowed,
        trade_expert=account.trade_expert,
    )
    declared = [InstrumentDeclared(**one.fields()) for one in terms.instruments.values()]
    # Under the ticket of the newest deal the account then had: what it held when the book began.
    begun = balance_deal(newest_deal, balance, time, "as the book began")
    return [opened, ServerTimeRuled(rule=terms.rule), *declared, begun]


def require_account(account: AccountSeen, terms: Terms) -> None:
    """Currency and margin mode have to be the plan's. Raises `WrongTerminalError`."""
    found = (account.currency, account.currency_digits, MARGIN_MODES.get(account.margin_mode, "unknown"))
    wanted = (terms.currency, terms.digits, terms.margin_mode)
    if found != wanted:
        message = f"the account is in {found[0]} with {found[1]} digits and {found[2]}, the plan's in {wanted[0]}"
        message += f" with {wanted[1]} digits and {wanted[2]}"
        raise WrongTerminalError(message, "write the account of the plan as the terminal shows it")
    if account.margin_so_mode != PERCENT:
        message = "the account's stop-out level is an amount of money, which is not known here"
        raise WrongTerminalError(message, "use an account with levels in percent")


def require_instrument(instrument: Instrument, found: SymbolSeen) -> None:
    """Digits, contract and volumes decide what an order means; they have to be the terminal's."""
    theirs = (
        found.digits,
        found.trade_contract_size,
        *(volume_of(volume) for volume in (found.volume_min, found.volume_max, found.volume_step)),
        found.currency_profit,
    )
    ours = (
        instrument.digits,
        instrument.contract_size,
        instrument.volume_min,
        instrument.volume_max,
        instrument.volume_step,
        instrument.currency_profit,
    )
    names = ("digits", "contract_size", "volume_min", "volume_max", "volume_step", "currency_profit")
    differing = [
        f"{name} {_lots(name, theirs_)} at the terminal, {_lots(name, ours_)} in the plan"
        for name, theirs_, ours_ in zip(names, theirs, ours, strict=True)
        if theirs_ != ours_
    ]
    if differing:
        message = f"{instrument.symbol} is another instrument: {', '.join(differing)}"
        raise WrongTerminalError(message, "write the instrument of the plan as the terminal shows it")


def _lots(name: str, value: object) -> str:
    return f"{value / LOT:g} lots" if name.startswith("volume") and isinstance(value, int) else str(value)
