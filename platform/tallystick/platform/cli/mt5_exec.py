"""`tallystick mt5 exec`: anybody's MetaTrader 5 bot against the simulated terminal, in a book."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from tallystick.platform.cli import mt5_exec_options as told
from tallystick.platform.cli.arguments import Strict
from tallystick.platform.cli.backtest_folder import ready_folder
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.data_options import Mapping, SkipBad, SpreadPoints, mapping_of, strictness_of
from tallystick.platform.cli.demo_folder import Maker
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import own_key
from tallystick.platform.cli.market_data import sources_of
from tallystick.platform.cli.mt5_exec_options import DEFAULT_FOLDER
from tallystick.platform.cli.mt5_exec_watching import watching
from tallystick.platform.cli.operators_log import move_to
from tallystick.platform.cli.own_words import own_words
from tallystick.platform.cli.place import spoken
from tallystick.platform.cli.run_folder import PLAN_FILE
from tallystick.platform.cli.run_outcome import document_of_outcome, lines_of_outcome, outcome_of
from tallystick.platform.cli.screen import plain_where_needed, warn
from tallystick.platform.cli.stopping import stopping
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.events.types.mt5 import BotEnded
    from tallystick.platform.cli.run_outcome import Outcome
    from tallystick.platform.mt5.exec.carrying_out import BotRun
    from tallystick.platform.mt5.exec.preparing import BotTerms, PreparedBot

OWN_WORDS = {"--tz": "--clock", "--deposit": "--balance"}
"""What data and account say to do, and what that is called here."""
MAKER = Maker("tallystick mt5 exec", "exec.json", "the bot's run")
SAW_THE_END = frozenset({"data_over", "swallowed"})
ENDINGS = {
    "returned": "the script ran to its end",
    "exited": "the script called sys.exit",
    "raised": "the script raised",
    "data_over": "the data were over",
    "swallowed": "the data were over; the script caught that a hundred times and was ended",
    "silent": "the script made no call for too long and was ended",
    "died": "the script's process died",
    "stopped": "it was stopped",
}


def exec_(  # noqa: PLR0913 -- each option is one thing a trader may say
    context: typer.Context,
    script: told.Script,
    arguments: told.Arguments = None,
    *,
    data: told.Data = None,
    first: told.First = None,
    last: told.Last = None,
    history: told.History = None,
    symbol: told.Symbol = "",
    clock: told.Clock = "",
    mapping: Mapping = None,
    spread_points: SpreadPoints = None,
    strict: Strict = False,
    skip_bad: SkipBad = False,
    model: told.Model = "auto",
    terminal: told.Terminal = None,
    instruments: told.Instruments = None,
    risk: told.RiskFile = None,
    balance: told.Balance = None,
    currency: told.Currency = "",
    leverage: told.Leverage = None,
    margin_mode: told.MarginMode = None,
    server_time: told.ServerTime = "",
    latency_ms: told.LatencyMs = 0.0,
    call_cost_ms: told.CallCostMs = 0.1,
    speed: told.Speed = "max",
    threads: told.Threads = "refused",
    tz: told.Zone = "UTC",
    seed: told.Seed = 0,
    close_at_end: told.CloseAtEnd = False,
    limit_s: told.LimitS = 60.0,
    book: told.Book = None,
    report: told.Report = True,
) -> Answer:
    """Run a MetaTrader 5 bot, unchanged, on recorded prices: no Windows, no terminal, all of it in a log.

    The script finds a MetaTrader5 whose clock, prices and account are simulated. The same script, data and options
    give the same decision digest anywhere. What it prints is shown as it comes.
    Exit 0: it ended by itself or saw the end of the data; 1: it failed, died or was stopped; 2: it made no call for
    too long, or something cannot be used; 3: a record is broken.

    Example: tallystick mt5 exec bot.py --data EURUSD_M1.csv --clock mt5 --from 2024-02-01 -- --lots 0.1
    """
    from tallystick.platform.mt5.exec.preparing import BotTerms, prepared_bot

    call: Call = context.obj
    account = {"deposit": balance, "currency": currency, "leverage": leverage, "margin_mode": margin_mode}
    terms = BotTerms(
        argv=tuple(arguments or ()),
        terminal=terminal,
        instruments=instruments,
        risk=None if risk is None else limits_in(risk),
        model=model,
        start=first,
        end=last,
        history=history,
        symbol=symbol,
        clock=clock,
        tz=tz,
        seed=seed,
        account={name: value for name, value in account.items() if value not in {None, ""}},
        server_time=server_time,
        latency_ms=latency_ms,
        call_cost_ms=call_cost_ms,
        threads=threads,
        close_at_end=close_at_end,
        mapping=mapping_of(mapping),
        spread_points=spread_points,
        strictness=strictness_of(strict=strict, skip_bad=skip_bad),
    )
    with own_words(OWN_WORDS):
        terms = replace(terms, data=_data(data or ["demo"], call, terms))
        ready = prepared_bot(script, terms)
    folder = ready_folder(book, context, DEFAULT_FOLDER, MAKER)
    made = kept(ready, folder, call, speed=speed, limit_s=limit_s)
    outcome = outcome_of(folder, report=report)
    document = document_of(made, ready, outcome, folder)

    def show(console: "Console") -> None:
        for line in (*lines_of(made, ready), *lines_of_outcome(outcome, spoken(folder))):
            console.print(plain_where_needed(line))
        console.print(f"decision digest  {made.result.decision_digest.hex()}")
        console.print("Next:")
        for command in _next(folder):
            console.print(f"  {command}")

    return Answer(document, show, exit_of(made.ended))


def kept(ready: "PreparedBot", folder: Path, call: Call, *, speed: Literal["max", "real"], limit_s: float) -> "BotRun":
    """Carried out in a folder that stays: signed with the user's key, Ctrl-C heard."""
    from tallystick.platform.mt5.exec.carrying_out import Carrying, carry_out

    warn(ready.feed.warnings())
    key = own_key(call)
    folder.mkdir(parents=True, exist_ok=True)
    move_to(folder)
    plan = folder / PLAN_FILE
    plan.write_text(ready.plan.as_json() + "\n", encoding="utf-8", newline="\n")
    with watching(ready.bot.start, ready.bot.end) as watch, stopping() as asked:
        how = Carrying(
            speed=speed,
            limit_s=limit_s,
            stop_asked=asked,
            watched=watch.see,
            sources=(plan,),
            apart=call.as_json,
        )
        return carry_out(ready, folder, key.of_log, how)


