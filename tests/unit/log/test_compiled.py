"""The compiled loops: when they are loaded, and that each of them says what Python says."""

import os
import random
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.events import compiled
from tallystick.events.bodyrule import BodyRule
from tallystick.events.compiled import keeping, openssl
from tallystick.events.compiled.programs import program_of
from tallystick.events.digest import START
from tallystick.events.kinds import FieldCard
from tallystick.events.merkle import Tree, parents
from tallystick.events.rules import Found
from tallystick.events.treepiece import TreePiece, join
from tests.unit.log.ways import way

ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": st.one_of(
        st.integers(-(2**63), 2**63 - 1),
        st.sampled_from([sign * 2**power + more for sign in (1, -1) for power in (5, 7, 8, 15, 16, 31, 32, 62)
                         for more in (-1, 0, 1)]),
    ),
    "float": st.floats(allow_nan=True, allow_infinity=True),
    "str": st.one_of(st.text(max_size=6), st.sampled_from([31, 32, 255, 256, 300]).map(lambda size: "a" * size)),
    "bytes": st.sampled_from([0, 1, 255, 256, 300]).map(bytes),
    "u256": st.sampled_from([32, 31]).map(bytes),
    "list:int": st.lists(st.integers(0, 300), max_size=3).map(tuple),
}  # fmt: skip
CERTAIN = set(VALUES) - {"list:int"}


@st.composite
def bodies(draw: st.DrawFn) -> tuple[tuple[FieldCard, ...], bytes]:
    """Cards of a type, and a body: canonical, or with anything that an encoder would write, or damaged."""
    names = draw(st.lists(st.sampled_from(["a", "price", "x" * 40, "long_" * 3, "b", "c_d"]), unique=True, max_size=5))
    names += [f"more_{number}" for number in range(draw(st.sampled_from([0, 0, 11, 14])))]
    cards, values = [], {}
    for name in names:
        kind = draw(st.sampled_from(sorted(VALUES)))
        optional = draw(st.booleans())
        cards.append(FieldCard(name, f"optional:{kind}" if optional else kind, "", ""))
        values[name] = None if optional and draw(st.booleans()) else draw(VALUES[kind])
    body = bytearray(msgspec.msgpack.encode(values))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return tuple(cards), bytes(body)


@given(bodies())
@settings(max_examples=400, deadline=None)
def test_a_body_that_the_loop_is_sure_of_is_one_that_the_rule_has_no_complaint_about(
    given_body: tuple[tuple[FieldCard, ...], bytes],
) -> None:
    cards, body = given_body
    sure = certain(cards, body)
    complaint = BodyRule(cards).complaint(body)
    assert not (sure and complaint)
    plain = all(card.kind.removeprefix("optional:") in CERTAIN for card in cards)
    if not complaint and plain and body.isascii():
        assert sure


def certain(cards: tuple[FieldCard, ...], body: bytes) -> bool:
    """What the compiled look at a body says, which lies in the middle of other bytes."""
    program = program_of(cards)
    data = b"\xc3" + body + b"\x01\x02\x03"
    return bool(look()(data, 1, 1 + len(body), program))


@cache
def look() -> Any:
    """The look, compiled with the addresses of what it looks at."""
    from numba import njit

    from tallystick.events.compiled.calls import address_of
    from tallystick.events.compiled.judging import is_canonical

    @njit
    def within(data: bytes, begin: int, end: int, program: bytes) -> bool:
        at, step = address_of(data), address_of(program)
        return is_canonical(at + begin, at + end, step, step + len(program))

    return within


@pytest.mark.parametrize("value", [0, 127, 128, -32, -33, -128, -129, 2**31, 2**63 - 1, -(2**63)])
def test_only_the_shortest_form_of_a_number_is_certain(value: int) -> None:
    cards = (FieldCard("n", "int", "", ""),)
    assert certain(cards, ENCODE({"n": value}))
    lead = b"\x81" + ENCODE("n")
    for head, size in zip(range(0xCC, 0xD4), (1, 2, 4, 8) * 2, strict=True):
        try:
            form = bytes([head]) + value.to_bytes(size, "big", signed=head >= 0xD0)
        except OverflowError:
            continue
        assert certain(cards, lead + form) == (lead + form == ENCODE({"n": value}))


