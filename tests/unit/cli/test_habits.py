"""What every verb owes the person at the console: logs without secrets, any code page, a graceful Ctrl-C, own keys."""

import json
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.platform.cli import operators_log
from tallystick.platform.cli.call import Call
from tallystick.platform.cli.demo_folder import MARK, take_folder
from tallystick.platform.cli.failure import Failure, explained
from tallystick.platform.cli.home import KEY_FILE, own_key, pinned_key
from tallystick.platform.cli.stopping import stopping
from tallystick.platform.cli.wording import instant
from tallystick.platform.quantities import lots
from tests.said import Say
from tests.unit.cli.hand_book import HandBook

COMMAND = [sys.executable, "-m", "tallystick.platform.cli.main"]


def test_the_key_is_made_once_owner_only_and_its_fingerprint_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Call(home=tmp_path / "home")
    first = own_key(call)
    assert first.signer.vkey.fingerprint in capsys.readouterr().err
    second = own_key(call)
    assert capsys.readouterr().err == ""
    assert (first.new, second.new) == (True, False)
    assert first.signer.vkey == second.signer.vkey
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "home" / KEY_FILE).stat().st_mode) == 0o600
    pinned = pinned_key(call, "some.log")
    assert pinned == first.of_log("some.log").vkey
    assert pinned is not None
    assert pinned.fingerprint == first.signer.vkey.fingerprint


def test_runs_that_are_started_at_once_in_a_new_home_share_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tallystick.platform.cli import call, home; "
        "print(home.own_key(call.Call(home=Path(sys.argv[1]))).signer.vkey)"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = [run.communicate(timeout=60)[0] for run in runs]
    assert len(set(keys)) == 1
    assert keys[0].strip() == str(own_key(Call(home=tmp_path)).signer.vkey)
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.skipif(os.name == "nt", reason="mode bits say nothing on Windows")
def test_a_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    call = Call(home=tmp_path)
    own_key(call).path.chmod(0o644)
    with pytest.raises(OSError, match="others may read") as caught:
        own_key(call)
    assert "chmod 600" in explained(caught.value, ["demo"]).fix


def test_the_operators_log_holds_no_secret(tmp_path: Path) -> None:
    secret = Ed25519Signer.generate("tallystick").private_line()
    operators_log.begin(Call(home=tmp_path), "tallystick test")
    logger = logging.getLogger("tallystick.test")
    logger.info("key %s and %s", secret, json.dumps({"port": 1, "token": "cafe0123"}))
    logger.error("with a traceback", exc_info=ValueError(secret))
    logging.shutdown()
    text = (tmp_path / operators_log.NAME).read_text(encoding="utf-8")
    assert "tallystick test" in text
    assert "[secret]" in text
    assert secret.split("+", 4)[4] not in text  # base64 may hold a plus sign too
    assert "cafe0123" not in text


