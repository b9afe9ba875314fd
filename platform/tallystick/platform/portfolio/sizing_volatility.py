"""Volatility target: a position whose value would move by a stated share of the equity in a year."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import SignalRaised
from tallystick.market.instrument import Instrument
from tallystick.market.rows import BarClosed, Rows
from tallystick.platform.portfolio.sizing import PPM, Withheld, in_steps, sizable, within
from tallystick.platform.portfolio.volatility import Closes
from tallystick.platform.portfolio.worth import step_value


@dataclass(slots=True)
class VolatilityTarget:
    """Volume = equity * target / (deviation of a year's return * value of a volume step), steps rounded down.

    `target_ppm`: wanted deviation of a year's result in millionths of the equity (100,000 is 10 %). `rows`: returns
    measured (`volatility.py` has the formula). `rows_per_year`: of the symbol's bars; 0 takes 260 days of 24 hours.
    `cap_ppm`: most value of a position in millionths of the equity (10,000,000 is ten times the equity), however
    quiet the market. What is sized is one position; several strategies together come to more or less than the target.
    """

    target_ppm: int
    rows: int = 100
    rows_per_year: int = 0
    cap_ppm: int = 10_000_000
    hears: tuple[type, ...] = field(default=(SeriesDeclared, BarClosed), init=False, compare=False, repr=False)
    _closes: Closes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise `ValueError` for numbers that make no target."""
        within("target_ppm", self.target_ppm, 1, 10 * PPM, "100000 is a deviation of 10 % of the equity in a year")
        within("rows", self.rows, 2, 1_000_000, "returns measured")
        within("rows_per_year", self.rows_per_year, 0, 10**9, "0 takes 260 days of bars")
        within("cap_ppm", self.cap_ppm, 1, 1_000 * PPM, "1000000 is the equity once")
        self._closes = Closes(self.rows)

    @property
    def text(self) -> str:
        """`volatility target 100000 ppm of equity a year over 100 rows`, with the rest."""
        year = self.rows_per_year or "260 days of"
        return (
            f"volatility target {self.target_ppm} ppm of equity a year over {self.rows} rows,"
            f" {year} rows a year, value at most {self.cap_ppm} ppm of equity"
        )

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:
        """The volume, if the symbol has moved in enough rows."""
        account = sizable(instrument, context)
        if isinstance(account, Withheld):
            return account
        known = self._closes.counted(signal.symbol)
        value = step_value(instrument, account, context)
        if known < self.rows or value is None:
            detail = (
                f"the volatility of {signal.symbol} is measured over {self.rows} bars and {known} are known."
                " Wait, feed its bars, or measure fewer `rows`."
            )
            return Withheld("history", self.rows, min(known, self.rows - 1), detail)
        deviation = Fraction(self._closes.yearly(signal.symbol, self.rows_per_year))
        most = account.equity * Fraction(self.cap_ppm, PPM)
        wanted = account.equity * Fraction(self.target_ppm, PPM)
        steps = (min(wanted / deviation, most) if deviation else most) / value
        why = (
            f"a deviation of {self.target_ppm / 10_000:g} % of the equity a year allows {{}} lots of"
            f" {instrument.symbol}, less than the smallest {{}}. Aim higher, or deposit more."
        )
        return in_steps(steps, instrument, why)

    def hear(self, event: Any, context: Any) -> None:  # noqa: ARG002 -- the protocol's
        """A series' declaration or a closed bar."""
        if type(event) is BarClosed:
            self._closes.push(event)
        else:
            self._closes.declared(event)

    def advance(self, rows: Rows) -> None:
        """Many closed bars."""
        self._closes.advance(rows)

    def freeze(self) -> Any:
        """The closes kept."""
        return self._closes.freeze()

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._closes.thaw(state)
