"""What `optimize`, `walk-forward` and `lookahead-check` share: options, research log, progress, an orderly Ctrl-C."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.platform.cli.call import Call
from tallystick.platform.cli.data_options import mapping_of
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import own_key
from tallystick.platform.cli.market_data import FORM
from tallystick.platform.cli.screen import progress
from tallystick.platform.cli.stopping import stopping

if TYPE_CHECKING:
    from tallystick.platform.config.risk_said import SaidRisk
    from tallystick.platform.judging.research_log import ResearchLog

Strategy = Annotated[
    str, typer.Argument(metavar="FILE", help="ema.py, ema.py:EmaCross, or a built-in such as ema_cross.")
]
Data = Annotated[list[str] | None, typer.Argument(metavar="[DATA]...", help=f"demo (the default), a file, or {FORM}.")]
Sets = Annotated[
    list[str],
    typer.Option("--set", metavar="NAME=VALUES", help="fast=5..40:5, slow=20,50,100 or width=0.5..2.5; once for each."),
]
Method = Annotated[str, typer.Option("--method", help="grid, random or optuna (which is an extra).")]
Objective = Annotated[
    str,
    typer.Option(
        "--objective",
        help="sharpe, net, profit_factor, expected_payoff, recovery_factor, win_rate or drawdown.",
    ),
]
Trials = Annotated[int | None, typer.Option("--trials", min=1, help="Of a search that is drawn: 100 without it.")]
Seed = Annotated[int, typer.Option("--seed", help="Of the search and of its runs.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes; one for each core without it.")]
Pruning = Annotated[
    bool, typer.Option("--pruning", help="Give a trial up that is below the median after a third of the time.")
]
Symbol = Annotated[str, typer.Option("--symbol", help="Instead of the strategy's; or what the file holds.")]
Timeframe = Annotated[str, typer.Option("--timeframe", help="Such as H1; finer data are resampled.")]
First = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day or moment (UTC).")]
Last = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, whole, or moment (UTC).")]
Clock = Annotated[str, typer.Option("--tz", metavar="CLOCK", help="The files' clock: utc, mt5, America/New_York.")]
Instruments = Annotated[
    Path | None, typer.Option("--instruments", metavar="FILE", help="Your broker's conditions, in JSON or TOML.")
]
Lots = Annotated[str | None, typer.Option("--lots", help="Of a strategy that says only the direction.")]
Deposit = Annotated[str | None, typer.Option("--deposit", help="10000, or with its currency 10000EUR.")]
Leverage = Annotated[int | None, typer.Option("--leverage", min=1, max=10_000, help="30 without it.")]
Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--risk",
        metavar="LIMIT",
        help="A key of [risk] in a config, such as drawdown=10% or limits.max_loss=500, or a preset; once for each.",
    ),
]
Research = Annotated[
    Path | None,
    typer.Option(
        "--research",
        metavar="DIR",
        envvar="TALLYSTICK_RESEARCH",
        help="The research log; without it `research` in your project, or here.",
    ),
]


def research_log(folder: Path | None, call: Call) -> "ResearchLog":
    """The log that counts, under the user's own key."""
    from tallystick.platform.judging.research_log import ResearchLog

    return ResearchLog(folder, own_key(call).signer)


def ranges_of(settings: list[str]) -> dict[str, str]:
    """`fast=5..40:5` as a name and its values. Raises `Failure`."""
    found: dict[str, str] = {}
    for one in settings:
        name, equals, text = one.partition("=")
        if not (name.isidentifier() and equals and text):
            expected = "NAME=VALUES"
            raise Failure("E844", "--set names no parameter", got=one, expected=expected, fix="--set fast=5..40:5")
        if name in found:
            raise Failure("E844", f"--set names {name} twice", got=one, expected="each once", fix=f"--set {name}=5,10")
        found[name] = text
    return found


def data_of(given: list[str] | None, terms: dict[str, Any], call: Call) -> Any:
    """What the trials run on; one source by itself, so that its symbol is the strategy's where that has none."""
    from tallystick.platform.backtesting.terms import Terms
    from tallystick.platform.cli.market_data import sources_of

    sources = sources_of(given or ["demo"], Terms(**terms), call.home)
    return sources[0] if len(sources) == 1 else sources


def risk_of(limits: list[str] | None) -> "SaidRisk | None":
    """Limits in place of the defaults. Raises `ConfigError`."""
    from tallystick.platform.config.risk_said import risk_said

    return risk_said(limits) if limits else None


def terms_of(*, mapping: str | None, skip_bad: bool, limits: list[str] | None, **given: Any) -> dict[str, Any]:
    """What a person said of the runs, less what they left out. Raises `Failure`."""
    strictness = "skip_bad" if skip_bad else None
    said = {**given, "mapping": mapping_of(mapping), "strictness": strictness, "risk": risk_of(limits)}
    return {name: value for name, value in said.items() if value is not None and value != ""}


@contextmanager
def at_work(what: str) -> Iterator[tuple[Callable[[int, int], None], Callable[[], bool]]]:
    """Progress on stderr, and Ctrl-C heard: once ends the search in good order."""
    with progress(what) as done, stopping() as asked:
        yield done, asked


def shown(value: Any) -> str:
    """A figure in a table."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(rows: list[list[str]]) -> list[str]:
    """Rows as aligned lines, the first the headings."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
