"""Two runs part at the first decision that is another; explanations may differ by their arithmetic."""

import pytest

from tallystick.platform.judging.lookahead.decisions import Decision, parting


def target(time: int, lots: str) -> Decision:
    return Decision(time, "own", "target.asked", lots.encode(), f"target {lots} EURUSD")


def explained(time: int, fair: float) -> Decision:
    body = repr(fair).encode()
    return Decision(time, "own", "decision.explained", body, f"fair {fair}", (("EURUSD fair", fair),))


def test_a_target_that_is_another_parts_two_runs() -> None:
    apart = parting([target(1, "+0.10"), target(2, "-0.10")], [target(1, "+0.10"), target(2, "+0.20")], 9)
    assert apart is not None
    assert (apart.time, apart.one, apart.other) == (2, "target -0.10 EURUSD", "target +0.20 EURUSD")
    assert parting([target(1, "+0.10"), target(2, "-0.10")], [target(1, "+0.10")], 1) is None


@pytest.mark.parametrize(
    ("one", "other", "parts"),
    [
        (1.383809, 1.3838089999999998, False),
        (0.0, 1e-14, False),
        (float("nan"), float("nan"), False),
        (1.383809, 1.38381, True),
        (0.0, 1e-5, True),
        (0.0, float("nan"), True),
    ],
)
def test_an_explanation_that_is_another_by_its_last_bits_alone_does_not(one: float, other: float, parts: bool) -> None:
    before = [explained(1, 0.2), explained(2, -0.3)]
    apart = parting([*before, explained(3, one)], [*before, explained(3, other)], 9)
    assert (apart is not None) is parts


def test_an_explanation_and_a_target_part_two_runs_whatever_their_values() -> None:
    assert parting([explained(1, 0.2)], [target(1, "+0.10")], 9) is not None
    assert parting([explained(1, 0.2)], [explained(2, 0.2)], 9) is not None
