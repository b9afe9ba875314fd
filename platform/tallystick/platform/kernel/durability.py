"""Committed: cascades are grouped into commits, snapshots taken in quiet moments, checkpoints over what is durable."""

from collections.abc import Callable
from typing import Protocol

BATCH_RECORDS = 4096
BATCH_BYTES = 8 * 1024 * 1024
LOOK_EVERY = 16
"""Cascades between two looks at what waits; sixteen blocks are far below the largest group."""
CHECKPOINT_RECORDS = 1_000_000
SNAPSHOT_RECORDS = 100_000


class Durable(Protocol):
    """The part of the log's writer that commits."""

    @property
    def next_seq(self) -> int:
        """Records appended."""
        ...

    @property
    def committed(self) -> int:
        """Records durable."""
        ...

    @property
    def pending_bytes(self) -> int:
        """Bytes that wait."""
        ...

    def commit(self) -> int:
        """Make everything appended durable."""
        ...


class Committer(Protocol):
    """Decides when what has been sequenced becomes durable."""

    stride: int
    """Cascades of one book time that may run before it is told of them; 1: it is told of each."""

    def cascade_done(self, count: int = 1) -> None:
        """So many cascades have run to their ends; commit if the durability setting says so."""
        ...

    def quiet(self) -> None:
        """Nothing is pending and no row is half taken in: a snapshot may be taken."""
        ...


class Commits:
    """Applies a durability setting to a simulation: `each-input` after every cascade, `batch` in groups."""

    def __init__(
        self,
        writer: Durable,
        durability: str,
        *,
        snapshot: Callable[[], None],
        checkpoint: Callable[[], None],
        snapshot_records: int = SNAPSHOT_RECORDS,
        checkpoint_records: int = CHECKPOINT_RECORDS,
        batch_records: int = BATCH_RECORDS,
    ) -> None:
        """`snapshot` and `checkpoint` are called with everything committed."""
        self._writer = writer
        self._each = durability == "each-input"
        self._snapshot = snapshot
        self._checkpoint = checkpoint
        self._snapshot_records = snapshot_records
        self._checkpoint_records = checkpoint_records
        self._batch_records = 1 if self._each else batch_records
        # Groups are storage and prove nothing, so in big batches the writer is only looked at now and then.
        self.stride = LOOK_EVERY if self._batch_records >= BATCH_RECORDS else 1
        self._unlooked = 0
        self._next_commit = writer.committed + self._batch_records
        self._next_snapshot = writer.next_seq + snapshot_records
        self._next_checkpoint = writer.next_seq + checkpoint_records

    def cascade_done(self, count: int = 1) -> None:
        """Commit when the setting says so."""
        self._unlooked += count
        if self._unlooked < self.stride:
            return
        self._unlooked = 0
        writer = self._writer
        if writer.next_seq >= self._next_commit or writer.pending_bytes > BATCH_BYTES:
            self._next_commit = writer.commit() + self._batch_records

    def quiet(self) -> None:
        """Nothing is half done: the moment for a checkpoint and a snapshot."""
        seq = self._writer.next_seq
        if seq >= self._next_checkpoint:
            self._next_checkpoint = seq + self._checkpoint_records
            self._writer.commit()
            self._checkpoint()
        if seq >= self._next_snapshot:
            self._next_snapshot = seq + self._snapshot_records
            self._writer.commit()
            self._snapshot()
