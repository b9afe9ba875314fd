"""What `--data` means: the demo's year, or files of your own with their clock."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.platform.cli.failure import Failure

if TYPE_CHECKING:
    from tallystick.platform.data.faults import Strictness
    from tallystick.platform.data.feed import Feed

FORM = "SYMBOL=FILE@CLOCK, such as EURUSD=eurusd.zip@fixed:-05:00"


def feed_of(given: Sequence[str], *, strict: bool = False) -> "Feed":
    """The feed that one or more `--data` name; `strict` refuses faults. Raises `Failure`, `DataError`."""
    strictness: Strictness = "strict" if strict else "treat"
    if list(given) == ["demo"]:
        from tallystick.platform.data.demo import demo_feed

        return demo_feed(strictness)
    from tallystick.platform.data.feed import Feed
    from tallystick.platform.data.lean import read_lean
    from tallystick.platform.data.series import series_from

    series = []
    for one in given:
        symbol, path, clock = _parts(one)
        rows = read_lean(path)
        series.append(series_from(rows, symbol=symbol, time_rule=clock, source=path.name, strictness=strictness))
    return Feed(series)


def _parts(text: str) -> tuple[str, Path, str]:
    symbol, equals, rest = text.partition("=")
    path, at, clock = rest.rpartition("@")
    if not (symbol and equals and path and at and clock):
        raise Failure("E840", "--data does not name data", got=text, expected=f"demo, or {FORM}", fix="--data demo")
    return symbol, Path(path), clock
