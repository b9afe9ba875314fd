"""What holds for every test: the blocks of `TALLYSTICK_AS_WINDOWS=1`, and each area's time beside its budget."""

import os
import runpy
import signal
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ci.browser import Browser

ROOT = Path(__file__).resolve().parents[1]
AS_WINDOWS = ROOT / "ci" / "as_windows"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it runs in the background deaf to Ctrl-C; the programs tests interrupt would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

if os.environ.get("TALLYSTICK_AS_WINDOWS") == "1":
    # Before anything of ours is imported here, and from the first line on in every process that a test starts.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(AS_WINDOWS), os.environ.get("PYTHONPATH"))))
    runpy.run_path(str(AS_WINDOWS / "sitecustomize.py"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options must be known before a folder's own conftest is read: this one is of tests/contract/mt5."""
    parser.addoption("--terminal", choices=["simulated", "real"], default="simulated", help="MetaTrader 5 under test")
    parser.addoption("--recordings", metavar="DIR", help="where what a real terminal says is written and compared")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A real browser; without one the test is skipped, loudly."""
    from ci.browser import INSTALL, Browser, installed

    found = installed()
    if found is None:
        pytest.skip(f"NO BROWSER, THE PAGE WAS NOT LOOKED AT. Install one: {INSTALL}")
    with Browser(found) as opened:
        yield opened


def pytest_report_header() -> str:
    """Say in the header how this run differs from the plain one."""
    full = "full counts" if os.environ.get("TALLYSTICK_FULL") == "1" else "sampled counts (TALLYSTICK_FULL=1 for all)"
    ways = ", as on Windows" if os.environ.get("TALLYSTICK_AS_WINDOWS") == "1" else ""
    return f"tallystick: {full}{ways}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each area's tests and seconds (summed over processes) beside its budget."""
    seconds: dict[str, float] = defaultdict(float)
    tests: dict[str, int] = defaultdict(int)
    for outcome in ("passed", "failed", "error", "skipped", "xfailed"):
        for report in terminalreporter.stats.get(outcome, ()):
            area = area_of(report.nodeid)
            tests[area] += 1
            seconds[area] += getattr(report, "duration", 0.0)  # a file that could not be imported has none
    for report in terminalreporter.stats.get("", ()):  # what setting up and tearing down took
        seconds[area_of(report.nodeid)] += getattr(report, "duration", 0.0)
    budgets = tomllib.loads((ROOT / "ci" / "budgets.toml").read_text(encoding="utf-8"))["minutes"]
    terminalreporter.section("areas")
    for area in sorted(tests):
        limit = 60 * budgets.get(area, 0.0)
        over = "  <-- over budget" if seconds[area] > limit else ""
        terminalreporter.write_line(f"{area:<12} {tests[area]:5} tests {seconds[area]:8.1f} s of {limit:4.0f} s{over}")


def area_of(nodeid: str) -> str:
    """The area of a test: the folder below `tests`."""
    parts = nodeid.split("::", 1)[0].split("/")
    return parts[1] if len(parts) > 2 else "tests"
