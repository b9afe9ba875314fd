"""Real calls inside a guarded callback: refused with file, line and remedy; everything as before afterwards."""

import asyncio
import importlib
import io
import os
import random
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zoneinfo
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.platform.authoring.purity import ImpureStrategy, guarding
from tests.unit.purity import helper_of_a_strategy as helper

THIS = str(Path(__file__))
HELPER = str(helper.__file__)


def at_work() -> None:
    """Something a thread could do."""


CALLS: dict[str, tuple[str, Callable[[], Any]]] = {
    "time.time": ("clock", lambda: time.time()),  # noqa: PLW0108 -- looked up when it is called, as a user writes it
    "time.perf_counter_ns": ("clock", lambda: time.perf_counter_ns()),  # noqa: PLW0108 -- as above
    "time.localtime": ("clock", lambda: time.localtime()),  # noqa: PLW0108 -- as above
    "time.gmtime without a time": ("clock", lambda: time.gmtime()),  # noqa: PLW0108 -- as above
    "time.strftime without a time": ("clock", lambda: time.strftime("%Y")),
    "time.sleep": ("sleep", lambda: time.sleep(0.0)),
    "random.random": ("chance", lambda: random.random()),  # noqa: PLW0108 -- as above
    "random.shuffle": ("chance", lambda: random.shuffle([1, 2])),
    "random.seed": ("chance", lambda: random.seed(3)),
    "random.SystemRandom": ("entropy", lambda: random.SystemRandom().random()),
    "numpy.random.rand": ("chance", lambda: np.random.rand(2)),  # noqa: NPY002 -- what is refused
    "numpy.random.seed": ("chance", lambda: np.random.seed(3)),  # noqa: NPY002 -- what is refused
    "numpy.random.default_rng without a seed": ("chance", lambda: np.random.default_rng()),  # noqa: PLW0108 -- as above
    "numpy.random.default_rng of None": ("chance", lambda: np.random.default_rng(None)),
    "secrets": ("entropy", lambda: secrets.token_hex()),  # noqa: PLW0108 -- as above
    "uuid.uuid4": ("entropy", lambda: uuid.uuid4()),  # noqa: PLW0108 -- as above
    "os.urandom": ("entropy", lambda: os.urandom(2)),
    "open": ("file", lambda: open(THIS)),  # noqa: SIM115, PTH123 -- as a user writes it
    "io.open": ("file", lambda: io.open(THIS)),  # noqa: SIM115, UP020 -- as a user writes it
    "Path.read_text": ("file", lambda: Path(THIS).read_text(encoding="utf-8")),
    "Path.exists": ("file", lambda: Path(THIS).exists()),
    "Path.iterdir": ("file", lambda: list(Path(THIS).parent.iterdir())),
    "numpy.loadtxt": ("file", lambda: np.loadtxt(THIS)),
    "sqlite3": ("file", lambda: sqlite3.connect(":memory:")),
    "tempfile": ("file", lambda: tempfile.mkdtemp(dir=".")),
    "socket": ("network", lambda: socket.socket()),  # noqa: PLW0108 -- as above
    "a name looked up": ("network", lambda: socket.getaddrinfo("localhost", 80)),
    "os.environ": ("environment", lambda: os.environ["PATH"]),
    "os.environ.get": ("environment", lambda: os.environ.get("TALLYSTICK_NO_SUCH")),
    "os.getenv": ("environment", lambda: os.getenv("PATH")),
    "subprocess": ("process", lambda: subprocess.run([sys.executable, "--version"], check=False)),
    "os.system": ("process", lambda: os.system("true")),  # noqa: S605, S607 -- what is refused
    "a thread": ("thread", lambda: threading.Thread(target=at_work).start()),
    "a pool": ("thread", lambda: ThreadPoolExecutor(1).submit(at_work)),
    "asyncio": ("thread", lambda: asyncio.run(None)),  # type: ignore[arg-type]  # what is refused
    "input": ("question", lambda: input()),  # noqa: PLW0108 -- as above
}


