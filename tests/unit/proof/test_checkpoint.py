"""Checkpoints: written durably and read strictly."""

from hashlib import sha256
from pathlib import Path

import pytest

from tallystick.events import checkpoint
from tallystick.events.note import NoteError, parse_note
from tallystick.events.signer import Ed25519Signer, sign_note

SIGNER = Ed25519Signer("book/1", bytes(range(32)))
ROOT = sha256(b"root").digest()


def test_a_checkpoint_is_written_under_its_size_and_reads_back(tmp_path: Path) -> None:
    note = checkpoint.write(tmp_path, "book/1", 7, ROOT, SIGNER)
    (path,) = checkpoint.files(tmp_path)
    assert path.name == "00000000000000000007.checkpoint"
    assert path.read_bytes() == note
    read = checkpoint.parse(note, SIGNER.vkey)
    assert (read.origin, read.size, read.root) == ("book/1", 7, ROOT)
    assert read.note_hash == sha256(note).hexdigest()


def test_a_cosignature_added_later_leaves_the_note_hash_alone() -> None:
    text = checkpoint.text_of("book/1", 7, ROOT)
    alone, cosigned = sign_note(text, SIGNER), sign_note(text, SIGNER, Ed25519Signer("witness", bytes(32)))
    first, second = (checkpoint.parse(raw, SIGNER.vkey) for raw in (alone, cosigned))
    assert first.note_hash == second.note_hash
    assert [line.name for line in second.others] == ["witness"]


def test_a_temporary_file_is_no_checkpoint(tmp_path: Path) -> None:
    checkpoint.write(tmp_path, "book/1", 7, ROOT, SIGNER)
    (tmp_path / "checkpoints" / "00000000000000000009.checkpoint.tmp").write_bytes(b"torn")
    assert len(checkpoint.files(tmp_path)) == 1


def test_a_key_of_another_name_cannot_sign(tmp_path: Path) -> None:
    with pytest.raises(NoteError, match="named after its origin"):
        checkpoint.write(tmp_path, "book/2", 7, ROOT, SIGNER)


@pytest.mark.parametrize(
    "text",
    [
        "book/2\n7\n{root}\n",
        "book/1\n07\n{root}\n",
        "book/1\n-7\n{root}\n",
        "book/1\n٧\n{root}\n",
        "book/1\n" + "9" * 5000 + "\n{root}\n",
        "book/1\n7\nAAAA\n",
        "book/1\n7\n{root}\nextension\n",
        "book/1\n7\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    root = checkpoint.text_of("", 0, ROOT).split("\n")[2]
    note = sign_note(text.format(root=root), SIGNER)
    assert parse_note(note)
    with pytest.raises(NoteError):
        checkpoint.parse(note, SIGNER.vkey)
