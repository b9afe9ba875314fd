"""What `--data` means: the demo's year, or files of your own with their symbol and clock."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.platform.cli.failure import Failure

if TYPE_CHECKING:
    from tallystick.platform.backtesting.terms import Terms
    from tallystick.platform.data.faults import Strictness
    from tallystick.platform.data.feed import Feed
    from tallystick.platform.data.series import Series

FORM = "SYMBOL=FILE@CLOCK, such as EURUSD=eurusd.zip@fixed:-05:00"
"""The clock may be left out where an option, or the file itself, tells it."""


def feed_of(given: Sequence[str], *, strict: bool = False) -> "Feed":
    """The feed that one or more `--data` name; `strict` refuses faults. Raises `Failure`, `DataError`."""
    strictness: Strictness = "strict" if strict else "treat"
    if list(given) == ["demo"]:
        from tallystick.platform.data.demo import demo_feed

        return demo_feed(strictness)
    from tallystick.platform.data.feed import Feed

    if not given:
        raise Failure("E840", "a plan needs data", expected=f"demo, or {FORM}", fix="--data demo")
    return Feed([_series(*_clocked(one), strictness=strictness) for one in given])


def sources_of(given: Sequence[str], terms: "Terms", home: Path | None = None) -> list[Any]:
    """What a backtest is given on the command line: words and files as they are, FORM as the series it names.

    Names of the catalogue in the folder that --home names are read from there.
    """
    from tallystick.platform.backtesting.in_vain import require_of_use
    from tallystick.platform.data.catalogue import Catalogue

    require_of_use(given, terms, None if home is None else Catalogue.of_user(home))
    return [_source(one, terms, home) for one in given]


def _source(text: str, terms: "Terms", home: Path | None) -> Any:
    if Path(text).exists():
        return text
    if "=" in text:
        return _named(text, terms)
    if home is None:
        return text  # the catalogue that everybody finds is looked in later
    from tallystick.platform.data.catalogue import Catalogue

    kept = Catalogue.of_user(home)
    return kept.read(text) if text in kept else text


def _named(text: str, terms: "Terms") -> "Series":
    from tallystick.platform.backtesting.market import moment_ns

    symbol, path, clock = _parts(text)
    read = {"strictness": terms.strictness, "mapping": terms.mapping, "spread_points": terms.spread_points}
    start, stop = moment_ns(terms.start), moment_ns(terms.end, last=True)
    return _series(symbol, path, clock or terms.tz, start=start, stop=stop, **read)


def _series(symbol: str, path: Path, clock: str, **stated: Any) -> "Series":
    from tallystick.platform.data.opening import series_of

    return series_of(path, symbol=symbol, tz=clock or None, **stated)


def _clocked(text: str) -> tuple[str, Path, str]:
    """The parts where no option tells the clock. Raises `Failure`."""
    symbol, path, clock = _parts(text)
    if not clock:
        raise _unread(text)
    return symbol, path, clock


def _parts(text: str) -> tuple[str, Path, str]:
    """Symbol, file, and the clock or ""; a file's name may hold an @. Raises `Failure`."""
    symbol, equals, rest = text.partition("=")
    path, at, clock = rest.rpartition("@")
    if not at or Path(rest).exists():
        path, clock = rest, ""
    elif not clock:
        raise _unread(text)
    if not (symbol and equals and path):
        raise _unread(text)
    return symbol, Path(path), clock


def _unread(text: str) -> Failure:
    return Failure("E840", "--data does not name data", got=text, expected=f"demo, or {FORM}", fix="--data demo")
