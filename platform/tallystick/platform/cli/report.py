"""`tallystick report`: a book's report page, or the statistics of a report that MetaTrader 5 saved, checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.platform.cli.arguments import Key, OutFile
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.cli.place import Place
    from tallystick.platform.report.foreign import Difference, ForeignReport


def report(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="BOOK_OR_FILE", help="A book, an MT5 report (HTML), or a deals table (CSV)."),
    ],
    out: OutFile = None,
    key: Key = None,
    deposit: Annotated[
        float | None, typer.Option("--deposit", help="Initial deposit, where the deals table does not begin with it.")
    ] = None,
    *,
    as_csv: Annotated[bool, typer.Option("--deals", help="Print the deals that were read, as CSV.")] = False,
) -> Answer:
    """Show a book's statistics as MT5 prints them and write its page, or check MT5's own.

    Of a book: every statistic of MT5's tester report, and one self-contained HTML page beside the log. Of a saved
    report: its statistics computed again from its own deals table and compared with what it prints; exit code 1 and
    the names where they differ. What deals cannot tell is marked.

    Example: tallystick report ReportTester.html
    """
    if file.is_dir():
        return _of_a_book(file, out, key, context.obj)
    from tallystick.platform.report.foreign import read_report

    found = read_report(file)
    unit = 10**found.digits
    statistics = found.statistics(None if deposit is None else round(deposit * unit))
    values = found.values(statistics)
    differences = found.differences(values)
    if as_csv:
        rows = _deal_lines(found)
        return Answer({"ok": True, "deals": rows}, lambda console: _each(console, rows))
    breaks = found.breaks()
    document = {
        "ok": not differences and not breaks,
        "file": str(file),
        "title": found.title,
        "settings": dict(found.settings),
        "statistics": values,
        "printed": dict(found.printed),
        "balance_breaks": [{"deal": one.deal, "expected": one.expected, "got": one.got} for one in breaks],
        "compared": found.compared(values),
        "differences": [
            {"name": one.name, "printed": one.printed, "computed": one.computed} for one in differences
        ],
    }  # fmt: skip
    shown = [
        *_lines_of_foreign(found, values, differences),
        *(f"deal {one.deal}: the balance should be {one.expected}, the table says {one.got}" for one in breaks),
    ]
    worst = Exit.FINDINGS if differences or breaks else Exit.OK
    return Answer(document, lambda console: _each(console, shown), worst)


def _of_a_book(folder: Path, out: Path | None, key: str | None, call: Call) -> Answer:
    from tallystick.platform.cli.failure import Failure
    from tallystick.platform.cli.output_file import require_place, write_replacing
    from tallystick.platform.cli.place import place_of, spoken
    from tallystick.platform.report.page import GENERATOR
    from tallystick.platform.report.report import read_book, write_page
    from tallystick.platform.report.tester_layout import lines
    from tallystick.platform.report.tester_own import tester_values

    place = place_of(folder)
    page = out or place.folder / "report.html"
    if out is not None:
        require_place(out, call, ours=lambda start: GENERATOR.encode() in start)
    verdicts, worst = _verdicts(place, key, call)
    try:
        book = read_book(place.log)
        values = tester_values(book)
    except (ArithmeticError, LookupError, ValueError) as error:
        if worst is not Exit.INTEGRITY:
            raise
        what, fix = f"no report can be made of {place.folder}", f"tallystick audit verify {spoken(place.folder)}"
        raise Failure("E220", what, got=verdicts["verify"], fix=fix, exit_code=worst) from error
    pruned = book.summary.proof.pruned
    if pruned:
        verdicts["bodies"] = f"pruned: what {pruned:,} trading records said is in no figure here"
        worst = max(worst, Exit.FINDINGS)
    page.parent.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {"title": place.folder.resolve().name, "place": spoken(place.folder)}
    write_replacing(page, lambda beside: write_page(book, beside, verdicts=verdicts, **told))
    document: dict[str, Any] = {
        "ok": worst is Exit.OK,
        "book": str(place.folder),
        "report": str(page),
        "statistics": values,
        "verify": verdicts.get("verify", ""),
    }
    verified = verdicts.get("verify", f"not verified: tallystick audit verify {spoken(place.folder)} --key KEY")
    shown = [*lines(values), "", f"verify           {verified}", f"report           {page}"]
    if pruned:
        shown.insert(-1, f"bodies           {verdicts['bodies']}")
    return Answer(document, lambda console: _each(console, shown), worst)


def _verdicts(place: "Place", key: str | None, call: Call) -> tuple[dict[str, str], Exit]:
    """The verdict with the key given, else your own; no verdict where there is neither."""
    from tallystick.platform.cli.audit_verify import judge
    from tallystick.platform.cli.failure import Failure
    from tallystick.platform.cli.place import key_of

    try:
        own = key_of(place, key, call)
    except Failure:
        if key is not None:
            raise
        return {}, Exit.OK
    verdict = judge(place, own)
    words = "OK, the log holds and is signed at its head" if verdict.exit_code == Exit.OK else verdict.lines()[0]
    return {"verify": words}, Exit(verdict.exit_code)


def _lines_of_foreign(found: "ForeignReport", values: dict[str, str], differences: "list[Difference]") -> list[str]:
    from tallystick.platform.report.tester_layout import BEYOND, lines
    from tallystick.platform.report.tester_numbers import NOT_FROM_DEALS

    shown = [
        found.title,
        *(f"{name + ':':<18}{value}" for name, value in found.settings.items()),
        "",
        *lines(found.shown(values)),
        "",
    ]
    if found.printed.keys() & BEYOND:
        shown.insert(-1, f"* as the report prints it: {NOT_FROM_DEALS}")
    if "Withdrawal" in values:
        shown.insert(-1, f"Withdrawal:  {values['Withdrawal']}")
    if not found.printed:
        return [*shown, f"{count_of(len(found.deals), 'deal')} read; the file prints no statistics to compare with."]
    if not differences:
        return [*shown, f"OK: {found.compared(values)} printed statistics follow from the {len(found.deals):,} deals."]
    return [
        *shown,
        *(f"differs: {one.name}: printed {one.printed}, computed {one.computed}" for one in differences),
        f"{len(differences)} of {found.compared(values)} printed statistics do not follow from the deals.",
    ]


def _deal_lines(found: "ForeignReport") -> list[str]:
    from datetime import UTC, datetime

    from tallystick.platform.report.tester_numbers import money

    head = "time,deal,symbol,type,direction,volume,price,commission,swap,profit,balance,comment"
    return [
        head,
        *(
            f"{datetime.fromtimestamp(deal.time, UTC):%Y.%m.%d %H:%M:%S},{deal.deal},{deal.symbol},{deal.type},"
            f"{deal.entry},{deal.volume / 1e8:g},{deal.price:g},"
            + ",".join(
                money(amount, found.digits).replace(" ", "")
                for amount in (deal.commission, deal.swap, deal.profit, deal.balance)
            )
            + f",{deal.comment}"
            for deal in found.deals
        ),
    ]


def _each(console: "Console", shown: list[str]) -> None:
    for line in shown:
        console.print(line)
