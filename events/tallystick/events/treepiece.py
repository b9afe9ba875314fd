"""A stretch of a log's tree, reduced while its leaves go by, so that several processes can build one tree.

A piece keeps single leaves only where it must: before its first aligned block of 256, at its end, and before each size
that a checkpoint signed. Everything between is kept as roots of aligned blocks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tallystick.events.merkle import Tree, root_of

BLOCK = 256
BLOCK_LEVEL = 8
AT_ONCE = 64 * BLOCK


@dataclass(slots=True)
class TreePiece:
    """Leaves from `first` on; `wanted` are the sizes whose roots will be asked for, ascending."""

    first: int
    wanted: Sequence[int]
    head: list[bytes] = field(default_factory=list)
    blocks: list[bytes] = field(default_factory=list)
    rest: list[bytes] = field(default_factory=list)
    ragged: dict[int, list[bytes]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Seq after the last leaf."""
        return self._aligned() + BLOCK * len(self.blocks) + len(self.rest)

    def add(self, leaves: list[bytes]) -> None:
        """Take leaf hashes in; `leaves` is not kept."""
        begin = self.end
        missing = min(len(leaves), max(0, -(-self.first // BLOCK) * BLOCK - begin))
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
                grown.extend(self.head[: size - self.first])
            else:
                grown.extend(self.head)
                grown.extend_blocks(BLOCK_LEVEL, self.blocks[: (size - self._aligned()) // BLOCK])
                grown.extend(self.ragged[size])
            found[size] = grown.root()
        tree.extend(self.head)
        tree.extend_blocks(BLOCK_LEVEL, self.blocks)
        tree.extend(self.rest)
        return found

    def _aligned(self) -> int:
        return self.first + len(self.head)

    def _reduce(self) -> None:
        begin = self._aligned() + BLOCK * len(self.blocks)
        end = begin + len(self.rest)
        for size in self.wanted[bisect_left(self.wanted, begin) : bisect_right(self.wanted, end)]:
            at = size - begin
            self.ragged[size] = self.rest[at - at % BLOCK : at]
        whole = len(self.rest) - len(self.rest) % BLOCK
        self.blocks += [root_of(self.rest[at : at + BLOCK]) for at in range(0, whole, BLOCK)]
        del self.rest[:whole]


def join(pieces: Iterable[TreePiece]) -> tuple[Tree, dict[int, bytes]]:
    """The tree over adjoining pieces, and the roots at the sizes they were asked for."""
    tree, found = Tree(), {0: Tree().root()}
    for piece in pieces:
        found |= piece.roots(tree)
    return tree, found
