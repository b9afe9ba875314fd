"""What lies beside a log need not be a file: both verifiers come to an end, and say what they found."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest

from tallystick.events.outside import outside_verifier
from tests.unit.proof.reference_writer import sealed_log
from tests.unit.proof.verdicts import both

CHECKPOINT = "checkpoints/99999999999999999999.checkpoint"
SEGMENT = "00000000000000000112.seg"
pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def itself(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    "make", [*(pytest.param(each, marks=pipes) for each in (pipe, endless, nowhere, itself)), folder]
)
@pytest.mark.parametrize("name", [CHECKPOINT, SEGMENT, "00000000000000000112.seg.z"])
def test_what_is_not_a_file_is_a_finding_and_nobody_waits(
    tmp_path: Path, make: Callable[[Path], None], name: str
) -> None:
    log = sealed_log()
    log.write(tmp_path)
    make(tmp_path / name)
    verdict = both(tmp_path, log.vkey)
    assert verdict.exit_code == 3
    assert "is not a regular file" in str(verdict)


def test_a_checkpoint_of_megabytes_is_not_read(tmp_path: Path) -> None:
    log = sealed_log()
    log.write(tmp_path)
    (tmp_path / CHECKPOINT).write_bytes(bytes(2**20 + 1))
    assert "at most 1048576" in str(both(tmp_path, log.vkey))


def test_under_another_key_the_first_word_is_which_key_signed(tmp_path: Path) -> None:
    log = sealed_log()
    log.write(tmp_path)
    other = sealed_log().vkey.split("+")[0]
    raw = bytes(32)
    stranger = outside_vkey(other, raw)
    verdict = both(tmp_path, stranger)
    assert verdict.exit_code == 3
    assert len(verdict.findings) == 1
    key_id = log.vkey.split("+")[1]
    assert f"is signed by {other}+{key_id}, and you gave {'+'.join(stranger.split('+')[:2])}" in str(verdict)


def outside_vkey(name: str, seed: bytes) -> str:
    from tallystick.events.signer import Ed25519Signer

    return str(Ed25519Signer(name, seed).vkey)


def test_the_outside_verifier_finds_the_log_in_the_books_folder(tmp_path: Path) -> None:
    log = sealed_log()
    log.write(tmp_path / "log")
    assert outside_verifier.main([str(tmp_path), "--key", log.vkey]) == 0


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", '{"format": "tallystick/bundle/1"}'])
def test_a_malformed_bundle_is_one_line_and_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    bundle = tmp_path / "bundle.json"
    bundle.write_text(content, encoding="utf-8")
    assert outside_verifier.main(["--bundle", str(bundle), "--key", sealed_log().vkey]) == 2
    said = capsys.readouterr().out
    assert said.startswith("NOT VERIFIED: ")
    assert "cannot be read as a bundle" in said
    assert said.count("\n") == 1


def test_without_cryptography_it_says_what_to_install() -> None:
    command = "import runpy, sys; sys.modules['cryptography'] = None; runpy.run_path(sys.argv[1])"
    words = [sys.executable, "-c", command, str(outside_verifier.__file__)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install cryptography" in done.stderr


NO_PRIVILEGE = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]
"""Makes of root a user whom permissions stop, as they stop everybody else."""
INSIDE = """
import sys
from pathlib import Path
from tallystick.events.recovery import covered_by_checkpoints
from tallystick.events.verify import verify
for asked in (lambda: verify(Path(sys.argv[1]), sys.argv[2]), lambda: covered_by_checkpoints(Path(sys.argv[1]))):
    try:
        print(asked())
    except PermissionError:
        print("refused")
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no permissions of this kind here")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0 and not which("setpriv"), reason="nothing stops root")
@pytest.mark.parametrize("closed", ["checkpoints", "."])
def test_what_may_not_be_read_is_never_told_as_missing(tmp_path: Path, closed: str) -> None:
    log = sealed_log()
    log.write(tmp_path / "log")
    (tmp_path / "log" / closed).chmod(0)
    stopped = NO_PRIVILEGE if os.geteuid() == 0 else []
    try:
        words = [*stopped, sys.executable, outside_verifier.__file__, str(tmp_path / "log"), "--key", log.vkey]
        outside = subprocess.run(words, capture_output=True, text=True, check=False)
        words = [*stopped, sys.executable, "-c", INSIDE, str(tmp_path / "log"), log.vkey]
        inside = subprocess.run(words, capture_output=True, text=True, check=True)
    finally:
        (tmp_path / "log" / closed).chmod(0o700)
    assert (outside.returncode, outside.stdout[:12]) == (2, "NOT VERIFIED")
    assert inside.stdout.split() == ["refused", "refused"]
