"""What the kernel and people say: runs, timers, rhythms, failures, halts."""

from typing import Annotated

from tallystick.events.event import Event, fact, field

ModuleName = Annotated[str, field("name of the module")]


@fact("run.started", said_by="kernel")
class RunStarted(Event):
    """The manifest of a run: everything "same code" means."""

    run: Annotated[int, field("number of the run in this book, from 0")]
    mode: Annotated[str, field("sim, paper or live")]
    seed: Annotated[int, field("seed of every module's generator")]
    durability: Annotated[str, field("each-input or batch")]
    modules: Annotated[tuple[str, ...], field("modules in delivery order")]
    settings: Annotated[dict[str, str], field("settings of the run and of each module, as text")]
    settings_hash: Annotated[str, field("SHA-256 of the settings in hex")]
    sources: Annotated[dict[str, str], field("SHA-256 of every user source file, by name; its content is a blob")]
    package_hash: Annotated[str, field("SHA-256 over the installed files of Tallystick")]
    versions: Annotated[dict[str, str], field("Python, numpy, numba, msgspec")]
    models: Annotated[dict[str, str], field("SHA-256 of every model artefact, by name")]
    data_hash: Annotated[str, field("SHA-256 over the series' data hashes; empty when live")]
    resumed_from: Annotated[int, field("seq of the last record before this run took over state; -1 for none")]
    starting_rows: Annotated[int, field("rows of the feed already taken in by earlier runs", "rows")]
    next_order: Annotated[int, field("the first order number of this run")]


@fact("run.ended", said_by="kernel")
class RunEnded(Event):
    """The run ended in good order."""

    run: Annotated[int, field("number of the run")]
    reason: Annotated[str, field("end_of_data, stopped or halted")]
    rows: Annotated[int, field("rows taken in since the book began its feed", "rows")]


@fact("run.recovered", said_by="kernel")
class RunRecovered(Event):
    """The run went on after its process had died."""

    run: Annotated[int, field("number of the run")]
    resumed_from: Annotated[int, field("seq of the last committed record")]
    rows: Annotated[int, field("rows of the feed taken in by then", "rows")]


@fact("timer.requested", said_by=("strategy", "portfolio", "orders", "risk"))
class TimerRequested(Event):
    """A module wants to be woken."""

    module: ModuleName
    timer: Annotated[str, field("name of the timer; the same name replaces the earlier one")]
    due: Annotated[int, field("when", "ns UTC")]


@fact("timer.fired", said_by="kernel")
class TimerFired(Event):
    """A deadline was reached in book time."""

    module: ModuleName
    timer: Annotated[str, field("name of the timer")]
    due: Annotated[int, field("when it was due", "ns UTC")]


@fact("rhythm.reached", said_by="kernel")
class RhythmReached(Event):
    """The first row at or after a grid instant; several missed ones fire once, with the count."""

    rhythm: Annotated[str, field("name of the rhythm")]
    instant: Annotated[int, field("the latest grid instant reached", "ns UTC")]
    instants: Annotated[int, field("grid instants since the last time, 1 or more")]


@fact("module.failed", said_by="kernel")
class ModuleFailed(Event):
    """A module raised; the policy that followed."""

    module: ModuleName
    error: Annotated[str, field("type and message of the error")]
    policy: Annotated[str, field("halt, bypass or wait")]


@fact("module.late", said_by="kernel")
class ModuleLate(Event):
    """A module or its worker missed its deadline in book time; the policy that followed."""

    module: ModuleName
    request: Annotated[int, field("seq of the request that was not answered in time")]
    deadline: Annotated[int, field("the deadline", "ns UTC")]
    policy: Annotated[str, field("halt, bypass or wait")]


@fact("work.failed", said_by="kernel")
class WorkFailed(Event):
    """A worker could not do what a module asked of it in a live run; the policy that followed."""

    module: ModuleName
    worker: Annotated[str, field("name of the worker")]
    request: Annotated[int, field("seq of the request")]
    error: Annotated[str, field("type and message of its error, or how its process ended")]
    policy: Annotated[str, field("halt, bypass or wait")]


@fact("saying.refused", said_by="kernel")
class SayingRefused(Event):
    """Somebody said what they may not say, or said it too late; it was not recorded as theirs."""

    source: Annotated[str, field("who said it")]
    type: Annotated[str, field("type they said")]
    reason: Annotated[str, field("why it was refused")]


@fact("cascade.limited", said_by="kernel")
class CascadeLimited(Event):
    """A cascade reached the limit of events; the rest of its answers was refused and the book halted."""

    limit: Annotated[int, field("the limit", "events")]
    type: Annotated[str, field("type of the first event refused")]
    module: ModuleName


@fact("clock.stepped_back", said_by="kernel")
class ClockSteppedBack(Event):
    """The machine's clock fell behind book time, which stands still until it has caught up."""

    from_time: Annotated[int, field("book time", "ns UTC")]
    to_time: Annotated[int, field("what the clock said", "ns UTC")]


@fact("book.halted", said_by=("kernel", "person", "risk"))
class BookHalted(Event):
    """No new exposure from here on; cancels and reductions still pass."""

    reason: Annotated[str, field("why, in words")]


@fact("book.resumed", said_by="person")
class BookResumed(Event):
    """A person let the book trade again: their signed command over (origin, head)."""

    person: Annotated[str, field("name of the enrolled key")]
    reason: Annotated[str, field("why, in their words")]
    head: Annotated[bytes, field("last leaf hash the person saw")]
    signature: Annotated[bytes, field("Ed25519 signature over the command")]


@fact("person.enrolled", said_by="person")
class PersonEnrolled(Event):
    """A key may give the commands that only a person may give."""

    person: Annotated[str, field("name of the key")]
    key: Annotated[str, field("C2SP verifier key")]
    salt: Annotated[bytes, field("16 random bytes; in simulation derived from the seed")]


@fact("risk.rules_declared", said_by="kernel")
class RiskRulesDeclared(Event):
    """The rules that risk asks, in order, with their limits."""

    rules: Annotated[tuple[str, ...], field("rule names in the order they are asked")]
    limits: Annotated[dict[str, str], field("limit of each rule that has one, with its unit")]


@fact("work.requested", said_by=("strategy", "portfolio"))
class WorkRequested(Event):
    """Heavy work asked of a worker, due in book time."""

    module: ModuleName
    worker: Annotated[str, field("name of the worker")]
    request: Annotated[bytes, field("the request, in the worker's own encoding")]
    due: Annotated[int, field("book time may not pass this before the result is in", "ns UTC")]
    deadline: Annotated[int, field("a result after this is late", "ns UTC")]


@fact("work.completed", said_by="worker")
class WorkCompleted(Event):
    """A worker's result, recorded as an input."""

    module: ModuleName
    worker: Annotated[str, field("name of the worker")]
    request: Annotated[int, field("seq of the request")]
    result: Annotated[bytes, field("the result, in the worker's own encoding")]
    engine: Annotated[str, field("what computed it")]
    version: Annotated[str, field("its version")]
    artefact: Annotated[str, field("SHA-256 of the model or settings in hex; empty for none")]
    seed: Annotated[int, field("seed it was given")]
    cached: Annotated[bool, field("true when the result came from the cache by request hash")]
