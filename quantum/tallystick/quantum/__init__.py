"""Portfolio optimisation: an exact simulator of constrained QAOA, and an honest classical answer beside it.

Each name is imported when asked for, so that the door itself costs next to nothing.
"""

from typing import TYPE_CHECKING

from tallystick.events.door import door

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
    from tallystick.quantum.problem.conditions import Condition, Group, Trading
    from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
    from tallystick.quantum.problem.solving import solve
    from tallystick.quantum.qaoa import Qaoa
    from tallystick.quantum.starts import Dicke, EdgesTop, RingTop, Weighted
    from tallystick.quantum.subspace import Subspace

PLACES = {
    "Angles": ".angles",
    "CVaR": ".objectives",
    "CompleteTrotterXY": ".mixers",
    "CompleteXY": ".mixers",
    "Condition": ".problem.conditions",
    "Dicke": ".starts",
    "EdgesTop": ".starts",
    "EdgesXY": ".mixers",
    "Expectation": ".objectives",
    "FullSpace": ".full",
    "Group": ".problem.conditions",
    "Grover": ".mixers",
    "HybridResult": ".pipeline.result",
    "HybridSettings": ".pipeline.settings",
    "OptimumProbability": ".objectives",
    "PortfolioProblem": ".problem.portfolio_problem",
    "ProblemError": ".errors",
    "Qaoa": ".qaoa",
    "QaoaCircuit": ".circuits.circuit",
    "QuantumError": ".errors",
    "RingTop": ".starts",
    "RingXY": ".mixers",
    "SettingError": ".errors",
    "Subspace": ".subspace",
    "TooBigError": ".errors",
    "Trading": ".problem.conditions",
    "Weighted": ".starts",
    "XMixer": ".full",
    "cheapest": ".diagonal",
    "hybrid": ".pipeline.hybrid",
    "layerwise": ".angles",
    "linear_ramp": ".angles",
    "optimise": ".angles",
    "quadratic_diagonal": ".diagonal",
    "ramps": ".angles",
    "solve": ".problem.solving",
}

__all__ = [
    "Angles",
    "CVaR",
    "CompleteTrotterXY",
    "CompleteXY",
    "Condition",
    "Dicke",
    "EdgesTop",
    "EdgesXY",
    "Expectation",
    "FullSpace",
    "Group",
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
    "Trading",
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

if not TYPE_CHECKING:  # a misspelt name is a type error
    __getattr__, __dir__ = door(__name__, PLACES)
