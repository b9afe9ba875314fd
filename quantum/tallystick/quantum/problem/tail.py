"""CVaR and CDaR as linear programs with bits, solved by HiGHS through scipy.

CVaR = min over a of  a + sum u / ((1 - level) T),  u_t >= loss_t - a, u >= 0 (Rockafellar and Uryasev 2000). For CDaR
the loss is the drawdown d_t >= d_(t-1) - return_t, d >= 0 (Chekhlov, Uryasev and Zabarankin 2005). Bits z say what is
held: lower z <= x <= upper z.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import Missing, ProblemError, QuantumError
from tallystick.quantum.memory import require_memory
from tallystick.quantum.problem.bounding import ROUNDING
from tallystick.quantum.problem.numeric import NumericForm
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import CDaR, CVaR

OUTWARD = 1e-9
"""Share by which the bound of HiGHS's tree is rounded down; that tree is HiGHS's own claim. Without bits the bound is
evaluated here, from HiGHS's multipliers."""
INFEASIBLE = 2
NODES = 100_000
"""Nodes of HiGHS's tree where the limits do not say."""


@dataclass(frozen=True, eq=False, slots=True)
class TailOptimum:
    """A point x (N,) of the numeric problem, HiGHS's bound of the objective, and the nodes and pivots spent."""

    x: Floats
    bound: float
    nodes: int
    iterations: int


@dataclass(frozen=True, eq=False, slots=True)
class _Program:
    """Minimise cost'v, low <= rows v <= high, lower <= v <= upper; v is x (N), z (N), then the tail's variables."""

    cost: Floats
    rows: Any
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats
    bits: int


def solve_tail(problem: PortfolioProblem, form: NumericForm, limits: Limits) -> TailOptimum:
    """The portfolio of least risk_aversion * tail - return + costs.

    Where bits are chosen, the weights are those of the chosen bits' linear program. Raises ProblemError where no
    weights meet the conditions, QuantumError where the limits end the search before any are found.
    """
    program = _program(problem, form)
    size = form.cardinality.size
    bits = np.ones(size)
    nodes, bound = 0, -np.inf
    if problem.chooses:
        tree = _highs(program, limits, bits=None)
        bits = np.round(tree.x[size : 2 * size])
        nodes, bound = int(tree.mip_node_count), float(tree.mip_dual_bound)
    best = _highs(program, limits, bits=bits)
    bound = bound - OUTWARD * abs(bound) if problem.chooses else _dual_bound(program)
    return TailOptimum(np.where(bits > 0.0, best.x[:size], 0.0), bound, nodes, 0)


def _program(problem: PortfolioProblem, form: NumericForm) -> _Program:
    try:
        from scipy import sparse
    except ImportError as error:
        message = 'CVaR and CDaR need scipy. Install it: pip install "tallystick[quantum]"'
        raise Missing(message) from error
    numeric, returns = form.cardinality, _returns(problem, form)
    size, periods = numeric.size, len(returns)
    drawn = periods if isinstance(problem.risk, CDaR) else 0
    require_memory(16 * size * periods, f"the linear program of {periods:,} scenarios")
    rows, low, high = numeric.conditions
    counts, fewest, most = numeric.counts
    one, many = sparse.eye(size), sparse.eye(periods)
    ones, step = np.ones((periods, 1)), sparse.eye(periods) - sparse.eye(periods, k=-1)
    path = [[returns, None, None, None, step]] if drawn else []
    losses = [[None if drawn else returns, None, ones, many, -many if drawn else None]]
    blocks = [
        [rows, None, np.zeros((len(rows), 1)), np.zeros((len(rows), periods)), np.zeros((len(rows), drawn))],
        [None, counts, None, None, None],
        [one, -sparse.diags(numeric.lower), None, None, None],
        [one, -sparse.diags(numeric.upper), None, None, None],
        *path,
        *losses,
    ]
    greatest = np.maximum(np.abs(numeric.lower), np.abs(numeric.upper))
    worst = float(np.abs(returns).max(axis=0) @ greatest) * (periods if drawn else 1)  # no loss is greater
    # u_t + a - d_t >= 0 with drawdowns, u_t + a + return_t >= 0 without; d_t - d_(t-1) + return_t >= 0.
    none, free = np.zeros(size), np.full(size, np.inf)
    tail = np.zeros(drawn + periods)
    share = (1.0 - _level(problem)) * periods
    return _Program(
        cost=np.concatenate(
            [
                -numeric.linear,
                none,
                problem.risk_aversion * np.concatenate([[1.0], np.full(periods, 1.0 / share)]),
                np.zeros(drawn),
            ]
        ),
        rows=sparse.csc_array(sparse.block_array(blocks) if drawn else sparse.block_array([row[:4] for row in blocks])),
        low=np.concatenate([low, fewest, none, -free, tail]),
        high=np.concatenate([high, most, free, none, np.full(len(tail), np.inf)]),
        lower=np.concatenate([np.minimum(numeric.lower, 0.0), none, [-worst], np.zeros(periods + drawn)]),
        upper=np.concatenate(
            [np.maximum(numeric.upper, 0.0), none + 1.0, [worst], np.full(periods + drawn, 2.0 * worst)]
        ),
        bits=size,
    )


