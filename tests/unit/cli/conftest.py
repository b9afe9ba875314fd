"""One book written by hand for all of these tests, and a way to say a command."""

from pathlib import Path

import pytest

from tests.said import Say, saying
from tests.unit.cli.hand_book import HandBook


@pytest.fixture(scope="session")
def hand_book(tmp_path_factory: pytest.TempPathFactory) -> HandBook:
    """Only to be read."""
    folder = tmp_path_factory.mktemp("hand")
    return HandBook(folder / "book", folder / "home").write()


@pytest.fixture
def home(hand_book: HandBook) -> Path:
    """Where the book's key lies."""
    return hand_book.folder.parent / "home"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Say:
    """Say a command in this process, with the book's key at home."""
    monkeypatch.setenv("TALLYSTICK_HOME", str(home))
    return saying(capsys)
