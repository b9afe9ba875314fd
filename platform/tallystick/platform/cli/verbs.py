"""The table of verbs, and a group that imports a verb's file only when the verb is called.

The one-line helps stand here so that `tallystick --help` imports no verb; a test holds them to the verbs' own.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from tallystick.platform.cli.call import Answer, Call, give
from tallystick.platform.cli.plain_values import taking_plain_values

PACKAGE = "tallystick.platform.cli"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: its file in this package, the function in it, and its help in one line."""

    file: str
    function: str
    help: str


@dataclass(frozen=True, slots=True)
class Group:
    """Verbs under one word."""

    help: str
    verbs: Mapping[str, Verb]


VERBS: Mapping[str, Verb | Group] = {
    "demo": Verb("demo", "demo", "Trade a year of real prices, verify and replay the log, write a report."),
    "init": Verb("init", "init", "Write a config file with comments, a strategy and a .gitignore to begin with."),
    "config": Group(
        "Check and show the config file.",
        {
            "check": Verb(
                "config_check", "check", "Find everything that is wrong with a config file, each with its line."
            ),
            "show": Verb(
                "config_show", "show", "Show every value of a config file in effect, and where it comes from."
            ),
            "schema": Verb("config_schema", "schema", "Print the JSON Schema of the config file, for editors."),
        },
    ),
    "new": Verb("new", "new", "Write a strategy to start from: a file of four lines that runs as it stands."),
    "run": Verb("run", "run", "Run a plan into a book, or go on with one whose process died."),
    "backtest": Verb(
        "backtest", "backtest", "Test a strategy's file on market data, with every server rule, risk and the record on."
    ),
    "optimize": Verb(
        "optimize", "optimize", "Try parameters of a strategy on all cores, and say what the best of them is worth."
    ),
    "optimise": Verb(
        "optimise",
        "optimise",
        "Choose assets and their weights, with a bound that no portfolio is below, and say what a circuit added.",
    ),
    "walk-forward": Verb(
        "walk_forward",
        "walk_forward",
        "Choose parameters on a stretch of the past, trade the days after it with them, move on to the end.",
    ),
    "lookahead-check": Verb(
        "lookahead_check",
        "lookahead_check",
        "Try whether a strategy knows what is still to come: other futures, row by row, twice, its files.",
    ),
    "compare": Verb(
        "compare",
        "compare",
        "Show what two runs differ in: settings, figures, and the first decision that is not the same.",
    ),
    "trials": Verb("trials", "trials", "List every trial that the research log holds, and what became of it."),
    "replay": Verb("replay", "replay", "Feed a book's recorded inputs again and compare every event bit for bit."),
    "report": Verb(
        "report", "report", "Show a book's statistics as MT5 prints them and write its page, or check MT5's own."
    ),
    "why": Verb("why", "why", "Show why a record came to be, back to the market row, as a tree."),
    "data": Group(
        "Import, check and resample prices.",
        {
            "import": Verb(
                "data_import",
                "import_",
                "Keep files of prices in the local catalogue, under a name that backtests take.",
            ),
            "list": Verb("data_list", "list_", "List the series of the local catalogue."),
            "check": Verb(
                "data_check", "check", "Count what is wrong or odd in files of prices, and say where it begins."
            ),
            "resample": Verb(
                "data_resample", "resample", "Make longer bars of a series and keep them in the catalogue."
            ),
        },
    ),
    "audit": Group(
        "Verify, prove, export.",
        {
            "verify": Verb("audit_verify", "verify", "Verify a log with a public key alone."),
            "head": Verb("audit_head", "head", "Show a log's head, digests and checkpoints."),
            "prove": Verb("audit_prove", "prove", "Write a proof of one record that stands without the log."),
            "export": Verb("audit_export", "export", "Write every event, decoded, as JSON lines or CSV."),
            "tamper-test": Verb(
                "audit_tamper_test", "tamper_test", "Damage copies of a log in eleven ways; verify each."
            ),
            "verifier": Verb("audit_verifier", "verifier", "Write the outside verifier: one file for your auditor."),
        },
    ),
    "events": Group(
        "Look at single records.",
        {
            "show": Verb("events_show", "show", "Show one record: header, body with units, hashes."),
            "tail": Verb("events_tail", "tail", "Show the last records, and go on as they come."),
        },
    ),
    "mt5": Group(
        "MetaTrader 5: run a bot without a terminal, explain codes.",
        {
            "exec": Verb(
                "mt5_exec",
                "exec_",
                "Run a MetaTrader 5 bot, unchanged, on recorded prices: no Windows, no terminal, all of it in a log.",
            ),
            "explain": Verb(
                "mt5_explain",
                "explain",
                "Say what a return code or an error of MetaTrader 5 means, and whether to try again.",
            ),
        },
    ),
    "halt": Verb("halt", "halt", "Stop a book from taking new exposure."),
    "resume": Verb("resume", "resume", "Let a halted book trade again: a command signed with your key."),
    "doctor": Verb("doctor", "doctor", "Check this machine, with the command that mends each finding."),
}