def _highs(program: _Program, limits: Limits, bits: Floats | None) -> Any:
    """HiGHS on the program; with `bits` given, on its linear program for those."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    lower, upper, whole = program.lower.copy(), program.upper.copy(), np.zeros(len(program.cost))
    chosen = slice(program.bits, 2 * program.bits)
    if bits is None:
        whole[chosen] = 1
    else:
        lower[chosen] = upper[chosen] = bits
    nodes = NODES if limits.nodes is None else max(limits.nodes, 1)
    found = milp(
        program.cost,
        integrality=whole,
        bounds=Bounds(lower, upper),
        constraints=LinearConstraint(program.rows, program.low, program.high),
        options={"node_limit": nodes, "mip_rel_gap": limits.tolerance},
    )
    if found.status == INFEASIBLE:
        message = "no weights meet the bounds, the conditions and the number of holdings together. Widen or drop one"
        raise ProblemError(message)
    if found.x is None:
        message = f"HiGHS found no portfolio in {nodes} nodes ({found.message}). Raise the limit of nodes"
        raise QuantumError(message)
    return found


def _dual_bound(program: _Program) -> float:
    """What HiGHS's multipliers prove of the program with all bits 1, rounded outward; any multipliers would do."""
    from scipy import sparse
    from scipy.optimize import linprog

    lower = program.lower.copy()
    lower[program.bits : 2 * program.bits] = 1.0
    below, above = np.isfinite(program.high), np.isfinite(program.low)
    rows = sparse.vstack([program.rows[below], -program.rows[above]])
    sides = np.concatenate([program.high[below], -program.low[above]])
    found = linprog(program.cost, A_ub=rows, b_ub=sides, bounds=np.column_stack([lower, program.upper]), method="highs")
    if found.ineqlin.marginals is None:
        return -np.inf
    multipliers = np.minimum(found.ineqlin.marginals, 0.0)
    reduced = program.cost - rows.T @ multipliers
    terms = np.concatenate([multipliers * sides, np.minimum(reduced * lower, reduced * program.upper)])
    size = np.abs(terms).sum() + (np.abs(program.cost) + abs(rows).T @ np.abs(multipliers)) @ np.abs(found.x)
    return float(terms.sum() - ROUNDING * size)


def _returns(problem: PortfolioProblem, form: NumericForm) -> Floats:
    """Scenarios of the numeric problem's variables (T, N)."""
    found = np.zeros((len(np.asarray(problem.scenarios)), form.cardinality.size))
    found[:, : form.parts] = np.asarray(problem.scenarios)[:, form.asset[: form.parts]]
    return found


def _level(problem: PortfolioProblem) -> float:
    assert isinstance(problem.risk, CVaR | CDaR)
    return problem.risk.level
