"""An optimised portfolio in the lots of a broker: his conditions, an account, the last prices, and the best volumes.

The file is what `mt5 exec` takes: a terminal's own export (its `--terminal`) with symbols and account, or conditions
in JSON or TOML (its `--instruments`). Margin and rates between currencies are the simulated terminal's own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallystick.market.conversion import PAIR_MODES, CurrencyError, Prices, Route
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.margin import order_rule
from tallystick.market.terms import AccountTerms
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.optimise_library import quantum
from tallystick.platform.cli.optimise_universe import Universe
from tallystick.platform.cli.own_words import own_words
from tallystick.platform.plan import AccountPlan
from tallystick.platform.report.optimisation.outcome import InLots, Volume

OWN_WORDS = {
    "--deposit": "--equity",
    "Add the data of the pair that is missing": "Add the pair that is missing to the table",
    "give instruments= with profit_rate": "state profit_rate in --lots FILE",
    "deposit": "equity",
}
"""What an account says to do, and what that is called here."""
FIXES = {
    "SMALL": "raise --equity, or choose symbols with smaller lots",
    "BOUND": "raise --equity or --upper, or choose symbols with smaller lots",
    "LARGE": "lower --equity, or give more symbols, or larger volumes in --lots FILE",
    "MARGIN": "raise --leverage or --equity",
    "COUNT": "raise --equity, lower --k, or allow fewer: --fewest {}",
    "OTHER": "raise --equity, or loosen what is asked: --upper, --buy-in, --sector-cap, --turnover",
}
"""What to do, by what the library says is in the way."""
STATED = "state profit_rate and margin_rate of {} in --lots FILE"
Quotes = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the lots are for: conditions in a file, and an account's money and leverage where they are said."""

    file: Path | None
    equity: str | None
    leverage: int | None

    @property
    def asked(self) -> bool:
        """Whether lots are wanted at all."""
        return self.file is not None or self.equity is not None


@dataclass(frozen=True, slots=True)
class Desk:
    """Listings of the universe's assets in order, as the library takes them, and the account as it does."""

    listings: tuple[Any, ...]
    account: Any
    conditions: str
    prices: str


@dataclass(frozen=True, slots=True)
class _Broker:
    """Instruments by symbol, the quotes in points that the file itself holds, and the account."""

    instruments: Mapping[str, Instrument]
    quotes: Quotes
    account: AccountPlan
    words: str


def require_sense(terms: Terms, risk: str) -> None:
    """Raise `Failure` for options that cannot go together."""
    if terms.leverage is not None and not terms.asked:
        what = "--leverage is of the account that lots are for"
        raise Failure("E801", what, where="tallystick optimise", fix="add --equity 10000, or --lots FILE")
    if terms.asked and risk != "variance":
        what = f"lots are searched for the variance, not for --risk {risk}"
        raise Failure(
            "E801", what, where="tallystick optimise", fix="--risk variance, or leave --lots and --equity out"
        )


def desk_of(terms: Terms, universe: Universe) -> Desk:
    """Raises `Failure`, `DataError` and `BacktestError` for a file, a symbol, a price or an account that is missing."""
    broker = _broker(terms, universe.names)
    account, instruments = broker.account, broker.instruments
    quotes, said = _quotes(universe, broker)
    money = AccountTerms(instruments, account.currency, account.digits, account.leverage)
    listings = []
    for symbol in universe.names:
        one = instruments[symbol]
        paid = _route(money, one.pays_in(account.currency), account.currency, symbol)
        bound = order_rule(one, account.leverage, account.digits, account.currency).currency
        bid, ask = quotes[symbol]
        listings.append(
            quantum("listing")(
                instrument=one,
                price=(one.price(bid) + one.price(ask)) / 2.0,
                profit_rate=(one.profit_rate or 1.0) * _rate(paid, quotes.get, symbol),
                margin_rate=_rate(_route(money, bound, account.currency, symbol), quotes.get, symbol),
            )
        )
    equity = account.balance / 10**account.digits
    held = quantum("account")(equity, account.leverage, account.currency, account.digits)
    return Desk(tuple(listings), held, broker.words, said)


