"""What only a person may do: a command over (origin, head), signed with an enrolled key.

On a desk of one, the first run's key is enrolled, so that `resume` just works.
"""

from tallystick.events.note import VerifierKey, signature_holds
from tallystick.events.signer import Signer
from tallystick.events.types.running import BookResumed, PersonEnrolled
from tallystick.platform.kernel.errors import KernelError

OWNER = "owner"


class CommandRefusedError(KernelError, PermissionError):
    """A command that no enrolled key signed for this log."""

    code = "E750"


def command_text(origin: str, head: bytes, verb: str, person: str, reason: str) -> bytes:
    """What a person signs: the log, the head they saw, and what they say."""
    return f"tallystick/command/1\n{origin}\n{head.hex()}\n{verb}\n{person}\n{reason}".encode()


def enrolment(signer: Signer, salt: bytes) -> PersonEnrolled:
    """The first key of a book, enrolled as its owner."""
    return PersonEnrolled(person=OWNER, key=str(signer.vkey), salt=salt)


def resumption(signer: Signer, origin: str, head: bytes, reason: str, person: str = OWNER) -> BookResumed:
    """A signed command to trade again."""
    signature = signer.sign(command_text(origin, head, "resume", person, reason))
    return BookResumed(person=person, reason=reason, head=head, signature=signature)


def require_command(event: BookResumed, origin: str, enrolled: dict[str, str]) -> None:
    """Raise `CommandRefusedError` unless the enrolled key of that person signed exactly this."""
    text = command_text(origin, event.head, "resume", event.person, event.reason)
    key = enrolled.get(event.person)
    if key is None:
        message = f"{event.person} has no key in this book; enrolled are {', '.join(sorted(enrolled)) or 'nobody'}"
        raise CommandRefusedError(message, "use the key of the book's first run")
    if not signature_holds(VerifierKey.parse(key), event.signature, text):
        message = f"the command is not signed with the key enrolled for {event.person}"
        raise CommandRefusedError(message, "use the key of the book's first run")
