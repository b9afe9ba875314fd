"""A power cut may keep any subset of the writes that were not synced; no committed record is ever missing.

1,500 sampled books of three lives each under TALLYSTICK_FULL=1 [60]; each prints its seed when it fails.
"""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from tallystick.events import LogReader
from tallystick.events.merkle import root_of
from tallystick.events.outside import outside_verifier
from tallystick.events.signer import Ed25519Signer

CUTS = 1_500 if os.environ.get("TALLYSTICK_FULL") == "1" else 60


@pytest.mark.parametrize("seed", range(CUTS))
def test_a_power_cut_loses_nothing_committed_and_is_never_called_tampering(
    tmp_path: Path,
    scribe: Any,
    origin: str,
    lossy_disk: Any,
    power_cut: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    folder = tmp_path / "log"
    signer = Ed25519Signer(origin, bytes(32))
    key = outside_verifier.read_key(str(signer.vkey))
    settings = {"segment_bytes": chance.choice([600, 2_000, 2**20])}
    committed, head = 0, b""
    monkeypatch.setattr("tallystick.events.appending.GROUPS_WITHOUT_ROOM", chance.choice([0, 2, 10**9]))
    for _life in range(3):
        disk = lossy_disk(chance.randrange(1, 80))
        book = None
        try:
            book = scribe(folder, files=disk, **settings)
            assert book.writer.committed >= committed
            for number in range(chance.choice([3, 30])):
                for _ in range(chance.randrange(1, 4)):
                    book.cascade(number, chance.randrange(3), chance.randbytes(chance.choice([0, 40, 3_000])))
                book.writer.commit()
                committed, head = book.writer.committed, book.writer.head
                if chance.random() < 0.2:
                    book.writer.checkpoint(signer)
            book.writer.close()
        except power_cut:
            pass
        if book is not None:
            book.writer.abandon()
        disk.lose_power(chance)
        # Whoever looks at what the power cut left sees a crash, not tampering ...
        if committed:
            assert outside_verifier.verify_log(folder, key, None)["exit"] in {0, 1}
        # ... and the lock of a machine that went down is nobody's.
        (folder / "writer.lock").unlink(missing_ok=True)
    with scribe(folder, **settings) as book:
        log = LogReader(folder, book.catalogue)
        assert book.writer.committed >= committed
        if committed:
            assert log.leaves(committed - 1, committed - 1) == [head]
        book.groups(1)
        log.refresh()
        assert len(log) == book.writer.committed
        assert book.writer.root() == root_of(log.leaves())
        book.writer.checkpoint(signer)
    assert outside_verifier.verify_log(folder, key, None)["exit"] == 0
