"""Tables in a strategy's source are found however they are written, and prose and settings are none."""

from pathlib import Path

import pytest

from tallystick.platform.judging.lookahead.tables import tables_in, values_in


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("SIDES = [" + ", ".join(str(row % 3 - 1) for row in range(300)) + "]", 1),
        ("\nSIDES = {" + ", ".join(f"{row}: -{row}.5" for row in range(150)) + "}", 2),
        ("SIDES = '" + "101" * 100 + "'", 1),
        ("def on_bar(bar):\n    return [" + ", ".join(["(1, 2)"] * 150) + "]", 2),
        ("SIDES = '''" + "1.365 1.364\n" * 150 + "'''.split()", 1),
        ("SIDES = '''" + "up down\n" * 150 + "'''.split()", 1),
        ("SIDES = b'''" + "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQK\n" * 8 + "'''", 1),
        ("SIDES = [" + "'uduudduduuduudddudud', " * 20 + "]", 1),
        ("DAYS = {" + ", ".join(f"'2014-01-{row}': 'u'" for row in range(300)) + "}", 1),
        (f"\n\nSIDES = {3**300:#x}", 3),
    ],
)
def test_a_table_in_the_source_with_a_number_for_each_row_or_two_is_named(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "own.py"
    path.write_text(text + "\n", encoding="utf-8")
    assert [each.where for each in tables_in([path], 500)] == [f"own.py:{line}"]
    assert tables_in([path], 5_000) == ()


def test_words_and_few_numbers_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    lines = ['"""' + "What it does, at length. " * 40 + '"""', "FAST = [1, 2, 3, 5, 8]", "WORDS = 'up down ' * 500"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert tables_in([path], 500) == ()


def test_a_table_in_pieces_is_named_by_its_largest(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text("A = [" + "1, " * 90 + "]\nB = [" + "2, " * 110 + "]\nC = '" + "ud" * 40 + "'\n")
    assert [(each.where, each.text) for each in tables_in([path], 500)] == [
        ("own.py:2", "280 values in 3 pieces, the largest here")
    ]
    assert tables_in([path], 600) == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Buys above the average of the last twenty bars, see the book. " * 50, 0),
        ("EURUSD H1 M15", 2),
        ('{"maximum_daily_loss_in_account_currency": 250, "fast": 8}', 2),
        ("up down up down up\n" * 8, 40),
        ("0110100110010110", 16),
        ("| rows | lots |\n|------|------|\n", 0),
    ],
)
def test_values_of_a_text_are_numbers_runs_of_letters_and_a_few_words_again_and_again(text: str, count: int) -> None:
    assert values_in(text) == count
