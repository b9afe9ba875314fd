"""The best portfolio of few assets with a bound: local search first, then branch and bound over what is held.

1. `swap` finds a portfolio. 2. The problem is scaled by powers of two, which rounds nothing. 3. The root is split into
R + D, relaxed, and D improved in the direction that the relaxation gives. 4. Nodes are taken by their bound; each is
relaxed, and its bound evaluated outward (`bound`). 5. Assets whose other choice would cost more than the best
portfolio are fixed. 6. A node without open assets is a quadratic program. The answer's bound is the least of what was
left open and of the level at which nodes were discarded.
"""

import heapq
from dataclasses import dataclass, field, replace

import numpy as np

from tallystick.quantum.arrays import Bits
from tallystick.quantum.classical.blas import one_thread
from tallystick.quantum.classical.bound import evaluate
from tallystick.quantum.classical.cardinality import CardinalityProblem, Limits, Solution
from tallystick.quantum.classical.flat import SLIGHT
from tallystick.quantum.classical.node import ACCURACY, Answer, answer
from tallystick.quantum.classical.splitting import Splitting, split, strongest
from tallystick.quantum.classical.swap import Found, polished, search, weigh
from tallystick.quantum.errors import ProblemError

ROUNDS = 15
"""How often the root is relaxed, D moved by 2 / (round + 2) of the way in between (Frank and Wolfe 1956)."""
SHARE = 0.5
"""How far below the root D moves towards the best for the node's answer; its children inherit it."""
BACK = 0.9
"""The share of the D before from which the next is sought, so as to begin well inside."""
INSIDE = 0.999
"""The share of a D that is taken, so that what remains is positive definite."""
ROUGH = 0.01
"""The accuracy of a relaxation, as a share of how far the node's bound is below the level; ROUGHEST at most."""
ROUGHEST = 1e-4


@dataclass(frozen=True, eq=False, slots=True)
class _Node:
    bound: float
    held: Bits
    free: Bits
    splitting: Splitting


@dataclass(slots=True)
class _Tree:
    """What the search knows: the best portfolio, the open nodes, and the least bound of what is closed for good."""

    problem: CardinalityProblem
    scaled: CardinalityProblem
    unit: float
    limits: Limits
    best: Found | None
    open: list[tuple[float, int, _Node]] = field(default_factory=list)
    closed: float = np.inf
    born: int = 0
    nodes: int = 0
    steps: int = 0

    def level(self) -> float:
        """Nodes with at least this bound are discarded, in scaled units."""
        if self.best is None:
            return np.inf
        return (self.best.objective - self.limits.tolerance * abs(self.best.objective)) / self.unit

    def offer(self, found: Found | None) -> None:
        if found is not None and (self.best is None or found.objective < self.best.objective):
            self.best = found

    def push(self, node: _Node) -> None:
        heapq.heappush(self.open, (node.bound, self.born, node))
        self.born += 1


@one_thread()
def solve(problem: CardinalityProblem, limits: Limits) -> Solution:
    """The best portfolio found, and a bound that holds.

    Raises ProblemError where no portfolio meets the conditions, or none was found within the limits.
    """
    scaled, unit = _scaled(problem)
    tree = _Tree(problem, scaled, unit, limits, search(problem, limits))
    root = _closed_under(scaled, problem.always, ~problem.always)
    if root is not None:
        own = strongest(scaled.quadratic, np.ones(problem.size)) * INSIDE
        tree.push(_Node(-np.inf, *root, split(scaled.quadratic, own)))
    while tree.open and (tree.nodes == 0 or tree.nodes < limits.nodes_for(problem.size)):
        bound, _, node = heapq.heappop(tree.open)
        if bound >= tree.level():
            tree.open.clear()
            break
        tree.nodes += 1
        _visit(tree, node)
    if tree.best is None:
        message = "no portfolio meets the conditions" if not tree.open else "no portfolio was found within the limits"
        message += ". Widen the bounds, drop a row, or give more nodes"
        raise ProblemError(message)
    least = min(tree.closed, tree.level(), *(each[0] for each in tree.open)) * unit
    best = tree.best
    gap = (best.objective - least) / max(abs(best.objective), np.finfo(float).tiny)
    return Solution(best.weights, best.support, best.objective, least, gap, tree.nodes, tree.steps)


def _visit(tree: _Tree, node: _Node) -> None:
    """Steps 4 to 6 for one node; at the root D is improved several times first."""
    if not node.free.any():
        _finish(tree, node)
        return
    rounds = ROUNDS if tree.nodes == 1 else 1
    for number in range(1, rounds + 1):
        found = _solved(tree, node)
        if tree.nodes == 1 and number == 1:
            tree.offer(_rounded(tree, found, node))
        narrowed = _narrowed(tree, node, found)
        if narrowed is None:
            return
        node = narrowed
        if not node.free.any():
            tree.push(node)
            return
        if number == rounds:
            _branch(tree, _improved(tree, node, found, SHARE), found)
            return
        node = _improved(tree, node, found, 2.0 / (number + 2.0))


def _narrowed(tree: _Tree, node: _Node, found: Answer) -> _Node | None:
    """The node with its new bound and what that decides; None where nothing in it can be better."""
    node = replace(node, bound=max(node.bound, found.bound.value))
    if node.bound >= tree.level():
        return None
    fixed = _fix(tree, found, node.held, node.free)
    return None if fixed is None else replace(node, held=fixed[0], free=fixed[1])


