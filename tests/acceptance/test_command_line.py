"""The demo as a stranger runs it, and what they do next: each a command in a process of its own."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tallystick.events.errors import LogMissing
from tallystick.events.reader import Envelope, LogReader
from tallystick.platform.cli.lineage import Lineage
from tests.said import Said

FULL = os.environ.get("TALLYSTICK_FULL") == "1"
COMMAND = [sys.executable, "-m", "tallystick.platform.cli.main"]
BEGUN = 40_000
"""Bytes of a log that holds more than what a run says before its first row."""


class Desk:
    """A folder with a home of its own, where commands are said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "TALLYSTICK_HOME": str(folder / "home"), "PYTHONUTF8": "1"}

    def say(self, *words: object) -> Said:
        """Say a command and wait for its end."""
        done = subprocess.run(
            [*COMMAND, *map(str, words)],
            cwd=self.folder, env=self.environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def begin(self, *words: object) -> "subprocess.Popen[str]":
        """Say a command and do not wait."""
        return subprocess.Popen(
            [*COMMAND, *map(str, words)],
            cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip


class Demo(NamedTuple):
    """A demo that was run."""

    desk: Desk
    first: Said
    book: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    return Demo(desk, desk.say("demo", "--json"), desk.folder / "tallystick-demo")


def test_the_demo_trades_proves_and_reports(demo: Demo) -> None:
    assert demo.first.code == 0, demo.first.err
    document = demo.first.document
    assert 100 <= document["deals"] <= 5_000
    assert document["denied"] >= 1
    assert document["stop_losses"] >= 1
    assert document["swaps_charged"] >= 1
    assert document["rows"] == 18_536
    assert document["worked"] == 11, "the rebalancing of every month but the first, whose window is not full"
    assert document["cached"] == 0
    assert document["flat"] == 0
    assert document["buy_and_hold"] != 0
    assert sum("W107 EURUSD: 389 " in line or "W107 NZDUSD: 113 " in line for line in document["warnings"]) == 2
    assert document["verify"]["exit"] == document["replay"]["exit"] == 0
    assert document["verify"]["head"] == document["head"]
    assert document["verify"]["decision_digest"] == document["decision_digest"]
    assert "<html" in (demo.book / "report.html").read_text(encoding="utf-8")
    assert len(document["next"]) == 3


def test_the_readme_shows_the_figures_of_the_demo(demo: Demo) -> None:
    page, ran = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8"), demo.first.document
    assert f"\n{ran['size']:,} events, {ran['orders']} orders, {ran['deals']} deals\n" in page
    assert f"over {ran['size']:,} records\ndecision digest  {ran['decision_digest']}\n" in page
    assert f"HOLDS: {ran['origin']}\n" in page
    assert all(f"\n  {command}\n" in page for command in ran["next"])


def test_the_key_was_made_outside_of_the_book_and_said_once(demo: Demo) -> None:
    key = demo.first.document["key"]
    assert key["new"]
    assert key["fingerprint"] in demo.first.err
    assert demo.book not in Path(key["path"]).parents
    secret = Path(key["path"]).read_text(encoding="utf-8").strip().split("+", 4)[4]
    assert not any(secret.encode() in path.read_bytes() for path in demo.book.rglob("*") if path.is_file())


def test_the_three_next_commands_work_as_they_are_printed(demo: Demo) -> None:
    for command in demo.first.document["next"]:
        said = demo.desk.say(*command.split()[1:])
        assert said.code == 0, (command, said.err)


def test_why_any_deal_reaches_the_row_that_caused_it(demo: Demo) -> None:
    reader = LogReader(demo.book / "log")
    lineage = Lineage(reader)
    deals = [each for each in reader.envelopes() if each.type == "deal.made" and each.event.type != "balance"]
    seed = random.randrange(2**32)
    print(f"seed {seed}, {len(deals)} deals")
    chosen = deals if FULL else random.Random(seed).sample(deals, 60)
    chosen += [each for each in deals if each.event.reason != "expert"][:10]
    for deal in chosen:
        steps = list(lineage.of(deal.seq).steps())
        assert any(step.row is not None for step in steps), deal.seq
        assert any(step.envelope.type in {"signal.raised", "optimisation.requested"} for step in steps), deal.seq


def test_both_verifiers_accept_the_log_and_a_proof_from_it(demo: Demo) -> None:
    document, desk = demo.first.document, demo.desk
    assert desk.say("audit", "verify", demo.book, "--json").document["ok"]
    assert desk.say("audit", "verifier", "-o", "outside.py").code == 0
    outside = [sys.executable, "-I", "outside.py"]
    key = ["--key", document["vkey"]]
    assert subprocess.run([*outside, "tallystick-demo/log", *key], cwd=desk.folder, check=False).returncode == 0
    block = next(each.seq for each in LogReader(demo.book / "log").envelopes() if each.type == "market.bar_block")
    assert desk.say("audit", "prove", block, demo.book, "--row", 2, "-o", "row.json").code == 0
    assert subprocess.run([*outside, "--bundle", "row.json", *key], cwd=desk.folder, check=False).returncode == 0


def test_ten_damages_are_found(demo: Demo) -> None:
    said = demo.desk.say("audit", "tamper-test", demo.book, "--json")
    assert said.code == 0
    assert said.document["found"] >= 10


def test_replay_by_row_and_up_to_a_record(demo: Demo) -> None:
    by_row = demo.desk.say("replay", demo.book, "--by-row", "--json")
    assert (by_row.code, by_row.document["compared"]) == (0, demo.first.document["replay"]["compared"])
    part = demo.desk.say("replay", demo.book, "--until", 500, "--json")
    assert part.code == 0
    assert 0 < part.document["compared"] <= 501


def test_a_second_demo_replaces_the_first_and_is_the_same_log(demo: Demo, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.environment["TALLYSTICK_HOME"] = demo.desk.environment["TALLYSTICK_HOME"]
    desk.environment |= {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    book = tmp_path / "elsewhere"
    for replaced in (False, True):
        said = desk.say("demo", "--book", book, "--json")
        assert said.code == 0, said.err
        assert said.document["replaced"] is replaced
        assert said.document["head"] == demo.first.document["head"]
        assert said.document["key"]["new"] is False


def test_a_run_goes_on_after_kill_9_and_decides_the_same(demo: Demo, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    plan = demo.book / "plan.json"
    seed = random.randrange(2**32)
    moments, lived = random.Random(seed), 0
    print(f"seed {seed}")
    words = [
        "run",
        plan,
        "--mode",
        "sim",
        "--data",
        "demo",
        "--book",
        tmp_path / "book",
        "--durability",
        "batch",
        "--json",
    ]
    log = tmp_path / "book" / "log"
    for _ in range(3):
        process = desk.begin(*words)
        while not any(each.stat().st_size > BEGUN for each in log.glob("*.seg")) and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.uniform(0.0, 0.3))
        lived += process.poll() is not None
        process.kill()
        process.communicate()
    if lived:
        pytest.skip("the run was over before it was killed")
    said = desk.say(*words)
    assert said.code == 0, said.err
    assert said.document["recovered"]
    assert said.document["decision_digest"] == demo.first.document["decision_digest"]
    assert desk.say("audit", "verify", tmp_path / "book").code == 0


def test_a_halted_run_that_died_is_resumed_by_a_signed_command(demo: Demo, tmp_path: Path) -> None:
    desk, book = Desk(tmp_path), tmp_path / "book"
    book.mkdir()
    (book / "HALT").write_text("spread too wide\n", encoding="utf-8")
    words = ["run", demo.book / "plan.json", "--data", "demo", "--book", book, "--durability", "each-input", "--json"]
    process = desk.begin(*words)
    while not any(each.type == "book.halted" for each in _committed(book)) and process.poll() is None:
        time.sleep(0.05)
    assert process.poll() is None, "the run was over before it was killed"
    process.kill()
    process.communicate()
    resumed = desk.say("resume", book, "--reason", "calm again", "--json")
    assert resumed.code == 0, resumed.err
    said = desk.say(*words)
    assert said.code == 0, said.err
    assert said.document["recovered"]
    events = list(_committed(book))
    assert events[resumed.document["seq"]].type == "book.resumed"
    assert any(each.type == "deal.made" for each in events[resumed.document["seq"] :])
    assert (desk.say("audit", "verify", book).code, desk.say("replay", book).code) == (0, 0)


def _committed(book: Path) -> Iterator[Envelope]:
    """What is durable by now; nothing before the log exists."""
    with contextlib.suppress(LogMissing):
        yield from LogReader(book / "log").envelopes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_a_run_in_good_order(demo: Demo, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    process = desk.begin("run", demo.book / "plan.json", "--data", "demo", "--book", tmp_path / "book", "--json")
    while not (tmp_path / "book" / "log").is_dir() and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode == 1, err
    assert json.loads(out)["ended"] == "stopped"
    assert desk.say("audit", "verify", tmp_path / "book").code == 0


def test_strict_refuses_data_with_faults(demo: Demo, tmp_path: Path) -> None:
    said = Desk(tmp_path).say("demo", "--strict")
    assert said.code == 2
    assert "error[W107]" in said.err
    assert not (tmp_path / "tallystick-demo").exists()


def test_plans_that_cannot_be_say_what_to_do(demo: Demo, tmp_path: Path) -> None:
    plan = json.loads((demo.book / "plan.json").read_text(encoding="utf-8"))
    wrong: dict[str, dict[str, Any]] = {
        "E501": {**plan, "strategies": [{"kind": "emma", "name": "emma", "parameters": {}}]},
        "E601": {**plan, "risk": {"daily_loss": 5_000}},
        "E114": {**plan, "sizing": {"kind": "all_in"}},
    }
    desk = Desk(tmp_path)
    for code, content in wrong.items():
        path = tmp_path / f"{code}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        said = desk.say("run", path, "--data", "demo", "--book", tmp_path / code)
        assert said.code == 2, said.err
        assert f"error[{code}]" in said.err
        assert said.err.rstrip().splitlines()[-1].startswith("Fix: ")
        assert "Traceback" not in said.err


def test_a_book_takes_no_other_plan_and_no_second_run(demo: Demo) -> None:
    plan = demo.book / "plan.json"
    again = demo.desk.say("run", plan, "--data", "demo", "--book", demo.book)
    other = demo.desk.say("run", plan, "--data", "demo", "--book", demo.book, "--seed", 99)
    assert (again.code, other.code) == (2, 2)
    assert "has ended" in again.err
    assert "another plan" in other.err
    assert demo.desk.say("audit", "verify", demo.book).code == 0
