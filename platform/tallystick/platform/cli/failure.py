"""How a verb fails: one message in one shape, whose last line says what to do.

    error[CODE] what, where: got X / expected Y.
    Fix: command

Errors of the other packages carry `code` and `fix` already; this file knows the rest. A traceback needs `--debug`.
"""

import errno
import logging
import os
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from tallystick.platform.cli.call import Document, Exit, as_json
from tallystick.platform.cli.option_words import in_options
from tallystick.platform.cli.screen import aside

UNEXPECTED = "E899"
BROKEN = frozenset({"E220", "E710", "E133"})
"""Codes of errors that say a record is broken: bytes no honest writer leaves, or another outcome of the same code."""
NUMBERED = re.compile(r"(?P<code>[EW]\d{3}) (?P<what>.+?)(?:\. (?P<fix>[A-Z][^.].*))?$", re.DOTALL)
FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
FITS = "{name} does not fit"
VALUE = r"Invalid value for (?P<name>'[^']+'|\S+): "
MISSPOKEN = (
    (re.compile(VALUE + r"(?:Value error, )?(?P<got>.+) is not one of (?P<these>.+)"), FITS, "{got}", "one of {these}"),
    (re.compile(VALUE + r"Input should be (?P<like>(?:greater|less) .+)"), FITS, "", "a value {like}"),
    (re.compile(VALUE + r"Input should be (?P<like>[^,]+)(?:, .+)?"), FITS, "", "{like}"),
    (re.compile(VALUE + r"(?:Value error, )?(?P<why>.+)"), FITS + ": {why}", "", ""),
    (re.compile(r"No such option: (?P<name>\S+)"), "no such option {name}", "", ""),
    (
        re.compile(r"No such option: (?P<name>\S+) \(Possible options?: (?P<near>.+)\)"),
        "no such option {name}",
        "",
        "perhaps {near}",
    ),
)
"""What typer says, and the same in parts: what, got, expected."""
LOG = logging.getLogger("tallystick.cli")
LOG.addHandler(logging.NullHandler())


