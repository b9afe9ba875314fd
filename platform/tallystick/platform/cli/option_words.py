"""What the library calls its arguments, said as the options of the command line: `tz="mt5"` is `--tz mt5`.

An error is written once, in Python's words, by whoever raises it; this is the only place that knows both.
"""

import re

OPTIONS = {
    "account": "--deposit",
    "end": "--to",
    "instruments": "--instruments",
    "jobs": "--jobs",
    "lots": "--lots",
    "method": "--method",
    "name": "--name",
    "objective": "--objective",
    "research": "--research",
    "source": "--source",
    "spread_points": "--spread-points",
    "start": "--from",
    "step": "--step",
    "symbol": "--symbol",
    "test": "--test",
    "timeframe": "--timeframe",
    "train": "--train",
    "trials": "--trials",
    "tz": "--tz",
}
PHRASES = {
    'strictness="skip_bad"': "--skip-bad",
    'strictness="strict"': "--strict",
    "replace=True": "--replace",
    "recorded_code=True": "--recorded-code",
}
"""Arguments whose option takes no value."""
ARGUMENT = re.compile(rf'\b(?P<name>{"|".join(OPTIONS)})=(?:"(?P<text>[^"]*)"|(?P<word>[A-Z]+\b|\d[\d_]*))')
PAIRS = re.compile(r'\b(?P<name>mapping|parameters)=\{(?P<pairs>"\w+": "[^"]*"(?:, "\w+": "[^"]*")*)\}')
PAIR = re.compile(r'"(\w+)": "([^"]*)"')


def in_options(text: str) -> str:
    """The text with each argument and its value as an option."""
    for argument, option in PHRASES.items():
        text = text.replace(argument, option)
    return ARGUMENT.sub(_option, PAIRS.sub(_with_pairs, text))


def _option(found: re.Match[str]) -> str:
    value = found["text"] if found["word"] is None else found["word"].replace("_", "")
    return f"{OPTIONS[found['name']]} {value}"


def _with_pairs(found: re.Match[str]) -> str:
    said = [f"{name}={value}" for name, value in PAIR.findall(found["pairs"])]
    return f"--mapping {','.join(said)}" if found["name"] == "mapping" else " ".join(f"--set {each}" for each in said)
