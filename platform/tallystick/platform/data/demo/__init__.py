"""The demo's data and conditions: EURUSD, NZDUSD and XAUUSD hourly bars of the UTC year 2014, cut from Lean's.

Where the data come from and under which licence: PROVENANCE.md beside this file. The conditions are illustrative, in
the manner of an MT5 broker's, and no broker's.
"""

from pathlib import Path
from typing import NamedTuple

from tallystick.events.types.account import AccountOpened
from tallystick.market.instrument import LOT, Instrument
from tallystick.platform.data.faults import Strictness
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.lean import read_lean
from tallystick.platform.data.series import series_from

FOLDER = Path(__file__).parent
CONDITIONS = "illustrative conditions, not a broker's"
YEAR_START_NS = 1_388_534_400_000_000_000
"""2014-01-01T00:00Z."""
YEAR_STOP_NS = 1_420_070_400_000_000_000
"""2015-01-01T00:00Z."""


class Shipped(NamedTuple):
    """One file of the demo: its instrument, name, clock and where it comes from."""

    symbol: str
    file: str
    time_rule: str
    source: str


SHIPPED = (
    Shipped("EURUSD", "fxcm_hour_eurusd_2014.zip", "fixed:-05:00", "FXCM hourly bid and ask, from QuantConnect Lean"),
    Shipped("NZDUSD", "fxcm_hour_nzdusd_2014.zip", "fixed:-05:00", "FXCM hourly bid and ask, from QuantConnect Lean"),
    Shipped("XAUUSD", "oanda_hour_xauusd_2014.zip", "utc", "OANDA hourly bid and ask, from QuantConnect Lean"),
)


def demo_feed(strictness: Strictness = "treat") -> Feed:
    """The three series in manifest order, faults treated: 18,536 bars."""
    instruments = demo_instruments()
    return Feed(
        [
            series_from(
                read_lean(FOLDER / shipped.file),
                symbol=shipped.symbol,
                time_rule=shipped.time_rule,
                source=shipped.source,
                start_ns=YEAR_START_NS,
                stop_ns=YEAR_STOP_NS,
                digits=instruments[shipped.symbol].digits,
                strictness=strictness,
            )
            for shipped in SHIPPED
        ]
    )


def demo_ticks(folder: Path) -> Feed:
    """EURUSD quotes of 5 and 6 May 2014, 160,825 of them, from the repository's `benchmarks/data`."""
    names = ("fxcm_tick_eurusd_20140505.zip", "fxcm_tick_eurusd_20140506.zip")
    quotes = read_lean([folder / name for name in names])
    source = "FXCM ticks, from QuantConnect Lean"
    return Feed([series_from(quotes, symbol="EURUSD", time_rule="fixed:-05:00", source=source, digits=5)])


def demo_instruments() -> dict[str, Instrument]:
    """Trading conditions by symbol: 0.01 to 100 lots, USD 3.50 a lot and side, swaps in points, triple on Wednesday."""
    return {
        instrument.symbol: instrument
        for instrument in (
            _currency_pair("EURUSD", base="EUR", swap_long=-3.1, swap_short=0.4),
            _currency_pair("NZDUSD", base="NZD", swap_long=3.6, swap_short=-7.9),
            Instrument(
                symbol="XAUUSD",
                digits=3,
                contract_size=100.0,
                volume_min=LOT // 100,
                volume_max=100 * LOT,
                volume_step=LOT // 100,
                currency_base="XAU",
                currency_profit="USD",
                currency_margin="USD",
                calc_mode="cfd_leverage",
                stops_level=300,
                swap_long=-68.0,
                swap_short=-12.0,
                commission_per_lot=350,
            ),
        )
    }


def _currency_pair(symbol: str, *, base: str, swap_long: float, swap_short: float) -> Instrument:
    return Instrument(
        symbol=symbol,
        digits=5,
        contract_size=100_000.0,
        volume_min=LOT // 100,
        volume_max=100 * LOT,
        volume_step=LOT // 100,
        currency_base=base,
        currency_profit="USD",
        currency_margin=base,
        stops_level=20,
        swap_long=swap_long,
        swap_short=swap_short,
        commission_per_lot=350,
    )


def demo_account() -> AccountOpened:
    """A hedging account of USD 10,000 at 1:30, margin call at 100 %, stop-out at 50 %, answers after 250 ms."""
    return AccountOpened(
        account="demo",
        currency="USD",
        digits=2,
        balance=1_000_000,
        leverage=30,
        margin_mode="hedging",
        stop_out_call=10_000,
        stop_out_level=5_000,
        latency=250_000_000,
        credit=0,
        limit_orders=0,
        limit_positions=0,
        message_limit=0,
        fifo_close=False,
        hedge_prohibited=False,
        trade_allowed=True,
        trade_expert=True,
    )