def lots_of(universe: Universe, desk: Desk, problem: Any, limits: Any, best: Any) -> InLots:
    """The best lots near the weights of `best`. The library's errors pass through."""
    try:
        found = quantum("allocate")(problem, desk.listings, desk.account, limits=limits, fractional=best)
    except quantum("no_lots") as error:
        raise Failure("E864", error.what, fix=FIXES[error.obstacle.name].format(error.holding)) from error
    volumes = []
    for place, (name, listing) in enumerate(zip(universe.names, desk.listings, strict=True)):
        weight, wanted = float(found.weights[place]), float(best.weights[place])
        if weight or wanted:
            steps = int(found.volumes[place]) // listing.volume_step
            margin = abs(steps) * listing.step_margin(desk.account, 1 if steps > 0 else -1)
            lots = int(found.volumes[place]) / LOT
            volumes.append(Volume(name, lots, weight, wanted, steps * listing.step_value, margin))
    volumes.sort(key=lambda each: -abs(each.weight))
    return InLots(
        volumes=tuple(volumes),
        conditions=desk.conditions,
        prices=desk.prices,
        currency=desk.account.currency,
        digits=desk.account.digits,
        equity=float(desk.account.equity),
        leverage=desk.account.leverage,
        margin=float(found.margin),
        objective=float(found.objective),
        bound=float(found.bound),
        gap=float(found.gap),
        fractional_gap=float(found.fractional_gap),
        closed=bool(found.gap <= max(2.0 * limits.tolerance, 1e-9)),
        proved=bool(found.proved),
        searched=tuple(universe.names[each] for each in found.searched),
        nodes=int(found.nodes),
    )


def _broker(terms: Terms, symbols: tuple[str, ...]) -> _Broker:
    from tallystick.platform.backtesting.conditions import currency_of

    if terms.file is not None and _is_terminal(terms.file):
        return _of_terminal(terms.file, terms, symbols)
    instruments = _conditions(terms.file, symbols)
    if terms.equity is None:
        what = f"{terms.file} holds conditions of symbols and no account"
        raise Failure("E801", what, where="tallystick optimise", fix="say its money: --equity 10000, or 10000EUR")
    with own_words(OWN_WORDS):
        usual = currency_of(instruments)
    account = _account(terms, usual)
    return _Broker(instruments, {}, account, "built-in conditions" if terms.file is None else terms.file.name)


def _conditions(file: Path | None, symbols: tuple[str, ...]) -> dict[str, Instrument]:
    """Those of the file over the built-in ones. Raises `Failure` (E101, E131) and what reading the file raises."""
    from tallystick.platform.backtesting.conditions import conditions_of, given_instruments

    given = given_instruments(file)
    if file is not None and not given:
        fix = "write [EURUSD] and its fields below, as docs/data.md shows"
        raise Failure("E131", f"{file.name} holds conditions of no symbol", fix=fix)
    with _symbols_told(file):
        return conditions_of(symbols, given)


@contextmanager
def _symbols_told(file: Path | None) -> Iterator[None]:
    """A symbol without conditions with the remedy of this verb: E101."""
    from tallystick.platform.data.errors import UnknownSymbol

    try:
        yield
    except UnknownSymbol as error:
        where = "in --lots FILE: a terminal's export, or JSON or TOML as docs/data.md shows"
        fix = f"add its conditions {f'to --lots {file}' if file is not None else where}, or leave its column out"
        raise Failure(error.code, error.what, fix=fix) from error


def _is_terminal(file: Path) -> bool:
    """Whether a file is a terminal's export: JSON with symbols and an account beside one another."""
    import json

    from tallystick.platform.cli.optimise_panel import require_there

    require_there(file)
    if file.suffix.lower() == ".toml":
        return False
    try:
        read = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError):
        return False  # whoever reads it as conditions says what is wrong
    return isinstance(read, dict) and {"symbols", "account"} <= read.keys()


