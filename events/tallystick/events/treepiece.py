"""A stretch of a log's tree, reduced while its leaves go by, so that several processes can build one tree.

A piece keeps single leaves only where it must: before its first aligned block of 256, at its end, and before each size
that a checkpoint signed. Everything between is kept as roots of aligned blocks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tallystick.events.merkle import HASH_BYTES, Tree, parents

BLOCK = 256
BLOCK_LEVEL = 8
AT_ONCE = 64 * BLOCK * HASH_BYTES


@dataclass(slots=True)
class TreePiece:
    """Leaves from `first` on, as hashes joined; `wanted` are the sizes whose roots will be asked for, ascending."""

    first: int
    wanted: Sequence[int]
    head: bytearray = field(default_factory=bytearray)
    blocks: bytearray = field(default_factory=bytearray)
    rest: bytearray = field(default_factory=bytearray)
    ragged: dict[int, bytes] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Seq after the last leaf."""
        return self._reduced() + len(self.rest) // HASH_BYTES

    def add(self, leaves: bytes) -> None:
        """Take leaf hashes in, joined."""
        missing = max(0, -(-self.first // BLOCK) * BLOCK - self.end) * HASH_BYTES
        self.head += leaves[:missing]
        self.rest += leaves[missing:] if missing else leaves
        if len(self.rest) >= AT_ONCE:
            self._reduce()

    def close(self) -> None:
        """Reduce what waits; nothing is added afterwards."""
        self._reduce()

    def roots(self, tree: Tree) -> dict[int, bytes]:
        """Grow `tree`, which ends where this piece begins, by the piece; roots at the wanted sizes within it."""
        found: dict[int, bytes] = {}
        sizes = self.wanted[bisect_right(self.wanted, self.first) : bisect_right(self.wanted, self.end)]
        for size in sizes:
            grown = Tree.thaw(tree.freeze())
            if size <= self._aligned():
                grown.extend_joined(self.head[: (size - self.first) * HASH_BYTES])
            else:
                grown.extend_joined(self.head)
                whole = (size - self._aligned()) // BLOCK
                grown.extend_joined(self.blocks[: whole * HASH_BYTES], BLOCK_LEVEL)
                grown.extend_joined(self.ragged[size])
            found[size] = grown.root()
        tree.extend_joined(self.head)
        tree.extend_joined(self.blocks, BLOCK_LEVEL)
        tree.extend_joined(self.rest)
        return found

    def _aligned(self) -> int:
        return self.first + len(self.head) // HASH_BYTES

    def _reduced(self) -> int:
        return self._aligned() + BLOCK * (len(self.blocks) // HASH_BYTES)

    def _reduce(self) -> None:
        begin, count = self._reduced(), len(self.rest) // HASH_BYTES
        for size in self.wanted[bisect_left(self.wanted, begin) : bisect_right(self.wanted, begin + count)]:
            at = size - begin
            self.ragged[size] = bytes(self.rest[(at - at % BLOCK) * HASH_BYTES : at * HASH_BYTES])
        whole = (count - count % BLOCK) * HASH_BYTES
        row: bytes | bytearray = self.rest[:whole]
        for _ in range(BLOCK_LEVEL):  # blocks are complete, so their levels lie side by side
            row = parents(row)
        self.blocks += row
        del self.rest[:whole]


def join(pieces: Iterable[TreePiece]) -> tuple[Tree, dict[int, bytes]]:
    """The tree over adjoining pieces, and the roots at the sizes they were asked for."""
    tree, found = Tree(), {0: Tree().root()}
    for piece in pieces:
        found |= piece.roots(tree)
    return tree, found
