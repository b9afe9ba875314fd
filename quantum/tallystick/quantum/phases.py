"""Phases over a whole state, forwards and backwards; sums are of parts of fixed size, so that threads change no bit."""

import numpy as np

from tallystick.quantum.compiling import njit
from tallystick.quantum.rotations import Floats, Ket, total_of, turn_phases, undo_phases
from tallystick.quantum.threads import Threads

PART, SUMS = 32_768, 256


def turn(threads: Threads, ket: Ket, values: Floats, angle: float) -> None:
    """Multiply by exp(-i angle values)."""
    threads.over(len(values), lambda start, stop: _turn(ket, values, angle, start, stop), least=PART)


def undo(threads: Threads, ket: Ket, bra: Ket, values: Floats, angle: float) -> float:
    """Im<bra|values|ket>, and the phases taken back from both."""
    sums = np.zeros(-(-len(values) // PART))
    threads.over(len(sums), lambda start, stop: _undo(ket, bra, values, angle, sums, start, stop))
    return float(total_of(sums))


@njit(cache=True, nogil=True)
def _turn(ket: Ket, values: Floats, angle: float, start: int, stop: int) -> None:
    turn_phases(ket, values, start, stop, angle)


@njit(cache=True, nogil=True)
def _undo(ket: Ket, bra: Ket, values: Floats, angle: float, found: Floats, start: int, stop: int) -> None:
    size = values.shape[0]
    for part in range(start, stop):
        sums = np.zeros(SUMS)
        undo_phases(ket, bra, values, part * PART, min(size, (part + 1) * PART), angle, sums)
        found[part] = total_of(sums)
