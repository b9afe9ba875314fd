"""Results of work are computed once; the folder they are kept in is a cache that nobody has to believe."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tallystick.events.types.optimisation import OptimisationCompleted, OptimisationRequested
from tallystick.events.types.running import WorkCompleted, WorkRequested
from tallystick.events.worker import WorkResult
from tallystick.platform.kernel.deadlines import Deadlines, PendingWork, completed, content_of
from tallystick.platform.kernel.errors import WorkerMissing
from tallystick.platform.kernel.results import MAGIC, Results, read, user_folder
from tallystick.platform.kernel.workers import workers_named, workers_of
from tallystick.platform.plan import RunPlan, StrategyPlan
from tests.golden.test_event_bodies import sample_event


class Echo:
    """Gives the request back, and counts."""

    def __init__(self, code: str = "one") -> None:
        self.calls, self._code = 0, code

    def work(self, request: bytes, seed: int) -> WorkResult:
        self.calls += 1
        return WorkResult(result=request[::-1], engine="echo", version="1")

    def fingerprint(self) -> str:
        return self._code


class Forgetful:
    """Does not say what its results rest on."""

    def __init__(self) -> None:
        self.calls = 0

    def work(self, request: bytes, seed: int) -> WorkResult:
        self.calls += 1
        return WorkResult(result=str(seed).encode(), engine="forgetful", version="1")


def asked(seq: int, request: bytes = b"abc") -> PendingWork:
    return PendingWork(seq=seq, asked=0, module="m", worker="w", request=request, due=0, deadline=0)


def test_a_request_is_worked_on_once_in_a_run_however_often_it_is_asked() -> None:
    echo = Echo()
    results = Results({"w": echo})
    assert [results.of(asked(seq), 0).result for seq in (1, 1, 2, 3)] == [b"cba"] * 4
    assert results.of(asked(4, b"xyz"), 0).result == b"zyx"
    assert (echo.calls, results.asked, results.cached) == (2, 4, 2)


def test_another_run_finds_it_in_the_folder(tmp_path: Path) -> None:
    first, second = Echo(), Echo()
    found = Results({"w": first}, tmp_path).of(asked(1), 0)
    later = Results({"w": second}, tmp_path)
    assert later.of(asked(9), 5) == found
    assert (first.calls, second.calls, later.cached) == (1, 0, 1)


def test_other_code_or_another_request_finds_nothing(tmp_path: Path) -> None:
    Results({"w": Echo()}, tmp_path).of(asked(1), 0)
    other, same = Echo("two"), Echo()
    Results({"w": other}, tmp_path).of(asked(1), 0)
    Results({"w": same}, tmp_path).of(asked(1, b"abd"), 0)
    assert (other.calls, same.calls) == (1, 1)


def entry(folder: Path) -> Path:
    (path,) = folder.rglob("*.result")
    return path


def rehashed(body: bytes) -> bytes:
    """A whole entry over this body, with a hash that fits."""
    return MAGIC + hashlib.sha256(body).digest() + body


DAMAGES = {
    "empty": lambda _content: b"",
    "cut": lambda content: content[:-1],
    "one bit": lambda content: content[:-3] + bytes([content[-3] ^ 1]) + content[-2:],
    "longer": lambda content: content + b"x",
    "another magic": lambda content: b"x" + content[1:],
    "another kind": lambda _content: rehashed(msgspec.msgpack.encode(["a", 1])),
    "another key": lambda _content: rehashed(
        msgspec.msgpack.encode(["0" * 64, WorkResult(result=b"forged", engine="echo", version="1")])
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_an_entry_that_is_not_what_was_written_is_ignored_and_written_anew(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    Results({"w": Echo()}, tmp_path).of(asked(1), 0)
    path = entry(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert read(path) is None
    again = Echo()
    assert Results({"w": again}, tmp_path).of(asked(1), 0).result == b"cba"
    assert again.calls == 1
    assert path.read_bytes() == whole


def test_a_worker_that_does_not_say_what_its_results_rest_on_is_asked_in_every_run(tmp_path: Path) -> None:
    worker = Forgetful()
    assert [Results({"w": worker}, tmp_path).of(asked(1), seed).result for seed in (1, 2)] == [b"1", b"2"]
    assert list(tmp_path.iterdir()) == []


class Poor(Echo):
    """Says that its answer rests on the machine."""

    def work(self, request: bytes, seed: int) -> WorkResult:
        return msgspec.structs.replace(super().work(request, seed), keep=False)


def test_a_result_that_rests_on_the_machine_is_not_kept(tmp_path: Path) -> None:
    Results({"w": Poor()}, tmp_path).of(asked(1), 0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    assert Results({"w": Echo()}, blocked).of(asked(1), 0).result == b"cba"


def test_the_users_folder_is_under_the_home_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_folder(tmp_path) == tmp_path / "results"
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "named"))
    assert user_folder() == tmp_path / "named" / "results"
    monkeypatch.delenv("TALLYSTICK_HOME")
    assert user_folder().name == "results"


REQUEST = sample_event(OptimisationRequested)
assert isinstance(REQUEST, OptimisationRequested)


def test_what_is_asked_is_the_same_whoever_asks_and_whenever_it_is_due() -> None:
    assert isinstance(REQUEST, OptimisationRequested)
    other = msgspec.structs.replace(REQUEST, module="another", due=1, deadline=2)
    assert content_of(other) == content_of(REQUEST)
    assert content_of(msgspec.structs.replace(REQUEST, k=REQUEST.k + 1)) != content_of(REQUEST)


def test_a_typed_request_is_pending_until_its_typed_answer_and_survives_a_snapshot() -> None:
    assert isinstance(REQUEST, OptimisationRequested)
    deadlines, thawed = Deadlines(), Deadlines()
    asking = msgspec.structs.replace(REQUEST, due=500, deadline=600)
    deadlines.fold(asking, 100, 7)
    thawed.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(deadlines.freeze())))
    for each in (deadlines, thawed):
        work = each.work_due(500)
        assert work is not None
        assert work.request == content_of(asking)
        answer = sample_event(OptimisationCompleted)
        said = completed(work, WorkResult(result=msgspec.msgpack.encode(answer), engine="", version=""))
        assert isinstance(said, OptimisationCompleted)
        assert (said.module, said.worker, said.request) == (asking.module, asking.worker, 7)
        assert said.request_hash == hashlib.sha256(work.request).hexdigest()
        each.fold(said, 500, 8)
        assert each.work_due(10**18) is None


def test_an_untyped_request_is_answered_untyped() -> None:
    deadlines = Deadlines()
    deadlines.fold(WorkRequested(module="m", worker="w", request=b"abc", due=5, deadline=6), 1, 3)
    work = deadlines.work_due(5)
    assert work is not None
    said = completed(work, WorkResult(result=b"cba", engine="echo", version="1"))
    assert isinstance(said, WorkCompleted)
    assert (said.result, said.request, said.cached) == (b"cba", 3, False)


class Asking:
    """A module that names a worker."""

    name = "asking"

    def __init__(self, worker: str) -> None:
        self.workers = (worker,)


def test_a_worker_that_is_not_there_is_named_with_what_to_install() -> None:
    with pytest.raises(WorkerMissing, match=r"asking asks the worker tallystick\.quantum\.nowhere, which") as ours:
        workers_named([Asking("tallystick.quantum.nowhere")])
    assert ours.value.fix == 'pip install "tallystick[quantum]"'
    with pytest.raises(WorkerMissing) as theirs:
        workers_named([Asking("somebody.elses")])
    assert theirs.value.fix == "install the package that has somebody.elses"
    with pytest.raises(WorkerMissing, match=r"json, which has no function worker\(\)"):
        workers_named([Asking("json")])
    assert workers_named([Asking("json")], ready=["json"]) == {}


def test_angles_that_need_scipy_are_refused_before_the_run_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def plan(angles: str) -> RunPlan:
        parameters = {"symbols": "EURUSD,XAUUSD", "angles": angles}
        return RunPlan(strategies=(StrategyPlan(kind="rebalance", name="mine", parameters=parameters),))

    monkeypatch.setattr("tallystick.quantum.worker.find_spec", lambda _name: None)
    assert list(workers_of(plan("ramp"))) == ["tallystick.quantum.worker"]
    with pytest.raises(WorkerMissing, match='angles "optimise" need scipy') as refused:
        workers_of(plan("optimise"))
    assert refused.value.fix == 'pip install "tallystick[quantum]"'
