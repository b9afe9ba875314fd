"""One bot's process from its first message to its last: the world put in place, the script run, the end told."""

import atexit
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from tallystick.market.spans import SECOND_NS
from tallystick.platform.mt5 import connecting
from tallystick.platform.mt5.exec.child import machine
from tallystick.platform.mt5.exec.child.asking import Asking
from tallystick.platform.mt5.exec.child.bells import put_bells
from tallystick.platform.mt5.exec.child.chance import put_chance
from tallystick.platform.mt5.exec.child.clock import VirtualClock
from tallystick.platform.mt5.exec.child.dates import put_dates, put_pandas
from tallystick.platform.mt5.exec.child.ending import EXIT_SWALLOWED, DataEnd
from tallystick.platform.mt5.exec.child.kept import watch_files
from tallystick.platform.mt5.exec.child.locks import put_locks
from tallystick.platform.mt5.exec.child.outside import (
    await_threads,
    watch_alarms,
    watch_outside,
    watch_people,
    watch_processes,
    watch_threads,
)
from tallystick.platform.mt5.exec.child.pipe import EXIT_ORPHANED, ParentPipe
from tallystick.platform.mt5.exec.child.places import AfterImport
from tallystick.platform.mt5.exec.child.pools import put_pools
from tallystick.platform.mt5.exec.child.refusals import MainThread, RefusedError
from tallystick.platform.mt5.exec.child.script import EXIT_FAILED, Outcome, run_script
from tallystick.platform.mt5.exec.child.sets import put_sets
from tallystick.platform.mt5.exec.child.times import put_log_start, put_times
from tallystick.platform.mt5.exec.child.turns import Turns
from tallystick.platform.mt5.exec.child.waits import put_proactor, put_waits
from tallystick.platform.mt5.exec.child.warned import Warnings
from tallystick.platform.mt5.exec.child.watchdog import EXIT_SILENT, Watchdog
from tallystick.platform.mt5.exec.child.zone import set_zone
from tallystick.platform.mt5.exec.settings import ChildSettings, Ending

UVLOOP = "an event loop with a clock of its own (uvloop) cannot follow the bot's clock; asyncio's own loop can"


