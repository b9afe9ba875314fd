"""One book written by hand for all of these tests, and a way to say a command."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tallystick.platform.cli.main import run
from tests.unit.cli.hand_book import HandBook


class Said(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


Say = Callable[..., Said]


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

    def command(*words: object) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return command