@pytest.mark.parametrize(("kind", "call"), CALLS.values(), ids=CALLS)
def test_a_call_no_replay_can_repeat_is_refused_with_the_line_that_made_it(kind: str, call: Callable[[], Any]) -> None:
    with guarding() as guard, pytest.raises(ImpureStrategy) as refused, guard:
        call()

    assert (refused.value.kind, refused.value.path) == (kind, THIS)
    assert refused.value.line == call.__code__.co_firstlineno
    assert str(refused.value).startswith(f"E520 {THIS}:{refused.value.line} ")
    assert str(refused.value).endswith(f"{refused.value.fix}.")


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("wait_a_little", (), "sleep"),
        ("clock_under_another_name", (), "clock"),
        ("chance_under_another_name", (), "chance"),
        ("moment", (), "clock"),
        ("day", (), "clock"),
        ("read", (Path(THIS),), "file"),
    ],
)
def test_a_helper_module_is_named_with_its_own_line(name: str, arguments: tuple[Any, ...], kind: str) -> None:
    called = getattr(helper, name)
    with guarding() as guard, pytest.raises(ImpureStrategy) as refused, guard:
        called(*arguments)

    assert (refused.value.kind, refused.value.path) == (kind, HELPER)
    assert refused.value.line == called.__code__.co_firstlineno + 1


def test_dates_are_the_same_during_a_run_but_for_the_clock() -> None:
    with guarding() as guard:
        assert helper.moment() > datetime(2020, 1, 1, tzinfo=UTC)
        assert helper.day() > date(2020, 1, 1)
        with guard:
            made = helper.dates()
    assert [type(one) for one in made] == [datetime, datetime, datetime, date, timedelta, bool, bool]
    assert made[-2:] == [True, False]
    assert helper.datetime is datetime


def test_time_zones_may_be_looked_up_in_a_callback() -> None:
    with guarding() as guard, guard:
        zone = zoneinfo.ZoneInfo.no_cache("Europe/London")
    assert zone.key == "Europe/London"


def test_names_of_code_that_is_in_no_module_are_watched_when_they_are_given() -> None:
    namespace: dict[str, Any] = {}
    exec("from time import time as now\ndef on_bar():\n    return now()\n", namespace)  # noqa: S102 -- a notebook's cell

    with guarding(namespace) as guard, pytest.raises(ImpureStrategy, match="reads a clock"), guard:
        namespace["on_bar"]()
    assert namespace["now"] is time.time


def test_what_a_replay_can_repeat_is_allowed() -> None:
    with guarding() as guard, guard:
        values = [helper.drawn(3), helper.calendar(0.0)[1], np.random.default_rng(3).random(), print("a word")]
        np.random.RandomState(3).random()
        struct = time.struct_time(time.gmtime(5.0))
    assert values[1] == "1970"
    assert struct.tm_sec == 5


def test_a_module_may_be_imported_inside_a_callback_and_may_read_when_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imported_late_by_a_callback.py").write_text(
        f"from pathlib import Path\nTEXT = Path({THIS!r}).read_text(encoding='utf-8')\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with guarding() as guard, guard:
        module = importlib.import_module("imported_late_by_a_callback")
    assert module.TEXT.startswith('"""Real calls')


def test_log_lines_and_warnings_are_no_offence(recwarn: pytest.WarningsRecorder) -> None:
    import logging
    import warnings

    with guarding() as guard, guard:
        logging.getLogger("of.a.user").warning("a line with a time in it")
        warnings.warn("a hint", UserWarning, stacklevel=1)
    assert [str(one.message) for one in recwarn] == ["a hint"]


def test_numba_compiles_and_runs_inside_a_callback() -> None:
    from numba import njit

    def twice(x: float) -> float:
        return x * 2.0

    with guarding() as guard, guard:
        doubled: Any = njit(twice)
        assert doubled(2.0) == 4.0


def test_a_refusal_the_callback_swallowed_is_raised_when_the_callback_ends() -> None:
    with guarding() as guard, pytest.raises(ImpureStrategy, match="touches a file"), guard:
        assert helper.swallow(Path(THIS)) == "nothing read"
    with guarding() as guard, guard:
        pass  # and is not raised again
