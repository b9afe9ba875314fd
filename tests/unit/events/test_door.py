"""A package's door imports a name when it is first asked for, and not before."""

import subprocess
import sys

import pytest

import tallystick.quantum

LISTS_MODULES = "import sys, tallystick.quantum as door; {asked}; print('tallystick.quantum.subspace' in sys.modules)"


def _loaded(asked: str) -> str:
    code = LISTS_MODULES.format(asked=asked)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_a_name_is_loaded_when_it_is_asked_for_and_not_before() -> None:
    assert _loaded("pass") == "False"
    assert _loaded("door.Subspace") == "True"


def test_a_name_asked_for_once_stands_in_the_package() -> None:
    assert tallystick.quantum.Subspace is vars(tallystick.quantum)["Subspace"]


def test_what_the_door_can_give_is_listed_before_it_is_loaded() -> None:
    assert "'XMixer'" in subprocess.run(
        [sys.executable, "-c", "import tallystick.quantum; print(dir(tallystick.quantum))"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def test_another_name_is_the_usual_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'tallystick\.quantum' has no attribute 'qubits'"):
        _ = tallystick.quantum.qubits  # type: ignore[attr-defined]  # what is refused