def limits_in(path: Path) -> dict[str, Any]:
    """Risk's limits in a file: a plan's `risk`, or what stands there itself. Raises `Failure`."""
    import json
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        told = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        fix = "give a JSON or TOML file such as: order_volume_max = 10000000"
        raise Failure("E584", "the risk limits cannot be read", where=str(path), got=str(error), fix=fix) from None
    limits = told.get("risk", told) if isinstance(told, dict) else None
    if not isinstance(limits, dict):
        raise Failure("E584", "the file holds no risk limits", where=str(path), fix="see docs/risk.md")
    return limits


def exit_of(ended: "BotEnded") -> Exit:
    """What the verb's exit code says of the bot's end."""
    if ended.how == "silent":
        return Exit.USAGE
    well = ended.how in SAW_THE_END or (ended.how in {"returned", "exited"} and ended.code == 0)
    return Exit.OK if well else Exit.FINDINGS


def lines_of(made: "BotRun", ready: "PreparedBot") -> list[str]:
    """The run of a bot in words."""
    ended = made.ended
    code = "" if ended.how in SAW_THE_END else f" (exit code {ended.code})"
    came_to = f"{count_of(made.calls, 'call')}, {count_of(made.result.rows, 'quote')}"
    lines = [f"bot {ready.bot.script}: {ENDINGS[ended.how]}{code}; {came_to}"]
    if ended.how in {"died", "stopped"}:  # anything else the bot's process has shown itself
        lines += [f"  {line}" for line in ended.detail.rstrip().splitlines()]
    lines += [f"prices {line}" for line in ready.bot.modelling]
    lines += [f"warning: not repeatable: {one.name}: {one.detail}" for one in made.warned]
    lines += [f"note: {note}" for note in ready.notes]
    return lines


def document_of(made: "BotRun", ready: "PreparedBot", outcome: "Outcome", folder: Path) -> dict[str, Any]:
    """The run of a bot for `--json`."""
    ended = made.ended
    return {
        **{name: getattr(made.result, name) for name in made.result.__slots__},
        **document_of_outcome(outcome),
        "ok": exit_of(ended) is Exit.OK,
        "book": str(folder),
        "bot": {"how": ended.how, "code": ended.code, "detail": ended.detail, "calls": made.calls},
        "not_repeatable": [f"{one.name}: {one.detail}" for one in made.warned],
        "modelling": list(ready.bot.modelling),
        "warnings": list(outcome.warnings),
        "notes": list(ready.notes),
        "next": _next(folder),
    }


def _data(given: list[str], call: Call, terms: "BotTerms") -> list[Any]:
    from tallystick.platform.backtesting.terms import Terms

    read = Terms(
        symbol=terms.symbol,
        tz=terms.clock,
        mapping=terms.mapping,
        spread_points=terms.spread_points,
        strictness=terms.strictness,
    )
    return sources_of(given, read, call.home)


def _next(folder: Path) -> list[str]:
    book = spoken(folder)
    return [f"tallystick audit verify {book}", f"tallystick replay {book}", f"tallystick report {book}"]
