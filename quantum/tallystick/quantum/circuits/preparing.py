"""A start made of gates: every state of one weight, alike or with the odds of a warm start, in O(n k) gates.

Split and cyclic shift (Bartschi and Eidenbenz 2019, arXiv:1904.07358): the last of m qubits keeps its 1 or gives it to
the others, who are then m - 1. How likely it keeps it is l/m in a Dicke state of l ones; with odds w it is
w_m e_(l-1)(w_1..w_(m-1)) / e_l(w_1..w_m), e being the elementary symmetric polynomials, so one circuit serves both.
"""

from collections.abc import Sequence
from math import acos, exp, fsum, log, sqrt

from tallystick.quantum.circuits.gates import Gate, Kind
from tallystick.quantum.errors import ProblemError, SettingError
from tallystick.quantum.full import FullSpace
from tallystick.quantum.starts import Dicke, Start, Weighted
from tallystick.quantum.subspace import Subspace


def start_gates(space: Subspace, start: Start) -> list[Gate]:
    """Gates that make a start of |0...0>. Raises `SettingError` for a start that is neither `Dicke` nor `Weighted`."""
    if isinstance(space, FullSpace):
        if not isinstance(start, Dicke):
            message = "the full space starts from Dicke(), which is |+...+> there"
            raise SettingError(message)
        return [Gate(Kind.H, (each,)) for each in range(space.qubits)]
    return [Gate(Kind.X, (each,)) for each in ones_at(space)] + spread(space, start)


def ones_at(space: Subspace) -> range:
    """The qubits that are 1 before `spread`: the last k."""
    return range(space.qubits - space.weight, space.qubits)


def spread(space: Subspace, start: Start) -> list[Gate]:
    """Gates from the last k qubits being 1 to the start; each keeps the number of ones."""
    n, k, odds = space.qubits, space.weight, _odds(space, start)
    symmetric = _symmetric(odds, k)
    found: list[Gate] = []
    for m in range(n, 1, -1):
        for ones in range(1, min(k, m - 1) + 1):
            keeps = odds[m - 1] * symmetric[m - 1][ones - 1] / symmetric[m][ones]
            found += _give(m, ones, 2.0 * acos(sqrt(min(keeps, 1.0))))
    return found


def _give(m: int, ones: int, angle: float) -> list[Gate]:
    """Qubit m - 1 gives its 1 away, below the `ones` last ones of m qubits."""
    last, below, control = m - 1, m - 1 - ones, m - ones
    turn = Gate(Kind.CRY, (last, below), angle) if ones == 1 else Gate(Kind.CCRY, (last, control, below), angle)
    carry = Gate(Kind.CX, (below, last))
    return [carry, turn, carry]


def _odds(space: Subspace, start: Start) -> list[float]:
    """One weight per qubit, of which only ratios count."""
    if isinstance(start, Dicke):
        return [1.0] * space.qubits
    if not isinstance(start, Weighted):
        message = f"start {type(start).__name__}: circuits are made for Dicke and Weighted"
        raise SettingError(message)
    if len(start.chances) != space.qubits or not all(0.0 < each < 1.0 for each in start.chances):
        message = f"a warm start needs {space.qubits} chances strictly between 0 and 1; clip them"
        raise ProblemError(message)
    logs = [log(each / (1.0 - each)) for each in start.chances]
    middle = fsum(logs) / len(logs)
    return [exp(each - middle) for each in logs]


def _symmetric(odds: Sequence[float], most: int) -> list[list[float]]:
    """Elementary symmetric polynomials: [m][l] of the first m odds, l at most `most`."""
    rows = [[1.0] + [0.0] * most]
    for each in odds:
        before = rows[-1]
        rows.append([1.0] + [before[i] + each * before[i - 1] for i in range(1, most + 1)])
    return rows
