"""The static check: what callbacks reach is found with its line, what is repeatable is not accused."""

from textwrap import dedent

import pytest

from tallystick.platform.authoring.purity import Finding, check_source

HEAD = """\
import asyncio, datetime as dt, os, pickle, random, secrets, socket, sqlite3, subprocess, threading, time, uuid, zipfile
from datetime import date, datetime
from pathlib import Path
from time import time as now
import numpy as np
import pandas as pd
from tallystick.platform import Strategy, strategy

class Ours(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_bar(self, bar):
        {statement}
"""
LINE = 11


def found(source: str) -> list[Finding]:
    return [finding for finding in check_source(dedent(source), "ema.py") if not finding.at_load]


@pytest.mark.parametrize(
    ("statement", "kind", "shown"),
    [
        ("time.time()", "clock", "time.time"),
        ("now()", "clock", "time.time"),
        ("datetime.now()", "clock", "datetime.datetime.now"),
        ("dt.datetime.utcnow()", "clock", "datetime.datetime.utcnow"),
        ("date.today()", "clock", "datetime.date.today"),
        ("pd.Timestamp.now()", "clock", "pandas.Timestamp.now"),
        ("pd.Timestamp('now')", "clock", "pandas.Timestamp('now')"),
        ("np.datetime64('today')", "clock", "numpy.datetime64('today')"),
        ("time.gmtime()", "clock", "time.gmtime() without a time"),
        ("self.clock = time.monotonic", "clock", "time.monotonic"),
        ("import time as t; t.perf_counter()", "clock", "time.perf_counter"),
        ("tick = time.time; tick()", "clock", "time.time"),
        ("time.sleep(1)", "sleep", "time.sleep"),
        ("random.random()", "chance", "random.random"),
        ("random.Random().random()", "chance", "random.Random() without a seed"),
        ("np.random.rand(3)", "chance", "numpy.random.rand"),
        ("np.random.default_rng()", "chance", "numpy.random.default_rng() without a seed"),
        ("secrets.token_hex()", "entropy", "secrets.token_hex"),
        ("uuid.uuid4()", "entropy", "uuid.uuid4"),
        ("os.urandom(8)", "entropy", "os.urandom"),
        ("open('x.csv')", "file", "open"),
        ("list(map(open, self.names))", "file", "open"),
        ("Path('x').read_text()", "file", ".read_text()"),
        ("(Path('x') / 'y').open()", "file", ".open()"),
        ("self.folder.read_bytes()", "file", ".read_bytes()"),
        ("np.load('x.npy')", "file", "numpy.load"),
        ("pd.read_csv('x.csv')", "file", "pandas.read_csv"),
        ("pickle.load(self.stream)", "file", "pickle.load"),
        ("sqlite3.connect('x')", "file", "sqlite3.connect"),
        ("zipfile.ZipFile('x')", "file", "zipfile.ZipFile"),
        ("self.bars_frame.to_csv('x')", "file", ".to_csv()"),
        ("import requests; requests.get('x')", "network", "requests.get"),
        ("from urllib.request import urlopen; urlopen('x')", "network", "urllib.request.urlopen"),
        ("import yfinance as yf; yf.download('x')", "network", "yfinance.download"),
        ("socket.socket()", "network", "socket.socket"),
        ("os.environ['HOME']", "environment", "os.environ"),
        ("os.getenv('HOME')", "environment", "os.getenv"),
        ("subprocess.run(['ls'])", "process", "subprocess.run"),
        ("threading.Thread(target=self.go).start()", "thread", "threading.Thread"),
        ("asyncio.run(self.go())", "thread", "asyncio.run"),
        ("input()", "question", "input"),
        ("wanted = lambda: time.time()", "clock", "time.time"),
        ("[random.random() for _ in range(3)]", "chance", "random.random"),
    ],
)
def test_what_no_replay_can_repeat_is_found_in_a_callback(statement: str, kind: str, shown: str) -> None:
    findings = found(HEAD.format(statement=statement))

    assert [(one.line, one.kind) for one in findings] == [(LINE, kind)], findings
    assert findings[0].what.endswith(f": {shown}")
    assert findings[0].message().startswith(f"E520 ema.py:{LINE} on_bar ")
    assert findings[0].remedy in findings[0].message()


