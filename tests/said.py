"""What a command gave back, and how a test says one in its own process."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tallystick.platform.cli.main import run


class Said(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def last(self) -> str:
        """The last line of standard error: what to do."""
        return self.err.strip().splitlines()[-1]

    @property
    def error(self) -> str:
        """The line with the code."""
        return next(line for line in self.err.splitlines() if line.startswith("error["))


Say = Callable[..., Said]


def saying(capsys: pytest.CaptureFixture[str]) -> Say:
    """Says commands in this process; what was printed before is not theirs."""

    def command(*words: object) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return command
