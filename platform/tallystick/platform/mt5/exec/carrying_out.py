"""A bot's run in its book: prepared, carried out, and what came of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tallystick.events.signer import Signer
from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.events.types.mt5 import BotEnded
from tallystick.market.compiled import be_patient
from tallystick.market.rows import Rows
from tallystick.platform.kernel.book import simulate
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.contract import RunOptions, RunResult
from tallystick.platform.kernel.halt import ROWS_BETWEEN_LOOKS
from tallystick.platform.mt5.exec.composing import BotComposition, compose_bot
from tallystick.platform.mt5.exec.driving import BotAtWork, BotDriver
from tallystick.platform.mt5.exec.errors import BookTaken
from tallystick.platform.mt5.exec.preparing import PreparedBot
from tallystick.platform.mt5.exec.process import BotProcess
from tallystick.platform.mt5.exec.settings import ChildSettings, Warned
from tallystick.platform.plan import RunPlan

BATCH_RECORDS = 256
"""What a run that is killed loses at most: it cannot be carried on, but what is committed is a record."""
NO_SNAPSHOT = 2**62
"""A bot's process cannot be carried on, so nothing is kept for it."""


@dataclass(frozen=True, slots=True)
class BotRun:
    """How a bot's run went: the book's side, the bot's side."""

    result: RunResult
    ended: BotEnded
    calls: int
    warned: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Carrying:
    """What does not decide anything: how fast, how patiently, who is told."""

    speed: Literal["max", "real"] = "max"
    limit_s: float = 60.0
    stop_asked: Callable[[], bool] = lambda: False
    watched: Callable[[BotDriver], None] = lambda _: None
    """Gets the run before it begins, to look at as it goes on."""
    sources: tuple[Path, ...] = ()
    control: bool = True
    lends: bool = True
    """The bot's process answers looks itself where it can; the log is the same."""
    apart: bool = False
    """What the bot prints goes to standard error, for standard output is one document."""


def started(settings: ChildSettings, how: Carrying) -> BotAtWork:
    """The bot in a process of its own."""
    return BotProcess(settings, stop_asked=how.stop_asked, apart=how.apart)


def carry_out(
    ready: PreparedBot,
    folder: Path,
    signer_for: Callable[[str], Signer],
    how: Carrying | None = None,
    bot: Callable[[ChildSettings, Carrying], BotAtWork] = started,
) -> BotRun:
    """Run the bot in the book at `folder`, which holds no run yet.

    Raises `BookTaken`, and what `kernel.book.simulate` raises.
    """
    if (folder / "log").exists():
        message = f"the book in {folder} holds a run already, and a bot's run cannot be gone on with"
        raise BookTaken(message, "Choose another folder: --book DIR")
    how = how or Carrying()
    be_patient()
    parts: list[BotComposition] = []

    def composed(
        plan: RunPlan, series: Sequence[SeriesDeclared], *, first_order: int = 1, journal: Path | None = None
    ) -> Composition:
        parts.append(compose_bot(plan, ready.bot, series, first_order=first_order, journal=journal))
        return replace(parts[-1].composition, sources=sources_of(ready.script))

    driver = BotDriver(
        ready.feed,
        lambda: parts[-1],
        lambda: bot(child_settings(ready, how), how),
        start_ns=ready.bot.start,
        latency_ns=ready.plan.latency_ns,
        close_at_end=ready.bot.close_at_end,
        lends=how.lends and how.speed == "max",  # at real speed each call is in the log as it is made
    )
    how.watched(driver)
    result = simulate(
        folder,
        ready.plan,
        _Opening(ready),
        signer_for,
        stop_asked=how.stop_asked,
        composing=composed,
        options=RunOptions(
            sources=how.sources,
            snapshot_records=NO_SNAPSHOT,
            batch_records=BATCH_RECORDS,
            control=how.control,
            rows_between_looks=ROWS_BETWEEN_LOOKS if how.speed == "max" else 0,
        ),
        driver=driver,
    )
    assert driver.ended is not None
    return BotRun(result, driver.ended, driver.calls, tuple(driver.warnings))


def sources_of(script: Path) -> dict[str, bytes]:
    """The script and what it imports from its own folder, by name relative to it."""
    from tallystick.platform.authoring.sources import imported_by

    own = script.resolve()
    return {path.relative_to(own.parent).as_posix(): path.read_bytes() for path in (own, *imported_by(own))}


def child_settings(ready: PreparedBot, how: Carrying) -> ChildSettings:
    """What the bot's process is told."""
    bot = ready.bot
    return ChildSettings(
        script=str(ready.script),
        argv=bot.argv,
        start_ns=bot.start,
        end_ns=bot.end,
        tz=bot.tz,
        seed=ready.plan.seed,
        call_cost_ns=bot.call_cost_ns,
        threads=bot.threads,
        speed=how.speed,
        limit_s=how.limit_s,
        symbols=tuple(ready.feed.symbols),
    )


@dataclass(frozen=True, slots=True)
class _Opening:
    """What the book asks of a feed before the driver takes its rows."""

    ready: PreparedBot

    @property
    def data_hash(self) -> str:
        """Of the quotes."""
        return self.ready.feed.data_hash

    def series_declared(self) -> tuple[SeriesDeclared, ...]:
        """The symbols' series."""
        return self.ready.feed.series_declared()

    def data_treated(self) -> tuple[DataTreated, ...]:
        """The faults that were treated."""
        return self.ready.feed.data_treated()

    def rows(self, start_row: int = 0) -> Iterator[Rows]:
        """All rows; the book asks for the first one's time."""
        return self.ready.feed.rows(start_row)
