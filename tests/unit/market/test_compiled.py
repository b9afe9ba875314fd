"""Compiled functions: loaded only when rows are many, with the same answers before and after."""

import subprocess
import sys

from tallystick.market import compiled


def test_few_rows_run_as_python_until_the_function_is_loaded() -> None:
    compiled.be_patient(0)  # a bot's test in this process may have been patient
    one = compiled.compiled(_doubled)
    assert one.for_rows(compiled.FEW) is one
    compiled.be_patient(2 * compiled.FEW + 2)
    assert one.for_rows(compiled.FEW) is _doubled
    assert one.for_rows(compiled.FEW + 1) is one
    assert one(21) == one.for_rows(1)(21) == 42
    assert one.for_rows(1) is not _doubled


def _doubled(number: int) -> int:
    return 2 * number


def test_the_server_is_imported_without_the_compiler() -> None:
    code = "import sys; import tallystick.platform.mt5.exec.composing; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
