"""The control channel of a run: what people say is recorded, honoured, and refused where nobody may say it."""

import json
import logging
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer, create_key
from tallystick.events.types.running import BookHalted, BookResumed
from tallystick.events.types.trading import OrderApproved, OrderRequested, OrderSending
from tallystick.platform.cli.main import run as command_line
from tallystick.platform.kernel import control
from tallystick.platform.kernel.commands import resume_at_work
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.control import ControlError, NobodyListensError, say
from tallystick.platform.kernel.halt import ask_halt, halt_reason
from tallystick.platform.kernel.people import resumption
from tallystick.platform.kernel.replaying import replay_book
from tests.acceptance.books import CutFeed, events, exit_code_of_verify, run, signer

ROWS = 3_000
Said = Callable[[], Any]


def at_rows(folder: Path, *script: tuple[int, Said], rows: int = ROWS, **how: Any) -> tuple[RunResult, list[Any]]:
    """Run a book while a person says each thing of `script` once that many rows are in; the answers or refusals.

    The person speaks from a thread of their own; the feed waits until the command has been heard, then goes on.
    """
    answers: list[Any] = []
    waiting = list(script)
    speaking: list[threading.Thread] = []

    def speak(what: Said) -> None:
        try:
            answers.append(what())
        except ControlError as error:
            answers.append(error)

    def watch(taken: int) -> None:
        if waiting and taken >= waiting[0][0] and not (speaking and speaking[-1].is_alive()):
            _, what = waiting.pop(0)
            speaking.append(threading.Thread(target=speak, args=(what,)))
            speaking[-1].start()
        elif speaking and speaking[-1].is_alive():
            speaking[-1].join(timeout=0.05)

    result = run(folder, feed=CutFeed(rows), progress=watch, **how)
    for thread in speaking:
        thread.join()
    assert not waiting, "everything in the script was said"
    return result, answers


def sent_after(folder: Path, event_type: type) -> list[OrderRequested]:
    """Requests of the orders sent after the first event of a type."""
    told = [each.event for each in LogReader(folder / "log").envelopes()]
    first = next(index for index, event in enumerate(told) if isinstance(event, event_type))
    requests = {event.order: event for event in told if isinstance(event, OrderRequested)}
    return [requests[event.order] for event in told[first:] if isinstance(event, OrderSending)]


