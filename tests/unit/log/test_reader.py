"""Reading: any range, any record, behind a writer at work, logs of foreign catalogues."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import astuple

from tallystick.events import Catalogue, IntegrityError, LogMissing, LogReader
from tallystick.events.record import BLOB, HEADER, NONE_SEQ
from tallystick.events.segment import segment_files
from tallystick.events.viewing import STRIDE, SegmentView


def test_any_range_and_any_record_can_be_read(tmp_path: Path, scribe: Any) -> None:
    with scribe(segment_bytes=30_000) as book:
        book.groups(40, cascades=11)
    for _cached in range(2):
        log = LogReader(tmp_path / "log", book.catalogue)
        whole = list(log.envelopes())
        size = len(log)
        assert [each.seq for each in whole] == list(range(size))
        for first, last in ((0, 0), (5, 9), (511, 513), (600, 10**9), (size - 1, size), (size, size + 5), (9, 5)):
            assert list(log.envelopes(first, last)) == whole[first : last + 1]
        for seq in range(0, size, 7):
            assert log.fetch(seq) == whole[seq]
            assert log.record(seq).leaf == whole[seq].leaf
            assert log.record(seq).header.seq == seq
        assert log.leaves(3, 700) == [each.leaf for each in whole[3:701]]
        with pytest.raises(LogMissing, match=f"there is no record {size}"):
            log.fetch(size)


def test_the_records_of_some_types_are_those_of_all_that_have_them(tmp_path: Path, scribe: Any) -> None:
    with scribe(segment_bytes=100_000) as book:
        book.groups(1, cascades=23)
        behind = LogReader(tmp_path / "log", book.catalogue)
        for _ in range(30):
            book.groups(1, cascades=23)
            behind.refresh()
    for log in (behind, LogReader(tmp_path / "log", book.catalogue), LogReader(tmp_path / "log", book.catalogue)):
        kinds = [fields[10] for _, (_, fields) in log.raw()]
        for types in ({kinds[0]}, {kinds[-1]}, {kinds[600], kinds[601]}, set(kinds), {9_999}, set[int]()):
            seqs = [seq for seq, kind in enumerate(kinds) if kind in types]
            assert [fields[4] for _, (_, fields) in log.raw_of(types)] == seqs
            assert [fields[4] for _, (_, fields) in log.raw_of(types, 500, 530)] == [s for s in seqs if 500 <= s <= 530]
            assert log.last_of(types) == max(seqs, default=-1)


def test_where_no_record_of_a_type_can_be_nothing_is_looked_at(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(30, cascades=23)
    kinds = [fields[10] for _, (_, fields) in LogReader(tmp_path / "log").raw()]
    ((first, path),) = segment_files(tmp_path / "log")
    view = SegmentView(first, path)
    assert view.refresh()
    assert view.holding({kinds[0]}) == [0], "what the log says of itself stands at its beginning"
    assert view.holding(set(kinds)) == list(range(0, len(kinds), STRIDE))


def test_a_record_packs_to_the_bytes_it_was_read_from(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(2)
    for record in LogReader(tmp_path / "log").records():
        blobs = b"".join(BLOB.pack(*each) for each in record.blobs)
        assert HEADER.pack(*astuple(record.header)) + blobs == record.raw
        assert record.header.cause == NONE_SEQ or record.header.cause < record.header.seq


def test_a_reader_sees_what_is_committed_and_follows(tmp_path: Path, scribe: Any) -> None:
    with scribe(segment_bytes=2_000) as book:
        book.groups(1)
        log = LogReader(tmp_path / "log", book.catalogue)
        size = len(log)
        book.cascade(50)
        assert not log.refresh()
        book.writer.commit()
        assert log.refresh()
        assert len(log) == size + 3
        rounds = iter(range(5))

        def wait() -> bool:
            number = next(rounds, None)
            if number is not None:
                book.groups(2)
            return number is not None

        followed = list(log.follow(3, wait))
        assert [each.seq for each in followed] == list(range(3, book.writer.committed))
        assert len(list((tmp_path / "log").glob("*.seg"))) > 2


def test_types_and_sources_declared_late_are_known_to_a_reader_that_follows(tmp_path: Path, scribe: Any) -> None:
    from tallystick.events.types.running import BookHalted

    with scribe() as book:
        book.groups(1)
        log = LogReader(tmp_path / "log")
        book.writer.declare((BookHalted,))
        source = book.writer.declare_source("risk", "risk")
        body = Catalogue().encode(BookHalted(reason="a test"))
        halted = book.writer.append(book.writer.type_id(BookHalted), 1, body, time=book.writer.time, source=source)
        book.writer.commit()
        log.refresh()
        assert log.fetch(halted).event == BookHalted(reason="a test")
        assert (log.fetch(halted).source, log.fetch(halted).role) == ("risk", "risk")


def test_a_foreign_catalogue_reads_the_log_by_its_own_declarations(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(1)
    events = [each for each in LogReader(tmp_path / "log").envelopes() if each.type == "test.noted"]
    assert [each.event for each in events] == [{"number": 0, "text": "héllo"}, {"number": 1, "text": "héllo"}]


def test_a_torn_tail_is_not_there_for_a_reader(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(2)
    segment = next((tmp_path / "log").glob("*.seg"))
    size = len(LogReader(tmp_path / "log"))
    whole = segment.read_bytes()
    for torn in (b"\0", bytes(300), whole[200:600], b"\xffTALLYCM" + bytes(80)):
        segment.write_bytes(whole + torn)
        assert len(list(LogReader(tmp_path / "log").envelopes())) == size


def test_an_empty_log_can_be_read(tmp_path: Path, scribe: Any) -> None:
    (tmp_path / "log").mkdir()
    with pytest.raises(LogMissing, match="check the path"):
        LogReader(tmp_path / "log")
    (tmp_path / "log" / f"{0:020d}.seg").write_bytes(b"")
    assert list(LogReader(tmp_path / "log").envelopes()) == []


def test_a_damaged_declaration_is_an_integrity_finding_not_a_crash(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        book.groups(1)
    segment = next((tmp_path / "log").glob("*.seg"))
    segment.write_bytes(segment.read_bytes().replace(b"test.noted", b"log.noted!"))
    with pytest.raises(IntegrityError, match="declaration that cannot stand"):
        LogReader(tmp_path / "log")
