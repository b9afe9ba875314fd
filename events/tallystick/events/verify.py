"""The verifier: does this log hold, up to where is it proved, and if not, which record, since when, what still stands.

1. The trusted checkpoint, if given, must be valid under the key: otherwise the question is wrong, not the log.
2. Checkpoints are read before the segments, because a writer may be at work.
3. Segments: every group, record and rule (`verify_range`, `rules`), by one reader, several threads or processes.
4. Every checkpoint's root; recorded checkpoints, prunings, blobs and cuts (`surroundings`).
5. The verdict; before it says "broken" it looks once more if files changed meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tallystick.events import checkpoint, compiled
from tallystick.events.checkpoint import Checkpoint
from tallystick.events.errors import LogError, LogMissing, UsageError
from tallystick.events.findings import BROKEN, HOLDS, UNSIGNED, Finding, Verdict
from tallystick.events.note import NoteError, VerifierKey
from tallystick.events.rules import Found
from tallystick.events.stored import snapshot, stored_segments
from tallystick.events.surroundings import (
    Signed,
    judge_blobs,
    judge_checkpoints,
    judge_cuts,
    judge_pruned,
    judge_recorded,
    read_checkpoints,
)
from tallystick.events.treepiece import join
from tallystick.events.verify_processes import read_by_processes
from tallystick.events.verify_range import Outcome, Stretch, StretchReader
from tallystick.events.verify_split import seamless
from tallystick.events.verify_threads import SharedSegments, read_by_threads

LOOKS = 3
RECORD_ABOUT_BYTES = 400  # with its body; fewer records of market blocks are longer
WORTH_A_THREAD_BYTES = 8 * 2**20
WORTH_A_PROCESS_BYTES = 64 * 2**20

Progress = Callable[[int, int], None]  # bytes done, bytes in all


def verify(
    folder: Path,
    key: VerifierKey | str,
    trusted_checkpoint: bytes | None = None,
    cores: int = 1,
    progress: Progress | None = None,
) -> Verdict:
    """Verify the log in `folder` under `key`, the log's own, which must not come from beside the log.

    `trusted_checkpoint` is a signed note remembered elsewhere. `cores` is how many may work at it; of a log too small
    to gain one does, and the verdict is the same. Raises `UsageError` for a malformed key or a trusted
    checkpoint that is not valid under it, `LogMissing` when there is no log, `LogError` when files cannot be read: all
    of these are exit code 2.
    """
    try:
        own = VerifierKey.parse(key.strip()) if isinstance(key, str) else key
    except NoteError as error:
        raise UsageError(
            f"this is no verifier key: {error.what}", fix="give the vkey printed when the log began"
        ) from None
    if not own.may_be_a_logs:
        raise UsageError(f"the key of {own.name} is no Ed25519 key of 32 bytes", fix="give the log's own verifier key")
    trusted = _trusted(trusted_checkpoint, own)
    for look in range(1, LOOKS + 1):
        before = snapshot(folder)
        try:
            verdict = _look(folder, own, trusted, cores, progress)
        except (LogError, FileNotFoundError):
            # A segment that was compressed, or a checkpoint that was let go, while we read.
            if look == LOOKS or snapshot(folder) == before:
                raise
            continue
        if verdict.exit_code != BROKEN or snapshot(folder) == before:
            break
    return replace(verdict, looks=look)


def _trusted(raw: bytes | None, key: VerifierKey) -> Checkpoint | None:
    if raw is None:
        return None
    try:
        return checkpoint.parse(raw, key)
    except NoteError as error:
        fix = "give a checkpoint that you kept of this log, and this log's key"
        raise UsageError(f"the trusted checkpoint is not valid under this key: {error.what}", fix=fix) from None


def _look(folder: Path, key: VerifierKey, trusted: Checkpoint | None, cores: int, progress: Progress | None) -> Verdict:
    signed = read_checkpoints(folder, key)
    valid = signed.valid if trusted is None else (*signed.valid, trusted)
    segments = stored_segments(folder)
    if not segments and not valid and not signed.broken:
        raise LogMissing(f"there is no log in {folder}", fix="name the folder that holds the .seg files")
    covered = max((each.size for each in valid), default=0)
    whole = Stretch(key.name, segments, covered, tuple(sorted({each.size for each in valid})))
    outcomes = _read(whole, cores, progress)
    _, roots = join(each.found.piece for each in outcomes)
    found, last = _joined(outcomes), outcomes[-1]
    proved = max((each.size for each in valid if roots.get(each.size) == each.root), default=0)
    findings = _findings(folder, key, signed, valid, roots, last, found, proved)
    tail = found.seq - proved
    unsigned = tail or last.torn or not any(each.size in roots for each in valid)
    return Verdict(
        exit_code=BROKEN if findings else UNSIGNED if unsigned else HOLDS,
        origin=key.name,
        findings=tuple(replace(each, proved=proved) for each in findings),
        records=found.seq,
        head=found.head.hex(),
        decision_digest=found.decision.hex(),
        decisions=found.decisions,
        segments=len(segments),
        checkpoints=len(signed.valid),
        blobs=len(found.blobs),
        pruned=len(found.pruned),
        proved_records=proved,
        unsigned_tail=tail,
        torn_bytes=last.torn,
        other_signatures=tuple(sorted({str(line) for each in signed.valid for line in each.others})),
        trusted=trusted is not None,
    )


def _findings(  # noqa: PLR0917 -- all that one look brought together
    folder: Path,
    key: VerifierKey,
    signed: Signed,
    valid: Sequence[Checkpoint],
    roots: dict[int, bytes],
    last: Outcome,
    found: Found,
    proved: int,
) -> list[Finding]:
    """Everything that is wrong, by record; what stands around the records is judged only if all could be read."""
    findings = [*signed.broken, *judge_checkpoints(valid, roots)]
    if last.fault is not None:
        fault = last.fault
        findings.append(Finding(fault.what, seq=fault.seq, type_name=fault.type_name, time=fault.time))
    elif not signed.foreign:
        findings += judge_recorded(folder, key, found, signed.valid)
        findings += judge_pruned(found, proved)
        findings += judge_blobs(folder, found)
        findings += judge_cuts(folder, found)
    first = len(signed.broken) if signed.foreign else 0  # under the wrong key nothing else says as much
    return findings[:first] + sorted(findings[first:], key=lambda each: (each.seq < 0, each.seq))


def _read(whole: Stretch, cores: int, progress: Progress | None) -> list[Outcome]:
    """Read the whole log; side by side where that pays and everything holds, so that a fault is named by one reader."""
    total = sum(each.stored_bytes for each in whole.segments)
    done = 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(min(done, total), total)

    outcomes = _side_by_side(whole, total, cores, report)
    if not outcomes or not seamless(outcomes):
        done = 0
        outcomes = [StretchReader(whole, report).read()]
    report(total - done)
    return outcomes


def _side_by_side(whole: Stretch, total: int, cores: int, report: Callable[[int], None]) -> list[Outcome]:
    """What several readers found in a log of `total` bytes; nothing where they would not gain by it."""
    threads = cores > 1 and total >= WORTH_A_THREAD_BYTES
    if compiled.due(total // RECORD_ABOUT_BYTES, compiled.WALKING):
        compiled.load_walking()
    if compiled.walking() is None:
        return read_by_processes(whole, cores) if cores > 1 and total >= WORTH_A_PROCESS_BYTES else []
    return read_by_threads(whole, cores, SharedSegments(whole.segments), report) if threads else []


def _joined(outcomes: list[Outcome]) -> Found:
    """One `Found` for all stretches; the first has taken the decisions of the others in already."""
    whole = outcomes[0].found
    for outcome in outcomes[1:]:
        found = outcome.found
        whole.seq, whole.head = found.seq, found.head
        whole.pruned += found.pruned
        whole.prunings += found.prunings
        whole.cuts += found.cuts
        whole.checkpointed += found.checkpointed
        for digest, (size, seq, needed) in found.blobs.items():
            known = whole.blobs.get(digest, (size, seq, False))
            whole.blobs[digest] = (size, known[1], known[2] or needed)
    return whole