def test_a_halt_in_mid_run_is_recorded_as_its_persons_and_honoured(tmp_path: Path) -> None:
    result, answers = at_rows(tmp_path, (ROWS // 3, lambda: say(tmp_path, "halt", reason="spread  looks\nwrong")))
    (answer,) = answers
    record = LogReader(tmp_path / "log").fetch(answer["seq"])
    assert record.event == BookHalted(reason="spread looks wrong")
    assert (record.source, record.role) == ("owner", "person")
    assert result.ended == "end_of_data"
    assert all(request.reduces for request in sent_after(tmp_path, BookHalted))
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal
    assert replay_book(tmp_path, by_row=True).equal


def test_a_resumption_signed_with_the_enrolled_key_lets_the_run_trade_again(tmp_path: Path) -> None:
    key = signer("")

    def resume() -> Any:
        return resume_at_work(tmp_path, key.named(say(tmp_path, "status")["origin"]), "calm again")

    ask = (ROWS // 3, lambda: (ask_halt(tmp_path, "from outside"), say(tmp_path, "halt", reason="wait"))[1])
    result, (halted, resumed) = at_rows(tmp_path, ask, (ROWS // 2, resume))
    assert halted["seq"] < resumed["seq"]
    assert resumed["halt_file"] == "from outside"
    assert halt_reason(tmp_path) is None
    (said,) = events(tmp_path, BookResumed)
    assert (said.person, said.reason) == ("owner", "calm again")
    log = LogReader(tmp_path / "log")
    seqs = {log.record(seq).leaf: seq for seq in range(resumed["seq"])}
    assert halted["seq"] <= seqs[said.head] < resumed["seq"], "what was signed is a head from after the halt"
    assert any(not request.reduces for request in sent_after(tmp_path, BookResumed))
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal


def test_another_key_an_old_command_and_no_signature_leave_the_book_halted(tmp_path: Path) -> None:
    def halt() -> Any:
        return say(tmp_path, "halt", reason="wait")

    def by_stranger() -> Any:
        stranger = Ed25519Signer(say(tmp_path, "status")["origin"], bytes(32))
        return resume_at_work(tmp_path, stranger, "let me")

    def over_old_head() -> Any:
        origin = say(tmp_path, "status")["origin"]
        old = resumption(signer(origin), origin, bytes(32), "again")
        signed: dict[str, Any] = {"head": old.head.hex(), "signature": old.signature.hex()}
        return say(tmp_path, "resume", person="owner", reason="again", **signed)

    def unsigned() -> Any:
        return say(tmp_path, "resume", person="owner", reason="please")

    script = [
        (ROWS // 4 + 100 * number, what) for number, what in enumerate((halt, by_stranger, over_old_head, unsigned))
    ]
    _, (halted, *refused) = at_rows(tmp_path, *script)
    assert halted["ok"]
    assert all(isinstance(each, ControlError) and each.fix for each in refused)
    for each, words in zip(refused, ("not signed with the key", "another head", "a resumption is signed"), strict=True):
        assert words in str(each)
    assert events(tmp_path, BookResumed) == []
    assert all(request.reduces for request in sent_after(tmp_path, BookHalted))
    assert replay_book(tmp_path).equal


def test_a_wrong_token_and_an_unknown_verb_change_nothing(tmp_path: Path) -> None:
    def raw(**line: object) -> Any:
        address = json.loads((tmp_path / control.NAME).read_text(encoding="utf-8"))
        line = {"token": address["token"], **line}
        with socket.create_connection(("127.0.0.1", address["port"]), timeout=5) as sent:
            sent.sendall(json.dumps(line).encode() + b"\n")
            return json.loads(sent.makefile("rb").readline())

    result, answers = at_rows(
        tmp_path,
        (300, lambda: raw(token="0" * 32, verb="halt")),
        (600, lambda: raw(verb="fork")),
        (900, lambda: raw(token=None)),
        (1_200, lambda: raw(verb="status")),
    )
    wrong, unknown, mute, status = answers
    assert "wrong token" in wrong["error"]
    assert "unknown verb fork" in unknown["error"]
    assert not mute["ok"]
    assert status["halted"] is False
    assert 0 < status["rows"] <= ROWS
    assert events(tmp_path, BookHalted) == []
    assert result.ended == "end_of_data"


def test_stop_ends_the_run_in_good_order(tmp_path: Path) -> None:
    result, (answer,) = at_rows(tmp_path, (ROWS // 3, lambda: say(tmp_path, "stop")))
    assert answer["ok"]
    assert result.ended == "stopped"
    assert result.rows < ROWS
    assert exit_code_of_verify(tmp_path, result) == 0
    assert run(tmp_path, feed=CutFeed(ROWS)).rows == ROWS


def test_the_channel_leaves_no_trace_in_the_log_and_no_file_behind(tmp_path: Path) -> None:
    def look() -> Any:
        mode = stat.S_IMODE((tmp_path / "heard" / control.NAME).stat().st_mode)
        return say(tmp_path / "heard", "status"), mode

    heard, ((status, mode),) = at_rows(tmp_path / "heard", (ROWS // 3, look))
    deaf = run(tmp_path / "deaf", feed=CutFeed(ROWS), control=False)
    assert heard.head == deaf.head
    assert status["ok"]
    assert mode == 0o600 or os.name == "nt"
    assert not (tmp_path / "heard" / control.NAME).exists()
    with pytest.raises(NobodyListensError, match="no book is running"):
        say(tmp_path / "heard", "status")


@pytest.mark.skipif(os.name == "nt", reason="Windows has lists of who may read, not modes")
def test_a_token_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / control.NAME
    path.write_text('{"port": 1, "token": "0"}', encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(ControlError, match="others may read the token"):
        say(tmp_path, "status")


def test_where_no_socket_may_be_bound_the_run_goes_on_without_the_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        message = "sockets are not allowed here"
        raise PermissionError(message)

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with caplog.at_level(logging.WARNING, logger="tallystick.control"):
        result = run(tmp_path, feed=CutFeed(300))
    assert result.ended == "end_of_data"
    assert "the HALT file works all the same" in caplog.text


def test_the_command_line_halts_and_resumes_a_run_at_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, book = tmp_path / "home", tmp_path / "book"
    key = create_key(home / "signing.key", "mine")
    monkeypatch.setenv("TALLYSTICK_HOME", str(home))

    def spoken(*words: str) -> Callable[[], int]:
        return lambda: command_line([words[0], str(book), *words[1:]])

    monkeypatch.setattr("tests.acceptance.books.signer", key.named)
    _, codes = at_rows(
        book, (ROWS // 3, spoken("halt", "--reason", "lunch")), (ROWS // 2, spoken("resume", "--reason", "back"))
    )
    assert codes == [0, 0]
    assert [each.reason for each in events(book, BookHalted)] == ["lunch"]
    assert [each.reason for each in events(book, BookResumed)] == ["back"]
    assert halt_reason(book) is None
    assert "signed command as record" in capsys.readouterr().out
    assert any(True for _ in events(book, OrderApproved))
