"""Margin of positions (`docs/fills.md`, sections 9 and 21), exact and rounded once a position.

| calculation mode | margin of a lot | in |
|---|---|---|
| forex | contract size / leverage | margin currency |
| forex_no_leverage | contract size | margin currency |
| cfd, exch_stocks | contract size x price | margin currency, or that of the price |
| cfd_leverage | contract size x price / leverage | the same |
| cfd_index | contract size x price x tick value / tick size | the same |
| futures, exch_futures | margin_initial | margin currency |

A margin_initial replaces the others too (forex and cfd_leverage still divide it by leverage), a margin_maintenance
takes its place while a position stands. Each is multiplied by the side's rate. Source: MetaTrader 5's help, "Margin
calculation", and MQL5's ENUM_SYMBOL_CALC_MODE.
"""

from dataclasses import dataclass
from fractions import Fraction

from tallystick.market.instrument import LOT, TICK_MODES, Instrument
from tallystick.market.money import rounded, rounded_fraction

CALC_MODES = (
    "forex", "forex_no_leverage", "cfd", "cfd_leverage", "cfd_index", "futures", "exch_stocks", "exch_futures",
)  # fmt: skip
"""MT5's calculation modes that are computed here, in words."""
LEVERED = ("forex", "cfd_leverage")
"""Modes that divide by the account's leverage."""
BY_VOLUME = ("forex", "forex_no_leverage")
"""Modes in which the price does not count: a lot is so much of the margin currency."""

Ratio = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MarginRule:
    """Minor units in `currency` of one volume unit, or (`priced`) of one point on one; reduced fractions by side."""

    currency: str
    priced: bool
    buy: Ratio
    sell: Ratio

    def amount(self, direction: int, units: int, point_units: int) -> tuple[int, int]:
        """Margin of `units` whose sum of points times units is `point_units`, as a fraction, before rounding."""
        numerator, denominator = self.buy if direction > 0 else self.sell
        return (point_units if self.priced else units) * numerator, denominator


def order_rule(instrument: Instrument, leverage: int, currency_digits: int, account_currency: str) -> MarginRule:
    """How much an order must find free."""
    rates = instrument.margin_rate_long, instrument.margin_rate_short
    return _rule(instrument, instrument.margin_initial, rates, leverage, currency_digits, account_currency)


def held_rule(instrument: Instrument, leverage: int, currency_digits: int, account_currency: str) -> MarginRule:
    """How much a position binds while it stands."""
    rates = (
        instrument.maintenance_rate_long or instrument.margin_rate_long,
        instrument.maintenance_rate_short or instrument.margin_rate_short,
    )
    fixed = instrument.margin_maintenance or instrument.margin_initial
    return _rule(instrument, fixed, rates, leverage, currency_digits, account_currency)


def step_margin(instrument: Instrument, rule: MarginRule, direction: int, points: int) -> Fraction:
    """Margin of one volume step at a price in points, in minor units of the rule's currency, before rounding."""
    units = instrument.volume_step // instrument.volume_unit
    return Fraction(*rule.amount(direction, units, units * points))


def _rule(
    instrument: Instrument,
    fixed: float,
    rates: tuple[float, float],
    leverage: int,
    currency_digits: int,
    account_currency: str,
) -> MarginRule:
    lot, priced, currency = _of_lot(instrument, fixed, account_currency)
    if instrument.calc_mode in LEVERED:
        lot /= leverage
    if instrument.margin_rate and currency != account_currency:
        lot, currency = lot * Fraction(repr(instrument.margin_rate)), account_currency
    lot *= Fraction(instrument.volume_unit, LOT) * 10**currency_digits
    if priced:
        lot /= 10**instrument.digits
    buy, sell = (lot * Fraction(repr(rate)) for rate in rates)
    return MarginRule(currency, priced, (buy.numerator, buy.denominator), (sell.numerator, sell.denominator))


def _of_lot(instrument: Instrument, fixed: float, account_currency: str) -> tuple[Fraction, bool, str]:
    """Margin of one lot before leverage, whether that is for each unit of the price, and its currency."""
    mode, size = instrument.calc_mode, Fraction(repr(instrument.contract_size))
    base, profit = instrument.currency_base, instrument.currency_profit
    currency = instrument.currency_margin or base
    if fixed or mode in TICK_MODES:
        return Fraction(repr(fixed)), False, currency or profit
    if mode in BY_VOLUME:
        # A pair that quotes its own margin currency in the account's converts by the position's own price.
        own = currency == base != profit == account_currency and not instrument.margin_rate
        return (size, True, profit) if own else (size, False, currency or profit)
    if mode == "cfd_index" and instrument.tick_size > 0 and instrument.tick_value > 0:
        size *= Fraction(repr(instrument.tick_value)) / Fraction(repr(instrument.tick_size))
    # A price times a size is money of the currency that the price is in, whatever the base is called.
    return size, True, currency if currency and currency != base else profit


def hedged_margin(instrument: Instrument, long: tuple[int, int], short: tuple[int, int]) -> int:
    """Margin of one symbol on a hedging account from (volume, margin) of each side."""
    big, small = (long, short) if long[0] >= short[0] else (short, long)
    if small[0] == 0:
        return big[1]
    if instrument.margin_hedged_larger_leg:
        return max(long[1], short[1])
    uncovered = rounded(big[1] * (big[0] - small[0]), big[0])
    of_lot = instrument.margin_maintenance or instrument.margin_initial or instrument.contract_size
    hedged = Fraction(repr(instrument.margin_hedged)) / Fraction(repr(of_lot))
    covered = hedged * (long[1] + short[1]) * small[0] / (long[0] + short[0])
    return uncovered + rounded_fraction(covered)
