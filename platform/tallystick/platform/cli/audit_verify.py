"""`tallystick audit verify`: does a log hold, up to where is it proved, and if not, which record, since when."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog, Key, Trusted
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.place import Place, key_of, place_of, spoken
from tallystick.platform.cli.screen import progress

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.events.findings import Verdict
    from tallystick.events.note import VerifierKey

MOST_CORES = 4


def verify(
    context: typer.Context, book: BookOrLog = DEFAULT_BOOK, *, key: Key = None, checkpoint: Trusted = None
) -> Answer:
    """Verify a log with a public key alone.

    Every byte is held to every rule of the format. The key is --key, else your own; one that lies beside the log
    would vouch for itself and is refused. Exit 0: all holds and is signed; 1: a tail is unsigned; 3: integrity broken.

    Example: tallystick audit verify tallystick-demo --checkpoint remembered.checkpoint
    """
    call: Call = context.obj
    place = place_of(Path(book))
    own = key_of(place, key, call)
    verdict = judge(place, own, checkpoint)
    lines = [*verdict.lines(), _next(verdict, place, own)]
    if key is None and verdict.exit_code == Exit.INTEGRITY:
        lines.insert(1, f"No --key was given, so it was verified under your own key, {own}.")

    def show(console: "Console") -> None:
        for line in lines:
            console.print(line)

    return Answer(document_of_verdict(verdict, own), show, Exit(verdict.exit_code))


def judge(place: Place, key: "VerifierKey", checkpoint: Path | None = None) -> "Verdict":
    """The verdict on a log. Raises `Failure`, `UsageError`, `LogError`: exit code 2."""
    from tallystick.events.verify import verify as verify_log

    trusted = None
    if checkpoint is not None:
        if not checkpoint.is_file():
            fix = "name a checkpoint file that you kept, or leave --checkpoint out"
            raise Failure("E306", "no such checkpoint", where=str(checkpoint), fix=fix)
        trusted = checkpoint.read_bytes()
    with progress("verifying") as done:
        cores = min(MOST_CORES, os.cpu_count() or 1)
        return verify_log(place.log, key, trusted, cores=cores, progress=done)


def document_of_verdict(verdict: "Verdict", key: "VerifierKey") -> dict[str, Any]:
    """A verdict for `--json`."""
    fingerprint = {"key": str(key), "fingerprint": key.fingerprint}
    return {"ok": verdict.exit_code == 0, "exit": verdict.exit_code, **fingerprint, **verdict.to_dict()}


def outside_command(place: Place, key: "VerifierKey | str") -> str:
    """How an auditor verifies the log without Tallystick."""
    return f"python outside_verifier.py {spoken(place.log)} --key {key}"


def _next(verdict: "Verdict", place: Place, key: "VerifierKey") -> str:
    head = f"tallystick audit head {spoken(place.folder)}"
    if verdict.exit_code == Exit.INTEGRITY:
        return "Do: keep the files untouched, and compare them with a copy of the log kept elsewhere."
    if verdict.only_torn:
        return f"Do: start its run again, which cuts them off and records it, or ask the owner: {head}"
    if verdict.exit_code == Exit.FINDINGS:
        return f"Do: let the run end, or start it again if it died, which signs what it holds, or ask the owner: {head}"
    written = "tallystick audit verifier -o outside_verifier.py"
    return f"Without trusting this program: {written} ; {outside_command(place, key)}"
