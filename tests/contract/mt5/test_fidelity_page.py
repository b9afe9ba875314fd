"""docs/mt5-fidelity.md names every case that states an assumption, and no case that is not there."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "mt5-fidelity.md"


def _assumed() -> set[str]:
    """Names of the cases marked `to_be_recorded`."""
    names: set[str] = set()
    for path in HERE.glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                marks = " ".join(ast.unparse(one) for one in node.decorator_list)
                names |= {node.name} if "to_be_recorded" in marks else set()
    return names


def test_the_page_names_exactly_the_cases_that_assume() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    assert named == _assumed()
    assert len(named) > 20
