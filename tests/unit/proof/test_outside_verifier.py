"""The outside verifier alone: where Tallystick cannot be imported, beside nothing, and where the two could differ."""

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zlib
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from tallystick.events import bundle
from tallystick.events.merkle import inclusion_proof, leaf_hash, root_of
from tallystick.events.note import VerifierKey
from tallystick.events.outside import outside_verifier
from tests.unit.proof.reference_writer import ReferenceLog, sealed_log, small_log, write_files
from tests.unit.proof.test_merkle import CASES
from tests.unit.proof.verdicts import Outside, both

FILE = Path(str(outside_verifier.__file__))
MOST_LINES = 491

# As `python FILE`, but with the folder of `cryptography` for all the path there is, and no way to `tallystick`.
BARE = """
import runpy, sys
sys.path.append(sys.argv.pop(1))
sys.modules["tallystick"] = None
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def asked(folder: Path, *command: object) -> Outside:
    """What a process started in `folder` says of the sealed log beside it."""
    log = sealed_log()
    log.write(folder / "log")
    (folder / "key").write_text(log.vkey + "\n", encoding="utf-8")
    words = [*map(str, command), str(folder / "log"), "--key", str(folder / "key"), "--json"]
    done = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: Outside = json.loads(done.stdout)
    assert (said["records"], said["head"]) == (112, log.head.hex())
    return said


def test_it_runs_in_place(tmp_path: Path) -> None:
    asked(tmp_path, FILE)


def test_it_runs_as_a_copy_in_a_folder_of_its_own(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(FILE, alone)
    asked(tmp_path, "-I", alone / FILE.name)


def test_it_runs_where_tallystick_cannot_be_imported(tmp_path: Path) -> None:
    shutil.copy(FILE, tmp_path)
    asked(tmp_path, "-I", "-S", "-c", BARE, sysconfig.get_path("platlib"), tmp_path / FILE.name)


def test_it_imports_pythons_own_modules_and_cryptography_only() -> None:
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names == {"cryptography"}


def test_it_stays_short_enough_to_be_read() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= 120


def declared(name: str, trading: bool, fields: str) -> ReferenceLog:
    log = small_log()
    log.declare(name, 40, trading, ["kernel"], fields)
    return log


def test_the_digest_counts_the_bytes_of_a_types_name_and_not_its_letters(tmp_path: Path) -> None:
    log = declared("demo.café", True, "it:int")
    log.say("demo.café", {"it": 1}, source=1)
    log.checkpoint(record=False)
    assert both(log.write(tmp_path), log.vkey).decisions > 0


@pytest.mark.parametrize(("rows", "exit_code"), [("int", 3), ("optional:int", 0)])
def test_only_an_int_called_rows_measures_the_columns(tmp_path: Path, rows: str, exit_code: int) -> None:
    log = declared("demo.measured", False, f"rows:{rows} cells:column:<i4")
    log.say("demo.measured", {}, source=1, body=b"\x82\xa4rows\x02\xa5cells\xc4\x04" + bytes(4))
    log.checkpoint(record=False)
    assert both(log.write(tmp_path), log.vkey).exit_code == exit_code


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [("list:list:list:list:int", 0), ("list:list:list:column:<i4", 0), ("list:list:list:list:column:<i4", 3)],
)
def test_a_column_counts_among_the_four_nestings_of_a_kind(tmp_path: Path, kind: str, exit_code: int) -> None:
    log = declared("demo.nested", False, f"it:{kind}")
    log.checkpoint(record=False)
    assert both(log.write(tmp_path), log.vkey).exit_code == exit_code


@pytest.mark.parametrize("tail", ["", "=", "====", "A", "A===", "AB=", "AB==A", "A B="])
def test_nothing_comes_of_base64_that_no_encoder_spelled(tail: str) -> None:
    good = "QUJD"
    assert outside_verifier.base64(good) == b"ABC"
    assert outside_verifier.base64(good + tail) == (b"" if tail else b"ABC")


@pytest.mark.parametrize("key", ["", "name", "name+id", "+++", "a+b+c+d", "demo+00000000+AQ==", "x" * 300])
def test_what_is_no_key_is_usage(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert outside_verifier.main([".", "--key", key]) == 2
    assert "--key wants" in capsys.readouterr().out


def test_a_key_from_beside_the_log_is_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = sealed_log()
    log.write(tmp_path / "book" / "log")
    for place in (tmp_path / "book" / "key", tmp_path / "book" / "log" / "key"):
        place.write_text(log.vkey, encoding="utf-8")
        assert outside_verifier.main([str(tmp_path / "book"), "--key", str(place)]) == 2
        assert "get the key from the log's owner" in capsys.readouterr().out
    elsewhere = tmp_path / "key"
    elsewhere.write_text(log.vkey, encoding="utf-8")
    assert outside_verifier.main([str(tmp_path / "book"), "--key", str(elsewhere)]) == 0


def test_a_file_where_a_log_is_wanted_is_told_of_bundles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text("{}", encoding="utf-8")
    assert outside_verifier.main([str(proof), "--key", sealed_log().vkey]) == 2
    assert "--bundle" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe that nobody reads is another error there")
@pytest.mark.parametrize(("damage", "exit_code"), [(False, 0), (True, 3)])
def test_its_exit_code_is_the_verdicts_when_nobody_reads_it(tmp_path: Path, damage: bool, exit_code: int) -> None:
    log = sealed_log()
    log.write(tmp_path)
    if damage:
        segment = next(tmp_path.glob("*.seg"))
        raw = bytearray(segment.read_bytes())
        raw[-100] ^= 1
        segment.write_bytes(raw)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        words = [sys.executable, str(FILE), str(tmp_path), "--key", log.vkey]
        done = subprocess.run(words, stdout=nobody, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (exit_code, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="shells and devices of this kind")
@pytest.mark.parametrize(("where", "exit_code"), [(">/dev/full", 2), (">&-", 3), ("2>&-", 3), ("<&-", 3)])
def test_what_cannot_be_written_down_is_never_told_as_another_verdict(
    tmp_path: Path, where: str, exit_code: int
) -> None:
    log = sealed_log()
    log.write(tmp_path)
    next(tmp_path.glob("*.seg")).unlink()
    words = ["sh", "-c", f'"$0" "$@" {where}', sys.executable, str(FILE), str(tmp_path), "--key", log.vkey]
    assert subprocess.run(words, capture_output=True, check=False).returncode == exit_code


@pytest.mark.parametrize(("segments", "exit_code"), [(1, 0), (2, 2)])
def test_a_segment_that_is_compressed_while_it_is_read_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, segments: int, exit_code: int
) -> None:
    """Where it happens in both looks there is no verdict."""
    log = small_log()
    for _ in range(segments):
        log.segment()
        log.note()
    log.checkpoint(record=False)
    log.write(tmp_path)
    closed = sorted(tmp_path.glob("*.seg"))[:-1]
    read_file = outside_verifier.read_file

    def compress_meanwhile(path: Path, *most: int) -> bytes:
        if path in closed and path.exists():
            path.with_name(f"{path.name}.z").write_bytes(zlib.compress(path.read_bytes()))
            path.unlink()
        return read_file(path, *most)

    monkeypatch.setattr(outside_verifier, "read_file", compress_meanwhile)
    assert outside_verifier.main([str(tmp_path), "--key", log.vkey]) == exit_code


def test_a_logs_own_words_do_not_move_the_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "x\x1b[2J\nHOLDS\r\x9b\u202e"
    log = declared(evil, False, "it:int")
    at = log.say(evil, {"it": 1}, source=1)
    log.checkpoint(record=False)
    log.write(tmp_path / "log")
    proof = tmp_path / "proof.json"
    bundle.save(bundle.prove(tmp_path / "log", VerifierKey.parse(log.vkey), at), proof)
    assert outside_verifier.main(["--bundle", str(proof), "--key", log.vkey]) == 0
    log.say(evil, {"it": 1}, source=2)  # which may not say it
    log.checkpoint(record=False)
    log.write(tmp_path / "log")
    assert outside_verifier.main([str(tmp_path / "log"), "--key", log.vkey]) == 3
    said = capsys.readouterr().out
    assert "x\\x1b[2J\\nHOLDS" in said
    assert all(line.isprintable() for line in said.splitlines())
    assert "HOLDS" not in said.splitlines()[1:]


@pytest.mark.parametrize("size", range(1, 35))
def test_a_path_leads_to_the_root_from_its_own_leaf_and_place_only(size: int) -> None:
    leaves = [leaf_hash(bytes([each])) for each in range(size)]
    root = root_of(leaves)
    for index, leaf in enumerate(leaves):
        path = [each.hex() for each in inclusion_proof(leaves, index, size)]
        assert outside_verifier.lead(leaf, index, size, path) == root
        for wrong_index, wrong_size, wrong_path in (
            (index + 1, size, path),
            (index - 1, size, path),
            (index, size, [*path, "00" * 32]),
            (index, size, path[:-1] or ["00"]),
            (index, size, [*path[:-1], path[-1][:-2]] if path else ["00"]),
            (index, 2 * size, path),
        ):
            try:
                led = outside_verifier.lead(leaf, wrong_index, wrong_size, wrong_path)
            except outside_verifier.Broken:
                continue
            assert led != root


# It hashes every leaf itself and takes no root but of 32 bytes, so cases with an empty one cannot be put to it.
PATHS = [c for c in CASES if c["kind"] == "inclusion" and c["leafHash"] and c["root"]]


@pytest.mark.parametrize("case", PATHS, ids=lambda c: c["file"])
def test_a_published_path_leads_to_its_root_or_is_refused(case: dict[str, Any]) -> None:
    leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
    path = [b64decode(each).hex() for each in case["proof"] or []]
    try:
        right = outside_verifier.lead(leaf, case["leafIdx"], case["treeSize"], path) == root
    except outside_verifier.Broken:
        right = False
    assert right is not case["wantErr"]


def test_a_checkpoint_that_was_signed_while_the_segments_were_read_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = small_log()
    log.checkpoint()
    log.checkpoint(record=False)
    files = log.files()
    first = sorted(path for path in files if path.startswith("checkpoints/"))[1]
    write_files(tmp_path, {path: raw for path, raw in files.items() if path != first})
    key = outside_verifier.read_key(log.vkey)
    assert outside_verifier.verify_log(tmp_path, key, None)["exit"] == 3
    read_log = outside_verifier.read_log

    def sign_meanwhile(*given: Any) -> int:
        write_files(tmp_path, {first: files[first]})
        return read_log(*given)

    monkeypatch.setattr(outside_verifier, "read_log", sign_meanwhile)
    assert outside_verifier.verify_log(tmp_path, key, None)["exit"] == 0
