"""The tree over a log's leaf hashes, and proofs in it: RFC 6962 section 2.1, checks as in RFC 9162 section 2.1.

A leaf hash is SHA-256(0x00 || entry), an inner node SHA-256(0x01 || left || right). `Tree` grows in batches and keeps
only the right edge; proofs are computed from the list of leaf hashes, which whoever asks for a proof has at hand.
Levels are hashes joined, 32 bytes each; long ones are hashed by the compiled loops where those are loaded.
"""

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest

from tallystick.events import compiled
from tallystick.events.errors import IntegrityError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
_node_hasher = sha256(b"\1").copy  # half the price of a new one
_leaf_hasher = sha256(b"\0").copy
_LONG_ROW = 8 * HASH_BYTES


class ProofError(IntegrityError):
    """A proof that does not hold; the message says which step failed."""


class Tree:
    """A growing tree that remembers one hash for each complete subtree on its right edge.

    `extend` works level by level over whole batches, so a leaf costs one inner hash on average and no Python call.
    """

    __slots__ = ("_edge", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._edge: list[bytes | None] = []  # by level: the complete subtree that still waits for a right sibling

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def extend(self, leaf_hashes: Sequence[bytes]) -> None:
        """Append leaf hashes (32 bytes each), in order."""
        self.extend_joined(b"".join(leaf_hashes))

    def extend_joined(self, row: bytes | bytearray, level: int = 0) -> None:
        """Append complete subtrees of 2**level leaves each, their hashes joined; the size must be a multiple of that.

        Raises `ProofError`.
        """
        if row and self._size % (1 << level):
            message = f"a tree of {self._size} leaves cannot take whole subtrees of {1 << level}"
            raise ProofError(message)
        self._size += len(row) // HASH_BYTES << level
        edge = self._edge
        while row:
            while level >= len(edge):
                edge.append(None)
            waiting = edge[level]
            if waiting is not None:
                row = waiting + row
            edge[level] = bytes(row[-HASH_BYTES:]) if len(row) // HASH_BYTES & 1 else None
            row = parents(row)
            level += 1

    def root(self) -> bytes:
        """Root hash over all leaves; of no leaves, SHA-256 of nothing."""
        root: bytes | None = None
        for subtree in self._edge:
            if subtree is not None:
                root = subtree if root is None else _node(subtree, root)
        return EMPTY_ROOT if root is None else root

    def frontier(self) -> tuple[bytes, ...]:
        """Hashes of the complete subtrees on the right edge, largest first."""
        return tuple(subtree for subtree in reversed(self._edge) if subtree is not None)

    def freeze(self) -> bytes:
        """The whole state: u64 size, then the frontier, largest subtree first."""
        return self._size.to_bytes(8, "big") + b"".join(self.frontier())

    @classmethod
    def thaw(cls, frozen: bytes) -> "Tree":
        """Take back what `freeze` gave. Raises `ProofError` when length and size disagree."""
        size = int.from_bytes(frozen[:8], "big")
        if len(frozen) != 8 + HASH_BYTES * size.bit_count():
            message = f"a frozen tree of {size} leaves has {8 + HASH_BYTES * size.bit_count()} bytes, not {len(frozen)}"
            raise ProofError(message)
        tree = cls()
        tree._size = size
        tree._edge = [None] * size.bit_length()
        at = len(frozen)
        for level in range(size.bit_length()):
            if size >> level & 1:
                at -= HASH_BYTES
                tree._edge[level] = frozen[at : at + HASH_BYTES]
        return tree


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf whose content is `entry`."""
    hasher = _leaf_hasher()
    hasher.update(entry)
    return hasher.digest()


def parents(row: bytes | bytearray) -> bytes:
    """The next level of a tree, hashes joined: the nodes over each pair in `row`; an odd last one is left out."""
    loops = compiled.walking() or compiled.at_hand()
    if loops is not None and len(row) >= _LONG_ROW:
        return loops.parents(row)
    above = []
    for at in range(0, len(row) - HASH_BYTES, 2 * HASH_BYTES):
        hasher = _node_hasher()
        hasher.update(row[at : at + 2 * HASH_BYTES])
        above.append(hasher.digest())
    return b"".join(above)


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes, all at once."""
    row = b"".join(leaf_hashes)
    if not row:
        return EMPTY_ROOT
    while len(row) > HASH_BYTES:
        row = _parents_with_rest(row)
    return row


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int, size: int) -> list[bytes]:
    """Path from leaf `index` to the root of the first `size` leaves, from the leaf upward."""
    if not 0 <= index < size <= len(leaf_hashes):
        message = f"no leaf {index} in a tree of {size} (have {len(leaf_hashes)} leaf hashes)"
        raise ProofError(message)
    path: list[bytes] = []
    row = b"".join(leaf_hashes[:size])
    while len(row) > HASH_BYTES:
        sibling = row[HASH_BYTES * (index ^ 1) :][:HASH_BYTES]
        if sibling:
            path.append(sibling)
        row = _parents_with_rest(row)
        index >>= 1
    return path


