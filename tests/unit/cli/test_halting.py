"""`halt` says the whole next command, and that the book is halted even where the reason could not be written."""

import shutil
from pathlib import Path

import pytest

from tallystick.platform.kernel.halt import ask_halt, halt_reason
from tests.said import Say
from tests.unit.cli.hand_book import HandBook


def test_the_next_command_is_whole(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    book = shutil.copytree(hand_book.folder, tmp_path / "a book")
    said = say("halt", book, "--reason", "too wild")
    assert said.code == 0
    assert f'tallystick resume "{book}" --reason "..."' in said.out
    assert "no run at work has answered" in said.out
    assert halt_reason(book) == "too wild"


def test_a_halt_whose_reason_cannot_be_written_holds_and_says_so(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    book = shutil.copytree(hand_book.folder, tmp_path / "book")
    (book / "HALT").mkdir()  # there, and no text can be put into it, as on a full disk
    said = say("halt", book, "--reason", "too wild")
    assert said.code == 0
    assert "It IS halted" in said.out
    assert halt_reason(book) is not None


def test_a_halt_that_cannot_be_asked_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        ask_halt(tmp_path / "nowhere", "too wild")
