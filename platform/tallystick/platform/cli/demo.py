"""`tallystick demo`: one year of real prices, traded, verified, replayed and reported."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.platform.cli.arguments import DEFAULT_BOOK, Strict
from tallystick.platform.cli.audit_verify import document_of_verdict, judge, outside_command
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.demo_folder import DEMO, require_made_by, take_folder
from tallystick.platform.cli.holding import hold
from tallystick.platform.cli.home import OwnKey, own_key
from tallystick.platform.cli.market_data import feed_of
from tallystick.platform.cli.option_words import in_options
from tallystick.platform.cli.place import place_of, spoken
from tallystick.platform.cli.reading import seqs_of, types_like
from tallystick.platform.cli.replay import document_of_replay, exit_of, lines_of, replayed
from tallystick.platform.cli.run import carried_out, document_of_run, key_document, lines_of_work
from tallystick.platform.cli.run_folder import require_key_elsewhere

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.events.findings import Verdict
    from tallystick.events.note import VerifierKey
    from tallystick.platform.data.feed import Feed
    from tallystick.platform.kernel.contract import RunResult
    from tallystick.platform.kernel.replaying import ReplayResult
    from tallystick.platform.report.summary import Summary


@dataclass(frozen=True, slots=True)
class Told:
    """Everything the demo has to say."""

    book: Path
    replaced: bool
    key: OwnKey
    vkey: "VerifierKey"
    feed: "Feed"
    result: "RunResult"
    verdict: "Verdict"
    replay: "ReplayResult"
    summary: "Summary"
    report: Path
    deal: int


def demo(
    context: typer.Context,
    book: Annotated[Path, typer.Option("--book", metavar="DIR", help="The book's folder.")] = DEFAULT_BOOK,
    *,
    again: Annotated[bool, typer.Option("--again", help="Begin anew even if an earlier demo was interrupted.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the run.")] = 0,
    strict: Strict = False,
) -> Answer:
    """Trade a year of real prices, verify and replay the log, write a report.

    EURUSD, NZDUSD and XAUUSD of 2014, hourly, with an EMA cross and a z-score reversion on each and a monthly
    rebalancing over the three by the quantum optimiser, under risk limits, on a simulated account. The results are what
    they are. An earlier demo in the folder is replaced.

    Example: tallystick demo
    """
    from tallystick.platform.cli.demo_plan import demo_plan

    call: Call = context.obj
    feed, plan = feed_of(["demo"], strict=strict), demo_plan(seed)
    require_key_elsewhere(book, call)
    require_made_by(book, DEMO)
    hold(book, context)
    replaced = take_folder(book, again=again)
    key = own_key(call)
    result = carried_out(book, plan, feed, key, home=call.home)
    vkey = key.of_log(result.origin).vkey
    verdict = judge(place_of(book), vkey)
    replay = replayed(book)
    summary, report = _report(book, verdict, replay)
    told = Told(book, replaced, key, vkey, feed, result, verdict, replay, summary, report, _last_deal(book))
    worst = max(verdict.exit_code, exit_of(replay), Exit.FINDINGS if result.ended == "stopped" else Exit.OK)
    return Answer(_document(told), lambda console: _show(told, console), Exit(worst))


def _report(book: Path, verdict: "Verdict", replay: "ReplayResult") -> "tuple[Summary, Path]":
    from tallystick.platform.report import write_report

    path = book / "report.html"
    verified = "OK, the log holds and is signed at its head" if verdict.exit_code == 0 else verdict.lines()[0]
    repeated = "OK, every record came out bit for bit" if replay.equal else replay.message
    return write_report(book / "log", path, verdicts={"verify": verified, "replay": repeated}), path


def _last_deal(book: Path) -> int:
    """Seq of the last deal, for the reader to ask why; -1 when there is none."""
    from tallystick.platform.cli.reading import open_reader

    _, reader = open_reader(book)
    return max(seqs_of(reader, types_like(reader, "deal.made")), default=-1)


def _next_commands(told: Told) -> list[str]:
    book = spoken(told.book)
    return [
        f"tallystick why {max(told.deal, 0)} {book}",
        f"tallystick audit tamper-test {book}",
        f"tallystick audit prove {max(told.deal, 0)} {book} -o proof.json",
    ]


def _document(told: Told) -> dict[str, Any]:
    summary = told.summary
    return {
        **document_of_run(told.result),
        "book": str(told.book),
        "replaced": told.replaced,
        "key": key_document(told.key),
        "warnings": [in_options(warning) for warning in told.feed.warnings()],
        "currency": summary.currency,
        "digits": summary.digits,
        "balance": summary.closing_balance,
        "net": summary.net_profit,
        "flat": summary.flat,
        "buy_and_hold": summary.buy_and_hold,
        "orders": summary.orders,
        "deals": summary.deals,
        "denied": summary.denied,
        "denials": summary.denials,
        "refused": summary.refused_by_terminal,
        "refusals": summary.refusals,
        "stop_losses": summary.stop_losses,
        "swaps_charged": summary.swaps_charged,
        "verify": document_of_verdict(told.verdict, told.vkey),
        "replay": document_of_replay(told.replay),
        "report": str(told.report),
        "next": _next_commands(told),
    }


def _show(told: Told, console: "Console") -> None:
    for line in _lines(told):
        console.print(line)


def _lines(told: Told) -> list[str]:
    summary, result, money = told.summary, told.result, told.summary.money
    denials = ", ".join(f"{rule} {count}" for rule, count in summary.denials.items())
    place = place_of(told.book)
    lines = [f"replaced the earlier demo in {told.book}"] if told.replaced else []
    lines += [f"warning: {in_options(warning)}" for warning in told.feed.warnings()]
    lines += [
        "",
        f"{', '.join(summary.symbols)} 2014: {result.rows:,} bars",
        f"{result.size:,} events, {summary.orders:,} orders, {summary.deals:,} deals",
        f"{summary.denied:,} denied by risk{f' ({denials})' if denials else ''}",
        *summary.refusal_lines(),
        f"{summary.stop_losses:,} stop losses, {summary.swaps_charged:,} swaps",
        *lines_of_work(result),
        f"balance {money(summary.closing_balance)} {summary.currency}, of {money(summary.deposit)}",
        f"net {money(summary.net_profit)}   buy and hold {money(summary.buy_and_hold)}   flat {money(summary.flat)}",
        "",
        f"head             {result.head.hex()} over {result.size:,} records",
        f"decision digest  {result.decision_digest.hex()}",
        f"verify           {told.verdict.lines()[0]}",
        f"replay           {lines_of(told.replay)[-1]}",
        f"outside          {outside_command(place, told.vkey)}",
        "                 (write outside_verifier.py with: tallystick audit verifier)",
        f"report           {told.report}",
        "",
        "Next:",
        *(f"  {command}" for command in _next_commands(told)),
    ]
    return lines
