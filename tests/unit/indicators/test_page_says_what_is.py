"""docs/indicators.md against the code: every indicator, its parameters, its lines and its warm-up."""

import inspect
import math
import re
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.authoring.indicators import NAMED
from tests.unit.indicators.cases import CASES, Case, streamed
from tests.unit.indicators.price_walk import walk

PAGE = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
CELLS = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\| `.*", PAGE, re.MULTILINE)]
ROWS = {cells[0].strip("`"): cells for cells in CELLS if len(cells) == 5}
"""Name, parameters, definition, source, warm-up."""


def test_every_indicator_has_a_row_and_every_row_an_indicator() -> None:
    assert list(ROWS) == list(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_a_row_names_the_parameters_with_their_defaults(name: str) -> None:
    shown = []
    parameters = inspect.signature(NAMED[name]).parameters.values()
    for one in parameters:
        stars = "**" if one.kind is one.VAR_KEYWORD else ""
        if one.kind is one.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        default = "" if one.default is one.empty else f"={one.default!r}".replace("'", '"')
        shown.append(f"{stars}{one.name}{default}")
    assert ROWS[name][1] == f"`{', '.join(shown)}`"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_row_names_the_warm_up(case: Case) -> None:
    made: Any = case.made()
    expression = ROWS[case.name][4].strip("`")
    values = {name: getattr(made, name) for name in inspect.signature(NAMED[case.name]).parameters}
    known = {"max": max, "isqrt": math.isqrt, **values}
    assert eval(expression, {"__builtins__": {}}, known) == made.warm_up  # noqa: S307 -- our own page


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_row_names_the_lines(case: Case) -> None:
    made = case.made()
    streamed(made, walk(40))
    fields = getattr(made.value, "_fields", ())
    said = re.match(r"lines `([^`]+)`", ROWS[case.name][2])
    assert (tuple(said[1].split(", ")) if said else ()) == fields


def test_the_page_s_code_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, {})  # noqa: S102 -- our own page
    assert capsys.readouterr().out == "False nan\nnan\n"
