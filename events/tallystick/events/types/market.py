"""Market facts: instruments, series, the rule from broker time to UTC, and blocks of rows."""

from typing import Annotated

from tallystick.events.event import Event, column, fact, field

CHUNK_ROWS = 64
"""Rows of a block under one leaf of its `chunk_root`."""


@fact("market.instrument_declared", said_by=("terminal", "feed"), version=2)
class InstrumentDeclared(Event):
    """An instrument's trading conditions, as the terminal states them (MT5 symbol_info in the book's own units)."""

    symbol: Annotated[str, field("name at the broker")]
    digits: Annotated[int, field("decimal places of a price; a point is 10**-digits")]
    contract_size: Annotated[float, field("units of the base in one lot", "units/lot")]
    volume_min: Annotated[int, field("smallest volume of an order", "1e-8 lots")]
    volume_max: Annotated[int, field("largest volume of an order", "1e-8 lots")]
    volume_step: Annotated[int, field("volumes are the minimum plus a multiple of this", "1e-8 lots")]
    volume_limit: Annotated[int, field("largest sum of positions and orders on one side; 0 is none", "1e-8 lots")]
    currency_base: Annotated[str, field("currency of the base")]
    currency_profit: Annotated[str, field("currency of profits")]
    currency_margin: Annotated[str, field("currency of margin")]
    calc_mode: Annotated[str, field("how margin and profit are computed: MT5's calculation mode in words")]
    execution: Annotated[str, field("market, instant, exchange or request")]
    filling_modes: Annotated[int, field("MT5's SYMBOL_FILLING flags: fill-or-kill 1, immediate-or-cancel 2")]
    stops_level: Annotated[int, field("least distance of stops from the closing price", "points")]
    freeze_level: Annotated[int, field("distance within which an order cannot be changed", "points")]
    swap_mode: Annotated[str, field("disabled, points, currency (account currency a lot), or another of MT5's modes")]
    swap_long: Annotated[float, field("swap of a long position for one night", "by swap_mode")]
    swap_short: Annotated[float, field("swap of a short position for one night", "by swap_mode")]
    swap_triple_weekday: Annotated[int, field("day whose rollover charges three nights; Monday is 0", "weekday")]
    margin_hedged: Annotated[
        float, field("contract size used for the hedged part of two opposite positions; 0: none", "units/lot")
    ]
    commission_per_lot: Annotated[int, field("commission of one lot, for each side", "minor units of the account")]
    trade_mode: Annotated[str, field("full, long_only, short_only, close_only or disabled")]
    order_modes: Annotated[int, field("MT5's SYMBOL_ORDER flags: market 1, limit 2, stop 4, stop-limit 8, ...")]
    expiration_modes: Annotated[int, field("MT5's SYMBOL_EXPIRATION flags: gtc 1, day 2, time 4, day of time 8")]
    gtc_mode: Annotated[str, field("how long gtc orders last: gtc, daily or daily_no_stops")]
    tick_size: Annotated[float, field("least change of a price; 0.0 is a point", "price")]
    tick_value: Annotated[float, field("profit of a tick on one lot; 0.0 follows from the size", "profit currency")]
    margin_initial: Annotated[float, field("margin of one lot in place of the computed one; 0.0: none", "currency/lot")]
    margin_maintenance: Annotated[float, field("the same while a position stands; 0.0: as initial", "currency/lot")]
    margin_rate_long: Annotated[float, field("multiplier of a buy's margin")]
    margin_rate_short: Annotated[float, field("multiplier of a sell's margin")]
    maintenance_rate_long: Annotated[float, field("multiplier while a buy stands; 0.0: as of the order")]
    maintenance_rate_short: Annotated[float, field("multiplier while a sell stands; 0.0: as of the order")]
    margin_hedged_larger_leg: Annotated[bool, field("hedged positions pay the margin of the larger side only")]
    swap_multipliers: Annotated[
        tuple[float, ...], field("nights charged by weekday from Monday; empty: by swap_triple_weekday")
    ]
    swap_year_days: Annotated[int, field("days of a year in the swap modes of interest", "days")]
    profit_rate: Annotated[
        float, field("constant rate, account currency for one of profit; 0.0: by the pairs of the book")
    ]
    margin_rate: Annotated[
        float, field("constant rate, account currency for one of margin; 0.0: by the pairs of the book")
    ]
    liquidity_volume: Annotated[int, field("volume filled at one quote; 0 is any", "1e-8 lots")]
    sessions: Annotated[str, field("name of the calendar of trading hours; empty: always open")]
    trades_from: Annotated[int, field("first moment of trading; 0 is any", "ns UTC")]
    trades_until: Annotated[int, field("end of trading; 0 is never", "ns UTC")]
    price_limit_min: Annotated[float, field("least price of an order; 0.0 is any", "price")]
    price_limit_max: Annotated[float, field("largest price of an order; 0.0 is any", "price")]
    book_depth: Annotated[int, field("levels of the market depth on each side; 0: it has none")]


