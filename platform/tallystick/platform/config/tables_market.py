"""Tables of market data and of instruments."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from tallystick.market.margin import CALC_MODES
from tallystick.market.swap import SWAP_MODES
from tallystick.platform.config.hours import Hours
from tallystick.platform.config.key import CURRENCY, POINTS, SYMBOL, Key, Table
from tallystick.platform.config.quantities import Lots, Moment, Money
from tallystick.platform.config.units import ByName, Choice, Number, Text, Whole
from tallystick.platform.data.periods import PERIODS


class Data(Table, frozen=True, kw_only=True):
    """What is true of all series."""

    start: Annotated[date | str | None, Key(Moment(), "First day or moment, UTC.")] = None
    end: Annotated[date | str | None, Key(Moment(), "Last day, taken whole, or moment, UTC.")] = None
    strictness: Annotated[
        str | None, Key(Choice(("treat", "skip_bad", "strict")), "What becomes of faults in the data.")
    ] = None
    conditions: Annotated[
        str | None, Key(Text("a JSON or TOML file"), "Your broker's conditions by symbol, under [[instrument]].")
    ] = None
    sessions: Mapping[str, Hours] | None = None


class Series(Table, frozen=True, kw_only=True):
    """One series of prices. Without any the demo's year of the strategies' symbols."""

    source: Annotated[
        str, Key(Text("a file, a name of the catalogue, or demo"), "Where its rows come from.", needed=True)
    ] = ""
    symbol: Annotated[str | None, Key(SYMBOL, "Without it what the file's name holds.")] = None
    tz: Annotated[str | None, Key(Text("a clock: utc, mt5, fixed:-05:00, America/New_York"), "The file's clock.")] = (
        None
    )
    timeframe: Annotated[str | None, Key(Choice(tuple(PERIODS)), "Finer rows are resampled to it.")] = None
    digits: Annotated[int | None, Key(Whole(0, 10), "Decimals of a price.")] = None
    spread_points: Annotated[int | None, Key(POINTS, "Spread of bars whose file has none.")] = None
    mapping: Annotated[dict[str, str] | None, Key(ByName(Text()), 'Columns by role: { time = "Date" }.')] = None


class Volume(Table, frozen=True, kw_only=True):
    """Lots that are traded."""

    min: Annotated[str | None, Key(Lots(), "Fewest in an order.")] = None
    max: Annotated[str | None, Key(Lots(), "Most in an order.")] = None
    step: Annotated[str | None, Key(Lots(), "Orders are whole numbers of steps above the fewest.")] = None
    limit: Annotated[str | None, Key(Lots(zero=True), "Most on one side; 0 is none.")] = None


class Swap(Table, frozen=True, kw_only=True):
    """What a night costs."""

    mode: Annotated[str | None, Key(Choice(SWAP_MODES), "Unit of the two below.")] = None
    long: Annotated[float | None, Key(Number(-1e6, 1e6), "Of one lot bought.")] = None
    short: Annotated[float | None, Key(Number(-1e6, 1e6), "Of one lot sold.")] = None
    triple_day: Annotated[
        str | None, Key(Choice(("mon", "tue", "wed", "thu", "fri", "sat", "sun")), "Its night is charged three times.")
    ] = None
    year_days: Annotated[int | None, Key(Whole(1, 366), "Days of a year, of the modes of interest.")] = None


class Currencies(Table, frozen=True, kw_only=True):
    """What a symbol is made of."""

    base: Annotated[str | None, Key(CURRENCY, "Bought.")] = None
    profit: Annotated[str | None, Key(CURRENCY, "Profits are in it.")] = None
    margin: Annotated[str | None, Key(CURRENCY, "Margin is in it.")] = None
    profit_rate: Annotated[
        float | None, Key(Number(0, 1e9), "Of the account's for one of profit; 0: by the series' pairs.")
    ] = None
    margin_rate: Annotated[
        float | None, Key(Number(0, 1e9), "Of the account's for one of margin; 0: by the series' pairs.")
    ] = None


class Instrument(Table, frozen=True, kw_only=True):
    """Conditions of one symbol, over the built-in ones where there are any."""

    symbol: Annotated[str, Key(SYMBOL, "Whose they are.", needed=True)] = ""
    like: Annotated[str | None, Key(SYMBOL, "A known symbol whose conditions it begins with.")] = None
    digits: Annotated[int | None, Key(Whole(0, 8), "Decimals of a price.")] = None
    contract_size: Annotated[float | None, Key(Number(1e-6, 1e9), "Units in a lot.")] = None
    calc_mode: Annotated[str | None, Key(Choice(CALC_MODES), "How margin is computed.")] = None
    execution: Annotated[
        str | None, Key(Choice(("market", "instant", "exchange", "request")), "How orders are executed.")
    ] = None
    filling_modes: Annotated[int | None, Key(Whole(0, 15), "Fill-or-kill 1 plus immediate-or-cancel 2.")] = None
    stops_level: Annotated[int | None, Key(Whole(0, 10**6), "Least distance of stops, in points.")] = None
    freeze_level: Annotated[int | None, Key(Whole(0, 10**6), "Distance within which nothing is changed.")] = None
    commission: Annotated[Decimal | None, Key(Money(), "Of a lot at each deal, in the account's currency.")] = None
    margin_hedged: Annotated[float | None, Key(Number(0, 1e9), "Units in a lot of hedged volume.")] = None
    volume: Volume = Volume()
    swap: Swap = Swap()
    currency: Currencies = Currencies()
