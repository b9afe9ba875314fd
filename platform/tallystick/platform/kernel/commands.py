"""What people say to a book at work, carried out between two steps of its kernel.

halt      recorded as `book.halted` by its person; no signature is asked of who wants less risk
resume    a signed command over the head that `status` showed since the halt, so that no old command works again;
          checked against the enrolled key, recorded, and the HALT file goes
stop      the run ends in good order
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from tallystick.events.signer import Signer
from tallystick.events.types.running import BookHalted, BookResumed
from tallystick.platform.kernel.control import Control, Spoken, say
from tallystick.platform.kernel.halt import clear_halt, halt_reason
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.people import OWNER, CommandRefusedError, require_command, resumption
from tallystick.platform.kernel.simulation import Hear

LONGEST_REASON = 500


class Heads(Protocol):
    """The part of the log's writer that knows what is durable."""

    @property
    def committed(self) -> int:
        """Records durable."""
        ...

    @property
    def committed_head(self) -> bytes:
        """Leaf hash of the last durable record."""
        ...

    def commit(self) -> int:
        """Make everything appended durable; between cascades only."""
        ...


class Commands:
    """Takes what the control channel heard, and says what of it goes into the log."""

    def __init__(
        self, folder: Path, origin: str, kernel: Kernel, writer: Heads, *, enrolled: Mapping[str, str]
    ) -> None:
        """`enrolled`: verifier keys by the name of their person."""
        self._folder = folder
        self._origin = origin
        self._kernel = kernel
        self._writer = writer
        self._enrolled = dict(enrolled)
        self._shown = b""
        self.control = Control(folder, self.status)
        self.stop_asked = False

    def status(self) -> dict[str, Any]:
        """Where the book stands; read by the channel's threads. `sign` is the head that a `resume` has to name."""
        kernel, shown = self._kernel, self._shown
        return {
            "origin": self._origin,
            "rows": kernel.rows_taken,
            "seq": self._writer.committed - 1,
            "book_time": kernel.sequencer.time,
            "halted": bool(shown),
            "halt_file": halt_reason(self._folder),
            "sign": shown.hex(),
        }

    def attend(self, hear: Hear) -> None:
        """Carry out what people have said."""
        if self._shown or self._kernel.ledger.state.halted:
            self._show()
        while not self.control.silent() and (spoken := self.control.next()) is not None:
            try:
                {"halt": self._halt, "resume": self._resume, "stop": self._stop}[spoken.verb](spoken, hear)
            except CommandRefusedError as error:
                spoken.refused(str(error), error.fix)
            self._show()

    def _show(self) -> None:
        """From a halt to the resumption one durable head stands to be signed: that of the halt, or a later one."""
        if not self._kernel.ledger.state.halted:
            self._shown = b""
        elif not self._shown:
            self._writer.commit()
            self._shown = self._writer.committed_head

    def _halt(self, spoken: Spoken, hear: Hear) -> None:
        if self._kernel.ledger.state.halted:
            spoken.done(seq=None)
            return
        reason = " ".join(str(spoken.values.get("reason", "")).split())[:LONGEST_REASON]
        seq = hear(BookHalted(reason=reason or "asked by a person"), OWNER, "person")
        self._writer.commit()
        spoken.done(seq=seq)

    def _resume(self, spoken: Spoken, hear: Hear) -> None:
        asked, halted, seq = halt_reason(self._folder), self._kernel.ledger.state.halted, None
        if halted or asked is not None:
            command = self._signed(spoken)
            if halted:
                seq = hear(command, command.person, "person")
                self._writer.commit()
            clear_halt(self._folder)
        spoken.done(seq=seq, halt_file=asked)

    def _signed(self, spoken: Spoken) -> BookResumed:
        """A resumption that its person signed over the head they were shown. Raises `CommandRefusedError`."""
        try:
            command = BookResumed(
                person=str(spoken.values["person"]),
                reason=str(spoken.values["reason"]),
                head=bytes.fromhex(spoken.values["head"]),
                signature=bytes.fromhex(spoken.values["signature"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            message = "a resumption is signed: person, reason, head and signature are needed"
            raise CommandRefusedError(message, "say it with: tallystick resume") from error
        require_command(command, self._origin, self._enrolled)
        if command.head != self._shown:
            message = "the command is signed over another head than the one shown since the halt"
            raise CommandRefusedError(message, "ask for the status again and sign its head: tallystick resume")
        return command

    def _stop(self, spoken: Spoken, _hear: Hear) -> None:
        self.stop_asked = True
        spoken.done()


def resume_at_work(folder: Path, signer: Signer, reason: str, person: str = OWNER) -> Mapping[str, Any]:
    """Sign the head that the running book shows and say so; `signer` bears the book's origin as its name.

    Gives `seq` of the record (None: the log held no halt) and what the HALT file had said.
    Raises `NobodyListensError` when no run is at work in `folder`, `ControlError` when the command is refused.
    """
    status = say(folder, "status")
    command = resumption(signer, str(status["origin"]), bytes.fromhex(status["sign"]), reason, person)
    head, signature = command.head.hex(), command.signature.hex()
    return say(folder, "resume", person=person, reason=reason, head=head, signature=signature)
