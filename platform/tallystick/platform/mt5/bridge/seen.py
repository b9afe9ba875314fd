"""What the terminal shows, as values of ours: the fields we use of the package's struct sequences.

`FIELDS` holds the names of every field in order, as the package 5.0.6231 has them; a row of another length is refused,
because its values would stand under wrong names.
"""

from typing import Any, TypeVar

import msgspec

from tallystick.platform.mt5.bridge.errors import BridgeProtocolError

FIELDS: dict[str, tuple[str, ...]] = {
    name: tuple(fields.split())
    for name, fields in {
        "Tick": "time bid ask last volume time_msc flags volume_real",
        "OrderSendResult": ("retcode deal order volume price bid ask comment request_id retcode_external request"),
        "TradePosition": (
            "ticket time time_msc time_update time_update_msc type magic identifier reason volume price_open sl tp"
            " price_current swap profit symbol comment external_id"
        ),
        "TradeOrder": (
            "ticket time_setup time_setup_msc time_done time_done_msc time_expiration type type_time type_filling state"
            " magic position_id position_by_id reason volume_initial volume_current price_open sl tp price_current"
            " price_stoplimit symbol comment external_id"
        ),
        "TradeDeal": (
            "ticket order time time_msc type entry magic position_id reason volume price commission swap profit fee"
            " symbol comment external_id"
        ),
        "AccountInfo": (
            "login trade_mode leverage limit_orders margin_so_mode trade_allowed trade_expert margin_mode"
            " currency_digits fifo_close balance credit profit equity margin margin_free margin_level margin_so_call"
            " margin_so_so margin_initial margin_maintenance assets liabilities commission_blocked name server currency"
            " company"
        ),
        "TerminalInfo": (
            "community_account community_connection connected dlls_allowed trade_allowed tradeapi_disabled"
            " email_enabled ftp_enabled notifications_enabled mqid build maxbars codepage ping_last community_balance"
            " retransmission company name language path data_path commondata_path"
        ),
        "SymbolInfo": (
            "custom chart_mode select visible session_deals session_buy_orders session_sell_orders volume volumehigh"
            " volumelow time digits spread spread_float ticks_bookdepth trade_calc_mode trade_mode start_time"
            " expiration_time trade_stops_level trade_freeze_level trade_exemode swap_mode swap_rollover3days"
            " margin_hedged_use_leg expiration_mode filling_mode order_mode order_gtc_mode option_mode option_right bid"
            " bidhigh bidlow ask askhigh asklow last lasthigh lastlow volume_real volumehigh_real volumelow_real"
            " option_strike point trade_tick_value trade_tick_value_profit trade_tick_value_loss trade_tick_size"
            " trade_contract_size trade_accrued_interest trade_face_value trade_liquidity_rate volume_min volume_max"
            " volume_step volume_limit swap_long swap_short margin_initial margin_maintenance session_volume"
            " session_turnover session_interest session_buy_orders_volume session_sell_orders_volume session_open"
            " session_close session_aw session_price_settlement session_price_limit_min session_price_limit_max"
            " margin_hedged price_change price_volatility price_theoretical price_greeks_delta price_greeks_theta"
            " price_greeks_gamma price_greeks_vega price_greeks_rho price_greeks_omega price_sensitivity basis category"
            " currency_base currency_profit currency_margin bank description exchange formula isin name page path"
        ),
    }.items()
}


class PositionSeen(msgspec.Struct, frozen=True):
    """An open position. Volumes in lots, `swap` in units of the account's currency, times of the server's clock."""

    ticket: int
    identifier: int
    type: int
    magic: int
    volume: float
    price_open: float
    sl: float
    tp: float
    swap: float
    time_update_msc: int
    symbol: str


class OrderSeen(msgspec.Struct, frozen=True):
    """An order, pending or in the history. `state` is MT5's ORDER_STATE."""

    ticket: int
    time_done_msc: int
    time_expiration: int
    type: int
    state: int
    magic: int
    position_id: int
    position_by_id: int
    volume_initial: float
    volume_current: float
    price_open: float
    sl: float
    tp: float
    price_stoplimit: float
    symbol: str


class DealSeen(msgspec.Struct, frozen=True):
    """A deal of the history. Money in units of the account's currency."""

    ticket: int
    order: int
    time_msc: int
    type: int
    entry: int
    magic: int
    position_id: int
    reason: int
    volume: float
    price: float
    commission: float
    swap: float
    profit: float
    fee: float
    symbol: str
    comment: str


class ResultSeen(msgspec.Struct, frozen=True):
    """What `order_send` answered."""

    retcode: int
    deal: int
    order: int
    volume: float
    price: float
    bid: float
    ask: float
    comment: str


class TickSeen(msgspec.Struct, frozen=True):
    """The last tick of a symbol."""

    time_msc: int
    bid: float
    ask: float


class AccountSeen(msgspec.Struct, frozen=True):
    """The account the terminal stands on."""

    login: int
    trade_mode: int
    leverage: int
    margin_so_mode: int
    trade_allowed: bool
    trade_expert: bool
    margin_mode: int
    currency_digits: int
    balance: float
    margin_so_call: float
    margin_so_so: float
    server: str
    currency: str


class TerminalSeen(msgspec.Struct, frozen=True):
    """The terminal itself."""

    connected: bool
    trade_allowed: bool
    tradeapi_disabled: bool
    build: int
    name: str
    path: str


class SymbolSeen(msgspec.Struct, frozen=True):
    """Conditions of a symbol that have to be those of the plan. Volumes in lots."""

    digits: int
    trade_mode: int
    filling_mode: int
    trade_contract_size: float
    volume_min: float
    volume_max: float
    volume_step: float
    currency_profit: str
    name: str


Seen = TypeVar("Seen", PositionSeen, OrderSeen, DealSeen, ResultSeen, TickSeen, AccountSeen, TerminalSeen, SymbolSeen)


def seen(kind: type[Seen], name: str, values: tuple[Any, ...]) -> Seen:
    """One struct sequence's values as ours. Raises `BridgeProtocolError` for what the package does not document."""
    fields = FIELDS[name]
    if len(values) != len(fields):
        message = f"the package's {name} has {len(values)} fields, expected {len(fields)}"
        raise BridgeProtocolError(message, "use a version of MetaTrader5 that docs/guarantees.md names")
    try:
        return msgspec.convert(dict(zip(fields, values, strict=True)), kind)
    except msgspec.ValidationError as error:
        message = f"the package's {name} holds what it should not: {error}"
        raise BridgeProtocolError(message, "use a version of MetaTrader5 that docs/guarantees.md names") from error
