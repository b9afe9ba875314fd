"""A command line that is not understood: what was said, of which verb, what was expected, and what to say."""

import pytest

from tests.said import Say


@pytest.mark.parametrize(
    ("words", "said", "fix"),
    [
        ("backtest", "missing argument 'FILE', tallystick backtest.", "tallystick backtest --help"),
        ("optimize a", "missing option '--set', tallystick optimize.", "tallystick optimize --help"),
        ("audit", "no verb was given, tallystick audit.", "tallystick audit --help"),
        ("nosuch", "no such command 'nosuch', tallystick.", "tallystick --help"),
        (
            "backtest a --bogus 3",
            "no such option --bogus, tallystick backtest: expected perhaps --book, --lots.",
            "tallystick backtest --help",
        ),
        (
            "mt5 exec b --model x",
            "'--model' does not fit, tallystick mt5 exec: got 'x' / expected one of 'auto', 'every-tick', ",
            "tallystick mt5 exec --help",
        ),
        (
            "optimize a --set fast=5 --jobs 0",
            "'--jobs' does not fit, tallystick optimize: expected a value greater than or equal to 1.",
            "tallystick optimize --help",
        ),
        (
            "why seven",
            "'SEQ' does not fit, tallystick why: expected a valid integer.",
            "tallystick why --help",
        ),
    ],
)
def test_it_is_said_in_the_shape_of_every_other_error(say: Say, words: str, said: str, fix: str) -> None:
    answer = say(*words.split())
    assert answer.code == 2
    assert answer.error.startswith(f"error[E801] {said}")
    assert answer.last == f"Fix: {fix}"
