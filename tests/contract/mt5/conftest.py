"""The terminal under test: `--terminal simulated` (default) or `--terminal real`, and what a case may ask of it.

pytest tests/contract/mt5                     # the simulated terminal, anywhere
pytest tests/contract/mt5 --terminal real     # on Windows, a demo account logged in; writes tests/golden/mt5_real
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.mt5.desk import Desk
from tests.contract.mt5.recording import FOLDER, Facts
from tests.contract.mt5.simulated import Conditions, Simulated

Say = Callable[[str, Any], None]
Trade = Callable[..., Any]
_STILL = Conditions(seconds=600)


def _wanted(config: pytest.Config) -> str:
    return str(config.getoption("--terminal", "simulated"))


def pytest_configure(config: pytest.Config) -> None:
    """Say what the suite's own marks mean."""
    config.addinivalue_line("markers", "sim_only(reason): needs a market, conditions or faults given to the terminal")
    config.addinivalue_line(
        "markers", "to_be_recorded: assumed; only a real terminal settles it (docs/mt5-fidelity.md)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the real terminal: skip what cannot be brought about there; let what is assumed be found out."""
    if _wanted(config) != "real":
        return
    for item in items:
        mark = item.get_closest_marker("sim_only")
        if mark is not None:
            item.add_marker(pytest.mark.skip(reason=f"only on the simulated terminal: {mark.args[0]}"))
        elif item.get_closest_marker("to_be_recorded") is not None:
            item.add_marker(pytest.mark.xfail(strict=False, reason="assumed; the recording settles it"))


@pytest.fixture(scope="session")
def real_world(request: pytest.FixtureRequest) -> Any:
    """The real terminal, once for the run; None on the simulated one."""
    if _wanted(request.config) != "real":
        return None
    from tests.contract.mt5.real import Real

    return Real()


@pytest.fixture(scope="session")
def still() -> Simulated:
    """One simulated terminal for the cases that only ask."""
    return Simulated(_STILL)


@pytest.fixture
def world(request: pytest.FixtureRequest, real_world: Any) -> Any:
    """A terminal to ask, initialized; nothing is traded on it."""
    one = real_world or request.getfixturevalue("still")
    one.connect()
    assert one.mt5.initialize(), one.mt5.last_error()
    return one


@pytest.fixture
def mt5(world: Any) -> Any:
    """The module of that terminal."""
    return world.mt5


@pytest.fixture
def trade(real_world: Any) -> Iterator[Trade]:
    """Make a desk: `trade()` on the plain terminal, `trade(account=..., path=...)` on one of one's own.

    A margin mode that the real account does not have skips the case there.
    """
    desks: list[Desk] = []

    def made(symbol: str | None = None, filling: int | None = None, **conditions: Any) -> Desk:
        if real_world is not None:
            _require(real_world.mt5, conditions)
            real_world.connect()
            desk = Desk(real_world, symbol, filling)
        else:
            simulated = Simulated(Conditions(**conditions))
            assert simulated.mt5.initialize()
            desk = Desk(simulated, symbol, filling)
        desks.append(desk)
        return desk

    yield made
    if real_world is not None:
        for desk in desks:
            desk.clear()


def _require(mt5: Any, conditions: dict[str, Any]) -> None:
    """Skip a case whose conditions the real account does not have."""
    mode = conditions.get("account", {}).get("margin_mode", "hedging")
    wanted = mt5.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING if mode == "hedging" else mt5.ACCOUNT_MARGIN_MODE_RETAIL_NETTING
    if mt5.account_info().margin_mode != wanted:
        pytest.skip(f"the case needs a {mode} account")


@pytest.fixture(scope="module")
def facts(request: pytest.FixtureRequest) -> Iterator[Facts]:
    """The golden file of a file of cases."""
    name = request.module.__name__.rpartition(".")[2].removeprefix("test_")
    folder = Path(request.config.getoption("--recordings", None) or FOLDER)
    kept = Facts(name, recording=_wanted(request.config) == "real", folder=folder)
    yield kept
    kept.save()


@pytest.fixture
def say(request: pytest.FixtureRequest, facts: Facts) -> Say:
    """State a fact of this case: recorded on the real terminal, compared on the simulated one."""
    case = request.node.name
    return lambda fact, value: facts.say(case, fact, value)