@fact("market.series_declared", said_by="feed")
class SeriesDeclared(Event):
    """One stream of rows; blocks refer to it by its number."""

    series: Annotated[int, field("number of the series in this run, from 0 in manifest order")]
    symbol: Annotated[str, field("instrument")]
    kind: Annotated[str, field("quote or bar")]
    period_ns: Annotated[int, field("length of a bar; 0 for quotes", "ns")]
    time_rule: Annotated[str, field("rule from the source's clock to UTC, such as utc or fixed:-05:00")]
    source: Annotated[str, field("where the rows come from, in words")]
    rows: Annotated[int, field("rows of the series in this run; -1 when not known beforehand")]
    data_hash: Annotated[str, field("SHA-256 of the treated rows in hex; empty when live")]


@fact("market.data_treated", said_by="feed")
class DataTreated(Event):
    """A fault of the source data, counted, and the rule that treated it."""

    symbol: Annotated[str, field("instrument")]
    fault: Annotated[str, field("name of the fault, such as crossed_open")]
    count: Annotated[int, field("rows concerned", "rows")]
    first_time: Annotated[int, field("the first of them", "ns UTC")]
    rule: Annotated[str, field("what was done, such as spread_zero_at_mid or kept")]


@fact("market.server_time_ruled", said_by=("terminal", "feed"))
class ServerTimeRuled(Event):
    """The rule from the broker's server clock to UTC; it decides days, rollovers and what `time_msc` means."""

    rule: Annotated[str, field("utc, fixed:+HH:MM or new_york+7")]


@fact("market.quote_block", said_by="feed")
class QuoteBlock(Event):
    """Up to 4,096 quotes in book order; the last one may be caused-upon."""

    rows: Annotated[int, field("number of rows", "rows")]
    chunk_root: Annotated[bytes, field("RFC 6962 root over chunks of 64 rows")]
    time_msc: Annotated[bytes, column("<i8", "source time as received", "ms, source clock")]
    series: Annotated[bytes, column("<u2", "series number")]
    bid: Annotated[bytes, column("<f8", "bid", "price")]
    ask: Annotated[bytes, column("<f8", "ask", "price")]
    flags: Annotated[bytes, column("<u4", "MT5 tick flags")]


@fact("market.bar_block", said_by="feed")
class BarBlock(Event):
    """Up to 4,096 closed bars in book order, stamped at their close."""

    rows: Annotated[int, field("number of rows", "rows")]
    chunk_root: Annotated[bytes, field("RFC 6962 root over chunks of 64 rows")]
    time_msc: Annotated[bytes, column("<i8", "open time as received", "ms, source clock")]
    series: Annotated[bytes, column("<u2", "series number")]
    bid_open: Annotated[bytes, column("<f8", "bid at the open", "price")]
    bid_high: Annotated[bytes, column("<f8", "highest bid", "price")]
    bid_low: Annotated[bytes, column("<f8", "lowest bid", "price")]
    bid_close: Annotated[bytes, column("<f8", "bid at the close", "price")]
    ask_open: Annotated[bytes, column("<f8", "ask at the open", "price")]
    ask_high: Annotated[bytes, column("<f8", "highest ask", "price")]
    ask_low: Annotated[bytes, column("<f8", "lowest ask", "price")]
    ask_close: Annotated[bytes, column("<f8", "ask at the close", "price")]
    volume: Annotated[bytes, column("<u8", "tick volume", "ticks")]


@fact("market.row_settled", said_by="kernel")
class RowSettled(Event):
    """The terminal has settled the row that caused this; modules answer the row from here on.

    Said only when the terminal acted on a row that a module also answers: what the terminal did stands between the
    block and the answers, so that a strategy knows its stop was hit before it decides on the same bar.
    """

    series: Annotated[int, field("series of the row")]
