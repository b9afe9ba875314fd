"""A log may name the one it goes on from, in its first record and nowhere else."""

from pathlib import Path
from typing import Any

import pytest

from tallystick.events.errors import UsageError
from tallystick.events.outside import outside_verifier
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types import EVENTS
from tallystick.events.types.log import Succeeded
from tallystick.events.verify import verify
from tallystick.events.writer import LogWriter


def successor(folder: Path, signer: Ed25519Signer) -> dict[str, Any]:
    """A log that begins with its predecessor, sealed."""
    with LogWriter(folder, signer.name) as writer:
        writer.succeed("tallystick.example/before", 41, bytes(range(32)))
        writer.declare(EVENTS)
        writer.checkpoint(signer)
    key = outside_verifier.read_key(str(signer.vkey))
    return outside_verifier.verify_log(folder, key, None)


def test_a_log_names_its_predecessor_first_and_both_verifiers_accept_it(tmp_path: Path) -> None:
    signer = Ed25519Signer("tallystick.example/after", b"7" * 32)
    outside = successor(tmp_path / "log", signer)
    assert verify(tmp_path / "log", signer.vkey).exit_code == 0
    assert outside["exit"] == 0
    first = LogReader(tmp_path / "log").fetch(0).event
    assert first == Succeeded(origin="tallystick.example/before", size=41, root=bytes(range(32)).hex())


def test_no_later_record_can_name_a_predecessor(tmp_path: Path) -> None:
    signer = Ed25519Signer("tallystick.example/after", b"7" * 32)
    successor(tmp_path / "log", signer)
    with LogWriter(tmp_path / "log", signer.name) as writer:
        with pytest.raises(UsageError, match="first record"):
            writer.succeed("tallystick.example/other", 1, bytes(32))
        # Past the writer's own refusal, as a forger with the key would: both verifiers refuse it.
        writer.say(Succeeded(origin="tallystick.example/other", size=1, root="00" * 32))
        writer.checkpoint(signer)
    assert verify(tmp_path / "log", signer.vkey).exit_code == 3
    key = outside_verifier.read_key(str(signer.vkey))
    assert outside_verifier.verify_log(tmp_path / "log", key, None)["exit"] == 3
