"""Signed notes, verifier keys and signers against the published C2SP vectors, and every way to spell them wrongly."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.note import ED25519, NoteError, VerifierKey, parse_note, require_signature, strict_b64decode
from tallystick.events.signer import Ed25519Signer, KeyFileError, create_key, load_key, sign_note

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "golden" / "vectors" / "c2sp_notes.json").read_text(encoding="utf-8")
)
NOTES: list[dict[str, Any]] = [n for n in VECTORS["notes"] if n["vkey"].split("+", 2)[2].startswith("A")]
WRONG_ID = "signed-note-wrong-keyid"
SEED = bytes(range(32))


@pytest.mark.parametrize("vector", [n for n in NOTES if n["valid"]], ids=lambda n: n["id"])
def test_a_published_note_holds_and_is_spelled_back_to_the_byte(vector: dict[str, Any]) -> None:
    raw = vector["note"].encode()
    note = parse_note(raw)
    assert require_signature(note, VerifierKey.parse(vector["vkey"])) in note.lines
    assert bytes(note) == raw


@pytest.mark.parametrize("vector", [n for n in NOTES if not n["valid"]], ids=lambda n: n["id"])
def test_a_published_bad_note_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(NoteError):
        require_signature(parse_note(vector["note"].encode()), VerifierKey.parse(vector["vkey"]))


@pytest.mark.parametrize("vector", VECTORS["vkeys"], ids=lambda v: v["name"])
def test_published_verifier_keys_parse_or_not_as_published(vector: dict[str, Any]) -> None:
    if vector["parse_ok"] and vector["key_id_matches_spec"]:  # one published key has an id of its own making
        key = VerifierKey.parse(vector["vkey"])
        assert (str(key), key.algorithm) == (vector["vkey"], vector["type"])
    else:
        with pytest.raises(NoteError):
            VerifierKey.parse(vector["vkey"])


@pytest.mark.parametrize("exchange", VECTORS["witness_add_checkpoint"]["exchanges_in_order"])
def test_published_log_signatures_are_judged_as_published(exchange: dict[str, Any]) -> None:
    key = VerifierKey.parse(VECTORS["witness_add_checkpoint"]["log_vkey"])
    if exchange["log_signature_valid"] is None:
        return
    if exchange["log_signature_valid"]:
        require_signature(parse_note(exchange["note"].encode()), key)
    else:
        with pytest.raises(NoteError):
            require_signature(parse_note(exchange["note"].encode()), key)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw + b"\n",
        lambda raw: raw[:-1],
        lambda raw: raw.replace(b"\xe2\x80\x94 ", b"- "),
        lambda raw: raw.replace(b"\n\n", b"\n"),
        lambda raw: b"",
        lambda raw: raw[:-6] + b"+" + raw[-5:],
        lambda raw: raw + raw.splitlines(keepends=True)[-1],
        lambda raw: b"\xff" + raw,
        lambda raw: raw.replace(b"\n\n", b"\n\n\n"),
    ],
)
def test_a_note_spelled_otherwise_is_refused(damage: Any) -> None:
    signer = Ed25519Signer("book/1", SEED)
    raw = sign_note("text\n", signer)
    require_signature(parse_note(raw), signer.vkey)
    with pytest.raises(NoteError):
        require_signature(parse_note(damage(raw)), signer.vkey)


def test_altered_padding_bits_are_refused_although_the_decoder_takes_them() -> None:
    assert strict_b64decode("QQ==") == b"A"
    with pytest.raises(NoteError, match="padding"):
        strict_b64decode("QR==")


def test_lines_of_other_keys_are_kept_apart() -> None:
    ours, witness = Ed25519Signer("book/1", SEED), Ed25519Signer("witness", bytes(32))
    note = parse_note(sign_note("text\n", ours, witness))
    assert require_signature(note, ours.vkey).name == "book/1"
    assert [line.name for line in note.lines_of_others(ours.vkey)] == ["witness"]


def test_a_key_file_is_owner_only_and_gives_the_same_key_back(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.key"
    made, again = create_key(path, "book/1"), load_key(path)
    assert (made.vkey, made.sign(b"x")) == (again.vkey, again.sign(b"x"))
    assert made.vkey.algorithm == ED25519
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows has an access list instead of a mode")
def test_a_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    create_key(tmp_path / "k", "book/1")
    (tmp_path / "k").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key(tmp_path / "k")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    create_key(tmp_path / "k", "book/1")
    with pytest.raises(KeyFileError, match="never overwritten"):
        create_key(tmp_path / "k", "book/1")


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path / "k", "book/1")
    line = (tmp_path / "k").read_text(encoding="utf-8")
    for damaged in (line[8:], line.replace("book/1", "book/2"), line[:-9], line[:-9] + "\n", ""):
        (tmp_path / "k").write_text(damaged, encoding="utf-8")
        with pytest.raises(KeyFileError, match="backup"):
            load_key(tmp_path / "k")
    (tmp_path / "k").write_bytes(b"\xff\xfe\0")
    with pytest.raises(KeyFileError, match="is not a signing key"):
        load_key(tmp_path / "k")
    with pytest.raises(KeyFileError, match="cannot read"):
        load_key(tmp_path / "none")
