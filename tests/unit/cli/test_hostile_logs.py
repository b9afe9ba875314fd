"""Logs made to mislead whoever looks: what they say and what lies beside them is told as what it is."""

import os
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tests.said import Say
from tests.unit.cli.hand_book import HandBook
from tests.unit.proof.reference_writer import small_log


def test_what_a_log_says_does_not_move_the_cursor(say: Say, tmp_path: Path) -> None:
    evil = "x\x1b[2J\nHOLDS\r\x9b\u202e"
    log = small_log()
    log.declare(evil, 40, False, ["kernel"], "it:str")
    at = log.say(evil, {"it": evil}, source=1)
    log.say(evil, {"it": evil}, source=2)  # which may not say it
    log.checkpoint(record=False)
    log.write(tmp_path / "log")
    tail = ["events", "tail", "--type"]
    for words in (["why", at], ["events", "show", at], [*tail, "x*"], [*tail, "of none"]):
        said = say(*words, tmp_path)
        assert "x\\x1b[2J\\nHOLDS" in said.out.replace("\n", "") or "x\\x1b[2J" in said.err
        assert all(line.isprintable() for line in (said.out + said.err).splitlines())
    said = say("audit", "verify", tmp_path, "--key", log.vkey)
    assert said.code == 3
    assert not any(line.startswith("HOLDS") for line in said.out.splitlines())
    assert all(line.isprintable() for line in said.out.splitlines())


def test_what_no_log_can_say_is_told_as_that(say: Say, tmp_path: Path) -> None:
    log = small_log()
    log.block(5)
    of_no_row = log.order(4, row=69)
    log.commit()
    log.write(tmp_path / "row" / "log")
    said = say("why", of_no_row, tmp_path / "row")
    assert (said.code, "the block has no row 69" in said.error) == (3, True)
    log.note()
    log.order(5, type=99)
    log.commit()
    log.write(tmp_path / "type" / "log")
    said = say("audit", "head", tmp_path / "type")
    assert (said.code, "trading type that was declared" in said.error) == (3, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_lies_in_a_checkpoints_place_keeps_nobody_waiting(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    book = copytree(hand_book.folder, tmp_path / "book", ignore=ignore_patterns("writer.lock", "book.json"))
    os.mkfifo(book / "book.json")
    os.mkfifo(book / "log" / "checkpoints" / "0.checkpoint")
    (book / "log" / "checkpoints" / "1.checkpoint").write_text("x\n" + "9" * 5000, encoding="utf-8")
    head = say("audit", "head", book, "--json").document
    assert [each["size"] for each in head["checkpoints"]].count(-1) == 2
    assert say("audit", "verify", book, "--key", hand_book.vkey).code == 3


def test_a_report_that_a_broken_log_leads_astray_tells_that_it_is_broken(
    say: Say, hand_book: HandBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = copytree(hand_book.folder, tmp_path / "book", ignore=ignore_patterns("writer.lock"))
    segment = next((book / "log").glob("*.seg"))
    segment.write_bytes(segment.read_bytes().replace(b"EURUSD", b"EURUSE"))
    monkeypatch.setattr("tallystick.platform.report.tester_own.tester_values", lambda _: 1 // 0)
    said = say("report", book)
    assert said.code == 3
    assert "got INTEGRITY BROKEN" in said.error