def test_the_log_level_decides_what_is_kept(say: Say, hand_book: HandBook, home: Path) -> None:
    path = home / operators_log.NAME
    path.unlink(missing_ok=True)
    say("audit", "head", hand_book.folder, "--log-level", "error")
    assert not path.exists() or not path.read_text(encoding="utf-8")
    say("audit", "head", hand_book.folder)
    assert "tallystick audit head" in path.read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_costs_no_command(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    said = say("events", "tail", hand_book.folder, "--home", blocked)
    assert said.code == 0


def test_looking_leaves_nothing_in_the_books_folder(say: Say, hand_book: HandBook) -> None:
    before = sorted(hand_book.folder.rglob("*"))
    for words in (["audit", "verify"], ["audit", "head"], ["events", "tail"], ["audit", "tamper-test"]):
        say(*words, hand_book.folder)
    assert sorted(hand_book.folder.rglob("*")) == before


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_console_of_any_code_page_shows_the_tree(hand_book: HandBook, home: Path, encoding: str) -> None:
    environment = {**os.environ, "TALLYSTICK_HOME": str(home), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [*COMMAND, "why", str(hand_book.seqs["stop"]), str(hand_book.folder)]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    assert "its position was opened by" in text
    assert "?" not in text


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe that nobody reads is another error there")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_verdicts_exit_code_stays_when_nobody_reads_it(
    hand_book: HandBook, home: Path, tmp_path: Path, form: list[str]
) -> None:
    environment = {**os.environ, "TALLYSTICK_HOME": str(home)}
    log = tmp_path / "log"
    shutil.copytree(hand_book.folder / "log", log, ignore=shutil.ignore_patterns("writer.lock"))
    segment = next(log.glob("*.seg"))
    segment.write_bytes(segment.read_bytes().replace(b"EURUSD", b"EURUSE"))
    for folder, code in ((hand_book.folder, 0), (log, 3)):
        reading, writing = os.pipe()
        os.close(reading)
        words = ["audit", "verify", str(folder), "--key", hand_book.vkey, *form]
        with os.fdopen(writing, "wb") as nobody:
            said = subprocess.run(
                [*COMMAND, *words], stdout=nobody, stderr=subprocess.PIPE, env=environment, check=False
            )
        assert (said.returncode, said.stderr) == (code, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of this kind")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_where_a_stream_was_never_opened_the_verdict_stays(hand_book: HandBook, home: Path, closed: str) -> None:
    environment = {**os.environ, "TALLYSTICK_HOME": str(home)}
    words = ["sh", "-c", f'"$0" "$@" {closed}', *COMMAND, "audit", "verify", str(hand_book.folder)]
    said = subprocess.run(words, capture_output=True, env=environment, check=False)
    assert (said.returncode, said.stderr) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console, never to one process")
def test_follow_goes_on_until_ctrl_c(hand_book: HandBook, home: Path) -> None:
    environment = {**os.environ, "TALLYSTICK_HOME": str(home)}
    last = len(LogReader(hand_book.folder / "log")) - 1
    command = [*COMMAND, "events", "tail", str(hand_book.folder), "-n", "1", "--follow", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = json.loads(process.stdout.readline())["seq"]
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(timeout=20) == 130
    assert first == last
    assert "Traceback" not in said
    assert "stopped by Ctrl-C" in said


def test_ctrl_c_asks_a_run_to_end_and_twice_ends_it() -> None:
    with stopping() as asked:
        assert not asked()
        signal.raise_signal(signal.SIGINT)
        assert asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_demo_replaces_what_a_demo_wrote_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert not take_folder(folder, again=False)
    (folder / "report.html").write_text("old", encoding="utf-8")
    (folder / "proof.json").write_text("mine", encoding="utf-8")
    assert take_folder(folder, again=False)
    assert sorted(path.name for path in folder.iterdir()) == [MARK, "proof.json"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "log.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Failure, match="does not write here"):
        take_folder(other, again=True)
    assert (other / "log.txt").read_text(encoding="utf-8") == "mine"


def test_halt_leaves_a_file_with_the_reason(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    said = say("halt", hand_book.folder, "--reason", "spread too wide", "--json")
    path = Path(said.document["halt_file"])
    assert path.read_text(encoding="utf-8") == "spread too wide\n"
    path.unlink()
    operators_log.move_to(tmp_path)  # Windows removes no file that is open
    (hand_book.folder / operators_log.NAME).unlink()


def test_resume_records_a_command_signed_with_the_enrolled_key(say: Say, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "book"
    book = HandBook(folder, home).write(halted=True)
    say("halt", folder, "--reason", "spread too wide")
    stranger = own_key(Call(home=tmp_path / "stranger"))
    refused = say("resume", folder, "--reason", "let me", "--home", stranger.path.parent, "--json")
    assert refused.code == 2
    assert refused.document["error"]["code"] == "E750"
    assert (folder / "HALT").exists()
    said = say("resume", folder, "--reason", "calm again", "--home", home, "--json")
    assert said.code == 0
    assert not (folder / "HALT").exists()
    assert say("audit", "verify", folder, "--key", book.vkey).code == 0
    record = say("events", "show", said.document["seq"], folder, "--json").document
    assert (record["type"], record["role"], record["body"]["reason"]) == ("book.resumed", "person", "calm again")
    assert say("resume", folder, "--reason", "again", "--home", home, "--json").document["seq"] is None


def test_numbered_messages_of_other_packages_keep_their_number_and_fix() -> None:
    error = ValueError('E501 no strategy is called "emma". There are: ema_cross, flat.')
    failure = explained(error, ["run", "plan.json"])
    assert (failure.code, failure.fix) == ("E501", "There are: ema_cross, flat.")
    assert failure.lines()[0] == 'error[E501] no strategy is called "emma".'


def test_an_unexpected_error_is_exit_2_and_says_how_to_see_more() -> None:
    failure = explained(ZeroDivisionError("division by zero"), ["audit", "head", "--json"])
    assert failure.exit_code == 2
    assert failure.fix == "see where with: tallystick audit head --debug"


def test_values_are_worded_exactly() -> None:
    assert [lots(volume) for volume in (10_000_000, -123_456_789, 0)] == ["0.10", "-1.23456789", "0.00"]
    assert instant(1_398_990_000_250_000_000) == "2014-05-02 00:20:00.25Z"
    assert instant(2**63 - 1).startswith("2262-")
