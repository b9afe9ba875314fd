"""`lookahead-check` finds planted cheats with their kind and accuses no honest strategy.

Every run of the tests takes SAMPLED and QUIET over a month, some 135 s of computing in all; TALLYSTICK_FULL=1 (nightly)
takes all thirty cheats, all others and all honest ones over two months, some 18 minutes of computing.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.cli.main import run
from tests.acceptance.lookahead_cheats import FAMILIES, OTHERS, Cheat
from tests.acceptance.lookahead_honest import HONEST
from tests.acceptance.lookahead_world import checked
from tests.replay.market_kit import FULL

SAMPLED = (
    *("shift_negative", "rolling_center", "resample_by_start", "class_level_cache"),
    *("read_csv_in_on_bar", "scan_tells_the_end", "numpy_archive"),
)
ALL = [*(cheat for family in FAMILIES.values() for cheat in family), *OTHERS]
SAMPLE = [each for each in ALL if each.name in SAMPLED]
QUIET = ("past_columns", "scan_as_react", "settings_from_json")


def named(cheat: Cheat) -> Any:
    return pytest.param(cheat, id=cheat.name)


@pytest.mark.parametrize("cheat", [named(each) for each in (ALL if FULL else SAMPLE)])
def test_a_cheat_is_found_with_its_kind_its_row_and_a_remedy(tmp_path: Path, cheat: Cheat) -> None:
    report = checked(cheat, tmp_path)
    found = [each for each in report.findings if str(each.kind) in cheat.kinds]
    assert found, str(report)
    first = found[0]
    assert first.remedy
    assert first.through
    assert first.where, "it says where to look"
    assert first.one != first.other or first.kind in {"file_in_callback", "uncheckable_data"}
    assert json.loads(json.dumps(report.document()))["ok"] is False


@pytest.mark.parametrize("cheat", [named(each) for each in HONEST if FULL or each.name in QUIET])
def test_an_honest_strategy_is_accused_of_nothing(tmp_path: Path, cheat: Cheat) -> None:
    report = checked(cheat, tmp_path)
    assert report.clean, str(report)
    assert "cut at" in str(report), "a clean verdict says what was tried"
    assert "does not show" in str(report)


def test_the_verb_exits_with_one_and_names_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cheat = next(each for each in ALL if each.name == "read_csv_in_on_bar")
    path = tmp_path / "cheat.py"
    path.write_text(cheat.source)
    code = run(["lookahead-check", str(path), "EURUSD", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 1
    assert document["findings"][0]["kind"] == "file_in_callback"
    assert document["findings"][0]["where"].startswith("cheat.py:")
