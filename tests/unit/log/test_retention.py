"""Compressed and pruned logs hold the same records and prove the same."""

from pathlib import Path
from typing import Any

import pytest

from tallystick.events import BlobStore, IntegrityError, LogReader, UsageError
from tallystick.events.merkle import root_of
from tallystick.events.outside import outside_verifier
from tallystick.events.retention import apply_prunings, compress
from tallystick.events.segment import content
from tallystick.events.signer import Ed25519Signer
from tallystick.events.verify import verify


@pytest.fixture
def signer(origin: str) -> Ed25519Signer:
    return Ed25519Signer(origin, bytes(32))


def verdict(folder: Path, signer: Ed25519Signer) -> int:
    """Exit code of the outside verifier."""
    key = outside_verifier.read_key(str(signer.vkey))
    return int(outside_verifier.verify_log(folder, key, None)["exit"])


@pytest.mark.parametrize("suffix", [".z", ".xz"])
def test_a_compressed_log_reads_and_verifies_as_before_and_goes_on(
    tmp_path: Path, scribe: Any, signer: Ed25519Signer, suffix: Any
) -> None:
    folder = tmp_path / "log"
    with scribe(segment_bytes=2_000) as book:
        book.groups(12)
        book.writer.checkpoint(signer)
    before = [each.leaf for each in LogReader(folder).records()]
    plain = {path.name: path.read_bytes() for path in folder.glob("*.seg")}
    made = compress(folder, suffix)
    assert len(made) == len(plain) - 1
    assert all(content(path) == plain[path.stem] for path in made)
    assert len(list(folder.glob("*.seg"))) == 1
    assert [each.leaf for each in LogReader(folder).records()] == before
    assert verdict(folder, signer) == 0
    for cache in (folder / "cache").glob("*"):
        cache.unlink()
    with scribe(segment_bytes=2_000) as book:
        assert book.writer.committed == len(before)
        book.groups(2)
        assert book.writer.root() == root_of(LogReader(folder).leaves())


def test_whoever_follows_a_log_reads_on_in_what_was_compressed_meanwhile(tmp_path: Path, scribe: Any) -> None:
    folder = tmp_path / "log"
    with scribe(segment_bytes=2_000) as book:
        book.groups(1)
        reader = LogReader(folder)
        seen = len(reader)
        book.groups(12)
        assert compress(folder)
        assert reader.refresh()
        assert [each.seq for each in reader.envelopes(seen)] == list(range(seen, len(LogReader(folder))))


def test_a_damaged_compressed_segment_is_named(tmp_path: Path, scribe: Any) -> None:
    folder = tmp_path / "log"
    with scribe(segment_bytes=1_000) as book:
        book.groups(4)
    path = compress(folder)[0]
    raw = path.read_bytes()
    for damaged in (raw[:-1], raw + b"x", b"\0" + raw):
        path.write_bytes(damaged)
        with pytest.raises(IntegrityError, match=path.name):
            content(path)


def test_the_last_segment_is_never_compressed(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(3)
    assert compress(tmp_path / "log") == []


@pytest.mark.parametrize("suffix", ["", ".z"])
def test_pruned_records_keep_their_headers_and_the_log_verifies(
    tmp_path: Path, scribe: Any, signer: Ed25519Signer, noted: Any, suffix: Any
) -> None:
    folder = tmp_path / "log"
    with scribe(segment_bytes=2_000) as book:
        store = BlobStore(folder)
        body = book.catalogue.encode(noted(number=1, text=""))
        given_up, shared = store.put(b"given up"), store.put(b"shared")
        first = book.writer.append(16, 1, body, time=2_000, source=book.source, blobs=(given_up, shared))
        book.groups(8)
        last = book.writer.committed - 1
        book.writer.append(16, 1, body, time=book.writer.time, source=book.source, blobs=(shared,))
        book.writer.commit()
        if suffix:
            compress(folder, suffix)
        before = [each.leaf for each in LogReader(folder).records()]
        # No reader is kept: Windows replaces no file that somebody has mapped.
        own = sum(each.type_id <= 6 for each in LogReader(folder).headers(first, last))
        removed = book.writer.prune(first, last, reason="retention", person="a person", signer=signer)
        assert removed == last + 1 - first - own
        assert verdict(folder, signer) == 0
        assert f"pruned bodies: {removed}; they are not in the log" in str(verify(folder, signer.vkey))
        book.groups(3)
        book.writer.checkpoint(signer)
    log = LogReader(folder, book.catalogue)
    assert [each.leaf for each in log.records()][: len(before)] == before
    pruned = log.fetch(first)
    assert (pruned.event, pruned.body, pruned.type) == (None, None, "test.noted")
    assert given_up[1] not in store
    assert store.get(shared[1]) == b"shared"
    assert verdict(folder, signer) == 0
    assert apply_prunings(folder) == 0
    for cache in (folder / "cache").glob("*"):
        cache.unlink()
    with scribe() as book:
        assert book.writer.root() == root_of(log.leaves())


def test_a_pruning_that_no_checkpoint_covers_removes_nothing(tmp_path: Path, scribe: Any) -> None:
    from tallystick.events.types.log import BodiesPruned

    with scribe() as book:
        book.groups(2)
        book.writer.say(BodiesPruned(first=0, last=9, reason="none", person="nobody"))
        book.writer.commit()
    assert apply_prunings(tmp_path / "log") == 0


def test_only_what_is_committed_can_be_pruned(scribe: Any, signer: Ed25519Signer) -> None:
    with scribe() as book:
        book.groups(1)
        with pytest.raises(UsageError, match="choose a range within it"):
            book.writer.prune(5, 10**6, reason="none", person="nobody", signer=signer)
