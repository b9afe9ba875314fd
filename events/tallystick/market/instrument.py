"""An instrument's trading conditions and the exact money of a move.

Prices are float64 as received; arithmetic is in whole points, volumes in 1e-8 lots, money in minor units of the
account. Points times volume times contract size overflows int64 (EURUSD at 10 lots: 1.1e19), so each instrument
carries one reduced rational: money per point per volume step.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any

LOT = 100_000_000
"""Volume units in one lot: volumes are whole 1e-8 lots."""
TENS: tuple[int, ...] = tuple(10**digits for digits in range(309))
"""Points per price unit by digits, as far as a float64 goes: asked for several times an order."""
TICK_MODES = ("futures", "exch_futures")
"""Calculation modes whose profit goes by the value of a tick."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """Trading conditions of one symbol; the fields are those of `market.instrument_declared`."""

    symbol: str
    digits: int
    contract_size: float
    volume_min: int
    volume_max: int
    volume_step: int
    volume_limit: int = 0
    currency_base: str = ""
    currency_profit: str = "USD"
    currency_margin: str = ""
    calc_mode: str = "forex"
    execution: str = "market"
    filling_modes: int = 3
    stops_level: int = 0
    freeze_level: int = 0
    swap_mode: str = "points"
    swap_long: float = 0.0
    swap_short: float = 0.0
    swap_triple_weekday: int = 2
    margin_hedged: float = 0.0
    commission_per_lot: int = 0
    trade_mode: str = "full"
    order_modes: int = 127
    expiration_modes: int = 15
    gtc_mode: str = "gtc"
    tick_size: float = 0.0
    tick_value: float = 0.0
    margin_initial: float = 0.0
    margin_maintenance: float = 0.0
    margin_rate_long: float = 1.0
    margin_rate_short: float = 1.0
    maintenance_rate_long: float = 0.0
    maintenance_rate_short: float = 0.0
    margin_hedged_larger_leg: bool = False
    swap_multipliers: tuple[float, ...] = ()
    swap_year_days: int = 360
    profit_rate: float = 0.0
    margin_rate: float = 0.0
    liquidity_volume: int = 0
    sessions: str = ""
    trades_from: int = 0
    trades_until: int = 0
    price_limit_min: float = 0.0
    price_limit_max: float = 0.0
    book_depth: int = 0

    def __post_init__(self) -> None:
        """A plan and a snapshot hold the multipliers as a list."""
        if type(self.swap_multipliers) is not tuple:
            object.__setattr__(self, "swap_multipliers", tuple(self.swap_multipliers))

    def __hash__(self) -> int:
        """Of the symbol alone: an instrument is looked up often, and no two of a book share a symbol."""
        return hash(self.symbol)

    def fields(self) -> dict[str, Any]:
        """Every condition by name, as `market.instrument_declared` and a plan hold them."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def point(self) -> float:
        """Size of one point in price units."""
        return float(10**-self.digits)

    def points(self, price: float) -> int:
        """The price in whole points, nearest."""
        return round(price * TENS[self.digits])

    def price(self, points: int) -> float:
        """The float64 nearest to that many points."""
        return points / TENS[self.digits]

    @property
    def volume_unit(self) -> int:
        """The volume, in 1e-8 lots, that every allowed volume is a multiple of."""
        return gcd(self.volume_min, self.volume_step)

    @property
    def profit_per_unit(self) -> Fraction:
        """Profit of one lot when the price rises by 1, in the profit currency: of futures by the value of a tick."""
        if self.calc_mode in TICK_MODES and self.tick_size > 0 and self.tick_value > 0:
            return Fraction(repr(self.tick_value)) / Fraction(repr(self.tick_size))
        return Fraction(repr(self.contract_size))

    def money_per_point_step(self, currency_digits: int) -> Fraction:
        """Minor units for one point on one volume step: of the profit currency, or by `profit_rate` of the account."""
        lots = Fraction(self.volume_step, LOT)
        rate = Fraction(repr(self.profit_rate)) if self.profit_rate else 1
        return self.profit_per_unit * lots / Fraction(10**self.digits) * Fraction(10**currency_digits) * rate

    def pays_in(self, account_currency: str) -> str:
        """The currency of its profits: the account's where a constant rate is stated."""
        return account_currency if self.profit_rate else self.currency_profit
