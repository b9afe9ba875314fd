"""The import graph: no circle, the contracts hold, planted breaches are caught, and the doors stay light."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
CIRCLE = """
import graphlib, grimp
names = ("tallystick.events", "tallystick.market", "tallystick.platform", "tallystick.quantum")
graph = grimp.build_graph(*names, cache_dir=None)
graphlib.TopologicalSorter({each: graph.find_modules_directly_imported_by(each) for each in graph.modules}).prepare()
"""
"""Raises a `CycleError` that names the files; imports inside functions and for types alone count like any."""

BREACHES = {
    "events to market": ("events/tallystick/events/event.py", "import tallystick.market.rows", "events-alone"),
    "events to platform, inside a function": (
        "events/tallystick/events/types/trading.py",
        "def _late():\n    from tallystick.platform.mt5 import terminal\n    return terminal",
        "events-alone",
    ),
    "market to events": ("events/tallystick/market/rows.py", "import tallystick.events.event", "market-alone"),
    "events to numba": ("events/tallystick/events/merkle.py", "import numba", "events-light"),
    "risk to the kernel": (
        "platform/tallystick/platform/risk/rules.py",
        "import tallystick.platform.kernel.kernel",
        "reactors-know-no-kernel",
    ),
    "a strategy to the clock": ("platform/tallystick/platform/strategies/hold.py", "import time", "reactors-pure"),
    "a terminal's answers to the clock": (
        "platform/tallystick/platform/mt5/answering/prices.py",
        "import time",
        "reactors-pure",
    ),
    "platform to a domain module": (
        "platform/tallystick/platform/mt5/terminal.py",
        "import tallystick.quantum.subspace",
        "platform-finds-modules",
    ),
    "a domain module to the platform": (
        "quantum/tallystick/quantum/subspace.py",
        "import tallystick.platform.plan",
        "quantum-apart",
    ),
    "platform to kafka": ("platform/tallystick/platform/mt5/terminal.py", "import kafka", "kafka-named"),
    "platform to MetaTrader5": ("platform/tallystick/platform/mt5/terminal.py", "import MetaTrader5", "mt5-named"),
}


PARTS = ("events", "platform", "quantum")


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the tree."""
    return looked_at(tree, LINT, "--no-cache", "--config", "pyproject.toml")


def looked_at(tree: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program over the tree; without `site`, so that the editable install adds no second copy of ours."""
    paths = os.pathsep.join([*(str(tree / part) for part in PARTS), sysconfig.get_path("purelib")])
    return subprocess.run(
        [sys.executable, "-S", "-c", program, *words],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the contracts look at."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "*.zip", "*.nb?"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_import_contract_holds(tree: Path) -> None:
    done = lint_imports(tree)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("breach", BREACHES)
def test_a_planted_breach_breaks_its_contract(tree: Path, breach: str) -> None:
    path, line, contract = BREACHES[breach]
    file = tree / path
    file.write_text(file.read_text(encoding="utf-8") + f"\n\n{line}\n", encoding="utf-8")
    done = lint_imports(tree)
    assert done.returncode == 1, done.stdout
    assert f"{contract_name(contract)} BROKEN" in done.stdout.replace("\n", " ")


def test_no_files_import_each_other_in_a_circle(tree: Path) -> None:
    done = looked_at(tree, CIRCLE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", ["{}", "def _late():\n    {}", "if TYPE_CHECKING:\n    {}"])
def test_a_planted_circle_is_named(tree: Path, line: str) -> None:
    file = tree / "platform/tallystick/platform/authoring/sources.py"
    back = "from tallystick.platform.authoring.module import Module"
    file.write_text(file.read_text(encoding="utf-8") + f"\n\n{line.format(back)}\n", encoding="utf-8")
    done = looked_at(tree, CIRCLE)
    assert done.returncode == 1
    assert "CycleError" in done.stderr
    assert "tallystick.platform.authoring.sources" in done.stderr


def contract_name(contract: str) -> str:
    """The name under which the linter reports a contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return next(str(each["name"]) for each in settings["contracts"] if each["id"] == contract)


def test_the_contract_package_loads_only_msgspec_and_the_standard_library() -> None:
    program = (
        "import sys, msgspec; before = set(sys.modules); import tallystick.events;"
        "loaded = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(loaded - set(sys.stdlib_module_names) - {'msgspec', 'tallystick'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_no_init_file_shadows_the_namespace_or_the_standard_library() -> None:
    for folder in PARTS:
        assert not (ROOT / folder / "__init__.py").exists()
        assert not (ROOT / folder / "tallystick" / "__init__.py").exists()


@pytest.mark.parametrize(
    "package", ["events/tallystick/events", "events/tallystick/market", "quantum/tallystick/quantum"]
)
def test_each_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()
