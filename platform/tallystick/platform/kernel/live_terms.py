"""What a live run takes: its options, and which plans can be traded like this."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tallystick.events.types.market import SeriesDeclared
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.workers import asks_workers, workers_of
from tallystick.platform.mt5.at_most_once import QUIET_NS, RealTerminal
from tallystick.platform.plan import RunPlan


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How a live run is carried out. `overrun_s`: the longest that a cascade may take, in the machine's time."""

    overrun_s: float = 5.0
    checkpoint_first: bool = True
    """A checkpoint, not only a commit, before an order is released."""
    control: bool = True
    quiet_ns: int = QUIET_NS
    """How long a terminal that can be asked may know nothing of an order before it is abandoned."""
    keep_source: bool = True
    sources: tuple[Path, ...] = ()


def require_live(plan: RunPlan, series: Sequence[SeriesDeclared], outside: RealTerminal | None) -> None:
    """Raise `RunConfigurationError` for what cannot be traded live, `WorkerMissing` for a worker not installed."""
    if plan.mode == "sim":
        raise RunConfigurationError("a plan in simulation has no live rows", "set its mode to paper or live")
    if plan.durability != "each-input":
        raise RunConfigurationError("a live run commits each input", 'set its durability to "each-input"')
    if (plan.mode == "live") != (outside is not None):
        message = f"a plan whose mode is {plan.mode} {'has no' if outside is not None else 'needs a'} terminal outside"
        raise RunConfigurationError(message, "give `outside` with live plans only")
    if any(one.kind != "quote" for one in series):
        raise RunConfigurationError("only quotes arrive live", "declare the series as quotes")
    for one in asks_workers(plan):
        if one.parameters.get("source", "bars") == "bars":
            message = f"{one.name} reads bars, and only quotes arrive live"
            raise RunConfigurationError(message, 'set its source to "quotes"')
        if one.parameters.get("due_s") == 0:
            message = f"{one.name} gives its work no time: due_s is 0, and live an answer takes some"
            raise RunConfigurationError(message, "give the seconds after which the answer is of no use any more")
    workers_of(plan)
