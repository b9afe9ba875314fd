"""Every error of ours has a number: a word in a message's brackets can be looked up nowhere."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tallystick.events import errors
from tallystick.events.errors import IntegrityError, LogLocked, TallystickError
from tallystick.platform.cli.call import Exit
from tallystick.platform.cli.failure import explained

ROOT = Path(__file__).resolve().parents[3]
NUMBER = re.compile(r"[EW]\d{3}")


def test_no_error_anywhere_has_a_word_for_its_code() -> None:
    codes = dict(_codes_of_classes())
    assert len(codes) > 40, "the sources were not found"
    assert {where: code for where, code in codes.items() if not NUMBER.fullmatch(code)} == {}


def test_each_error_of_the_log_has_a_number_of_its_own_which_its_tree_names() -> None:
    by_code = defaultdict(list)
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, TallystickError):
            by_code[kind.code].append(kind.__name__)
    assert {code: names for code, names in by_code.items() if len(names) > 1} == {}
    tree = errors.__doc__ or ""
    for code, (name,) in by_code.items():
        assert re.search(rf"\b{name}\b.*\b{code}\b", tree), name


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (LogLocked("process 7 is writing the log in book", pid=7, fix="stop it first"), "E212", Exit.USAGE),
        (IntegrityError("record 3 is not what was written", seq=3), "E220", Exit.INTEGRITY),
    ],
)
def test_a_verb_says_the_number(error: TallystickError, code: str, exit_code: Exit) -> None:
    failure = explained(error, ["audit", "verify"])
    assert (failure.code, failure.exit_code) == (code, exit_code)
    assert failure.lines()[0].startswith(f"error[{code}] ")


def _codes_of_classes() -> list[tuple[str, str]]:
    """Where a class gives its errors a code, and which."""
    found = []
    for folder in ("events", "market", "platform", "quantum"):
        for path in sorted((ROOT / folder / "tallystick").rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found += [(f"{path.name}:{node.name}", code) for code in _assigned(node)]
    return found


def _assigned(node: ast.ClassDef) -> list[str]:
    return [
        each.value.value
        for each in node.body
        if isinstance(each, ast.Assign)
        and [target.id for target in each.targets if isinstance(target, ast.Name)] == ["code"]
        and isinstance(each.value, ast.Constant)
        and isinstance(each.value.value, str)
    ]
