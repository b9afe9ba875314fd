"""The door a newcomer comes through: the README's commands, the words of the task file, what CI runs, the licence."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ci.documents import FENCE, known_command
from tasks import WORDS, of_budget

ROOT = Path(__file__).resolve().parents[3]
AREAS = {"unit", "contract", "replay", "golden", "simulation", "acceptance"}


def run_task(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the task file as a newcomer does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "tasks.py", *arguments], cwd=ROOT, check=False, capture_output=True, encoding="utf-8"
    )


def test_the_readme_begins_with_two_commands_that_exist() -> None:
    shown = FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))[0].splitlines()
    assert shown[:2] == ["$ python tasks.py demo", "$ python tasks.py test"]
    assert {line.split()[-1] for line in shown[:2]} <= WORDS.keys()


def test_the_task_file_knows_its_words_and_says_so() -> None:
    assert set(WORDS) == {"demo", "test", "lint", "bench", "docs", "site", "nightly"}
    done = run_task("--help")
    assert done.returncode == 0
    assert all(re.search(rf"^    {word} ", done.stdout, re.MULTILINE) for word in WORDS)


@pytest.mark.parametrize("arguments", [[], ["fly"]])
def test_a_word_nobody_knows_is_a_usage_error(arguments: list[str]) -> None:
    done = run_task(*arguments)
    assert done.returncode == 2
    assert "python tasks.py WORD" in done.stdout


def test_a_word_without_options_refuses_them_before_it_does_anything() -> None:
    done = run_task("lint", "--fast")
    assert done.returncode == 1
    assert "takes no options" in done.stderr


def test_the_document_check_knows_the_words_of_the_task_file() -> None:
    assert known_command(["python", "tasks.py", "test", "-k", "merkle"])
    assert not known_command(["python", "tasks.py", "fly"])


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    assert re.search(r'^"\$python" tasks\.py test', (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert "python tasks.py test" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no executable bit")
def test_the_file_that_continuous_integration_runs_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_area_of_tests_has_a_budget() -> None:
    budgets = tomllib.loads((ROOT / "ci" / "budgets.toml").read_text(encoding="utf-8"))["minutes"]
    folders = {path.name for path in (ROOT / "tests").iterdir() if any(path.rglob("test_*.py"))}
    assert folders <= AREAS <= budgets.keys()
    assert {"lint", "types"} <= budgets.keys()
    assert sum(budgets.values()) < 45


def test_a_time_over_its_budget_is_told_and_no_more() -> None:
    assert "over budget" in of_budget(61.0, 1.0)
    assert "over budget" not in of_budget(60.0, 1.0)


def test_every_lint_rule_that_is_off_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignored = text.partition("\nignore = [\n")[2].partition("\n]")[0]
    assert all(" # " in line for line in ignored.splitlines())


def test_only_extras_with_code_behind_them_are_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    modules = {"mt5", "quantum", "quantum-sdks"}
    others = {"dev", "docs", "optuna", "oracles", "parquet", "talib"}
    assert others <= set(project["optional-dependencies"]) <= others | modules
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
