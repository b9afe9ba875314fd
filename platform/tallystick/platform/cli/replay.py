"""`tallystick replay`: the recorded inputs go in again; every event must come out bit for bit."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.platform.cli.arguments import DEFAULT_BOOK, Book
from tallystick.platform.cli.call import Answer, Exit
from tallystick.platform.cli.place import book_of, spoken
from tallystick.platform.cli.reading import digits_of, open_reader
from tallystick.platform.cli.screen import progress
from tallystick.platform.cli.wording import plain_values, worded

CODE_OF_THEN = (
    "For the code of then: install the Tallystick and the versions named (tallystick doctor shows yours), and give the "
    "strategy's file of then with --source, or, for a log you trust, --recorded-code."
)

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.events.kinds import FieldCard
    from tallystick.platform.kernel.replaying import ReplayResult


def replay(
    book: Book = DEFAULT_BOOK,
    *,
    by_row: Annotated[
        bool, typer.Option("--by-row", help="Ignore every `scan`: finds one that looks ahead or misses a row.")
    ] = False,
    until: Annotated[int | None, typer.Option("--until", metavar="SEQ", min=0, help="Stop after this record.")] = None,
    source: Annotated[
        Path | None, typer.Option("--source", metavar="FILE", help="The strategy's file, in place of the plan's.")
    ] = None,
    recorded_code: Annotated[
        bool, typer.Option("--recorded-code", help="Run the strategy's copy in the log: only for logs you trust.")
    ] = False,
) -> Answer:
    """Feed a book's recorded inputs again and compare every event bit for bit.

    A strategy of your own is loaded from its file; changed since, it is other code.
    With the code of the run, equality proves that its decisions follow from its inputs. With other code it is a
    what-if and says so. Exit 1: other code says something else; 3: the same code does, so log or code were changed.

    Example: tallystick replay tallystick-demo --by-row
    """
    folder = book_of(Path(book))
    result = replayed(folder, by_row=by_row, until=until, source=source, recorded_code=recorded_code)
    bodies = _bodies(folder, result)
    size = result.size
    beyond = until is not None and until >= size

    def show(console: "Console") -> None:
        for line in [*lines_of(result, by_row=by_row), *_compared(bodies)]:
            console.print(line)
        if beyond:
            console.print(f"--until {until} is beyond the end: the last record is {size - 1}")
        console.print(_next(result, folder))

    return Answer(
        {**document_of_replay(result), "by_row": by_row, "beyond_the_end": beyond, "bodies": bodies},
        show,
        exit_of(result),
    )


def replayed(
    folder: Path,
    *,
    by_row: bool = False,
    until: int | None = None,
    source: Path | None = None,
    recorded_code: bool = False,
) -> "ReplayResult":
    """Replay a book, with progress."""
    from tallystick.platform.kernel.recomposing import Recomposing
    from tallystick.platform.kernel.replaying import replay_book

    with progress("replaying") as done:
        return replay_book(
            folder,
            by_row=by_row,
            until=until,
            progress=done,
            composing=Recomposing(folder, source, recorded_code),
        )


def exit_of(result: "ReplayResult") -> Exit:
    """A difference under the same code is a broken record; under other code it is a finding."""
    if result.equal:
        return Exit.OK if result.compared else Exit.FINDINGS  # equality of nothing proves nothing
    return Exit.INTEGRITY if result.same_code else Exit.FINDINGS


def lines_of(result: "ReplayResult", *, by_row: bool = False) -> list[str]:
    """The outcome in words."""
    how = " row by row, without any scan" if by_row else ""
    runs = f"{result.runs} run{'' if result.runs == 1 else 's'}"
    lines = []
    if not result.same_code:
        lines.append(f"WHAT-IF: the code installed is not the code of the run: {'; '.join(result.differences)}")
        lines.append(CODE_OF_THEN)
    if result.equal and not result.compared:
        lines.append("NOTHING WAS COMPARED: up to there no record was derived; say a later --until, or leave it out")
    elif result.equal:
        lines.append(f"REPLAY EQUAL: {result.compared:,} of {result.compared:,} records of {runs} bit for bit{how}")
    else:
        lines.append(f"REPLAY DIFFERS after {result.compared:,} equal records: {result.message}")
    return lines


def document_of_replay(result: "ReplayResult") -> dict[str, Any]:
    """The outcome for `--json`."""
    first = result.divergence
    return {
        "ok": result.equal and result.compared > 0,
        "exit": int(exit_of(result)),
        "runs": result.runs,
        "compared": result.compared,
        "derived": result.derived,
        "same_code": result.same_code,
        "differences": list(result.differences),
        "message": result.message,
        "first_difference": None
        if first is None
        else {
            "seq": first.seq,
            "module": first.module,
            "what": first.what,
            "recorded_type": first.recorded_type,
            "derived_type": first.derived_type,
            "cause": first.cause if first.cause < 2**63 else None,
            "cause_row": first.cause_row if first.cause_row != 0xFFFF else None,
        },
    }


def _bodies(folder: Path, result: "ReplayResult") -> list[dict[str, Any]]:
    """Both bodies of the first difference, field by field."""
    first = result.divergence
    if first is None:
        return []
    from tallystick.events.catalogue import Catalogue
    from tallystick.events.errors import UnknownType
    from tallystick.events.kinds import cards_of

    catalogue = Catalogue()

    def fields(name: str, body: bytes) -> dict[str, tuple["FieldCard", Any]]:
        try:
            event_type = catalogue.named(name)
        except UnknownType:
            return {}
        cards = cards_of(event_type)
        values = catalogue.shape(event_type).mapping(body) if body else {}
        return {card.name: (card, values[card.name]) for card in cards if card.name in values}

    digits = digits_of(open_reader(folder)[1])
    recorded, derived = fields(first.recorded_type, first.recorded_body), fields(first.derived_type, first.derived_body)
    compared = []
    for name in {**recorded, **derived}:
        sides = [(side[name][0], side[name][1]) if name in side else None for side in (recorded, derived)]
        raw = [plain_values([side[0]], {name: side[1]})[name] if side else None for side in sides]
        words = [worded(side[0], side[1], digits) if side else "(nothing)" for side in sides]
        compared.append(
            {"field": name, "recorded": raw[0], "derived": raw[1], "words": words, "equal": raw[0] == raw[1]}
        )
    return compared


def _compared(bodies: list[dict[str, Any]]) -> list[str]:
    return [
        f"  {each['field']}: recorded {each['words'][0]}"
        + ("" if each["equal"] else f", derived {each['words'][1]}  <--")
        for each in bodies
    ]


def _next(result: "ReplayResult", folder: Path) -> str:
    first = result.divergence
    if first is not None and first.seq >= 0:
        return f"See what it rests on: tallystick why {first.seq} {spoken(folder)}"
    return f"Replay does not verify the files themselves: tallystick audit verify {spoken(folder)}"
