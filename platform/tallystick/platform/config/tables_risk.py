"""Tables of sizing, protection, filters and limits."""

from decimal import Decimal
from typing import Annotated

from tallystick.platform.config.key import NAMES, POINTS, Key, Table
from tallystick.platform.config.quantities import Duration, Lots, Money, Percent
from tallystick.platform.config.units import ByName, Choice, Each, Text, Truth, Whole

CLOCK = Choice(("server", "utc"))


class Sizing(Table, frozen=True, kw_only=True):
    """How a direction becomes lots; docs/portfolio.md has the formulas."""

    kind: Annotated[
        str,
        Key(Choice(("fixed", "risk_percent", "volatility_target", "kelly", "weights")), "Which of them.", needed=True),
    ] = ""
    lots: Annotated[str | None, Key(Lots(), "fixed: of every signal.")] = None
    risk: Annotated[Decimal | None, Key(Percent(), "risk_percent: of the equity, lost at the stop.")] = None
    target: Annotated[Decimal | None, Key(Percent(1_000), "volatility_target: deviation of a year's result.")] = None
    rows: Annotated[int | None, Key(Whole(2, 10**6), "volatility_target: returns measured.")] = None
    rows_per_year: Annotated[int | None, Key(Whole(0, 10**9), "volatility_target: 0 is 260 days.")] = None
    cap: Annotated[
        Decimal | None, Key(Percent(100_000), "volatility_target: most value; kelly: most at risk; of the equity.")
    ] = None
    fraction: Annotated[Decimal | None, Key(Percent(), "kelly: part of it that is used.")] = None
    trades_min: Annotated[int | None, Key(Whole(1, 10**6), "kelly: closed trades before it counts.")] = None
    fallback: Annotated[Decimal | None, Key(Percent(), "kelly: at risk before that; 0 withholds.")] = None
    weights: Annotated[
        dict[str, Decimal] | None, Key(ByName(Percent(100_000)), 'weights: by symbol, { EURUSD = "50 %" }.')
    ] = None


class Protection(Table, frozen=True, kw_only=True):
    """How stops follow the price, in points; 0 is none."""

    trail_points: Annotated[int | None, Key(POINTS, "Distance at which the stop follows.")] = None
    step_points: Annotated[int | None, Key(POINTS, "Least move; 0 is a tenth of the distance.")] = None
    break_even_points: Annotated[int | None, Key(POINTS, "Profit at which it moves to the opening price.")] = None
    lock_points: Annotated[int | None, Key(POINTS, "Profit that it secures then.")] = None


class Scope(Table, frozen=True, kw_only=True):
    """Whom a filter concerns."""

    strategies: Annotated[tuple[str, ...] | None, Key(NAMES, "Whom it concerns; without it all.")] = None
    symbols: Annotated[tuple[str, ...] | None, Key(NAMES, "What it concerns; without it all.")] = None
    retry: Annotated[bool | None, Key(Truth(), "Try a refused target again once it passes.")] = None


class Session(Scope, frozen=True, kw_only=True):
    """Hours in which something new may be opened."""

    days: Annotated[str | None, Key(Text("days such as mon-fri, or mon,wed"), "Days of the week.")] = None
    hours: Annotated[str | None, Key(Text("hours such as 08:00-12:00,13:00-17:00"), "Hours of these days.")] = None
    clock: Annotated[str | None, Key(CLOCK, "Whose hours.")] = None


class Spread(Scope, frozen=True, kw_only=True):
    """The widest spread at which something new is opened."""

    points: Annotated[int, Key(POINTS, "The widest.", needed=True)] = 0


class News(Scope, frozen=True, kw_only=True):
    """Nothing new around the events of a calendar."""

    file: Annotated[
        str, Key(Text("a CSV file: time, currency or symbol, impact, title"), "The calendar.", needed=True)
    ] = ""
    before: Annotated[int | None, Key(Duration("m", "7d"), "From so long before an event.")] = None
    after: Annotated[int | None, Key(Duration("m", "7d"), "Until so long after it.")] = None
    impacts: Annotated[tuple[str, ...] | None, Key(NAMES, "Of which impacts.")] = None


