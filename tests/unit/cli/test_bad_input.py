"""Bad input: exit 2, one message in the shape, the last line says what to do, no traceback."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick.events.signer import Ed25519Signer
from tallystick.platform.cli.failure import explained
from tests.said import Say
from tests.unit.cli.hand_book import HandBook
from tests.unit.proof.reference_writer import small_log

Words = Callable[[Path, Path], list[str]]
CASES: dict[str, tuple[str, Words]] = {
    "no verb": ("E801", lambda book, tmp: []),
    "an unknown verb": ("E801", lambda book, tmp: ["repaly"]),
    "an unknown option": ("E801", lambda book, tmp: ["replay", "--fast"]),
    "no verb in a group": ("E801", lambda book, tmp: ["audit"]),
    "a seq that is no number": ("E801", lambda book, tmp: ["why", "seven", str(book)]),
    "a negative seq": ("E801", lambda book, tmp: ["events", "show", "-7", str(book)]),
    "a missing folder": ("E810", lambda book, tmp: ["audit", "verify", str(tmp / "nowhere")]),
    "an empty folder": ("E810", lambda book, tmp: ["audit", "head", str(tmp)]),
    "a log without its book": ("E811", lambda book, tmp: ["halt", str(book / "log")]),
    "a folder log/ that holds no log": ("E810", lambda book, tmp: ["halt", str(_with_log(tmp))]),
    "a log without a run": ("E730", lambda book, tmp: ["replay", str(_without_run(tmp))]),
    "a seq out of range": ("E820", lambda book, tmp: ["why", "4711", str(book)]),
    "a type of no record": ("E821", lambda book, tmp: ["events", "tail", str(book), "--type", "odrer.*"]),
    "a time that is none": ("E822", lambda book, tmp: ["audit", "export", str(book), "--from", "yesterday"]),
    "a time no calendar has": (
        "E822",
        lambda book, tmp: ["audit", "export", str(book), "--from", "9999-12-31T23:59-14:00"],
    ),
    "a seq of too many digits": ("E822", lambda book, tmp: ["audit", "export", str(book), "--from", "9" * 5000]),
    "reversed bounds": ("E102", lambda book, tmp: ["audit", "export", str(book), "--from", "9", "--to", "3"]),
    "events and a document on one stream": ("E823", lambda book, tmp: ["audit", "export", str(book), "--json"]),
    "a row of a record that has none": ("E201", lambda book, tmp: ["audit", "prove", "68", str(book), "--row", "0"]),
    "no key": ("E301", lambda book, tmp: ["audit", "verify", str(book), "--home", str(tmp / "empty")]),
    "a key file that is missing": ("E302", lambda book, tmp: ["audit", "verify", str(book), "--key", "my.vkey"]),
    "a key beside its log": (
        "E303",
        lambda book, tmp: ["audit", "verify", str(book), "--key", str(book / "book.json")],
    ),
    "a secret key": (
        "E304",
        lambda book, tmp: ["audit", "verify", str(book), "--key", str(book.parent / "home" / "signing.key")],
    ),
    "a broken key": ("E305", lambda book, tmp: ["audit", "verify", str(book), "--key", "log+00000000+AAAA"]),
    "a key longer than a path may be": (
        "E305",
        lambda book, tmp: ["audit", "verify", str(book), "--key", "x" * 300 + "+00000000+AAAA"],
    ),
    "a key file that is no text": (
        "E305",
        lambda book, tmp: ["audit", "verify", str(book), "--key", str(_file(tmp, b"\xff\xfeo\0"))],
    ),
    "a missing checkpoint": (
        "E306",
        lambda book, tmp: ["audit", "verify", str(book), "--checkpoint", str(tmp / "none")],
    ),
    "no key to resume with": (
        "E307",
        lambda book, tmp: ["resume", str(book), "--reason", "calm", "--home", str(tmp / "empty")],
    ),
    "a demo into a foreign folder": ("E830", lambda book, tmp: ["demo", "--book", str(book)]),
    "data that name nothing": (
        "E840",
        lambda book, tmp: ["run", str(_plan(tmp, "{}")), *_run(tmp), "--data", "eurusd"],
    ),
    "a missing plan": ("E841", lambda book, tmp: ["run", str(tmp / "plan.json"), *_run(tmp), "--data", "demo"]),
    "a plan that is no JSON": (
        "E842",
        lambda book, tmp: ["run", str(_plan(tmp, "{oops")), *_run(tmp), "--data", "demo"],
    ),
    "a plan with a wrong type": (
        "E842",
        lambda book, tmp: ["run", str(_plan(tmp, '{"seed": "x"}')), *_run(tmp), "--data", "demo"],
    ),
    "a plan for an account that is no simulation": (
        "E847",
        lambda book, tmp: ["run", str(_plan(tmp, '{"mode": "live"}')), *_run(tmp), "--data", "demo"],
    ),
    "a clock nobody knows": (
        "E111",
        lambda book, tmp: ["run", str(_plan(tmp, "{}")), *_run(tmp), "--data", "EURUSD=no.zip@utc"],
    ),
}


def _plan(folder: Path, text: str) -> Path:
    path = folder / "plan.json"
    path.write_text(text, encoding="utf-8")
    return path


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "key"
    path.write_bytes(content)
    return path


def _with_log(folder: Path) -> Path:
    (folder / "log").mkdir(exist_ok=True)
    return folder


def _without_run(folder: Path) -> Path:
    small_log().write(folder / "log")
    return folder


def _run(folder: Path) -> list[str]:
    return ["--book", str(folder / "book")]


@pytest.mark.parametrize("case", CASES)
def test_bad_input_ends_with_what_to_do(say: Say, hand_book: HandBook, tmp_path: Path, case: str) -> None:
    code, words = CASES[case]
    said = say(*words(hand_book.folder, tmp_path))
    assert said.code == 2
    assert f"error[{code}] " in said.err
    assert said.err.rstrip().splitlines()[-1].startswith("Fix: ")
    assert "Traceback" not in said.err
    assert (said.out == "") != ("--json" in words(hand_book.folder, tmp_path))


@pytest.mark.parametrize("case", [case for case, (code, _) in CASES.items() if code != "E823"])
def test_with_json_the_failure_is_one_document(say: Say, hand_book: HandBook, tmp_path: Path, case: str) -> None:
    code, words = CASES[case]
    said = say(*words(hand_book.folder, tmp_path), "--json")
    assert said.code == 2
    assert said.document["ok"] is False
    assert said.document["exit"] == 2
    assert said.document["error"]["fix"]
    if words(hand_book.folder, tmp_path) and code != "E801":
        assert said.document["error"]["code"] == code


def test_a_verb_is_proposed_for_a_misspelt_one(say: Say) -> None:
    assert "Did you mean 'replay'?" in say("repaly").err


@pytest.mark.parametrize(
    ("named", "fix"), [("tallystick-demo", "Fix: tallystick demo"), (".", "Fix: name the folder"), ("x", "--bundle x ")]
)
def test_where_no_book_is_the_fix_is_of_what_is_there(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, fix: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_text("{}", encoding="utf-8")
    assert fix in say("audit", "verify", named).last


def test_a_books_folder_in_place_of_a_plan_is_told_of_the_plan_in_it(say: Say, tmp_path: Path) -> None:
    assert say("run", tmp_path).error == f"error[E841] this is a folder and no plan, {tmp_path}."
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    assert say("run", tmp_path).last == f"Fix: run the plan in it: tallystick run {tmp_path / 'plan.json'}"


def test_somebody_elses_key_is_no_proof(say: Say, hand_book: HandBook) -> None:
    stranger = Ed25519Signer.generate(hand_book.signer.name)
    said = say("audit", "verify", hand_book.folder, "--key", str(stranger.vkey), "--json")
    assert said.code == 3
    assert said.document["findings"]


@pytest.mark.parametrize("form", ["\ufeff{}\r\n", " {}\n"])
def test_a_key_is_taken_as_editors_leave_it(say: Say, hand_book: HandBook, tmp_path: Path, form: str) -> None:
    text = form.format(hand_book.vkey)
    assert say("audit", "verify", hand_book.folder, "--key", _file(tmp_path, text.encode())).code == 0
    assert say("audit", "verify", hand_book.folder, "--key", text.lstrip("\ufeff")).code == 0


def test_debug_adds_the_traceback(say: Say, tmp_path: Path) -> None:
    said = say("audit", "head", tmp_path, "--debug")
    assert said.code == 2
    assert "Traceback" in said.err
    assert said.err.rstrip().splitlines()[-1].startswith("Fix: ")


@pytest.mark.parametrize("odd", ["my books", "profit&loss", "it's", "a(1)"])
def test_a_path_that_a_shell_would_break_is_quoted_in_the_remedy(
    say: Say, hand_book: HandBook, tmp_path: Path, odd: str
) -> None:
    shutil.copytree(hand_book.folder, tmp_path / odd)
    said = say("why", "4711", tmp_path / odd)
    assert f'"{tmp_path / odd}"\n' in said.err


def test_the_remedy_for_a_folder_nobody_may_write_names_what_is_there(tmp_path: Path) -> None:
    refused = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "desk" / "tallystick.toml"))
    assert explained(refused, []).fix == f"give yourself access to {tmp_path}, or name another place"
    refused.filename = str(tmp_path)
    assert explained(refused, []).fix == f"give yourself access to {tmp_path}, or name another place"


def test_a_file_system_that_is_read_only_is_told_like_a_refusal(tmp_path: Path) -> None:
    told = explained(OSError(errno.EROFS, "Read-only file system", str(tmp_path / "book")), [])
    assert (told.code, told.fix) == ("E802", f"give yourself access to {tmp_path}, or name another place")


def test_a_log_without_records_is_told_so(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    book = tmp_path / "cut"
    shutil.copytree(hand_book.folder, book)
    for segment in (book / "log").glob("*.seg"):
        segment.write_bytes(b"")
    said = say("why", "5", book)
    assert said.code == 2
    assert "E820] the log holds no record" in said.err
    assert f"Fix: tallystick audit verify {book}" in said.err