class VerbCommand(TyperCommand):
    """A verb; takes what every verb takes, and gives its answer."""

    common: Any
    """The command that holds the options of every verb; its callback makes the `Call` of them."""

    def get_params(self, ctx: Any) -> list[Any]:
        """As typer gives them."""
        return taking_plain_values(super().get_params(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Call the verb and write its answer; returns the exit code."""
        call = self.common.callback(**{param.name: ctx.params.pop(param.name) for param in self.common.params})
        from tallystick.platform.cli.operators_log import begin

        begin(call, ctx.command_path)
        ctx.obj = call
        answer = super().invoke(ctx)
        return give(answer, call) if isinstance(answer, Answer) else int(answer or 0)


def _common(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document and nothing else.")] = False,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", envvar="TALLYSTICK_HOME", metavar="DIR", help="Folder of your key, instead of the usual one."
        ),
    ] = None,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option("--log-level", help="What operators' logs keep.")
    ] = "info",
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> Call:
    """Hold the options of every verb."""
    return Call(as_json, debug, home, log_level)


def _command(function: Any, cls: type[TyperCommand] | None = None) -> Any:
    """The command of one function."""
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    single.command(cls=cls, context_settings=getattr(function, "context_settings", None))(function)
    return typer.main.get_command(single)


class LazyCommands(MutableMapping[str, Any]):
    """Commands by name, each made when it is asked for."""

    def __init__(self, table: Mapping[str, Verb | Group]) -> None:
        """`table` in the order of the help."""
        self._table = table
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name, self._table[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    @staticmethod
    def _make(name: str, entry: Verb | Group) -> Any:
        if isinstance(entry, Group):
            group = VerbGroup(name=name, help=entry.help, no_args_is_help=True, rich_markup_mode=None)
            group.hold(entry.verbs)
            return group
        command = _command(getattr(import_module(f"{PACKAGE}.{entry.file}"), entry.function), VerbCommand)
        command.name = name
        command.common = _command(_common)
        command.params.extend(command.common.params)
        return command


class VerbGroup(TyperGroup):
    """A group whose help comes from the table."""

    table: ClassVar[Mapping[str, Verb | Group]] = {}

    def __init__(self, **attributes: Any) -> None:
        """As typer makes groups."""
        super().__init__(**{**attributes, "no_args_is_help": True})
        self.hold(self.table)

    def get_params(self, ctx: Any) -> list[Any]:
        """As typer gives them."""
        return taking_plain_values(super().get_params(ctx))

    def hold(self, table: Mapping[str, Verb | Group]) -> None:
        """Take the verbs of a table."""
        self._entries = table
        self.commands = LazyCommands(table)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 -- typer's signature
        """One line for each verb, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._entries.items()])
