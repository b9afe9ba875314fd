"""What a run came to, read from its log: the money, the orders, and what went wrong."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.platform.report.summary import Summary


@dataclass(frozen=True, slots=True)
class Outcome:
    """A book's result; `halted` is why it is halted at its end ("": it is not), `failed` the modules that failed."""

    summary: "Summary"
    halted: str
    failed: tuple[str, ...]
    report: Path | None

    @property
    def well(self) -> bool:
        """True when nothing stops the book from trading on as planned."""
        return not (self.halted or self.failed)


def outcome_of(book: Path, *, report: bool) -> Outcome:
    """Read the log of a book; with `report` write its page beside it."""
    from tallystick.events.types.running import BookHalted, BookResumed, ModuleFailed
    from tallystick.platform.cli.reading import open_reader, seqs_of
    from tallystick.platform.report import summarise, write_report

    place, reader = open_reader(book)
    names = {"book.halted", "book.resumed", "module.failed"}
    types = frozenset(key[0] for key, each in reader.types.items() if each.name in names)
    halted, failed = "", dict[str, None]()
    for seq in seqs_of(reader, types) if types else ():
        event = reader.fetch(seq).event
        if isinstance(event, BookHalted):
            halted = event.reason or "no reason given"
        elif isinstance(event, BookResumed):
            halted = ""
        elif isinstance(event, ModuleFailed):
            failed[event.module] = None
    path = book / "report.html" if report else None
    summary = write_report(place.log, path) if path is not None else summarise(place.log)
    return Outcome(summary, halted, tuple(failed), path)


def document_of_outcome(outcome: Outcome) -> dict[str, Any]:
    """The outcome for `--json`; money in minor units."""
    summary = outcome.summary
    return {
        "currency": summary.currency,
        "digits": summary.digits,
        "balance": summary.closing_balance,
        "net": summary.net_profit,
        "orders": summary.orders,
        "deals": summary.deals,
        "denied": summary.denied,
        "denials": summary.denials,
        "stop_losses": summary.stop_losses,
        "halted": outcome.halted,
        "failed_modules": list(outcome.failed),
        "report": None if outcome.report is None else str(outcome.report),
    }


def lines_of_outcome(outcome: Outcome, book: str) -> list[str]:
    """The outcome in words."""
    summary, money = outcome.summary, outcome.summary.money
    denials = ", ".join(f"{rule} {count}" for rule, count in summary.denials.items())
    balance = f"balance {money(summary.closing_balance)} {summary.currency}, of {money(summary.deposit)}"
    traded = f"{summary.orders:,} orders, {summary.deals:,} deals, {summary.stop_losses:,} stop losses"
    denied = f"{summary.denied:,} denied by risk{f' ({denials})' if denials else ''}"
    lines = [f"{balance}; net {money(summary.net_profit)}", f"{traded}, {denied}"]
    if outcome.failed:
        lines.append(f"FAILED: {', '.join(outcome.failed)}; see: tallystick events tail {book} --type module.failed")
    if outcome.halted:
        lines.append(f"HALTED: {outcome.halted}")
        lines.append(f'Let it trade again: tallystick resume {book} --reason "..."')
    if outcome.report is not None:
        lines.append(f"report           {outcome.report}")
    return lines