def consistency_proof(leaf_hashes: Sequence[bytes], size_1: int, size_2: int) -> list[bytes]:
    """Proof that the tree of `size_2` begins with the tree of `size_1` (RFC 9162 section 2.1.4.1)."""
    if not 0 < size_1 <= size_2 <= len(leaf_hashes):
        message = f"no consistency proof from {size_1} to {size_2} (have {len(leaf_hashes)} leaf hashes)"
        raise ProofError(message)
    path: list[bytes] = []
    first, last, old = 0, size_2, size_1
    whole = True  # the old tree is one complete subtree of this range, which its holder knows already
    while old != last - first:
        split = _split(last - first)
        if old <= split:
            path.append(root_of(leaf_hashes[first + split : last]))
            last = first + split
        else:
            path.append(root_of(leaf_hashes[first : first + split]))
            first += split
            old -= split
            whole = False
    if not whole:
        path.append(root_of(leaf_hashes[first:last]))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check that the leaf hash stands at `index` in the tree of `size` with this root (RFC 9162 section 2.1.3.2).

    Returns True; raises `ProofError` with the reason otherwise.
    """
    _require_hashes([leaf, *path])
    if not 0 <= index < size:
        message = f"leaf {index} is outside of a tree of {size}"
        raise ProofError(message)
    node, last = index, size - 1
    current = leaf
    for sibling in path:
        if last == 0:
            message = f"the path has {len(path)} hashes, more than a tree of {size} allows"
            raise ProofError(message)
        if node & 1 or node == last:
            current = _node(sibling, current)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            current = _node(current, sibling)
        node >>= 1
        last >>= 1
    if last:
        message = f"the path has {len(path)} hashes, fewer than leaf {index} of {size} needs"
        raise ProofError(message)
    return _require_equal(current, root, "the path does not lead to the root")


def verify_consistency(size_1: int, size_2: int, path: Sequence[bytes], root_1: bytes, root_2: bytes) -> bool:
    """Check that the tree of `size_2` begins with the tree of `size_1` (RFC 9162 section 2.1.4.2).

    Returns True; raises `ProofError` with the reason otherwise. `size_1` 0 is refused: it would prove nothing.
    """
    _require_hashes(path)
    if not 0 < size_1 <= size_2:
        message = f"no tree of {size_2} continues a tree of {size_1}"
        raise ProofError(message)
    if size_1 == size_2:
        if path:
            message = "two trees of one size need no path, and there is one"
            raise ProofError(message)
        return _require_equal(root_1, root_2, "two roots for one size")
    rest = list(path) if size_1 & (size_1 - 1) else [root_1, *path]
    if not rest:
        message = "the path is empty"
        raise ProofError(message)
    node, last = size_1 - 1, size_2 - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old = new = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            message = f"the path has {len(path)} hashes, more than {size_1} to {size_2} allows"
            raise ProofError(message)
        if node & 1 or node == last:
            old, new = _node(sibling, old), _node(sibling, new)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new = _node(new, sibling)
        node >>= 1
        last >>= 1
    if last:
        message = f"the path has {len(path)} hashes, fewer than {size_1} to {size_2} needs"
        raise ProofError(message)
    _require_equal(old, root_1, "the path does not lead to the older root")
    return _require_equal(new, root_2, "the path does not lead to the newer root")


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _parents_with_rest(row: bytes) -> bytes:
    """The next level when nothing more will come: an odd last node moves up unchanged."""
    rest = row[-HASH_BYTES:] if len(row) // HASH_BYTES & 1 else b""
    return parents(row) + rest


def _split(size: int) -> int:
    """Largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _require_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        message = f"every hash of a proof has {HASH_BYTES} bytes; this proof holds one that has not"
        raise ProofError(message)


def _require_equal(computed: bytes, expected: bytes, complaint: str) -> bool:
    if not compare_digest(computed, expected):
        message = f"{complaint}: computed {computed.hex()}, expected {expected.hex()}"
        raise ProofError(message)
    return True
