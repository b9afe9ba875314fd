"""Portfolio optimisation: an exact simulator of constrained QAOA, and an honest classical answer beside it.

Each name is imported when asked for, so that the door itself costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.quantum.angles import Angles, layerwise, linear_ramp, optimise, ramps
    from tallystick.quantum.circuits.circuit import QaoaCircuit
    from tallystick.quantum.diagonal import cheapest, quadratic_diagonal
    from tallystick.quantum.errors import ProblemError, QuantumError, SettingError, TooBigError
    from tallystick.quantum.full import FullSpace, XMixer
    from tallystick.quantum.mixers import CompleteTrotterXY, CompleteXY, EdgesXY, Grover, RingXY
    from tallystick.quantum.objectives import CVaR, Expectation, OptimumProbability
    from tallystick.quantum.pipeline.hybrid import hybrid
    from tallystick.quantum.pipeline.result import HybridResult
    from tallystick.quantum.pipeline.settings import HybridSettings
    from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
    from tallystick.quantum.problem.solving import solve
    from tallystick.quantum.qaoa import Qaoa
    from tallystick.quantum.starts import Dicke, EdgesTop, RingTop, Weighted
    from tallystick.quantum.subspace import Subspace

HERE = "tallystick.quantum"
NAMES = {
    "Angles": f"{HERE}.angles",
    "CVaR": f"{HERE}.objectives",
    "CompleteTrotterXY": f"{HERE}.mixers",
    "CompleteXY": f"{HERE}.mixers",
    "Dicke": f"{HERE}.starts",
    "EdgesTop": f"{HERE}.starts",
    "EdgesXY": f"{HERE}.mixers",
    "Expectation": f"{HERE}.objectives",
    "FullSpace": f"{HERE}.full",
    "Grover": f"{HERE}.mixers",
    "HybridResult": f"{HERE}.pipeline.result",
    "HybridSettings": f"{HERE}.pipeline.settings",
    "OptimumProbability": f"{HERE}.objectives",
    "PortfolioProblem": f"{HERE}.problem.portfolio_problem",
    "ProblemError": f"{HERE}.errors",
    "Qaoa": f"{HERE}.qaoa",
    "QaoaCircuit": f"{HERE}.circuits.circuit",
    "QuantumError": f"{HERE}.errors",
    "RingTop": f"{HERE}.starts",
    "RingXY": f"{HERE}.mixers",
    "SettingError": f"{HERE}.errors",
    "Subspace": f"{HERE}.subspace",
    "TooBigError": f"{HERE}.errors",
    "Weighted": f"{HERE}.starts",
    "XMixer": f"{HERE}.full",
    "cheapest": f"{HERE}.diagonal",
    "hybrid": f"{HERE}.pipeline.hybrid",
    "layerwise": f"{HERE}.angles",
    "linear_ramp": f"{HERE}.angles",
    "optimise": f"{HERE}.angles",
    "quadratic_diagonal": f"{HERE}.diagonal",
    "ramps": f"{HERE}.angles",
    "solve": f"{HERE}.problem.solving",
}

__all__ = [
    "Angles",
    "CVaR",
    "CompleteTrotterXY",
    "CompleteXY",
    "Dicke",
    "EdgesTop",
    "EdgesXY",
    "Expectation",
    "FullSpace",
    "Grover",
    "HybridResult",
    "HybridSettings",
    "OptimumProbability",
    "PortfolioProblem",
    "ProblemError",
    "Qaoa",
    "QaoaCircuit",
    "QuantumError",
    "RingTop",
    "RingXY",
    "SettingError",
    "Subspace",
    "TooBigError",
    "Weighted",
    "XMixer",
    "cheapest",
    "hybrid",
    "layerwise",
    "linear_ramp",
    "optimise",
    "quadratic_diagonal",
    "ramps",
    "solve",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name not in NAMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(NAMES[name]), name)


def __dir__() -> list[str]:
    """What can be asked for."""
    return list(__all__)