class Friday(Scope, frozen=True, kw_only=True):
    """Everything is closed before the weekend."""

    close: Annotated[str | None, Key(Text("a time such as 20:45", r"\d\d:\d\d"), "When, on Friday.")] = None
    clock: Annotated[str | None, Key(CLOCK, "Whose time.")] = None


class Filters(Table, frozen=True, kw_only=True):
    """When nothing new is opened."""

    sessions: tuple[Session, ...] = ()
    spreads: tuple[Spread, ...] = ()
    news: tuple[News, ...] = ()
    friday: Friday | None = None


class Collar(Table, frozen=True, kw_only=True):
    """How far an order's price may be from the market."""

    order: Annotated[Decimal | None, Key(Percent(), "From the quote on the order's side.")] = None
    over_period: Annotated[Decimal | None, Key(Percent(), "From the period's first quote.")] = None
    period: Annotated[int | None, Key(Duration("s"), "Its length.")] = None


class Pace(Table, frozen=True, kw_only=True):
    """How often something may happen."""

    messages_per_s: Annotated[int | None, Key(Whole(1, 10**6), "Messages a second.")] = None
    messages_burst: Annotated[int | None, Key(Whole(1, 10**6), "Messages at one moment after a rest.")] = None
    duplicate_window: Annotated[int | None, Key(Duration("s"), "No order twice within it.")] = None
    repeats_max: Annotated[int | None, Key(Whole(0, 10**6), "Orders of a strategy on one symbol and side.")] = None
    repeats_window: Annotated[int | None, Key(Duration("s"), "Within it.")] = None


class Limits(Table, frozen=True, kw_only=True):
    """Losses of the whole account at which everything is closed."""

    daily_loss: Annotated[Decimal | None, Key(Money(), "Until the server's next day; 0 is none.")] = None
    daily_of: Annotated[str | None, Key(Choice(("balance", "equity", "higher")), "What it is counted from.")] = None
    max_loss: Annotated[Decimal | None, Key(Money(), "Of the first balance; 0 is none.")] = None
    trailing_loss: Annotated[Decimal | None, Key(Money(), "Of the highest equity; 0 is none.")] = None
    trailing_of: Annotated[str | None, Key(Choice(("equity", "end_of_day")), "When that is looked at.")] = None
    trailing_stops_at_start: Annotated[bool | None, Key(Truth(), "The floor rises to the first balance only.")] = None
    profit_target: Annotated[Decimal | None, Key(Money(), "Told once; closes nothing.")] = None


class Risk(Table, frozen=True, kw_only=True):
    """Limits that every order is held to; docs/risk.md has the rules."""

    preset: Annotated[str | None, Key(Text("the name of a preset"), "A set of limits; those below change it.")] = None
    strategies: Annotated[tuple[str, ...] | None, Key(NAMES, "Who may open; without it all.")] = None
    symbols: Annotated[tuple[str, ...] | None, Key(NAMES, "What may be opened; without it all.")] = None
    closed: Annotated[
        tuple[str, ...] | None,
        Key(Each(Text('days and hours such as "sat 00:00-24:00"', r"\S+ \S+")), "Closed hours of the week, UTC."),
    ] = None
    quote_age_max: Annotated[int | None, Key(Duration("s"), "Nothing new on an older quote.")] = None
    order_volume_max: Annotated[str | None, Key(Lots(), "Most lots in an order.")] = None
    order_value_max: Annotated[Decimal | None, Key(Money(), "Most that an order is worth.")] = None
    position_volume_max: Annotated[str | None, Key(Lots(), "Most lots on one side of a symbol.")] = None
    exposure_value_max: Annotated[Decimal | None, Key(Money(), "Most that all is worth.")] = None
    daily_loss: Annotated[Decimal | None, Key(Percent(), "Of the day's first balance; nothing new beyond.")] = None
    drawdown: Annotated[Decimal | None, Key(Percent(), "Of the highest balance; nothing new beyond.")] = None
    collar: Collar = Collar()
    pace: Pace = Pace()
    limits: Limits = Limits()
