"""Records are sealed when a hash is asked for: at once or one by one, compiled or in Python, the bytes are the same."""

import random
from pathlib import Path
from typing import Any

import pytest

from tallystick.events import LogReader
from tallystick.events.errors import WriterPoisoned
from tallystick.events.merkle import root_of
from tallystick.events.record import DERIVED, TRADING
from tallystick.events.signer import Ed25519Signer
from tallystick.events.verify import verify
from tests.unit.log.breaking import broken_off, committed_after
from tests.unit.log.ways import way

Said = tuple[int, bytes, bytes, bytes, int]
"""What a writer says when it is asked: next seq, head, decision digest, root, decisions."""


def random_log(book: Any, traded: Any, seed: int, asking: float) -> list[Said]:
    """Append what the seed says, with blobs and bodies of all lengths; ask in between by another generator."""
    draw, ask = random.Random(seed), random.Random(asking)
    writer, said = book.writer, []
    for number in range(40):
        root = book.cascade(number, draw.randrange(4), draw.randbytes(draw.choice([0, 1, 55, 56, 119, 4_000])))
        if draw.random() < 0.3:
            blobs = tuple((draw.randrange(1, 99), draw.randbytes(32)) for _ in range(draw.randrange(1, 4)))
            body = book.catalogue.encode(traded(price=2.5, note=b""))
            flags, cause = DERIVED | TRADING, writer.next_seq - 1
            type_id = writer.type_id(traded)
            writer.append(type_id, 1, body, writer.time, book.source, flags, cause, root=root, blobs=blobs)
        if ask.random() < asking:
            writer.head, writer.decisions  # noqa: B018 -- asking is what seals
        if draw.random() < 0.2:
            said.append((writer.next_seq, writer.head, writer.decision_digest, writer.root(), writer.decisions))
        if draw.random() < 0.2:
            writer.commit()
    writer.commit()
    said.append((writer.committed, writer.committed_head, writer.decision_digest, writer.root(), writer.decisions))
    return said


@pytest.mark.parametrize("seed", range(8))
def test_a_log_is_the_same_both_ways_and_whenever_it_is_asked(
    tmp_path: Path, scribe: Any, traded: Any, seed: int
) -> None:
    said, records = [], []
    for loops in (False, True):
        for asking in (0.0, 0.5, 1.0):
            folder = tmp_path / f"{loops}-{asking}"
            with way(loops=loops), scribe(folder) as book:
                said.append(random_log(book, traded, seed, asking))
            log = LogReader(folder, book.catalogue)
            records.append([(each.raw, each.body) for each in log.records()])
            assert said[-1][-1][3] == root_of(log.leaves())
    assert all(each == said[0] for each in said)
    assert all(each == records[0] for each in records)


@pytest.mark.parametrize("cascades", [3, 1_500])
def test_a_group_of_any_size_is_verified_the_same_both_ways(
    tmp_path: Path, scribe: Any, origin: str, cascades: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_PROCESS_BYTES", 0)
    signer = Ed25519Signer(origin, bytes(32))
    with scribe() as book:
        for group in range(3):
            for number in range(group * cascades, (group + 1) * cascades):
                book.cascade(number, number % 7)
            book.writer.commit()
        book.writer.checkpoint(signer)
        stood = book.writer.committed_head.hex(), book.writer.decision_digest.hex(), book.writer.decisions
    verdicts = []
    for loops in (False, True):
        with way(loops=loops):
            verdicts += [verify(tmp_path / "log", signer.vkey, cores=cores) for cores in (1, 2)]
    assert all(each == verdicts[0] for each in verdicts)
    assert (verdicts[0].exit_code, verdicts[0].head, verdicts[0].decision_digest, verdicts[0].decisions) == (0, *stood)


@pytest.mark.parametrize("loops", [False, True])
def test_an_interrupt_while_records_are_sealed_never_commits_them_wrongly(
    tmp_path: Path, scribe: Any, loops: bool
) -> None:
    outcomes = set()
    for line in range(90):
        folder = tmp_path / str(line)
        with way(loops=loops), scribe(folder) as book:
            book.groups(1)
            before = book.writer.committed
            book.cascade(1)
            with broken_off(line, "_seal", "seal"):
                book.writer.head  # noqa: B018 -- asking is what seals
            outcomes.add(committed_after(book.writer, before))
        with scribe(folder) as book:
            assert book.writer.torn_bytes == 0
            assert book.writer.root() == root_of(LogReader(folder).leaves())
    assert outcomes == {3, "poisoned"}


@pytest.mark.parametrize("loops", [False, True])
def test_what_is_appended_after_a_broken_append_is_not_committed(
    tmp_path: Path, scribe: Any, monkeypatch: pytest.MonkeyPatch, loops: bool
) -> None:
    with way(loops=loops), scribe() as book:
        book.groups(1)
        stood = book.writer.committed
        book.writer._waiting += (b"half a record",)  # noqa: SLF001 -- what a signal between two steps leaves
        book.cascade(2)
        for ask in (book.writer.commit, book.writer.root, lambda: book.writer.head):
            with pytest.raises(WriterPoisoned, match="broken off"):
                ask()
        book.writer.abandon()
    with scribe() as book:
        assert (book.writer.committed, book.writer.torn_bytes) == (stood, 0)
