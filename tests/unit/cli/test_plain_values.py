"""What the command line takes without typer's validators comes out as it does with them."""

import pytest
import typer
from typer.core import TyperCommand

from tallystick.platform.cli.plain_values import taking_plain_values
from tallystick.platform.cli.verbs import VERBS, Group, LazyCommands

LINES = (
    "bot.py",
    "bot.py --data demo --data x.csv --from 2024-01-01 --balance 10 --model path --json -- --lots 0.1",
    "bot.py --leverage 30 --latency-ms 2.5 --seed -4 --book here --home there --close-at-end --no-report",
    ". --terminal . --book pyproject.toml --log-level debug --currency EUR",
)
WRONG = ("", "bot.py --leverage 0", "bot.py --model PATH", "bot.py --seed x", "bot.py --limit-s nan", "bot.py --tz")


def _exec_command() -> TyperCommand:
    group = VERBS["mt5"]
    assert isinstance(group, Group)
    made: TyperCommand = LazyCommands(group.verbs)["exec"]
    return made


def _read(command: TyperCommand, line: str) -> dict[str, object]:
    return dict(command.make_context("exec", line.split()).params)


def _typers_own(command: TyperCommand) -> TyperCommand:
    """The same command without our reading: its parameters as typer made them."""
    command.get_params = lambda ctx: TyperCommand.get_params(command, ctx)  # type: ignore[method-assign]  # on this one command
    return command


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_typer_reads_it(line: str) -> None:
    ours, typers = _read(_exec_command(), line), _read(_typers_own(_exec_command()), line)
    assert ours == typers
    assert {name: type(value) for name, value in ours.items()} == {name: type(value) for name, value in typers.items()}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_said_in_typers_words(line: str) -> None:
    said = []
    for command in (_exec_command(), _typers_own(_exec_command())):
        with pytest.raises(Exception) as caught:  # noqa: PT011 -- typer's own errors, compared with each other
            _read(command, line)
        said.append((type(caught.value), str(caught.value), getattr(caught.value, "message", "")))
    assert said[0] == said[1]


def test_the_parameters_of_a_verb_take_plain_values_once() -> None:
    command = _exec_command()
    context = typer.Context(command)
    once = [vars(param).get("process_value") for param in command.get_params(context)]
    assert [vars(param).get("process_value") for param in taking_plain_values(command.get_params(context))] == once
