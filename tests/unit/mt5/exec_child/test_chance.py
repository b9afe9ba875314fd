"""Chance comes from the recorded seed, or is warned of."""

from pathlib import Path

from tests.unit.mt5.exec_child.bot_process import run_bot

DRAWS = """
import random, numpy, numpy as np
from random import random as draw, seed
print(draw(), random.randint(1, 10**9), random.Random().random(), random.Random().random())
seed(); print(draw())
random.seed(5); print(draw(), random.Random(5).random())
print(np.random.rand(), np.random.default_rng().random(), np.random.Generator(np.random.PCG64()).random())
print(np.random.RandomState().rand())
np.random.seed(); print(np.random.rand())
print(np.random.default_rng(5).random(), np.random.SeedSequence(3).entropy)
print(list({str(n) for n in range(20)}), hash("EURUSD"))
"""


def test_two_runs_draw_the_same_and_another_seed_another(tmp_path: Path) -> None:
    first, again = run_bot(tmp_path, DRAWS, seed=7), run_bot(tmp_path, DRAWS, seed=7, world={"PYTHONHASHSEED": "1"})
    assert first.output == again.output
    assert first.code == 0, first.errors
    assert not first.warnings
    other = run_bot(tmp_path, DRAWS, seed=8)
    assert [line == that for line, that in zip(first.lines, other.lines, strict=True)] == [
        False,
        False,
        True,
        False,
        False,
        False,
        True,
        False,
    ], "only what the bot seeds itself does not depend on the seed"


def test_generators_without_a_seed_differ_from_each_other(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import random, numpy as np
draws = [random.random(), random.Random().random(), random.Random().random()]
draws += [np.random.default_rng().random(), np.random.default_rng().random()]
print(len(set(draws)))
""",
    )
    assert bot.lines == ["5"]


def test_chance_of_the_system_is_warned_of_by_name_and_once(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import os, random, secrets, uuid
os.urandom(4); os.urandom(4)
print(len(os.urandom(4)), len(secrets.token_hex(4)), uuid.uuid4().version)
print(random.SystemRandom().random() < 1, uuid.uuid1().version)
""",
    )
    assert bot.lines == ["4 8 4", "True 1"]
    names = [warning.name for warning in bot.warnings]
    assert names == ["os.urandom", "secrets.token_hex", "uuid.uuid4", "random.SystemRandom.random", "uuid.uuid1"]
    assert bot.errors.count("warning[W590] os.urandom draws from the system's generator") == 1
