"""The file a new strategy starts from: a function of four lines, a class, or a reactor."""

import keyword
import re
import sys

FUNCTION = """\
from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")  # +1 long, 0 flat, -1 short, None as before
def {name}(bars, fast=10, slow=30): return +1 if bars.ema(fast) > bars.ema(slow) else -1
"""
CLASS = """\
from tallystick.platform import Strategy


class {title}(Strategy, symbol="EURUSD", timeframe="H1"):
    fast: int = 10
    slow: int = 30

    def on_bar(self, bar):
        side = "0.10" if self.ema(self.fast) > self.ema(self.slow) else "-0.10"  # lots: below 0 is short
        self.target(side)
"""
MODULE = """\
from tallystick.platform import BarClosed, Ema, Module, TargetAsked, lots


class {title}(Module, hears=[BarClosed], symbol="EURUSD", timeframe="H1"):
    def __init__(self):
        self.fast, self.slow, self.asked = Ema(10), Ema(30), 0

    def react(self, event, context):
        self.fast.push(event)
        self.slow.push(event)
        volume = lots("0.10") if self.fast.value > self.slow.value else -lots("0.10")
        if not self.slow.ready or volume == self.asked:
            return []
        self.asked = volume
        return [TargetAsked(strategy=self.name, symbol=event.symbol, volume=volume, stop_points=0, take_points=0)]
"""
SPELLINGS = {"function": FUNCTION, "class": CLASS, "module": MODULE}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,50}")
TAKEN = sys.stdlib_module_names | {"numba", "numpy", "pandas", "tallystick"}
"""Modules that Python programs import: a file of such a name hides them from every script of its folder."""


class NameRefused(ValueError):
    """A name that Python could not call a function or a class by."""


def starting_file(name: str, spelling: str) -> tuple[str, str]:
    """File name and text of a strategy under a name (ema_cross, EmaCross, ema.py); raises `NameRefused` (E524)."""
    name = name.removesuffix(".py")
    if not NAME.fullmatch(name) or keyword.iskeyword(name.lower()):
        message = (
            f'E524 "{name}" is no name for a strategy: it takes letters, digits and _. Try: tallystick new ema_cross'
        )
        raise NameRefused(message)
    from tallystick.platform.authoring.module import snake

    plain = snake(name)
    if plain in TAKEN:
        message = (
            f'E524 "{name}" is the name of a module that Python programs import, and a file of that name would hide it'
            f" from those in this folder. Try: tallystick new {plain}_strategy"
        )
        raise NameRefused(message)
    title = "".join(word[:1].upper() + word[1:] for word in plain.split("_"))
    return f"{plain}.py", SPELLINGS[spelling].format(name=plain, title=title)
