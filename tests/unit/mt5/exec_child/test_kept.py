"""Files that a bot keeps from run to run are warned of by name: another run would begin with what this one left."""

from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import run_bot

KEPT = "is kept from run to run, begin each with the same one"
STATES = {
    "asked_for_then_written": "import os\nif os.path.exists(name): open(name).read()\nopen(name, 'w').write('1')",
    "tried_then_written": "try: open(name).read()\nexcept OSError: pass\nopen(name, 'w').write('1')",
    "asked_by_pathlib": "from pathlib import Path\nif not Path(name).is_file(): Path(name).write_text('1')",
    "added_to_then_read": "open(name, 'a').write('1')\nopen(name).read()",
    "read_then_added_to": "open(name, 'a+').read()",
    "replaced_at_once": "import os\nos.path.isfile(name)\nopen('new', 'w').write('1')\nos.replace('new', name)",
    "changed_in_place": "open(name, 'x').close()\nopen(name, 'r+').write('1')",
    "database": "import sqlite3\nsqlite3.connect(name).close()",
    "database_by_its_uri": "import sqlite3\nsqlite3.connect('file:here/state.csv?mode=rwc', uri=True).close()",
    "table_of_pandas": (
        "import os, pandas\nold = pandas.read_csv(name) if os.path.exists(name) else pandas.DataFrame()\n"
        "old.to_csv(name)"
    ),
}
NO_STATES = {
    "configuration": "import os\nopen('made', 'w').write('1')\nos.path.exists('made')\nopen('made').read()",
    "log": "import os\nnew = not os.path.exists(name)\nopen(name, 'a').write('head' if new else 'row')",
    "rotated_log": (
        "import logging.handlers\n"
        "log = logging.handlers.RotatingFileHandler(name, maxBytes=9, backupCount=2)\n"
        "for text in ('one', 'two', 'three', 'four'): log.emit(logging.makeLogRecord({'msg': text * 3}))"
    ),
    "removed_first": "if os.path.exists('old'): os.remove('old')\nopen('old', 'w').write('1')",
    "written_anew_and_again": "for _ in range(3):\n    open(name, 'w').write('1')\n    open(name).read()",
    "database_in_memory": "import sqlite3\nsqlite3.connect(':memory:').close()",
    "shared_database_in_memory": "import sqlite3\nsqlite3.connect('file:x?mode=memory', uri=True).close()",
    "elsewhere": "os.path.exists('../x')\nopen('../x', 'w').write('1')\nopen(os.devnull, 'a+')",
}


@pytest.mark.parametrize("how", STATES)
def test_a_file_that_the_next_run_begins_with_is_warned_of(how: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    bot = run_bot(tmp_path, f"import os\nos.chdir({str(tmp_path)!r})\nname = 'here/state.csv'\n{STATES[how]}\n")
    assert bot.code == 0, bot.errors
    assert [(one.name, one.detail) for one in bot.warnings] == [("file", f"here/state.csv {KEPT}")]
    assert f"warning[W590] file here/state.csv {KEPT}: not deterministic" in bot.errors


@pytest.mark.parametrize("how", NO_STATES)
def test_a_file_that_carries_nothing_to_the_next_run_is_not_warned_of(how: str, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("of another run")
    bot = run_bot(tmp_path, f"import os\nos.chdir({str(tmp_path)!r})\nname = 'state.csv'\n{NO_STATES[how]}\n")
    assert bot.code == 0, bot.errors
    assert not bot.warnings