@pytest.mark.parametrize("size", [0, 1, 2, 7, 8, 9, 255, 256, 257, 1_000])
def test_a_tree_grows_the_same_both_ways(size: int) -> None:
    draw = random.Random(size)
    leaves = [draw.randbytes(32) for _ in range(size)]
    row = b"".join(leaves)
    seen = []
    for loops in (False, True):
        with way(loops=loops):
            tree, piece = Tree(), TreePiece(0, (size // 2,))
            tree.extend(leaves[: size // 3])
            tree.extend(leaves[size // 3 :])
            piece.add(row[: 32 * (size // 4)])
            piece.add(row[32 * (size // 4) :])
            piece.close()
            joined, roots = join([piece])
            seen.append((parents(row), tree.freeze(), tree.root(), joined.root(), roots))
    assert seen[0] == seen[1]
    assert seen[0][2] == seen[0][3]


@given(st.lists(st.binary(min_size=1, max_size=130), max_size=12))
@settings(max_examples=30, deadline=None)
def test_what_waits_is_decided_the_same_both_ways(said: list[bytes]) -> None:
    waiting = Found(TreePiece(0, ()), 0, b"", waiting=[])
    waiting.decide(said)
    digest = START
    for each in said:
        digest = sha256(digest + each).digest()
    for loops in (False, True):
        with way(loops=loops):
            found = Found(TreePiece(0, ()), 0, b"")
            found.decide_waiting(b"".join(waiting.waiting or ()))
            assert (found.decision, found.decisions) == (digest, len(said))


def test_a_library_without_the_functions_leaves_hashing_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    search = openssl.found.__wrapped__
    monkeypatch.setattr(openssl, "_library", lambda: Path("no such library"))
    assert search() is None
    monkeypatch.setattr(openssl, "_library", lambda: Path(sys.executable).with_name("no library either"))
    assert search() is None
    with way(loops=False), monkeypatch.context() as patched:
        patched.setattr(openssl, "found", lambda: None)
        assert compiled.load() is None
        assert compiled.load_walking() is None
        assert compiled.for_records(10 * compiled.PATIENCE_TO_COMPILE, compiled.SEALING) is None


PATIENCE = """
import sys
from tallystick.events import compiled, writer, verify
assert not {"numba", "numpy", "llvmlite"} & set(sys.modules)
assert compiled.for_records(compiled.patience(compiled.SEALING) - 1, compiled.SEALING) is None
assert compiled.at_hand() is None
assert not {"numba", "numpy", "llvmlite"} & set(sys.modules)
loops = compiled.for_records(1, compiled.SEALING)
assert loops is compiled.at_hand() is compiled.load()
assert ("numba" in sys.modules) == (loops is not None)
"""


def test_what_is_kept_of_a_compilation_makes_the_loops_come_sooner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = tmp_path / "__pycache__"
    beside.mkdir()
    compiled.kept.cache_clear()
    assert not compiled.kept(compiled.SEALING, tmp_path)
    (beside / f"{compiled.SEALING}-66.py{sys.version_info.major}{sys.version_info.minor}.nbi").touch()
    compiled.kept.cache_clear()
    assert compiled.kept(compiled.SEALING, tmp_path)
    assert not compiled.kept(compiled.WALKING, tmp_path)
    monkeypatch.setattr(compiled, "kept", lambda wanted: wanted == compiled.SEALING)
    assert compiled.patience(compiled.SEALING) < compiled.patience(compiled.WALKING) == compiled.PATIENCE_TO_COMPILE
    monkeypatch.setattr(compiled, "kept", lambda wanted: wanted == compiled.WALKING)
    assert compiled.patience(compiled.WALKING) == compiled.PATIENCE_WITH_CODE


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Each time the loops are compiled, their code; that of one compilation only, which takes seconds."""
    if not keeping.loads_alone():
        pytest.skip("machine code is kept without Numba on Linux only")
    made: list[bytes] = []
    keeping.entries()
    code = next(keeping.HERE.glob("__pycache__/walking-*.o")).read_bytes()[32:]

    def compiled_again() -> bytes:
        made.append(code)
        return code

    monkeypatch.setattr(keeping, "_compiled", compiled_again)
    return made


def test_machine_code_that_was_kept_is_not_compiled_again(tmp_path: Path, compilations: list[bytes]) -> None:
    assert not keeping.kept(tmp_path)
    for _ in range(2):
        keeping.entries(tmp_path)
        assert keeping.kept(tmp_path)
    assert len(compilations) == 1


@pytest.mark.parametrize("cut", [0, 31, 32, 5_000])
def test_machine_code_that_was_cut_short_is_never_run(tmp_path: Path, compilations: list[bytes], cut: int) -> None:
    keeping.entries(tmp_path)
    (place,) = tmp_path.glob("__pycache__/*.o")
    place.write_bytes(place.read_bytes()[:cut])
    keeping.entries(tmp_path)
    assert len(compilations) == 2
    assert len(place.read_bytes()) == 32 + len(compilations[0])


def test_where_machine_code_cannot_be_kept_it_is_compiled_for_this_process(
    tmp_path: Path, compilations: list[bytes]
) -> None:
    (tmp_path / "__pycache__").write_text("no folder")
    keeping.entries(tmp_path)
    assert len(compilations) == 1
    assert not keeping.kept(tmp_path)


@pytest.mark.skipif(not keeping.loads_alone(), reason="machine code is kept without Numba on Linux only")
def test_the_verifiers_loops_come_without_a_compiler() -> None:
    assert compiled.load_walking() is not None  # kept by now
    asking = "from tallystick.events import compiled; assert compiled.load_walking(); import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asking], check=True, capture_output=True, text=True)
    assert not {"numba", "numpy"} & set(done.stdout.split())


def test_the_loops_are_loaded_only_after_many_records() -> None:
    done = subprocess.run([sys.executable, "-c", PATIENCE], check=False, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "world",
    [
        "os.environ['NUMBA_DISABLE_JIT'] = '1'",
        "sys.modules['numba'] = None",
        "import numba.core.caching as found; found.CacheImpl._locator_classes = []",
    ],
    ids=["told not to compile", "no compiler", "nowhere to keep it"],
)
def test_where_nothing_can_be_compiled_sealing_is_left_to_python(world: str) -> None:
    asking = (
        "from tallystick.events import compiled; print(compiled.load(), compiled.for_records(9**9, compiled.SEALING))"
    )
    program = f"import os, sys; {world}; {asking}"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["None", "None"]


@pytest.mark.parametrize(
    "world",
    ["os.environ['NUMBA_DISABLE_JIT'] = '1'", "sys.modules['numba'] = None", "sys.modules['llvmlite'] = None"],
    ids=["told not to compile", "no compiler", "no loader"],
)
def test_where_nothing_was_kept_and_nothing_can_be_compiled_walking_is_left_to_python(world: str) -> None:
    asking = (
        "from tallystick.events import compiled; print(compiled.load_walking(), compiled.due(9**9, compiled.WALKING))"
    )
    nothing_kept = "from tallystick.events.compiled import keeping; keeping._read = lambda place: None"
    program = f"import os, sys; {world}; {nothing_kept}; {asking}"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["None", "False"]
