"""What may stand where: the refusals of a log's writer, and who may say which declared type."""

from tallystick.events.errors import EventRefused, UnknownType
from tallystick.events.record import MAX_BODY_BYTES, TRADING
from tallystick.events.sealing import Admitted
from tallystick.events.state import LogState


def admit(state: LogState, type_id: int, version: int, source: int) -> Admitted:
    """Look at a type and a source together. Raises `UnknownType` or `EventRefused`."""
    known = state.declarations
    declared, said_by = known.types.get((type_id, version)), known.sources.get(source)
    if declared is None or said_by is None:
        message = f"type {type_id} version {version} or source {source} is not declared in this log"
        raise UnknownType(message, fix="call declare and declare_source first")
    if said_by.role not in declared.said_by:
        roles = ", ".join(declared.said_by)
        raise EventRefused(f"{declared.name} may be said by {roles}, not by {said_by.name} ({said_by.role})")
    return TRADING if declared.trading else 0, state.prefix(type_id, version)


def misplaced(seq: int, root: int, expected: int, cause: int) -> EventRefused:
    """The record does not belong to the cascade at hand."""
    message = f"record {seq} does not belong here: root {root} where {expected} stands, cause {cause}"
    fix = "a derived record follows its cascade before the next input or commit, at its time, caused from within it"
    return EventRefused(message, fix=fix)


def too_big(body_bytes: int, pending: int) -> EventRefused:
    """The body is too big for a record, or the group for a commit."""
    if not 0 < body_bytes <= MAX_BODY_BYTES:
        fix = "put the content into a blob"
        return EventRefused(f"a body has 1 to {MAX_BODY_BYTES} bytes, not {body_bytes}", fix=fix)
    return EventRefused(f"{pending} bytes wait already, and a group holds 64 MiB", fix="commit between cascades")
