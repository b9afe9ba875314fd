"""Appending, committing, reopening."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tallystick.events import EventRefused, IntegrityError, LogReader, LogWriter, UsageError
from tallystick.events.digest import START
from tallystick.events.errors import UnknownType
from tallystick.events.merkle import root_of
from tallystick.events.outside import outside_verifier
from tallystick.events.record import DERIVED, TRADING, genesis
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types import EVENTS, LOG_EVENTS
from tests.unit.log.breaking import broken_off, committed_after


def verdict(folder: Path, signer: Ed25519Signer) -> int:
    """Exit code of the outside verifier, which shares no code with the writer."""
    key = outside_verifier.read_key(str(signer.vkey))
    return int(outside_verifier.verify_log(folder, key, None)["exit"])


def test_what_was_appended_comes_back_in_order(tmp_path: Path, scribe: Any, noted: Any, traded: Any) -> None:
    with scribe() as book:
        book.groups(3)
    log = LogReader(tmp_path / "log", book.catalogue)
    events = [each for each in log.envelopes() if each.source == "kernel"]
    assert [each.seq for each in log.envelopes()] == list(range(len(log)))
    assert [type(each.event) for each in events] == [noted, traded, traded] * 6
    assert [each.event.number for each in events if not each.derived] == list(range(6))
    assert [each.cause for each in events[:3]] == [None, events[0].seq, events[1].seq]


def test_nothing_is_on_the_disk_before_the_commit(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.writer.commit()
        before = [path.stat().st_size for path in (tmp_path / "log").glob("*.seg")]
        book.cascade(1)
        assert [path.stat().st_size for path in (tmp_path / "log").glob("*.seg")] == before
        book.writer.commit()
        assert [path.stat().st_size for path in (tmp_path / "log").glob("*.seg")] != before


def test_head_root_and_digest_follow_from_the_headers_alone(tmp_path: Path, scribe: Any, origin: str) -> None:
    with scribe() as book:
        book.groups(3)
        writer = book.writer
        log = LogReader(tmp_path / "log", book.catalogue)
        prev = genesis(origin)
        for record in log.records():
            assert record.header.prev == prev
            prev = sha256(b"\0" + record.raw).digest()
        assert writer.head == writer.committed_head == prev
        assert writer.root() == root_of(log.leaves())
        digest = START
        for each in log.envelopes():
            if each.trading:
                name = each.type.encode()
                said = len(name).to_bytes(2, "big") + name + each.version.to_bytes(2, "big")
                digest = sha256(
                    digest + said + each.time.to_bytes(8, "big") + sha256(each.body or b"").digest()
                ).digest()
        assert writer.decision_digest == digest


def test_the_outside_verifier_accepts_many_segments_and_the_checkpoint_at_the_head(
    tmp_path: Path, scribe: Any, origin: str
) -> None:
    signer = Ed25519Signer(origin, bytes(32))
    with scribe(segment_bytes=2_000) as book:
        book.groups(8)
        book.writer.checkpoint(signer)
        book.groups(8)
        assert verdict(tmp_path / "log", signer) == 1
        book.writer.checkpoint(signer)
    assert len(list((tmp_path / "log").glob("*.seg"))) > 3
    assert verdict(tmp_path / "log", signer) == 0


def test_a_checkpoint_is_named_in_the_next_group_even_by_the_next_process(
    tmp_path: Path, scribe: Any, origin: str
) -> None:
    signer = Ed25519Signer(origin, bytes(32))
    with scribe() as book:
        book.groups(1)
        note = book.writer.checkpoint(signer)
        size = book.writer.committed
    with scribe() as book:
        assert book.writer.committed == size
        book.groups(1)
        book.writer.checkpoint(signer)
        assert verdict(tmp_path / "log", signer) == 0
    said = LogReader(tmp_path / "log").fetch(size)
    assert (said.type, said.event.size, said.event.note_hash) == ("log.checkpointed", size, sha256(note).hexdigest())


@pytest.mark.parametrize("cache", ["kept", "lost", "damaged", "of another log"])
def test_a_reopened_log_goes_on_where_it_stood(tmp_path: Path, scribe: Any, cache: str) -> None:
    place = tmp_path / "log" / "cache" / "head.state"
    with scribe(segment_bytes=4_000) as book:
        book.groups(9)
        stood = (book.writer.committed, book.writer.head, book.writer.root(), book.writer.decision_digest)
    if cache == "lost":
        place.unlink()
    elif cache == "damaged":
        place.write_bytes(place.read_bytes()[:-9])
    elif cache == "of another log":
        with scribe(tmp_path / "other", segment_bytes=4_000) as other:
            other.groups(9, cascades=3)
        place.write_bytes((tmp_path / "other" / "cache" / "head.state").read_bytes())
    with scribe(segment_bytes=4_000) as book:
        writer = book.writer
        assert (writer.committed, writer.head, writer.root(), writer.decision_digest) == stood
        assert writer.torn_bytes == 0
        book.groups(2)
        assert writer.root() == root_of(LogReader(tmp_path / "log").leaves())


def test_a_stale_cache_is_caught_up_with(tmp_path: Path, scribe: Any) -> None:
    place = tmp_path / "log" / "cache" / "head.state"
    with scribe(segment_bytes=4_000) as book:
        book.groups(2)
    early = place.read_bytes()
    with scribe(segment_bytes=4_000) as book:
        book.groups(12)
        stood = (book.writer.committed, book.writer.head, book.writer.root(), book.writer.decision_digest)
    place.write_bytes(early)
    with scribe() as book:
        writer = book.writer
        assert (writer.committed, writer.head, writer.root(), writer.decision_digest) == stood


def test_identical_runs_give_the_same_head_whatever_the_groups(tmp_path: Path, scribe: Any) -> None:
    heads = set()
    for folder, cascades in (("a", 1), ("b", 3), ("c", 6)):
        with scribe(tmp_path / folder) as book:
            for number in range(6):
                book.cascade(number)
                if (number + 1) % cascades == 0:
                    book.writer.commit()
            heads.add((book.writer.committed, book.writer.head))
    assert len(heads) == 1


def test_types_are_numbered_from_16_in_the_order_they_are_declared(scribe: Any, noted: Any, traded: Any) -> None:
    with scribe() as book:
        assert [book.writer.type_id(each) for each in (noted, traded)] == [16, 17]
        book.writer.declare(EVENTS)
        assert book.writer.type_id(EVENTS[len(LOG_EVENTS)]) == 18
        assert book.writer.type_id(EVENTS[0]) == 1
        seq = book.writer.next_seq
        book.writer.declare(EVENTS)
        assert book.writer.next_seq == seq


def test_a_source_keeps_its_role(scribe: Any) -> None:
    with scribe() as book, pytest.raises(UsageError, match="is a kernel in this log, not a risk"):
        book.writer.declare_source("kernel", "risk")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"time": 999}, "book time would fall"),
        ({"cause": 10**6}, "does not belong here"),
        ({"root": 3}, "does not belong here"),
        ({"flags": TRADING}, "flags"),
        ({"flags": 4}, "flags"),
        ({"cause_row": 3}, "cause row"),
        ({"body": b""}, "1 to 524288 bytes"),
        ({"body": b"x" * 524_289}, "put the content into a blob"),
        ({"flags": DERIVED, "root": 99, "cause": 1}, "derived record follows its cascade"),
    ],
)
def test_records_that_break_a_rule_are_refused_and_harm_nothing(
    tmp_path: Path, scribe: Any, noted: Any, wrong: dict[str, Any], says: str
) -> None:
    with scribe() as book:
        book.groups(1)
        facts = {"time": 5_000, "source": book.source, "body": book.catalogue.encode(noted(number=1, text=""))} | wrong
        with pytest.raises(EventRefused, match=says):
            book.writer.append(16, 1, facts.pop("body"), **facts)
        book.groups(1)
        head = book.writer.head
    with scribe() as book:
        assert book.writer.head == head


def test_a_cascade_ends_with_the_commit(scribe: Any) -> None:
    with scribe() as book:
        root = book.cascade(1)
        book.writer.commit()
        body = b"\x82"
        with pytest.raises(EventRefused, match="before the next input or commit"):
            book.writer.append(
                17, 1, body, time=book.writer.time, source=1, flags=DERIVED | TRADING, cause=root, root=root
            )


def test_nobody_says_what_was_not_declared_or_is_not_theirs(scribe: Any) -> None:
    with scribe() as book:
        with pytest.raises(UnknownType, match="not declared"):
            book.writer.append(99, 1, b"\x80", time=5_000, source=1)
        with pytest.raises(UnknownType, match="not declared"):
            book.writer.append(16, 1, b"\x80", time=5_000, source=9)
        risk = book.writer.declare_source("risk", "risk")
        with pytest.raises(EventRefused, match="may be said by kernel, not by risk"):
            book.writer.append(16, 1, b"\x80", time=5_000, source=risk)


def test_an_epoch_changes_at_its_own_record(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(1)
        seq = book.writer.open_epoch("takeover in a test")
        book.groups(1)
    log = LogReader(tmp_path / "log", book.catalogue)
    assert [each.epoch for each in log.headers()] == [0] * seq + [1] * (len(log) - seq)
    assert log.fetch(seq).event.epoch == 1
    with scribe() as book:
        assert book.writer.epoch == 1


def test_a_log_of_another_origin_is_not_opened(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(1)
    with pytest.raises(IntegrityError, match="belongs to another log"):
        LogWriter(tmp_path / "log", "example.org/else")


def test_blobs_named_by_a_record_stand_in_its_header(tmp_path: Path, scribe: Any, noted: Any) -> None:
    blobs = tuple((size, sha256(bytes(size)).digest()) for size in (1, 2, 3))
    with scribe() as book:
        body = book.catalogue.encode(noted(number=1, text=""))
        seq = book.writer.append(16, 1, body, time=5_000, source=book.source, blobs=blobs)
        book.writer.commit()
    log = LogReader(tmp_path / "log", book.catalogue)
    assert log.fetch(seq).blobs == blobs
    assert log.fetch(seq).event == noted(number=1, text="")
    assert len(log.record(seq).raw) == 115 + 3 * 40


def test_an_interrupt_at_any_line_of_an_append_never_commits_half_a_record(
    tmp_path: Path, scribe: Any, noted: Any
) -> None:
    outcomes = set()
    for line in range(60):
        with scribe(tmp_path / str(line)) as book:
            book.groups(1)
            body = book.catalogue.encode(noted(number=1, text=""))
            before = book.writer.next_seq
            with broken_off(line, "place"):
                book.writer.append(16, 1, body, time=5_000, source=book.source)
            outcomes.add(committed_after(book.writer, before))
        with scribe(tmp_path / str(line)) as book:
            assert book.writer.torn_bytes == 0
            assert book.writer.root() == root_of(LogReader(tmp_path / str(line)).leaves())
    assert outcomes == {0, 1, "poisoned"}


def test_an_interrupt_at_any_line_of_commit_never_writes_a_group_twice(tmp_path: Path, scribe: Any, quick: Any) -> None:
    outcomes = set()
    for line in range(45):
        folder = tmp_path / str(line)
        with scribe(folder, files=quick) as book:
            book.groups(1)
            before = book.writer.committed
            book.cascade(1)
            with broken_off(line, "commit", "write"):
                book.writer.commit()
            outcomes.add(committed_after(book.writer, before))
        with scribe(folder, files=quick) as book:
            assert book.writer.committed in {before, before + 3}
            assert book.writer.torn_bytes == 0
            assert book.writer.root() == root_of(LogReader(folder).leaves())
    assert outcomes == {3, "poisoned"}
