"""What a run came to, read from its log: the money, the orders, and what went wrong."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.platform.cli.option_words import in_options

if TYPE_CHECKING:
    from tallystick.platform.report.reckoning import Reckoning


@dataclass(frozen=True, slots=True)
class Outcome:
    """A book's result, where its page was written, and what the strategies say besides that a reader must not miss."""

    reckoning: "Reckoning"
    report: Path | None
    late: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What risk took of strategies that traded, and bars that are seen late."""
        return (*self.reckoning.cut_short, *self.late)

    @property
    def well(self) -> bool:
        """True when nothing stops the book from trading on as planned."""
        return not (self.reckoning.halted or self.reckoning.failed)


def outcome_of(book: Path, *, report: bool, late: tuple[str, ...] = ()) -> Outcome:
    """Read the log of a book: with `report` all of it, and its page is written beside it.

    `late` are strategies that see other bars one late, which the log does not tell.
    """
    from tallystick.platform.cli.reading import open_reader

    place, reader = open_reader(book)
    if report:
        from tallystick.platform.report import write_report

        path = book / "report.html"
        return Outcome(write_report(place.log, path, warnings=late), path, late)
    from tallystick.platform.report.reckoning import reckoned

    return Outcome(reckoned(reader), None, late)


def document_of_outcome(outcome: Outcome) -> dict[str, Any]:
    """The outcome for `--json`; money in minor units."""
    reckoning = outcome.reckoning
    return {
        "currency": reckoning.currency,
        "digits": reckoning.digits,
        "balance": reckoning.closing_balance,
        "net": reckoning.net_profit,
        "orders": reckoning.orders,
        "deals": reckoning.deals,
        "denied": reckoning.denied,
        "denials": reckoning.denials,
        "refused": reckoning.refused_by_terminal,
        "refusals": reckoning.refusals,
        "stop_losses": reckoning.stop_losses,
        "reached": list(reckoning.reached),
        "halted": reckoning.halted,
        "failed_modules": list(reckoning.failed),
        "report": None if outcome.report is None else str(outcome.report),
    }


def lines_of_outcome(outcome: Outcome, book: str) -> list[str]:
    """The outcome in words."""
    reckoning, money = outcome.reckoning, outcome.reckoning.money
    denials = ", ".join(f"{rule} {count}" for rule, count in reckoning.denials.items())
    balance = f"balance {money(reckoning.closing_balance)} {reckoning.currency}, of {money(reckoning.deposit)}"
    traded = f"{reckoning.orders:,} orders, {reckoning.deals:,} deals, {reckoning.stop_losses:,} stop losses"
    denied = f"{reckoning.denied:,} denied by risk{f' ({denials})' if denials else ''}"
    lines = [f"{balance}; net {money(reckoning.net_profit)}", f"{traded}, {denied}", *reckoning.refusal_lines()]
    lines += reckoning.reached
    lines += [f"warning: {in_options(warning)}" for warning in outcome.warnings]
    if reckoning.failed:
        lines.append(f"FAILED: {', '.join(reckoning.failed)}; see: tallystick events tail {book} --type module.failed")
    if reckoning.halted:
        lines.append(f"HALTED: {reckoning.halted}")
        lines.append(f'Let it trade again: tallystick resume {book} --reason "..."')
    if outcome.report is not None:
        lines.append(f"report           {outcome.report}")
    return lines