@pytest.mark.parametrize(
    "statement",
    [
        "print('a word', bar.open, self.time)",
        "random = self.random; random.random()",
        "self.random.shuffle([1, 2])",
        "time, random = bar.time, self.random; time.time(); random.random()",
        "[random.random() for random in self.generators]",
        "open, high, low = bar.open, bar.high, bar.low; open + high",
        "random: Chance = self.random; random.random()",
        "self.generator = random.Random(3); np.random.default_rng(3).random()",
        "time.gmtime(self.time // 10**9); time.strftime('%H', self.when)",
        "datetime(2020, 1, 1); pd.Timestamp('2020-01-01'); dt.timedelta(days=1)",
        "datetime.fromtimestamp(5, tz=dt.timezone.utc)",
        "generator: random.Random = self.random",
        "isinstance(self.random, np.random.Generator)",
        "self.open(bar); bar.open; self.time; bar.time",
        "sorted(self.rows, key=lambda time: time.open)",
        "pickle.loads(self.bytes); hash('a word'); uuid.uuid5(self.space, 'a')",
        "os.path.join('a', 'b'); Path('a') / 'b'",
        "self.names.replace('a', 'b'); self.column('x')",
    ],
)
def test_what_a_replay_can_repeat_is_not_accused(statement: str) -> None:
    assert found(HEAD.format(statement=statement)) == []


@pytest.mark.parametrize(
    "callback",
    ["on_bar", "on_quote", "on_fill", "on_timer", "on_start", "react", "scan", "advance", "columns", "on_stop"],
)
def test_every_callback_of_a_class_is_looked_at(callback: str) -> None:
    source = f"""\
    import time
    class Ours:
        def {callback}(self, event):
            return time.time()
        def main(self):
            return time.time()
    """
    assert [one.line for one in found(source)] == [4]


@pytest.mark.parametrize("head", ["@strategy(symbol='EURUSD')\ndef mine(", "@tp.strategy\ndef mine(", "def other("])
def test_signal_functions_are_looked_at_with_and_without_decorator(head: str) -> None:
    source = "import random\nimport tallystick.platform as tp\nfrom tallystick.platform import strategy\n"
    source += f"{head}bars, fast=10):\n    return random.choice([1, -1])\n"
    assert [one.kind for one in found(source)] == ["chance"]


def test_functions_and_methods_a_callback_reaches_are_looked_at_and_named() -> None:
    findings = found("""\
    from time import time
    def mean():
        return deeper()
    def deeper():
        return time()
    def never_called():
        return time()
    class Reader:
        def __init__(self):
            self.began = time()
        def rows(self):
            return open("rows.csv")
    class Parent:
        def _setup(self):
            return time()
    class Ours(Parent):
        def __init__(self):
            self.reader = Reader()
        def on_bar(self, bar):
            mean()
            self._setup()
            self.reader.rows()
            return self.price
        @property
        def price(self):
            return time()
    """)
    assert [one.line for one in findings] == [5, 12, 15, 26]
    assert findings[0].what == "deeper (called by on_bar) reads a clock: time.time"


def test_what_happens_when_the_file_is_loaded_is_told_apart() -> None:
    findings = check_source(
        dedent("""\
        import time
        import pandas as pd
        ROWS = pd.read_csv("x.csv")
        def load():
            return open("y.csv")
        MORE = load()
        class Ours:
            began = time.time()
            def __init__(self):
                self.lines = open("z.csv")
            def on_bar(self, bar, at=time.time()):
                return at
        """)
    )
    assert [one.line for one in findings] == [3, 5, 8, 10, 11]
    assert all(one.at_load for one in findings)


def test_an_import_that_may_fail_is_still_known() -> None:
    source = """\
    try:
        import yfinance as yf
    except ImportError:
        yf = None
    def signal(bars):
        return yf.download("EURUSD=X")
    """
    assert [(one.line, one.kind) for one in found(source)] == [(6, "network")]


def test_a_name_that_the_file_gives_another_meaning_is_not_accused() -> None:
    assert found("def open(x):\n    return x\ndef signal(bars):\n    return open(3)\n") == []


def test_source_that_is_no_python_says_so() -> None:
    with pytest.raises(SyntaxError):
        check_source("def on_bar(:\n", "ema.py")
