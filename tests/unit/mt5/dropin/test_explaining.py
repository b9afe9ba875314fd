"""`tallystick mt5 explain`: every code of the module is explained, by number and by name."""

from typing import Any

import pytest

from tallystick.platform.mt5.explaining import EXPLANATIONS, explanation, near
from tests.said import Say, saying


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    return saying(capsys)


def test_every_return_code_and_error_of_the_module_is_explained_under_its_constant(wheel: Any) -> None:
    constants = {
        name: number for name, number in wheel["constants"].items() if name.startswith(("TRADE_RETCODE_", "RES_"))
    }
    assert {one.constant: one.number for one in EXPLANATIONS.values() if one.constant} == constants
    assert {one.number for one in EXPLANATIONS.values() if not one.constant} == {0, 10046}


def test_error_texts_are_the_wheels(wheel: Any) -> None:
    texts = {int(number): text for number, text in wheel["error_texts"]["last_error"].items()}
    assert {number: EXPLANATIONS[number].text for number in texts} == texts


@pytest.mark.parametrize("asked", ["10030", "INVALID_FILL", "TRADE_RETCODE_INVALID_FILL", "invalid fill", " 10030 "])
def test_a_code_is_found_by_number_and_by_name(asked: str) -> None:
    found = explanation(asked)
    assert found is not None
    assert found.number == 10030


def test_every_explanation_says_what_it_means_what_to_do_and_whether_to_repeat() -> None:
    for one in EXPLANATIONS.values():
        assert one.text
        assert one.meaning
        assert one.remedy
        assert one.retry.split(":", maxsplit=1)[0]


def test_a_negative_number_is_no_option(say: Say) -> None:
    said = say("mt5", "explain", "-10004")
    assert said.code == 0
    assert "No IPC connection" in said.out


def test_json_gives_the_same(say: Say) -> None:
    document = say("mt5", "explain", "NO_MONEY", "--json").document
    assert (document["number"], document["where"]) == (10019, "trade server")
    assert document["retry"].startswith("no")


@pytest.mark.parametrize(
    ("asked", "meant"), [("10037", "10036 POSITION_CLOSED"), ("NO_MONY", "10019 NO_MONEY"), ("INVALID_STOP", "10016")]
)
def test_an_unknown_code_exits_2_with_near_ones(say: Say, asked: str, meant: str) -> None:
    said = say("mt5", "explain", asked)
    assert said.code == 2
    assert meant in said.err
    assert said.err.splitlines()[-1].startswith("Fix: tallystick mt5 explain ")


def test_nonsense_is_near_nothing() -> None:
    assert near("12") == ["1 S_OK", "0 CHECKED", "-1 E_FAIL"]
    assert near("zzz") == near("99999") == []
