"""Chance: generators without a seed of the bot's own start from the recorded seed; the system's is warned of.

Two runs draw the same from `random` and NumPy. What comes from the system's generator (`os.urandom`, `secrets`,
`uuid`) stays what it is: keys must not be guessed.
"""

import os
import random
import sys
import uuid
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from tallystick.platform.mt5.exec.child import machine
from tallystick.platform.mt5.exec.child.places import AfterImport, builtin, put, put_everywhere
from tallystick.platform.mt5.exec.child.warned import Warnings

DRAWERS = frozenset({"random", "secrets", "uuid"})


def put_chance(seed: int, later: AfterImport, warnings: Warnings) -> None:
    """Seed what has no seed, and warn of what cannot have one."""
    seeds = random.Random(seed)
    seeded: Callable[..., None] = random.Random.seed

    def seed_of_ours(self: random.Random, a: Any = None, version: int = 2) -> None:
        seeded(self, seeds.getrandbits(64) if a is None else a, version)

    put(random.Random, "seed", seed_of_ours)
    put(random, "seed", vars(random)["_inst"].seed)
    random.seed(seed)
    later.do("numpy", lambda numpy: _seed_numpy(numpy, seed, seeds))
    _warn_of_the_systems(warnings)


def _seed_numpy(numpy: ModuleType, seed: int, seeds: random.Random) -> None:
    """NumPy draws the seed of a generator that has none from `secrets`, by a name that can be exchanged."""
    vars(numpy.random.bit_generator)["randbits"] = seeds.getrandbits
    numpy.random.seed(seed % 2**32)


def _warn_of_the_systems(warnings: Warnings) -> None:
    def urandom(size: int, /) -> bytes:
        warnings.warn(_drawer(sys._getframe(1)), "draws from the system's generator")  # noqa: SLF001 -- documented
        return machine.urandom(size)

    uuid1 = uuid.uuid1

    def uuid_of_the_machine(node: int | None = None, clock_seq: int | None = None) -> uuid.UUID:
        warnings.warn("uuid.uuid1", "is made from the machine's address and clock")
        return uuid1(node, clock_seq)

    new = builtin(urandom, machine.urandom)
    put(os, "urandom", new)
    put_everywhere([(machine.urandom, new)])
    put(uuid, "uuid1", uuid_of_the_machine)


def _drawer(frame: FrameType | None) -> str:
    """What the bot called, of the functions that stand on `os.urandom`."""
    name = "os.urandom"
    while frame is not None and frame.f_globals.get("__name__") in DRAWERS:
        name = f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return name