def main() -> int:
    """Run the script that the parent names; its exit code."""
    try:
        pipe = ParentPipe.from_environment(os.environ)
        settings = pipe.settings()
    except (ValueError, OSError, EOFError) as error:
        print(f"error: {error or 'the parent is gone'}", file=sys.stderr)  # noqa: T201 -- there is nobody else to tell
        return EXIT_ORPHANED
    try:
        set_zone(settings.tz, settings.start_ns // SECOND_NS)
        process = BotProcess(pipe, settings)
        process.prepare()
    except RefusedError as refused:
        print(refused, file=sys.stderr)  # noqa: T201 -- the bot has not begun; there is nothing else to show
        pipe.end(settings.start_ns, "raised", EXIT_FAILED, str(refused))
        return EXIT_FAILED
    return process.run()


class BotProcess:
    """What there is one of in a bot's process."""

    def __init__(self, pipe: ParentPipe, settings: ChildSettings) -> None:
        """Nothing is in place yet."""
        self._pipe = pipe
        self._settings = settings
        self._end = DataEnd(self._swallowed)
        self._watchdog = Watchdog(settings.limit_s, lambda: self._clock.signs, self._silent, pipe.alive)
        pause = self._really if settings.speed == "real" else None
        self._main = MainThread(self._insisted)
        self._clock = VirtualClock(settings.start_ns, settings.end_ns, settings.call_cost_ns, self._end, pause)
        self._turns = Turns(self._clock, self._end, self._take_turn, self._stuck)
        self._warnings = Warnings(lambda name, detail: pipe.warn(self._clock.now_ns, name, detail))
        self._outcome = Outcome("returned", 0)

    def prepare(self) -> None:
        """Put the bot's world in place. Raises `RefusedError`."""
        self._put_module()
        self._put_world()

    def run(self) -> int:
        """Run the script, and give its exit code."""
        atexit.register(self._say_ended)
        self._watchdog.start()
        gc.freeze()
        gc.enable()
        self._outcome = run_script(self._settings.script, self._settings.argv)
        if self._settings.threads == "refused":
            await_threads()
        if self._turns.finish() and self._outcome.how == "returned":
            self._outcome = Outcome("data_over", 0)
        if self._main.refusals and self._outcome.code == 0:
            self._outcome = Outcome("raised", EXIT_FAILED, self._main.refusals[0])
            print(self._main.refusals[0], file=sys.stderr)  # noqa: T201 -- the thread's own traceback may be long gone
        return self._outcome.code

    def _put_module(self) -> None:
        if self._settings.speed == "max":  # looks are answered here: loaded now, it lives as long as the process
            import_module("tallystick.platform.mt5.answering.made")
            import_module("tallystick.platform.mt5.answering.answers")
        from tallystick.platform.mt5 import simulated
        from tallystick.platform.mt5.dropin import compiled_half

        symbols = self._settings.symbols
        asking = Asking(self._pipe, self._clock, self._main, self._end, self._watchdog, symbols)
        connecting.connect(asking, lambda: self._clock.now_ns, asking.before, asking.refused)
        sys.modules["MetaTrader5"] = simulated
        sys.modules["MetaTrader5._core"] = compiled_half

    def _put_world(self) -> None:
        later = AfterImport()
        put_times(self._clock, self._main)
        put_dates(self._clock)
        put_waits(self._clock, self._main, self._turns)
        put_sets(later)
        put_pools(later, self._clock, self._turns if self._settings.threads == "turns" else None)
        put_chance(self._settings.seed, later, self._warnings)
        put_bells()
        later.do("pandas", put_pandas)
        later.do("logging", lambda logging: put_log_start(self._clock, logging))
        for name in ("subprocess", "multiprocessing.connection"):
            later.do(name, machine.for_processes)
        later.do("asyncio.windows_events", lambda events: put_proactor(self._clock, self._main, self._turns, events))
        later.refuse("uvloop", UVLOOP)
        sys.meta_path.insert(0, later)
        if not os.environ.get("PYTHONHASHSEED", "").isdigit():
            self._warnings.warn("PYTHONHASHSEED", "is not set, so sets of strings have another order each time")
        later.do("multiprocessing.process", lambda process: watch_processes(self._warnings, process))
        if self._settings.threads == "turns":
            put_locks(self._turns)
            watch_threads(self._warnings, self._main, self._turns)
        else:
            watch_threads(self._warnings, self._main)
        watch_alarms(self._warnings)
        watch_people(self._watchdog)
        watch_outside(self._warnings)
        watch_files(self._warnings, Path(self._settings.script))

    def _take_turn(self) -> None:
        for one in (self._main, self._clock, self._watchdog):
            one.take()

    @staticmethod
    def _stuck(names: str) -> None:
        print(  # noqa: T201 -- the bot's own stderr is where its trader looks
            f"warning[W593] the bot's threads wait for each other, or for what nobody will bring ({names}): at a real "
            "terminal it would hang. The clock goes on to the end of the data.",
            file=sys.stderr,
        )

    def _really(self, ns: int) -> None:
        with self._watchdog.waiting():
            machine.sleep(ns / SECOND_NS)

    def _say_ended(self) -> None:
        self._pipe.end(self._clock.now_ns, self._outcome.how, self._outcome.code, self._outcome.detail)

    def _swallowed(self) -> NoReturn:
        self._end_now("swallowed", EXIT_SWALLOWED, "the bot swallowed EndOfData 100 times (a bare except in a loop?)")

    def _insisted(self, refusal: str) -> NoReturn:
        self._end_now("raised", EXIT_FAILED, refusal)

    def _silent(self, stack: str) -> NoReturn:
        self._end_now(
            "silent",
            EXIT_SILENT,
            f"error[E597] the bot called, slept and waited for nothing for {self._settings.limit_s:g} s:\n{stack}"
            "Fix: let its loop sleep or call the module, or pass a longer --limit-s",
        )

    def _end_now(self, how: Ending, code: int, detail: str) -> NoReturn:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                if stream is sys.stderr:
                    print(detail, file=stream)
                stream.flush()
        self._pipe.end(self._clock.now_ns, how, code, detail)
        os._exit(code)
