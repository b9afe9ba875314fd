"""What `tallystick mt5 exec` may be told: each option described once, with the numbers it takes."""

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

from tallystick.platform.cli.market_data import FORM
from tallystick.platform.cli.run_folder import folder_named

DEFAULT_FOLDER = Path("tallystick-exec")
A_DAY_MS = 86_400_000
A_NS_MS = 1e-6
WORD = 2**63
"""Seeds lie below this, on both sides of 0."""


def _number(value: float) -> float:
    """The value, unless it is none: "nan" passes every bound."""
    if math.isnan(value):
        message = "nan is no number"
        raise typer.BadParameter(message)
    return value


Script = Annotated[Path, typer.Argument(metavar="SCRIPT", help="The bot: a file that imports MetaTrader5.")]
Arguments = Annotated[list[str] | None, typer.Argument(metavar="[-- ARG]...", help="For the script.")]
Data = Annotated[
    list[str] | None,
    typer.Option("--data", metavar="DATA", help=f"demo (the default), a file, or {FORM}; once for each symbol."),
]
First = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="Where the bot begins (UTC); rows before are history.")
]
Last = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, whole, or moment (UTC).")]
History = Annotated[
    str | None, typer.Option("--history-from", metavar="DATE", help="First row of the history before --from.")
]
Symbol = Annotated[str, typer.Option("--symbol", help="What the file holds, where its name does not say.")]
Clock = Annotated[str, typer.Option("--clock", metavar="CLOCK", help="The files' clock: utc, mt5, America/New_York.")]
Model = Annotated[
    Literal["auto", "every-tick", "one-minute-ohlc", "open-prices", "path", "real-ticks"],
    typer.Option("--model", help="How bars become quotes."),
]
Terminal = Annotated[
    Path | None, typer.Option("--terminal", metavar="FILE", help="Your broker's symbols and account (export.py).")
]
Instruments = Annotated[
    Path | None, typer.Option("--instruments", metavar="FILE", help="Conditions in JSON or TOML, without --terminal.")
]
RiskFile = Annotated[
    Path | None, typer.Option("--risk", metavar="FILE", help="Limits as a plan has them, in JSON or TOML.")
]
Balance = Annotated[str | None, typer.Option("--balance", help="What the account begins with.")]
Currency = Annotated[str, typer.Option("--currency", help="Of the account, without --terminal; else the symbols'.")]
Leverage = Annotated[int | None, typer.Option("--leverage", min=1, max=10_000, help="30 without it.")]
MarginMode = Annotated[Literal["hedging", "netting"] | None, typer.Option("--margin-mode", help="hedging without it.")]
ServerTime = Annotated[
    str,
    typer.Option("--server-time", metavar="RULE", help="The server's clock, without --terminal; else new_york+7."),
]
LatencyMs = Annotated[
    float,
    typer.Option(
        "--latency-ms",
        metavar="MS",
        min=0,
        max=A_DAY_MS,
        callback=_number,
        help="From sending an order to its execution.",
    ),
]
CallCostMs = Annotated[
    float,
    typer.Option(
        "--call-cost-ms",
        metavar="MS",
        min=A_NS_MS,
        max=A_DAY_MS,
        callback=_number,
        help="What a call costs on the bot's clock.",
    ),
]
Speed = Annotated[Literal["max", "real"], typer.Option("--speed", help="real: a sleep takes as long as it says.")]
Zone = Annotated[str, typer.Option("--tz", metavar="ZONE", help="The bot's time zone.")]
Threads = Annotated[
    Literal["refused", "turns"],
    typer.Option("--threads", help="turns: the bot's own threads may call, sleep and wait, one at a time."),
]
Seed = Annotated[
    int, typer.Option("--seed", min=-WORD, max=WORD - 1, help="Of hash order, random and NumPy in the bot.")
]
CloseAtEnd = Annotated[bool, typer.Option("--close-at-end", help="Close what the bot left open, at the last quotes.")]
LimitS = Annotated[
    float,
    typer.Option(
        "--limit-s",
        metavar="S",
        min=0.1,
        callback=_number,
        help="Wall time without a call after which the bot is ended.",
    ),
]
Book = Annotated[
    Path | None,
    typer.Option("--book", metavar="DIR", parser=folder_named, help=f"A folder to keep; {DEFAULT_FOLDER} is not."),
]
Report = Annotated[bool, typer.Option("--report/--no-report", help="Write report.html in the book.")]
