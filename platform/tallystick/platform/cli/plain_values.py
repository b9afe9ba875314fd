"""Arguments that need no checking: taken as they are, without the validation library that typer loads for the others.

Loading that library and building its validators is a tenth of a second of every start. A word for a `str`, one of the
choices, a path without conditions, a default or nothing at all come out of it as they went in; all else is left to it,
and so is every word about what is wrong.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args, get_origin


class _NotPlain(Exception):
    """The value is typer's to check."""


def taking_plain_values(params: list[Any]) -> list[Any]:
    """The same parameters, each of which takes plain values by itself."""
    for param in params:
        if hasattr(param, "type_descriptor") and "process_value" not in vars(
            param
        ):  # an older typer has no such library
            param.process_value = partial(processed, param, param.process_value)
    return params


def processed(param: Any, as_typer_does: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """The value of a parameter, as typer would give it to the verb."""
    try:
        plain = _plain(param, value)
    except _NotPlain:
        return as_typer_does(context, value)
    return plain if param.callback is None else param.callback(context, param, plain)


def _plain(param: Any, value: Any) -> Any:
    described, several = param.type_descriptor, param.multiple or param.nargs == -1
    wanted, told = described.annotation, described.parameter_info
    if value is None:
        if param.required:
            raise _NotPlain
        return () if several else None
    if described.file_annotation is not None or param.nargs not in {1, -1}:
        raise _NotPlain
    if several:
        if wanted == list[str] and value and told.parser is None and all(type(one) is str for one in value):
            return list(value)
        raise _NotPlain
    if told.parser is not None:
        try:
            return told.parser(value)
        except (ValueError, AssertionError):
            raise _NotPlain from None
    return _single(wanted, told, value, param.default)


def _single(wanted: Any, told: Any, value: Any, default: Any) -> Any:
    if wanted is Path and type(value) is str and _is_free_path(told, value):
        return Path(value)
    is_choice = get_origin(wanted) is Literal and value in get_args(wanted)
    if (wanted is type(value) and (wanted is str or value is default)) or is_choice:
        return value
    raise _NotPlain


def _is_free_path(told: Any, value: str) -> bool:
    """True for a path that nothing is asked of but that it can be read if it is there."""
    if told.exists or told.writable or told.resolve_path or told.allow_dash or told.path_type is not None:
        return False
    if not (told.file_okay and told.dir_okay) or "\0" in value:
        return False
    return os.access(value, os.R_OK) or not os.path.exists(value)  # noqa: PTH110 -- the text is not known to be a path yet