def _solved(tree: _Tree, node: _Node) -> Answer:
    """The relaxation as exactly as the distance to the level asks for."""
    room = tree.level() - node.bound
    accuracy = min(max(ACCURACY, ROUGH * room), ROUGHEST) if np.isfinite(room) else ACCURACY
    found = answer(tree.scaled, node.splitting, node.held, node.free, accuracy)
    tree.steps += found.steps
    if accuracy > ACCURACY and 0.0 < tree.level() - found.bound.value < accuracy * 10.0:
        found = answer(tree.scaled, node.splitting, node.held, node.free, ACCURACY)
        tree.steps += found.steps
    return found


def _branch(tree: _Tree, node: _Node, found: Answer) -> None:
    """Two nodes for the open asset whose share held leaves the most to win."""
    z = found.shares
    score = np.where(node.free, z * (1.0 - z), -1.0)
    place = int(np.argmax(score))
    for inside in (True, False):
        held, free = node.held.copy(), node.free.copy()
        held[place], free[place] = inside, False
        more = found.bound.taken[place] if inside else found.bound.left[place]
        bound = max(node.bound, found.bound.value + float(more))
        child = _closed_under(tree.scaled, held, free)
        if child is not None and bound < tree.level():
            tree.push(replace(node, bound=bound, held=child[0], free=child[1]))


def _fix(tree: _Tree, found: Answer, held: Bits, free: Bits) -> tuple[Bits, Bits] | None:
    """Decide the open assets one of whose choices is worse than the best portfolio."""
    level = tree.level()
    out = free & (found.bound.value + found.bound.taken >= level)
    into = free & (found.bound.value + found.bound.left >= level)
    if (out & into).any():
        return None
    return _closed_under(tree.scaled, held | into, free & ~out & ~into)


def _improved(tree: _Tree, node: _Node, found: Answer, share: float) -> _Node:
    """D of the node's own assets, moved by `share` to the best D for the weights that the relaxation gives."""
    places = np.flatnonzero(node.held | node.free)
    x, z = found.weights[places], np.maximum(found.shares[places], 1e-9)
    part = tree.scaled.quadratic[np.ix_(places, places)]
    own = np.zeros(tree.scaled.size)
    before = node.splitting.own[places]
    start = BACK * before if before.min() > 0.0 else None
    best = strongest(part, np.maximum(x * x / z - x * x, 0.0), start) * INSIDE
    own[places] = before + share * (best - before)
    small = split(part, own[places])
    rest = np.zeros_like(tree.scaled.quadratic)
    rest[np.ix_(places, places)] = small.rest
    return replace(node, splitting=Splitting(own, rest, small.defect))


def _finish(tree: _Tree, node: _Node) -> None:
    """A node without open assets: its best weights, and the bound of its multipliers."""
    support = tuple(int(each) for each in np.flatnonzero(node.held))
    try:
        optimum = weigh(tree.scaled, support)
    except ProblemError:
        return
    tree.offer(polished(tree.problem, support))
    point = np.zeros(tree.scaled.size)
    point[list(support)] = optimum.weights
    groups = np.zeros(len(tree.scaled.counts[0]) - 1)
    multipliers = np.concatenate([optimum.row_multipliers, groups])
    bound = evaluate(tree.scaled, node.splitting, point, multipliers, node.held, node.free)
    tree.closed = min(tree.closed, max(bound.value, node.bound))


def _rounded(tree: _Tree, found: Answer, node: _Node) -> Found | None:
    """The assets of the greatest shares, as far as the counts allow; None where these are too few."""
    counts, least, most = tree.problem.counts
    order = np.argsort(np.where(node.held, -2.0, np.where(node.free, -found.shares, 1.0)), kind="stable")
    inside, taken = np.zeros(len(most)), list[int]()
    for each in order.tolist():
        if np.all(inside + counts[:, each] <= most):
            inside += counts[:, each]
            taken.append(each)
    return polished(tree.problem, tuple(sorted(taken))) if np.all(inside >= least) else None


def _closed_under(problem: CardinalityProblem, held: Bits, free: Bits) -> tuple[Bits, Bits] | None:
    """What the counts decide by themselves: full groups close, too few open assets are all in; None: no portfolio."""
    counts, least, most = problem.counts
    while True:
        inside = counts @ held
        if np.any(inside > most) or held.sum() + free.sum() < least[0]:
            return None
        full = inside >= most
        blocked = free & (counts[full].any(axis=0) if full.any() else False)
        if blocked.any():
            free = free & ~blocked
            continue
        if free.any() and held.sum() + free.sum() == least[0]:
            held, free = held | free, np.zeros_like(free)
            continue
        return held, free


def _scaled(problem: CardinalityProblem) -> tuple[CardinalityProblem, float]:
    """The problem in weights and values of about one, and what a unit of its objective is worth; powers of two."""
    widest = float(np.maximum(np.abs(problem.lower), np.abs(problem.upper)).max())
    typical = abs(problem.total) / problem.k or widest or 1.0
    length = 2.0 ** round(np.log2(typical))
    size = float(np.trace(problem.quadratic)) / problem.size * problem.k * length**2
    steepest = float(np.abs(problem.linear).max()) * length
    size = steepest if size < SLIGHT * steepest else size
    unit = 2.0 ** round(np.log2(size)) if size > 0.0 else 1.0
    return (
        replace(
            problem,
            quadratic=problem.quadratic * (length * length / unit),
            linear=problem.linear * (length / unit),
            lower=problem.lower / length,
            upper=problem.upper / length,
            total=problem.total / length,
            row_low=None if problem.row_low is None else problem.row_low / length,
            row_high=None if problem.row_high is None else problem.row_high / length,
        ),
        unit,
    )
