"""What the server says of an account at the start of a run: its terms, and on a new account the balance deal."""

from collections.abc import Iterable

from tallystick.events.event import Event
from tallystick.events.types.account import AccountOpened
from tallystick.events.types.market import InstrumentDeclared, ServerTimeRuled
from tallystick.market.instrument import Instrument
from tallystick.platform.mt5.balance import balance_deal
from tallystick.platform.mt5.server.account import AccountSettings, AccountState


def opening_facts(
    settings: AccountSettings, state: AccountState, latency_ns: int, rule: str, instruments: Iterable[Instrument]
) -> list[Event]:
    """Account, server-time rule, instruments, and on a new account the balance deal."""
    facts: list[Event] = [
        AccountOpened(
            account=settings.name,
            currency=settings.currency,
            digits=settings.digits,
            balance=state.balance,
            leverage=settings.leverage,
            margin_mode=settings.margin_mode,
            stop_out_call=settings.stop_out_call,
            stop_out_level=settings.stop_out_level,
            latency=latency_ns,
            credit=settings.credit,
            limit_orders=settings.limit_orders,
            limit_positions=settings.limit_positions,
            message_limit=settings.message_limit,
            fifo_close=settings.fifo_close,
            hedge_prohibited=settings.hedge_prohibited,
            trade_allowed=settings.trade_allowed,
            trade_expert=settings.trade_expert,
        ),
        ServerTimeRuled(rule=rule),
    ]
    facts += [InstrumentDeclared(**instrument.fields()) for instrument in instruments]
    if not state.opened:
        state.opened = True
        facts.append(balance_deal(1, state.balance))
    return facts
