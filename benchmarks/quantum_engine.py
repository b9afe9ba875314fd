"""Expectation and gradient of a constrained circuit, beside the simulators that hold all 2^n amplitudes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers, quantum_problem
from benchmarks.harness import Benchmark, BenchmarkFailedError, Figure, Sample, Settings, ours, sample

LAYERS = 10
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
UNIT = "ms of CPU"


@dataclass(frozen=True, slots=True)
class Peer:
    """A side of somebody else's: its environment, its file, what it is asked, how far its value may be from ours."""

    environment: str
    module: str
    what: str
    agrees: float = 1e-10


PEERS = {
    "QOKit as shipped": Peer("qokit", "peer_qokit", "shipped"),
    "QOKit -O3": Peer("qokit", "peer_qokit", "optimised"),
    "qsim, single precision": Peer("simulators", "peer_qcirq", "qsim", agrees=1e-4),
    "cirq": Peer("simulators", "peer_qcirq", "cirq"),
    "Qiskit Aer": Peer("simulators", "peer_qaer", "evaluation"),
    "lightning.qubit": Peer("simulators", "peer_qlightning", "evaluation"),
}
ADJOINT = Peer("simulators", "peer_qlightning", "gradient")
LEAST = {
    5: {"QOKit as shipped": 300.0, "gradient": 2_000.0},
    10: {"QOKit as shipped": 45.0, "gradient": 400.0},
}
"""Targets by the number of ones: our evaluation over QOKit's, our gradient over lightning's adjoint."""
COMPLETE = 2.5
"""The goal for the exact complete mixer's price in rings."""


def measure(settings: Settings) -> Sequence[Figure]:
    """Choose 5 and 10 of 20 assets at p = 10 (choose 4 of 8 at p = 2 in a quick run)."""
    sizes = [(8, 4, 2)] if settings.quick else [(20, 5, LAYERS), (20, 10, LAYERS)]
    figures: list[Figure] = []
    for n, k, layers in sizes:
        problem = settings.scratch / f"portfolio-{n}-{k}.npz"
        quantum_problem.write(problem, n, k, layers)
        figures += _compared(problem, f"choose {k} of {n}, p={layers}", {} if settings.quick else LEAST[k])
    return figures


def _compared(problem: Path, where: str, least: dict[str, float]) -> list[Figure]:
    own = {what: _ours(problem, what) for what in ("evaluation", "gradient", "complete")}
    figures = [_spent(f"{where}: ours, {what}", one) for what, one in own.items()]
    price = own["complete"].cpu_us / own["evaluation"].cpu_us
    figures.append(Figure(f"{where}: exact complete mixer over ring", price, "times", most=COMPLETE if least else None))
    for name, peer in PEERS.items():
        found = _theirs(problem, peer)
        if found is None:
            figures.append(_absent(f"{where}: {name}", peer))
            continue
        _agree(name, own["evaluation"].notes["value"], found.notes["value"], peer.agrees)
        ratio = found.cpu_us / own["evaluation"].cpu_us
        figures += [
            _spent(f"{where}: {name}", found),
            Figure(f"{where}: ours over {name}", ratio, "times", least=least.get(name)),
        ]
    return [*figures, *_gradients(problem, where, own, least)]


def _gradients(problem: Path, where: str, own: dict[str, Sample], least: dict[str, float]) -> list[Figure]:
    found = _theirs(problem, ADJOINT)
    if found is None:
        return [_absent(f"{where}: lightning.qubit, adjoint gradient", ADJOINT)]
    pairs = zip(own["gradient"].notes["gradient"], found.notes["gradient"], strict=True)
    apart = max(abs(a - b) for a, b in pairs)
    ratio = found.cpu_us / own["gradient"].cpu_us
    return [
        _spent(f"{where}: lightning.qubit, adjoint gradient", found),
        Figure(f"{where}: ours over its gradient", ratio, "times", least=least.get("gradient")),
        Figure(f"{where}: largest difference of derivatives", apart, "", most=1e-10),
    ]


def _ours(problem: Path, what: str) -> Sample:
    return sample([*ours("quantum_side", problem, "--what", what), "--warm"], **ONE_THREAD)


def _theirs(problem: Path, peer: Peer) -> Sample | None:
    """One run of a peer, after one to warm up; None where its environment does not exist."""
    python = peers.interpreter(peer.environment)
    if python is None:
        return None
    command = [str(python), "-m", f"benchmarks.{peer.module}", str(problem), "--what", peer.what, "--warm"]
    return sample(command, **ONE_THREAD)


def _agree(name: str, own: float, theirs: float, within: float) -> None:
    if abs(own - theirs) > within * max(1.0, abs(own)):
        message = f"{name} finds an expected cost of {theirs!r}, ours is {own!r}: not the same circuit"
        raise BenchmarkFailedError(message)


def _spent(name: str, one: Sample) -> Figure:
    return Figure(name, one.cpu_us / 1e3, UNIT, note=f"{one.notes['version']}; {one.events:,} runs")


def _absent(name: str, peer: Peer) -> Figure:
    where = peer.environment
    note = f"SKIPPED: the peers' environment {where} does not exist; run python benchmarks/peers.py {where}"
    return Figure(name, None, UNIT, note=note)


BENCHMARK = Benchmark(
    "quantum_engine",
    "A QAOA circuit of ten layers with the XY ring on 20 assets of the DAX, from the Dicke state: expected cost, and "
    "all 20 derivatives. Ours in the states of the right weight; the peers in all 2^20, as their users run them. Every "
    "side on one thread, precomputation and compilation apart, and all must find the same expected cost. QOKit has no "
    "gradient; by differences it would take 21 evaluations.",
    measure,
)
