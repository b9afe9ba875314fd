"""Every key's line, in every form that TOML has for it."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.platform.config.errors import Place
from tallystick.platform.config.places import lines_of

TEXT = """\
# a comment with [brackets] = and "quotes
top = 1
"quoted key" = 'literal # no comment'
dotted . "two words" = 2   # [x]

[table]
moment = 2014-05-31 13:00:00
text = \"\"\"
[not.a.table]
no = "key"
\"\"\"
after = '''
x = [
'''
inline = { a = 1, b = { c = "}" }, d = [1, { e = 2 }] }
list = [
  1, # one ]
  { f = 3 },
  [4, 5],
]
last = true

[[many]]
name = "first"
[many.inner]
deep = 1
[[many]]
[[many.each]]
x = 1
[[many.each]]
x = 2
[other.sub]
y = 3
"""


def paths(tables: Any, place: Place = ()) -> dict[Place, Any]:
    """Every key and every entry of a list that the reader saw."""
    pairs = tables.items() if isinstance(tables, dict) else enumerate(tables) if isinstance(tables, list) else ()
    found: dict[Place, Any] = {}
    for name, value in pairs:
        found[*place, name] = value
        found |= paths(value, (*place, name))
    return found


def test_every_key_has_its_line() -> None:
    found = lines_of(TEXT)
    lines = TEXT.splitlines()
    assert set(paths(tomllib.loads(TEXT))) <= set(found)
    wanted = {
        ("top",): "top = 1",
        ("quoted key",): '"quoted key"',
        ("dotted", "two words"): "dotted .",
        ("table",): "[table]",
        ("table", "moment"): "moment",
        ("table", "after"): "after",
        ("table", "inline", "b", "c"): "inline",
        ("table", "inline", "d", 1, "e"): "inline",
        ("table", "list", 1, "f"): "  { f = 3 }",
        ("table", "list", 2): "  [4, 5]",
        ("table", "last"): "last = true",
        ("many", 0, "inner", "deep"): "deep = 1",
        ("many", 1, "each", 1, "x"): "x = 2",
        ("other", "sub", "y"): "y = 3",
    }
    for place, start in wanted.items():
        assert lines[found[place] - 1].startswith(start), place


NAMES = st.text("abc-_1", min_size=1, max_size=4)
VALUES = st.sampled_from(["1", '"a"', "'#'", "[1, 2]", "{ x = 1 }", "0.5", "true", '"""\n#[\n"""', "[\n1,\n]"])


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8, unique_by=lambda pair: pair[0]))
def test_lines_are_those_on_which_the_keys_were_written(pairs: list[tuple[str, str]]) -> None:
    text, wanted = "", dict[Place, int]()
    for name, value in pairs:
        wanted[name,] = text.count("\n") + 1
        text += f"{name} = {value}\n"
    assert set(tomllib.loads(text)) == {name for name, _ in pairs}
    found = lines_of(text)
    assert {place: found[place] for place in wanted} == wanted
