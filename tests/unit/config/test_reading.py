"""A file that is no config at all: what is said, with the line, before any key is looked at."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick.events.signer import Ed25519Signer
from tallystick.platform.config import ConfigError, Finding, findings_of, project_of
from tallystick.platform.config.file import MOST_BYTES, read_file, research_folder_of
from tests.unit.config.conftest import FLAT, Find, Write


def only(path: Path) -> Finding:
    """The one finding."""
    (finding,) = findings_of(path)
    return finding


def test_a_file_that_is_not_there_names_the_verb_that_writes_one(tmp_path: Path) -> None:
    found = only(tmp_path / "tallystick.toml")
    assert (found.code, found.got) == ("E140", "no such file")
    assert "tallystick init" in found.fix


def test_a_folder_names_the_file_in_it(tmp_path: Path) -> None:
    found = only(tmp_path)
    assert (found.code, found.got) == ("E140", "a folder")
    assert str(tmp_path / "tallystick.toml") in found.fix


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert only(tmp_path / "pipe.toml").got == "no plain file"


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (("\ufeff" + FLAT).encode("utf-8"), "a byte order mark"),
        (FLAT.encode("utf-16"), "UTF-16"),
        (FLAT.encode("utf-16-be"), ""),
        (b"\xfe\xff" + FLAT.encode("utf-16-be"), "UTF-16"),
        (FLAT.encode() + b'# caf\xe9\nname = "x"\n', "a byte 0xe9"),
    ],
)
def test_other_encodings_are_named(tmp_path: Path, content: bytes, got: str) -> None:
    path = tmp_path / "tallystick.toml"
    path.write_bytes(content)
    found = only(path)
    assert found.code in {"E140", "E141"}
    assert got in found.got


def test_the_line_of_a_byte_that_is_no_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "tallystick.toml"
    path.write_bytes(b"[run]\nseed = 0\n# caf\xe9\n")
    assert only(path).line == 3


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "tallystick.toml"
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    found = only(path)
    assert found.code == "E140"
    assert f"{MOST_BYTES:,}" in found.expected


@pytest.mark.parametrize(
    ("text", "line", "got"),
    [
        ("[run]\nseed = 0\nseed = 1\n", 3, "Cannot overwrite a value"),
        ("[run]\nseed =\n", 2, "Invalid value"),
        ("[run]\nseed = 0\n[run]\n", 3, "Cannot declare"),
        ('[run]\nbooks = "a\n', 2, "Illegal character"),
        ('[run]\nbooks = "a', 2, "Unterminated string"),
        ("[run]\nseed = " + "9" * 5_000 + "\n", 0, "very many digits"),
        ("x = " + "[" * 5_000 + "\n", 0, "without end"),
        ("seed: 0\n", 1, "Expected '='"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(find: Find, text: str, line: int, got: str) -> None:
    (found,) = find(text)
    assert (found.code, found.line) == ("E141", line)
    assert got in found.got


PEM = "-----BEGIN " + "PRIVATE KEY-----"


@pytest.mark.parametrize(
    "make",
    [
        lambda: f'[keys]\nsigning = "{Ed25519Signer.generate("mine").private_line()}"\n',
        lambda: f'[account]\nname = "x"\n\n# {Ed25519Signer.generate("mine").private_line()}\n',
        lambda: f'[keys]\nsigning = """{PEM}\nabc"""\n',
        lambda: f'[keys]\nsigning = "{"ab" * 32}"\n',
        lambda: f'[keys]\nsigning = "{"Ab1+" * 11}"\n',
    ],
    ids=["as our key file has it", "in a comment", "as PEM", "as hex", "as base64"],
)
def test_a_key_in_the_file_is_refused_and_never_repeated(write: Write, make: Callable[[], str]) -> None:
    text = make()
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        project_of(path)
    (found,) = caught.value.findings
    assert found.code == "E145"
    assert found.line > 0
    assert "name its file instead" in found.fix
    secret = max(text.replace('"', " ").split(), key=len)
    assert secret not in str(caught.value)


def test_a_project_says_where_its_trials_are_counted(write: Write, tmp_path: Path) -> None:
    assert research_folder_of(write('[research]\nfolder = "../trials"\n')) == tmp_path / "../trials"
    assert research_folder_of(write("[run]\n")) is None
    assert research_folder_of(write("[run\n")) is None


def test_the_hash_is_of_the_bytes(write: Write) -> None:
    first, second = read_file(write(FLAT)).sha256, read_file(write(FLAT + "\n")).sha256
    assert first != second
