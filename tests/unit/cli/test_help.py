"""Help is cheap, complete and the same in the documents."""

import json
import re
import subprocess
import sys
from importlib import import_module

import pytest

from ci.cli_page import PAGE, help_of, page, typer_version, verbs
from tallystick.platform.cli.verbs import PACKAGE, VERBS, Group, Verb
from tests.said import Say

FLAT = [each for entry in VERBS.values() for each in (entry.verbs.values() if isinstance(entry, Group) else (entry,))]
OPTION = re.compile(r"--[a-z][a-z-]+")
HEAVY = {"numpy", "numba", "cryptography", "rich", "msgspec", "platformdirs", "logging.handlers"}


@pytest.mark.parametrize("verb", FLAT, ids=lambda verb: verb.file)
def test_the_table_says_the_first_line_of_the_verbs_own_help(verb: Verb) -> None:
    function = getattr(import_module(f"{PACKAGE}.{verb.file}"), verb.function)
    assert function.__doc__.splitlines()[0] == verb.help
    assert "Example: tallystick " in function.__doc__


def test_help_imports_no_verb_and_nothing_heavy() -> None:
    code = (
        "import json, sys; from tallystick.platform.cli.main import run; run(['--help']);"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stderr))
    assert not HEAVY & loaded
    assert not {f"{PACKAGE}.{verb.file}" for verb in FLAT} & loaded


def test_the_page_of_the_command_line_is_what_the_program_says() -> None:
    written = PAGE.read_text(encoding="utf-8")
    if f"with typer {typer_version()};" in written:
        assert written == page(), "write it anew with: python -m ci.cli_page"
    for words in verbs():  # another typer may word and wrap help otherwise; verbs and options are ours
        section = written.split(f"## {' '.join(('tallystick', *words))}\n", 1)[1].split("\n## ", 1)[0]
        assert set(OPTION.findall(help_of(words))) == set(OPTION.findall(section)), words


@pytest.mark.parametrize("words", [words for words in verbs() if words], ids=" ".join)
def test_every_verb_takes_json_home_log_level_and_debug(say: Say, words: tuple[str, ...]) -> None:
    said = say(*words, "--help")
    assert said.code == 0
    assert all(option in said.out for option in ("--json", "--home", "--log-level", "--debug"))


def test_version_is_one_line(say: Say) -> None:
    said = say("--version")
    assert said.code == 0
    assert said.out.startswith("tallystick ")
    assert len(said.out.splitlines()) == 1
