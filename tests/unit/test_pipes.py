"""Messages on a pipe between processes: whole, in order, or not at all."""

import io
import subprocess
import sys

import pytest

from tallystick.platform import pipes
from tallystick.platform.pipes import FrameError, read_frame, write_frame

CHILD = """
import subprocess, sys
from tallystick.platform.pipes import private_pipe, read_frame, write_frame
asked, answers = private_pipe()
print("a strategy prints")
subprocess.run([sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"], check=True)
while (message := read_frame(asked)) is not None:
    write_frame(answers, message[::-1])
"""


class Dribbling(io.RawIOBase):
    """A pipe that gives a byte at a time."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, _size: int = -1) -> bytes:
        """The next byte."""
        return self._content.read(1)


def written(*messages: bytes) -> bytes:
    pipe = io.BytesIO()
    for message in messages:
        write_frame(pipe, message)
    return pipe.getvalue()


def test_messages_come_out_as_they_went_in_however_the_pipe_gives_them() -> None:
    pipe = Dribbling(written(b"one", b"", b"\x00" * 300))
    assert [read_frame(pipe) for _ in range(4)] == [b"one", b"", b"\x00" * 300, None]  # type: ignore[arg-type]  # read alone is asked of it


def test_a_message_that_breaks_off_is_none() -> None:
    whole = written(b"message")
    for length in range(len(whole)):
        assert read_frame(io.BytesIO(whole[:length])) is None


def test_what_is_no_length_is_told_from_a_message() -> None:
    for text in (b"Traceback", b"    ~", b"\xff\xff\xff\xff"):
        with pytest.raises(FrameError, match="something else writes to the pipe"):
            read_frame(io.BytesIO(text))


def test_a_message_too_large_is_refused_before_a_byte_of_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "LARGEST", 10)
    pipe = io.BytesIO()
    write_frame(pipe, b"x" * 10)
    before = pipe.getvalue()
    with pytest.raises(FrameError, match="11 bytes is too large"):
        write_frame(pipe, b"x" * 11)
    assert pipe.getvalue() == before


def test_what_a_child_and_its_children_print_and_read_stands_beside_its_pipe() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        write_frame(child.stdin, b"abc")
        assert read_frame(child.stdout) == b"cba"
        child.stdin.close()
        assert read_frame(child.stdout) is None
        assert sorted(child.stderr.read().decode().split("\n")) == ["", "0", "a strategy prints"]
