"""Functions of symbols, quotes, bars, ticks and market depth."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tallystick.platform.mt5.connecting import LINE, UNKNOWN_VERSION
from tallystick.platform.mt5.dropin.arguments import GROUP_LENGTH, INVALID, NAME_LENGTH, Refused, counted, date, text
from tallystick.platform.mt5.dropin.calling import asking, function
from tallystick.platform.mt5.dropin.native import Style
from tallystick.platform.mt5.wire import SUCCESS

Taken = tuple[tuple[str, Callable[[Any], Any]], ...]
"""Arguments in order: name, and how the original takes it."""
PLAIN = frozenset({str, int})
"""Of these, what is equal is the same: no True for 1, no 1.0."""
MOST_REMEMBERED = 256


def _name(value: Any) -> str:
    """A symbol's name."""
    if type(value) is str and len(value) <= NAME_LENGTH and value.isascii():
        return value
    return text(value, NAME_LENGTH, INVALID)


def taken(unnamed: tuple[Any, ...], wanted: Taken) -> dict[str, Any]:
    """Exactly the wanted arguments. C ints are parsed before anything else is looked at."""
    if len(unnamed) != len(wanted):
        raise Refused(INVALID)
    arguments: dict[str, Any] = {}
    try:
        for (name, take), value in zip(wanted, unnamed, strict=True):
            arguments[name] = take(value)
    except Refused:  # which of several is named depends on the order in which the original looks
        pairs = [(name, take, value) for (name, take), value in zip(wanted, unnamed, strict=True)]
        parsed = {name: take(value) for name, take, value in pairs if take is counted}
        return {name: parsed[name] if take is counted else take(value) for name, take, value in pairs}
    return arguments


def _of_symbol(name: str) -> Any:
    """A function of one symbol's name that gives a struct, or None."""

    def body(*unnamed: Any) -> Any:
        if len(unnamed) != 1:
            raise Refused(INVALID)
        return LINE.ask(name, {"symbol": _name(unnamed[0])})

    body.__name__ = name
    return function(Style.POSITIONAL, f"{name}(symbol)")(body)


def _of_book(name: str) -> Any:
    """A subscription to market depth: a failure gives False and leaves `last_error()` at success, as the original."""

    def body(*unnamed: Any) -> Any:
        done = LINE.ask(name, taken(unnamed, (("symbol", _name),)), failing=False)
        LINE.error = SUCCESS
        return done

    body.__name__ = name
    return function(Style.POSITIONAL, f"{name}(symbol)")(body)


def _remembered(wanted: Taken) -> Callable[[tuple[Any, ...]], dict[str, Any]]:
    """`taken`, but the same str and int are not looked at again: a bot polls with the same words over and over."""
    known: dict[tuple[Any, ...], dict[str, Any]] = {}

    def arguments(unnamed: tuple[Any, ...]) -> dict[str, Any]:
        if not PLAIN.issuperset(map(type, unnamed)):
            return taken(unnamed, wanted)
        found = known.get(unnamed)
        if found is None:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            found = known[unnamed] = taken(unnamed, wanted)
        return found

    return arguments


def _copying(name: str, wanted: Taken, *, polled: bool = False) -> Any:
    """A function that gives an array; `polled`: its arguments are often the same."""
    arguments = _remembered(wanted) if polled else partial(taken, wanted=wanted)

    def body(*unnamed: Any) -> Any:
        return LINE.ask(name, arguments(unnamed))

    body.__name__ = name
    return function(Style.POSITIONAL, f"{name}({', '.join(argument for argument, _ in wanted)})")(body)


_SYMBOL = ("symbol", _name)
_TIMEFRAME, _COUNT, _FLAGS = ("timeframe", counted), ("count", counted), ("flags", counted)
_FROM, _TO = ("date_from", date), ("date_to", date)

copy_ticks_from = _copying("copy_ticks_from", (_SYMBOL, _FROM, _COUNT, _FLAGS))
copy_ticks_range = _copying("copy_ticks_range", (_SYMBOL, _FROM, _TO, _FLAGS))
copy_rates_from = _copying("copy_rates_from", (_SYMBOL, _TIMEFRAME, _FROM, _COUNT))
copy_rates_from_pos = _copying(
    "copy_rates_from_pos", (_SYMBOL, _TIMEFRAME, ("start_pos", counted), _COUNT), polled=True
)
copy_rates_range = _copying("copy_rates_range", (_SYMBOL, _TIMEFRAME, _FROM, _TO))

symbol_info = _of_symbol("symbol_info")
symbol_info_tick = _of_symbol("symbol_info_tick")
symbols_total = asking("symbols_total", "symbols_total()", unconnected=UNKNOWN_VERSION)
market_book_add = _of_book("market_book_add")
market_book_release = _of_book("market_book_release")
market_book_get = _of_symbol("market_book_get")


@function(Style.POSITIONAL, "symbol_select(symbol,[enable])", refused=False)
def symbol_select(*unnamed: Any) -> Any:
    """Put a symbol into Market Watch, or take it out; `enable` may be anything that is true or false."""
    if not 1 <= len(unnamed) <= 2:
        raise Refused(INVALID)
    arguments = {"symbol": _name(unnamed[0]), "enable": len(unnamed) == 1 or bool(unnamed[1])}
    return LINE.ask("symbol_select", arguments, failing=False)


@function(Style.NAMED, 'symbols_get([group="GROUP"])', refused=False)
def symbols_get(*unnamed: Any, **named: Any) -> Any:
    """Symbols, all or of a group; the group may be unnamed."""
    if len(unnamed) > 1:
        raise Refused("Invalid number of arguments")
    arguments: dict[str, Any] = {}
    if unnamed:
        arguments["group"] = text(unnamed[0], GROUP_LENGTH, "Invalid 1st unnamed argument")
    if "group" in named:
        arguments["group"] = text(named["group"], GROUP_LENGTH, 'Invalid "group" argument')
    return LINE.ask("symbols_get", arguments, unconnected=UNKNOWN_VERSION)
