"""The tree and its proofs against the published vectors and a tree written straight from the RFC's recursion."""

import json
import random
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.merkle import (
    ProofError,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[2] / "golden" / "vectors" / "rfc6962_proofs.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + recursive_root(leaves[:k]) + recursive_root(leaves[k:])).digest()


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(i.to_bytes(4, "big")) for i in range(count)]


def decoded(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(each) for each in case["proof"] or []]


def holds(case: dict[str, Any]) -> bool:
    if case["kind"] == "inclusion":
        leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
        return verify_inclusion(leaf, case["leafIdx"], case["treeSize"], decoded(case), root)
    roots = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
    return verify_consistency(case["size1"], case["size2"], decoded(case), *roots)


@pytest.mark.parametrize("case", [c for c in CASES if not c["wantErr"]], ids=lambda c: c["file"])
def test_a_published_valid_proof_holds(case: dict[str, Any]) -> None:
    assert holds(case) is True


@pytest.mark.parametrize("case", [c for c in CASES if c["wantErr"]], ids=lambda c: c["file"])
def test_a_published_invalid_proof_is_refused_with_a_reason(case: dict[str, Any]) -> None:
    with pytest.raises(ProofError, match=r".{10}"):
        holds(case)


@pytest.mark.parametrize("size", range(70))
def test_roots_equal_the_recursion_of_the_rfc(size: int) -> None:
    leaves = leaves_of(size)
    tree = Tree()
    tree.extend(leaves)
    assert tree.root() == root_of(leaves) == recursive_root(leaves)


def test_a_tree_grown_in_any_batches_and_thawed_between_them_has_the_same_root() -> None:
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    draw = random.Random(seed)
    leaves = leaves_of(1000)
    tree, at = Tree(), 0
    while at < len(leaves):
        count = draw.choice([0, 1, 1, 2, 3, 7, 64])
        tree.extend(leaves[at : at + count])
        at = min(at + count, len(leaves))
        tree = Tree.thaw(tree.freeze())
        assert tree.size == at
        assert tree.root() == root_of(leaves[:at])
        assert len(tree.frontier()) == at.bit_count()


def test_a_frozen_tree_of_the_wrong_length_is_refused() -> None:
    tree = Tree()
    tree.extend(leaves_of(5))
    with pytest.raises(ProofError, match="5 leaves"):
        Tree.thaw(tree.freeze()[:-1])


def test_every_leaf_of_every_small_tree_is_proved_and_proves_nothing_else() -> None:
    leaves = leaves_of(33)
    for size in range(1, 34):
        root = root_of(leaves[:size])
        for index in range(size):
            path = inclusion_proof(leaves, index, size)
            assert verify_inclusion(leaves[index], index, size, path, root)
            with pytest.raises(ProofError):
                verify_inclusion(leaf_hash(b"other"), index, size, path, root)


def test_every_small_tree_is_proved_to_continue_every_smaller_one() -> None:
    leaves = leaves_of(33)
    for size_2 in range(1, 34):
        for size_1 in range(1, size_2 + 1):
            path = consistency_proof(leaves, size_1, size_2)
            roots = root_of(leaves[:size_1]), root_of(leaves[:size_2])
            assert verify_consistency(size_1, size_2, path, *roots)
            if path:
                with pytest.raises(ProofError):
                    verify_consistency(size_1, size_2, path[:-1], *roots)


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (0, 0), (0, 6)])
def test_no_proof_is_made_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion_proof(leaves_of(5), index, size)