class Failure(Exception):
    """A command cannot do what was asked."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        where: str = "",
        got: str = "",
        expected: str = "",
        fix: str,
        exit_code: Exit = Exit.USAGE,
    ) -> None:
        """`what` failed, `where`, what was `got` instead of `expected`, and what to do: `fix`."""
        super().__init__(what)
        self.code = code
        self.what = what.rstrip(".")
        self.where = where
        self.got = got
        self.expected = expected
        self.fix = fix
        self.exit_code = exit_code

    def lines(self) -> Sequence[str]:
        """The message; the last line says what to do."""
        head = f"error[{self.code}] {self.what}"
        if self.where:
            head += f", {self.where}"
        met = [f"got {self.got}"] if self.got else []
        if self.expected:
            met.append(f"expected {self.expected}")
        if met:
            head += f": {' / '.join(met)}"
        return [head.rstrip(".") + ".", f"Fix: {self.fix}"]

    def document(self) -> Document:
        """The failure as `--json` gives it."""
        parts = {"code": self.code, "what": self.what, "where": self.where, "got": self.got}
        return {
            "ok": False,
            "exit": int(self.exit_code),
            "error": {**parts, "expected": self.expected, "fix": self.fix},
        }


def tell(error: BaseException, arguments: Sequence[str]) -> int:
    """Say how a command failed, on stderr (and as the document where one was asked for); returns the exit code."""
    if "--debug" in arguments:
        traceback.print_exception(error, file=sys.stderr)
    failure = explained(error, arguments)
    LOG.error("%s", " ".join(failure.lines()), exc_info=error if failure.code == UNEXPECTED else None)
    if "--json" in arguments:
        print(as_json(failure.document()))  # noqa: T201 -- the document of a command that failed
    aside("\n".join(failure.lines()))
    return int(failure.exit_code)


def explained(error: BaseException, arguments: Sequence[str]) -> Failure:
    """Any error as a failure with a code and a fix."""
    if isinstance(error, Failure):
        return error
    failure = _of_the_library(error, arguments)
    failure.what, failure.fix = in_options(failure.what), in_options(failure.fix)
    return failure


def _of_the_library(error: BaseException, arguments: Sequence[str]) -> Failure:
    """An error of what is below the command line, or of what is below that."""
    if hasattr(error, "format_message"):  # the command line itself was not understood
        return _misspoken(error)
    numbered = NUMBERED.match(str(error))
    if isinstance(error, ValueError) and numbered:  # "E501 what, in a sentence. What to do."
        return Failure(numbered["code"], numbered["what"], fix=numbered["fix"] or _help(arguments))
    fix = getattr(error, "fix", "")
    code = getattr(error, "code", "")
    if isinstance(code, str) and code:  # an error of ours: events, kernel, data, strategies
        what = getattr(error, "what", "") or str(error)
        integrity = code in BROKEN
        seq = getattr(error, "seq", -1)
        if not fix:  # some say what to do in their last sentence
            what, _, fix = what.partition(". ") if ". " in what else what.partition("; ")
        fix = fix or ("keep the files untouched; tallystick audit verify" if integrity else _help(arguments))
        where = f"record {seq}" if seq >= 0 and f"record {seq}" not in what else ""
        return Failure(code, what, where=where, fix=fix, exit_code=Exit.INTEGRITY if integrity else Exit.USAGE)
    if isinstance(error, OSError):
        return _of_the_system(error)
    if type(error).__module__.startswith("msgspec"):
        return Failure("E805", f"a value does not fit: {error}", fix="correct that field, then run the command again")
    if type(error).__module__.startswith("tallystick") and isinstance(error, ValueError):
        return Failure("E806", str(error), fix=_help(arguments))
    what = f"unexpected {type(error).__name__}: {error}"
    again = " ".join(["tallystick", *(word for word in arguments if word not in {"--json", "--debug"}), "--debug"])
    return Failure(UNEXPECTED, what, fix=f"see where with: {again}")


def _misspoken(error: BaseException) -> Failure:
    """A mistake in the command line, as typer found it, in our shape."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "tallystick"
    message = " ".join(error.format_message().split()).rstrip(".")  # type: ignore[attr-defined]  # every error of click has it
    if not message or "help" in type(error).__name__.casefold():
        message = "no verb was given"
    for form, what, got, expected in MISSPOKEN:
        found = form.fullmatch(message)
        if found:
            said = found.groupdict()
            told = (text.format(**said) for text in (what, got, expected))
            return Failure("E801", next(told), where=path, got=next(told), expected=next(told), fix=f"{path} --help")
    return Failure("E801", message[:1].lower() + message[1:], where=path, fix=f"{path} --help")


def _of_the_system(error: OSError) -> Failure:
    """What the operating system refused."""
    where = str(error.filename) if error.filename else ""
    what = error.strerror or str(error)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        fix = f"give yourself access to {_there(where)}, or name another place"
        return Failure("E802", what, where=where, fix=fix if where else "check the permissions of the folder")
    if error.errno in FULL:
        fix = f"make room there, or name another place than {where}" if where else "make room on the disk"
        return Failure("E804", what, where=where, fix=fix)
    if isinstance(error, FileNotFoundError):
        return Failure("E803", what, where=where, fix=f"check the path: {where}")
    return Failure("E804", what, where=where, fix="tallystick doctor")


def _there(path: str) -> str:
    """The path, or the nearest folder above it that is there: what permissions can be given of."""
    full = Path(path).absolute()
    there = next((each for each in (full, *full.parents) if os.path.lexists(each)), full)
    return path if there == full else str(there)


def _help(arguments: Sequence[str]) -> str:
    words = []
    for word in arguments:
        if word.startswith("-"):
            break
        words.append(word)
    verb = words[: 2 if words[:1] in (["audit"], ["config"], ["data"], ["events"], ["mt5"]) else 1]
    return " ".join(["tallystick", *verb, "--help"])
