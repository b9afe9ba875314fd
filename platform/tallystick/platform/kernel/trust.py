"""Whether a run may go on with a log that is there: the log is this key's own, and what stands in it holds.

Asked before anything is written, because a record behind a broken one, or a checkpoint by another key, cannot be taken
back: the log would be broken for good, under either key.
"""

from collections.abc import Mapping
from pathlib import Path

from tallystick.events import checkpoint
from tallystick.events.errors import IntegrityError
from tallystick.events.findings import BROKEN
from tallystick.events.note import NoteError, VerifierKey, parse_note
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.people import OWNER

GO_ON = "run it with that key (TALLYSTICK_HOME names the folder of your keys), or choose another folder"


def require_trusted(log: Path, key: VerifierKey, enrolled: Mapping[str, str]) -> None:
    """Raise `RunConfigurationError` when the log is another key's, `IntegrityError` when the log does not hold.

    `enrolled`: verifier keys by person, as the log records them. A torn or unsigned tail is no hindrance.
    """
    from tallystick.events.verify import verify  # here: a run that begins anew verifies nothing

    require_own_key(log, key, enrolled)
    verdict = verify(log, key)
    if verdict.exit_code == BROKEN:
        first = verdict.findings[0]
        place = f"record {first.seq}: " if first.seq >= 0 else ""
        raise IntegrityError(
            f"the log in {log} is broken, so nothing is added to it: {place}{first.what}",
            seq=verdict.first_bad_seq,
            fix="keep the files untouched, restore what is missing from a copy, then run again",
        )


def require_own_key(log: Path, key: VerifierKey, enrolled: Mapping[str, str]) -> None:
    """Raise `RunConfigurationError` unless `key` is the enrolled owner's and that of every checkpoint there is."""
    owner = enrolled.get(OWNER, str(key))
    if owner != str(key):
        raise _others(log, owner, key)
    for path in checkpoint.files(log):
        try:
            note = parse_note(checkpoint.read(path))
        except NoteError:
            continue  # the verifier names it
        signers = [f"{line.name}+{line.key_id.hex()}" for line in note.lines if line.name == key.name]
        if signers and not note.lines_of(key):
            raise _others(log, signers[0], key)


def _others(log: Path, owner: str, key: VerifierKey) -> RunConfigurationError:
    message = f"the log in {log} belongs to the key {owner}, and the key given is {key}"
    return RunConfigurationError(message, GO_ON)
