"""The sentence about the circuit follows from the numbers, in each case that they can make."""

import re
from dataclasses import replace

import pytest

from tallystick.quantum.pipeline.ablation import Ablation, AblationRow

CLASSICAL = AblationRow("classical", -1.0, 0.0, 1, 1, 0, 1)
ROW = AblationRow("qaoa", -1.0, 0.0, 40, 40, 8, 8, -0.9, -0.5)


def said(qaoa: float | None, random: float | None, mean: float | None = -0.4, *more: AblationRow) -> str:
    circuit = replace(ROW, objective=qaoa)
    chance = replace(ROW, source="random", objective=random, raw_mean=mean)
    return Ablation((circuit, *more, chance, CLASSICAL)).added


@pytest.mark.parametrize(
    ("qaoa", "random", "words"),
    [
        (-1.0, -1.0, "QAOA added nothing to the classical objective -1:"),
        (-1.0 - 1e-12, -1.0, "QAOA added nothing to the classical objective"),
        (-0.9, -0.8, "its supports reached -0.9"),
        (-1.1, -1.0, "QAOA added 10 %: after equal polishing QAOA's supports improved .* random ones by 0 %"),
        (-1.1, -1.05, "QAOA added 10 %: .* random ones by 5 %"),
        (-1.1, -1.1, "nothing that chance does not: .* answer by 10 %, random ones by 10 %"),
        (-1.0, -1.1, "nothing that chance does not: .* answer by 0 %, random ones by 10 %"),
        (None, None, "reached none"),
        (None, -1.2, "answer by 0 %, random ones by 20 %"),
    ],
)
def test_what_polished_supports_came_to_is_said(qaoa: float | None, random: float | None, words: str) -> None:
    assert re.search(words, said(qaoa, random))


@pytest.mark.parametrize(
    ("qaoa", "start", "words"),
    [
        (-1.0, -1.0, "QAOA added nothing to the classical objective -1: .*those of its start alone -1 "),
        (-1.1, -1.0, "QAOA added 10 %: .* random ones by 0 %, those of its start alone by 0 %"),
        (-1.1, -1.1, "nothing that its start does not: .* those of its start alone by 10 %"),
        (-1.0, -1.2, "nothing that its start does not: .* answer by 0 %, .* its start alone by 20 %"),
        (-1.1, None, "QAOA added 10 %"),
    ],
)
def test_what_the_start_alone_came_to_counts_as_chance_does(qaoa: float, start: float | None, words: str) -> None:
    alone = replace(ROW, source="start", objective=start, raw_best=start, raw_mean=None if start is None else -0.6)
    text = said(qaoa, -1.0, -0.4, alone)
    assert re.search(words, text)
    whose = "" if start is None else ", not lower than its start's -0.6"
    assert f"-0.5 (lower than random's -0.4{whose})" in text


def test_what_unpolished_supports_are_worth_is_said_both_ways() -> None:
    assert "-0.5 (lower than random's -0.4)" in said(-1.0, -1.0)
    assert "-0.5 (not lower than random's -0.6)" in said(-1.0, -1.0, -0.6)
    assert "no support with weights" in said(-1.0, -1.0, None)


def test_the_table_has_a_line_for_each_source_and_ends_with_the_sentence() -> None:
    chance = replace(ROW, source="random", objective=None, gap=None, raw_best=None)
    table = Ablation((ROW, replace(ROW, source="start"), chance, CLASSICAL))
    lines = table.text.splitlines()
    names = ["source", "QAOA", "start alone", "random supports", "classical alone"]
    assert [each.split("  ")[0] for each in lines[:5]] == names
    assert lines[-1] == table.added
    assert len({len(each) for each in lines[:5]}) == 1
