"""Libraries that a strategy's file imports are imported once, before its runs are split off; its own modules never."""

from pathlib import Path

import pytest

from tallystick.platform.judging.lookahead.server import libraries_of

SOURCE = """\
import os.path
import helper
import pandas.api as sig
from numpy.linalg import inv, solve
from . import beside
from tallystick.platform import strategy

def late():
    import numba.typed
    import no_such_library
"""


def test_libraries_are_named_by_module_wherever_the_file_imports_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "helper.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert libraries_of(SOURCE) == ["pandas.api", "numpy.linalg", "numba.typed"]


def test_what_is_no_python_names_nothing() -> None:
    assert libraries_of("def (:") == []
    assert libraries_of("") == []