def _of_terminal(file: Path, terms: Terms, symbols: tuple[str, ...]) -> _Broker:
    from tallystick.platform.mt5.definitions.file import definition_from
    from tallystick.platform.mt5.definitions.modes import BY_KEY

    definition = definition_from(file)
    with _symbols_told(terms.file):
        instruments = {symbol: definition.instrument(symbol) for symbol in symbols}
    quotes: Quotes = {}
    for one in definition.symbols:
        bid, ask = (float(one.info[side]) for side in ("bid", "ask"))
        exchanges = BY_KEY["trade_calc_mode"].get(int(one.info["trade_calc_mode"])) in PAIR_MODES
        if min(bid, ask) > 0.0 and (exchanges or one.name in symbols):
            known = instruments.setdefault(one.name, definition.instrument(one.name))
            quotes[one.name] = known.points(bid), known.points(ask)
    info, settings = definition.account.info, definition.account_settings()
    money = float(info["equity"]) or settings.balance / 10**settings.digits
    told: dict[str, Any] = {"currency": settings.currency, "digits": settings.digits, "leverage": settings.leverage}
    account = _account(terms, settings.currency, {**told, "deposit": round(money, settings.digits)})
    return _Broker(instruments, quotes, account, file.name)


def _account(terms: Terms, currency: str, told: Mapping[str, Any] | None = None) -> AccountPlan:
    """What is said here over what the file says. Raises `Failure` with the words of this verb."""
    from tallystick.platform.backtesting.account import account_plan

    given = {"deposit": terms.equity, "leverage": terms.leverage}
    fields = {**(told or {}), **{name: value for name, value in given.items() if value is not None}}
    with own_words(OWN_WORDS):
        return account_plan(fields, currency)


def _quotes(universe: Universe, broker: _Broker) -> tuple[Quotes, str]:
    """Bid and ask in points: of the universe's assets the last row, where it holds prices, else those of the file."""
    if universe.latest is None:
        missing = [name for name in universe.names if name not in broker.quotes]
        if missing:
            what = f"{universe.title} holds no prices, and nothing else says that of {', '.join(missing[:5])}"
            fix = "give a table of prices, or as --lots a terminal's export with its last bid and ask"
            raise Failure("E861", what, fix=fix)
        return broker.quotes, f"bid and ask in {broker.words}"
    quotes = dict(broker.quotes)
    for name, price in zip(universe.names, universe.latest.tolist(), strict=True):
        points = broker.instruments[name].points(price)
        if points <= 0:
            what = f"{name} has the last price {price:g}, less than a point of {broker.instruments[name].point:g}"
            raise Failure("E861", what, fix=f"check that {name} is the broker's symbol, and its digits")
        quotes[name] = points, points
    return quotes, f"last row of {universe.title}, {universe.last}"


def _route(money: AccountTerms, source: str, target: str, symbol: str) -> Route:
    """From `source` to the account's currency, `target`. Raises `Failure` (E118) where no pair leads there."""
    try:
        return money.route(source, symbol, "profit_rate")
    except CurrencyError as error:
        what = f"{symbol} is in {source}, the account in {target}, and no symbol here converts that"
        fix = f"say --equity in another currency, such as 10000{source}, or {STATED.format(symbol)}"
        raise Failure("E118", what, fix=fix) from error


def _rate(route: Route, prices: Prices, symbol: str) -> float:
    """Units of the account's currency, on the dearer side as a book converts. Raises `Failure`."""
    found = route.rate(prices, dear=True)
    if found is None:
        pairs = " and ".join(leg.symbol for leg in route.legs)
        what = f"{symbol} is in {route.source}, the account in {route.target}, and {pairs} has no price here"
        raise Failure("E118", what, fix=f"add {pairs} to the table, or {STATED.format(symbol)}")
    return found[0] / found[1]
