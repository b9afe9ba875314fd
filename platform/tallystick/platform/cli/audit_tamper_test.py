"""`tallystick audit tamper-test`: see the verifier find damage, on copies of your own log."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog, Key
from tallystick.platform.cli.audit_verify import document_of_verdict, judge
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.place import Place, key_of, place_of
from tallystick.platform.cli.screen import progress

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.events.note import VerifierKey
    from tallystick.events.tamper import Tampering

NOT_COPIED = shutil.ignore_patterns("writer.lock", "cache")


def tamper_test(context: typer.Context, book: BookOrLog = DEFAULT_BOOK, *, key: Key = None) -> Answer:
    """Damage copies of a log in eleven ways; verify each.

    The log itself is only read. Every way has to be found: exit 1 when one is not. A log without blobs, or without a
    recorded checkpoint, has nothing for one of the ways to aim at, which is said.

    Example: tallystick audit tamper-test tallystick-demo
    """
    call: Call = context.obj
    place = place_of(Path(book))
    own = key_of(place, key, call)
    before = judge(place, own)
    if before.exit_code == Exit.INTEGRITY:

        def broken(console: "Console") -> None:
            for line in ["the log is broken before anybody damages a copy:", *before.lines()]:
                console.print(line)
            console.print(f"Do: tallystick audit verify {place.folder}")

        return Answer(document_of_verdict(before, own), broken, Exit.INTEGRITY)
    tried = list(_tried(place, own))
    aimed = [each for each in tried if each["applicable"]]
    missed = [each for each in aimed if not each["found"]]

    def show(console: "Console") -> None:
        for each in tried:
            console.print(_line(each))
        console.print(f"{len(aimed) - len(missed)} of {len(aimed)} damages found; the log itself was only read.")
        if missed:
            console.print("Do: report this with the names of the ways that went unfound; it is a fault of Tallystick.")

    document = {"ok": not missed, "book": str(place.folder), "tried": tried, "found": len(aimed) - len(missed)}
    return Answer(document, show, Exit.FINDINGS if missed else Exit.OK)


def _tried(place: Place, key: "VerifierKey") -> Iterator[dict[str, Any]]:
    """Each way on a fresh copy, with what the verifier says."""
    from tallystick.events.tamper import TAMPERINGS

    with progress("damaging copies", len(TAMPERINGS)) as done:
        for number, way in enumerate(TAMPERINGS):
            with tempfile.TemporaryDirectory(prefix="tallystick-tamper-") as scratch:
                copy = Path(scratch) / "log"
                shutil.copytree(place.log, copy, ignore=NOT_COPIED)
                for path in (copy, *copy.rglob("*")):
                    path.chmod(0o700 if path.is_dir() else 0o600)  # what came from a disc is read-only, and so its copy
                yield _one(way, copy, key)
            done(number + 1)


def _one(way: "Tampering", copy: Path, key: "VerifierKey") -> dict[str, Any]:
    from tallystick.events.tamper import NotApplicable
    from tallystick.events.verify import verify

    outcome: dict[str, Any] = {"name": way.name, "what": way.what, "expected": way.expected}
    try:
        done = way.damage(copy)
    except NotApplicable as error:
        return {**outcome, "applicable": False, "found": False, "why_not": error.what}
    verdict = verify(copy, key)
    return {
        **outcome,
        "applicable": True,
        "done": done,
        "found": verdict.exit_code == way.exit_code,
        "exit": verdict.exit_code,
        "first_bad_seq": verdict.first_bad_seq,
        "says": [str(finding) for finding in verdict.findings],
    }


def _line(tried: dict[str, Any]) -> str:
    if not tried["applicable"]:
        return f"{tried['name']:<18} not here: {tried['why_not']}"
    mark = "FOUND" if tried["found"] else "MISSED"
    says = tried["says"][0] if tried["says"] else "the verifier found nothing"
    return f"{tried['name']:<18} {mark} exit {tried['exit']}: {tried['done']}\n{'':<18}   {says}"
