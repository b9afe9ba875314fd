"""A reader hands out no body that was altered, though every frame and header still holds."""

from pathlib import Path
from typing import Any

import pytest

from tallystick.events import IntegrityError, LogReader


def test_an_altered_body_is_named_and_not_handed_out(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(4)
    folder = tmp_path / "log"
    log = LogReader(str(folder), book.catalogue)
    record = list(log.records())[-2]
    seq, body = record.header.seq, record.body
    assert body is not None
    path = next(folder.glob("*.seg"))
    data = bytearray(path.read_bytes())
    data[data.rindex(record.raw) + len(record.raw) + len(body) - 1] ^= 1
    with path.open("r+b") as file:  # not made anew: Windows cuts no file that somebody has mapped
        file.write(data)

    log = LogReader(str(folder), book.catalogue)
    for read in (log.fetch, log.record, lambda seq: list(log.envelopes(seq, seq))):
        with pytest.raises(IntegrityError, match=f"body of record {seq}") as altered:
            read(seq)
        assert altered.value.seq == seq
    assert log.fetch(seq - 1).seq == seq - 1
    assert len(list(log.records())) == len(log)
