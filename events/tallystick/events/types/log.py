"""The log's own facts: declarations, epochs, pruning, torn tails, checkpoints. Type ids 1 to 7, source 0."""

from typing import Annotated

from tallystick.events.event import Event, fact, field


@fact("log.type_declared", said_by="log")
class TypeDeclared(Event):
    """A type of event, before its first use. The log describes itself."""

    id: Annotated[int, field("number of the type in this log")]
    version: Annotated[int, field("version of the type")]
    name: Annotated[str, field("name of the type; one id keeps one name for ever")]
    trading: Annotated[bool, field("true when it counts in the decision digest")]
    said_by: Annotated[tuple[str, ...], field("roles that may say it, sorted")]
    fields: Annotated[tuple[dict[str, str], ...], field("name, kind, unit and meaning of each field, in order")]


@fact("log.source_declared", said_by="log")
class SourceDeclared(Event):
    """Somebody who says events, before their first word."""

    id: Annotated[int, field("number of the source in this log")]
    name: Annotated[str, field("name")]
    role: Annotated[str, field("role, by which the catalogue decides what it may say")]


@fact("log.epoch_opened", said_by="log")
class EpochOpened(Event):
    """Another sequencer took over; the record carries the new epoch already."""

    epoch: Annotated[int, field("the new epoch")]
    reason: Annotated[str, field("why")]


@fact("log.bodies_pruned", said_by="log")
class BodiesPruned(Event):
    """Bodies of a range were removed for retention; their headers stay."""

    first: Annotated[int, field("first seq")]
    last: Annotated[int, field("last seq")]
    reason: Annotated[str, field("why")]
    person: Annotated[str, field("who ordered it")]


@fact("log.tail_cut", said_by="log")
class TailCut(Event):
    """Recovery cut a torn tail off; its bytes lie in `cut/`."""

    sha256: Annotated[str, field("SHA-256 of the bytes in hex")]
    bytes: Annotated[int, field("how many", "bytes")]


@fact("log.checkpointed", said_by="log")
class Checkpointed(Event):
    """A checkpoint over an earlier size exists, so that a removed one is missed."""

    size: Annotated[int, field("size of the tree it covers", "records")]
    note_hash: Annotated[str, field("SHA-256 of the signed note in hex")]


@fact("log.succeeded", said_by="log")
class Succeeded(Event):
    """This log goes on where another was closed (a lost or changed key, a year's end); its first record, or none."""

    origin: Annotated[str, field("origin of the log before")]
    size: Annotated[int, field("its size when it was closed", "records")]
    root: Annotated[str, field("its tree root over that size in hex")]
