"""The tables of a config file. Everything may be left out: what is, has the platform's own default (`defaults.py`).

Each key says what it takes and, in a sentence, what it means; check, schema and documents are made from that.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from msgspec import field

from tallystick.platform.config.key import CURRENCY, NAMES, SYMBOL, Key, Table
from tallystick.platform.config.quantities import Duration, Lots, Money, Percent
from tallystick.platform.config.tables_market import Data, Instrument, Series
from tallystick.platform.config.tables_risk import Filters, Protection, Risk, Sizing
from tallystick.platform.config.units import ByName, Choice, Text, Truth, Whole

FOLDER = Text("a folder", r"[^\0]+")
MOST = Whole(0, 10**6)
STRATEGY_NAME = Text("1 to 64 of A-Z a-z 0-9 _ . -", r"[A-Za-z0-9_.-]{1,64}")


class Run(Table, frozen=True, kw_only=True):
    """How a run is carried out."""

    seed: Annotated[int | None, Key(Whole(-(2**63), 2**63 - 1), "Seed of the run.")] = None
    latency: Annotated[int | None, Key(Duration(most="1d"), "From sending an order to its execution.")] = None
    server_time: Annotated[
        str | None, Key(Text("utc, new_york+7 or fixed:+HH:MM"), "The clock whose midnight charges swaps.")
    ] = None
    durability: Annotated[
        str | None, Key(Choice(("each-input", "batch")), "When records reach the disk; changes no decision.")
    ] = None
    checkpoint_records: Annotated[
        int | None, Key(Whole(1, 10**12), "A signed checkpoint every so many records, and one at the end.")
    ] = None
    cascade_limit: Annotated[
        int | None, Key(Whole(100, 10**7), "Events that one input may lead to before the book halts.")
    ] = None
    books: Annotated[str | None, Key(FOLDER, "Where runs without --book keep their books, by number.")] = None
    modules: Annotated[
        tuple[str, ...] | None,
        Key(NAMES, "All modules in order: strategies as you like, then the platform's own as `config show` tells."),
    ] = None


class Account(Table, frozen=True, kw_only=True):
    """The simulated account."""

    name: Annotated[str | None, Key(Text("1 to 64 printable ASCII characters", "[ -~]{1,64}"), "Its name.")] = None
    currency: Annotated[str | None, Key(CURRENCY, "Pairs convert the symbols' to it; without it the symbols' own.")] = (
        None
    )
    digits: Annotated[int | None, Key(Whole(0, 8), "Decimals of the currency.")] = None
    deposit: Annotated[Decimal | None, Key(Money(), "What it begins with.")] = None
    leverage: Annotated[int | None, Key(Whole(1, 10_000), "30 is 1:30.")] = None
    margin_mode: Annotated[str | None, Key(Choice(("hedging", "netting")), "As MT5 has them.")] = None
    stop_out_call: Annotated[Decimal | None, Key(Percent(10_000, "0.01"), "Margin level of the margin call.")] = None
    stop_out_level: Annotated[Decimal | None, Key(Percent(10_000, "0.01"), "Margin level of the stop-out.")] = None
    credit: Annotated[Decimal | None, Key(Money(), "Lent by the broker: counts in equity only.")] = None
    limit_orders: Annotated[int | None, Key(MOST, "Most pending orders at a time; 0 is any number.")] = None
    limit_positions: Annotated[int | None, Key(MOST, "Most positions at a time; 0 is any number.")] = None
    message_limit: Annotated[int | None, Key(MOST, "Most requests within a second; 0 is any number.")] = None
    fifo_close: Annotated[bool | None, Key(Truth(), "Positions of a symbol are closed oldest first.")] = None
    hedge_prohibited: Annotated[bool | None, Key(Truth(), "No position against another of the same symbol.")] = None
    trade_allowed: Annotated[bool | None, Key(Truth(), "The account may trade; else orders are answered 10017.")] = None
    trade_expert: Annotated[bool | None, Key(Truth(), "It may trade by program; else they are answered 10026.")] = None


class Strategy(Table, frozen=True, kw_only=True):
    """One strategy: a file of yours, or a built-in kind."""

    file: Annotated[str | None, Key(Text("a file, such as ema.py or ema.py:EmaCross"), "Where it stands.")] = None
    kind: Annotated[str | None, Key(Text("ema_cross, z_score, hold or flat"), "A built-in one.")] = None
    name: Annotated[str | None, Key(STRATEGY_NAME, "Without it the strategy's own.")] = None
    symbol: Annotated[str | None, Key(SYMBOL, "Instead of its own.")] = None
    timeframe: Annotated[str | None, Key(Text("M1 to MN1, or ticks", "[A-Za-z0-9]{1,8}"), "Instead of its own.")] = None
    lots: Annotated[str | None, Key(Lots(), "Instead of its own.")] = None
    parameters: Annotated[dict[str, Any] | None, Key(ByName(), "Its own, by name.")] = None
    sizing: Sizing | None = None
    protection: Protection | None = None
    filters: Filters = Filters()


class Keys(Table, frozen=True, kw_only=True):
    """Keys by reference: never a key itself."""

    signing: Annotated[
        str | None,
        Key(
            Text("a name, or the path of a key file", r"[^\n]{1,300}"),
            "A key of your key folder by its name (signing: your own), or a file's path.",
        ),
    ] = None


class Report(Table, frozen=True, kw_only=True):
    """The page of a run."""

    write: Annotated[bool | None, Key(Truth(), "Write report.html in the book.")] = None


class Research(Table, frozen=True, kw_only=True):
    """The log that counts trials."""

    folder: Annotated[str | None, Key(FOLDER, "Where it lies.")] = None


class Rhythm(Table, frozen=True, kw_only=True):
    """A grid of moments in book time, which strategies may hear by its name."""

    every: Annotated[int, Key(Duration(), "Its period, 1s or more.", needed=True)] = 0
    offset: Annotated[int | None, Key(Duration(), "From midnight UTC.")] = None


class Config(Table, frozen=True, kw_only=True):
    """One file: a book's account, data, strategies, sizing, limits and keys."""

    run: Run = Run()
    account: Account = Account()
    data: Data = Data()
    series: tuple[Series, ...] = ()
    instrument: tuple[Instrument, ...] = ()
    strategy: tuple[Strategy, ...] = ()
    sizing: Sizing | None = None
    protection: Protection | None = None
    filters: Filters = Filters()
    risk: Risk = Risk()
    rhythm: Mapping[str, Rhythm] = field(default_factory=dict)
    keys: Keys = Keys()
    report: Report = Report()
    research: Research = Research()
