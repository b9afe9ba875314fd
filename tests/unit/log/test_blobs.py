"""Content by its hash."""

from hashlib import sha256
from pathlib import Path

import pytest

from tallystick.events import BlobStore, IntegrityError, LogMissing


def test_a_blob_is_kept_under_its_hash_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    for _again in range(2):
        assert store.put(b"content") == (7, sha256(b"content").digest())
    assert store.put(b"") == (0, sha256(b"").digest())
    name = sha256(b"content").hexdigest()
    assert (tmp_path / "blobs" / name[:2] / name).read_bytes() == b"content"
    assert set(store) == {sha256(b"content").digest(), sha256(b"").digest()}
    assert store.get(sha256(b"content").digest()) == b"content"


def test_a_missing_or_swapped_blob_is_named(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    _, digest = store.put(b"content")
    store.path(digest).write_bytes(b"swapped")
    with pytest.raises(IntegrityError, match=digest.hex()):
        store.get(digest)
    store.remove(digest)
    assert digest not in store
    with pytest.raises(LogMissing, match="restore it"):
        store.get(digest)


def test_a_torn_blob_is_written_again(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    _, digest = store.put(b"content")
    store.path(digest).write_bytes(b"con")
    store.put(b"content")
    assert store.get(digest) == b"content"
