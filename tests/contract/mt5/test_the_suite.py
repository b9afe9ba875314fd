"""The suite itself, without Windows: the way to a real terminal is walked with a package that only looks like it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
ERRORS, RETCODES = str(HERE / "test_errors.py"), str(HERE / "test_retcodes.py")
PACKAGE = """
import sys, time
from pathlib import Path
import tallystick.platform.mt5.simulated as mt5
from tallystick.platform.mt5.connecting import connect
from tests.contract.mt5.simulated import Conditions, Simulated

connect(Simulated(Conditions(begins=int(time.time()) - 600, seconds=1800)).terminal, time.time_ns)
kind, account_info, order_send = {kind}, mt5.account_info, mt5.order_send

def of_a_kind():
    account = account_info()
    return account and mt5.AccountInfo((*account[:1], kind, *account[2:]))

def noted(*unnamed, **named):
    Path(__file__).with_name("sent").touch()
    return order_send(*unnamed, **named)

mt5.account_info, mt5.order_send = of_a_kind, noted
sys.modules["MetaTrader5"] = mt5
"""


def _run(folder: Path, terminal: str, *cases: str, kind: int = 0) -> subprocess.CompletedProcess[str]:
    package = folder / "package" / "MetaTrader5"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(PACKAGE.replace("{kind}", str(kind)), encoding="utf-8")
    options = ["--terminal", terminal, "--recordings", str(folder / "recorded"), "-p", "no:cacheprovider", "-q", "-rs"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *cases],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(package.parent), *sys.path, str(ROOT)])},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a terminal that only looks real said."""
    folder = tmp_path_factory.mktemp("real")
    done = _run(folder, "real", ERRORS, RETCODES)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "only on the simulated terminal: no state of a server brings it about: it is injected" in done.stdout
    return folder


@pytest.mark.sim_only("it is about the suite")
def test_on_a_real_terminal_the_suite_writes_what_was_said(recorded: Path) -> None:
    said = json.loads((recorded / "recorded" / "retcodes.json").read_text(encoding="utf-8"))
    answers = {case: facts["answer"] for case, facts in said.items() if "answer" in facts}
    assert answers["test_a_code_that_any_demo_account_gives[INVALID_FILL-invalid_fill_return]"][0] == 10030
    assert not any("given_conditions" in case or "injected" in case for case in said)
    errors = json.loads((recorded / "recorded" / "errors.json").read_text(encoding="utf-8"))
    assert errors["test_without_a_connection_every_call_says_so[version]"]["error"] == [-10004, "No IPC connection"]


@pytest.mark.sim_only("it is about the suite")
def test_what_was_written_is_held_against_the_simulated_terminal(recorded: Path) -> None:
    same = _run(recorded, "simulated", ERRORS)
    assert same.returncode == 0, same.stdout[-3000:]
    path = recorded / "recorded" / "errors.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("No IPC connection", "No connection"), encoding="utf-8")
    other = _run(recorded, "simulated", ERRORS)
    path.write_text(text, encoding="utf-8")
    assert other.returncode == 1
    assert "the real terminal said [-10004, 'No connection'], ours [-10004, 'No IPC connection']" in other.stdout


@pytest.mark.sim_only("it is about the suite")
@pytest.mark.parametrize("kind", [1, 2], ids=["contest", "real"])
def test_an_account_that_is_no_demo_is_not_touched(tmp_path: Path, kind: int) -> None:
    done = _run(tmp_path, "real", RETCODES, kind=kind)
    assert done.returncode != 0
    assert "this is no demo account" in done.stdout + done.stderr
    assert not (tmp_path / "package" / "MetaTrader5" / "sent").exists()
    assert not (tmp_path / "recorded").exists()
