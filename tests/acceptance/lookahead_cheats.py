"""Strategies that look ahead, as users write them: ten families, three spellings each, and ten nobody listed.

`prices.csv` beside a strategy holds the very bars of the run: time (close, UTC), open, high, low, close.
"""

from dataclasses import dataclass

HEAD = """\
from pathlib import Path
import numpy as np
import pandas as pd
from tallystick.platform import BarClosed, Module, Strategy, TargetAsked, lots, strategy

"""
CLASS = """\
class Cheat(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
"""
FOLLOW = """\
    def on_bar(self, bar):
        self.target("0.10" if self.column("edge") > 0 else "-0.10")
"""
CSV = 'DATA = pd.read_csv(Path(__file__).with_name("prices.csv"), parse_dates=["time"], index_col="time")\n'


@dataclass(frozen=True)
class Cheat:
    """A strategy's source and the kinds of finding that name what it does."""

    name: str
    kinds: tuple[str, ...]
    source: str


def by_columns(name: str, kind: str, body: str, *more: str) -> Cheat:
    """A class whose column `edge` cheats."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    source = f"{HEAD}{CLASS}    def columns(self, bars):\n{lines}\n\n{FOLLOW}"
    return Cheat(name, (kind, *more), source)


def by_class(name: str, kind: str, top: str, body: str, *more: str) -> Cheat:
    """A class with its own callbacks, under some lines of the file."""
    lines = "\n".join(f"    {line}" if line else "" for line in body.strip("\n").splitlines())
    return Cheat(name, (kind, *more), f"{HEAD}{top}\n\n{CLASS}{lines}\n")


SHIFT = (
    by_columns("shift_negative", "shift", 'return {"edge": bars.close.shift(-1) - bars.close}'),
    by_columns("shift_roll", "shift", 'return {"edge": np.roll(bars.close, -4) - bars.close}'),
    by_columns(
        "shift_slice",
        "shift",
        "ahead = np.append(bars.close.to_numpy()[6:], np.zeros(6))\nreturn {'edge': ahead - bars.close.to_numpy()}",
    ),
)
UNFINISHED_CLOSE = (
    by_columns(
        "close_appended",
        "unfinished_close",
        "now = np.append(bars.close.to_numpy()[1:], np.nan)\nreturn {'edge': now - bars.close.to_numpy()}",
    ),
    by_columns(
        "close_by_loop",
        "unfinished_close",
        "close = bars.close.to_numpy()\nedge = np.full(len(close), np.nan)\n"
        "for i in range(len(close) - 1):\n    edge[i] = close[i + 1] - close[i]\nreturn {'edge': edge}",
    ),
    by_class(
        "close_from_file",
        "outside_data",
        CSV,
        """
def on_bar(self, bar):
    i = DATA.index.searchsorted(pd.Timestamp(bar.time, tz="UTC").tz_localize(None))
    if i + 1 < len(DATA):
        self.target("0.10" if DATA.close.iloc[i + 1] > bar.close else "-0.10")
""",
    ),
)
UNFINISHED_RANGE = (
    by_columns(
        "high_for_the_open",
        "unfinished_range",
        "return {'edge': bars.high.shift(-1) - bars.close - 0.0012}",
    ),
    by_columns(
        "low_appended",
        "unfinished_range",
        "low = np.append(bars.low.to_numpy()[1:], np.nan)\nreturn {'edge': low - bars.close.to_numpy() + 0.0008}",
    ),
    by_class(
        "buys_the_low",
        "unfinished_range",
        "",
        """
def columns(self, bars):
    return {"low": bars.low.shift(-1), "high": bars.high.shift(-1)}

def on_bar(self, bar):
    if self.column("high") - bar.close > 2 * (bar.close - self.column("low")):
        self.target("0.10", tp=self.column("high"))
    else:
        self.target("-0.10")
""",
    ),
)
CENTRED = (
    by_columns(
        "rolling_center",
        "centred_window",
        "return {'edge': bars.close.rolling(9, center=True).mean() - bars.close}",
    ),
    by_columns(
        "convolve_same",
        "centred_window",
        "smooth = np.convolve(bars.close, np.ones(7) / 7, mode='same')\nreturn {'edge': smooth - bars.close}",
    ),
    by_columns(
        "by_hand_both_sides",
        "centred_window",
        "close = bars.close.to_numpy()\nedge = np.full(len(close), np.nan)\n"
        "for i in range(5, len(close) - 5):\n    edge[i] = close[i - 5 : i + 6].mean() - close[i]\n"
        "return {'edge': edge}",
    ),
)
SCALING = (
    by_columns(
        "z_score",
        "sample_scaling",
        "return {'edge': (bars.close.mean() - bars.close) / bars.close.std()}",
    ),
    by_columns(
        "min_max",
        "sample_scaling",
        "close = bars.close\nreturn {'edge': 0.5 - (close - close.min()) / (close.max() - close.min())}",
    ),
    by_columns("rank_of_sample", "sample_scaling", "return {'edge': 0.5 - bars.close.rank(pct=True)}"),
)
FIT = (
    by_columns(
        "polyfit",
        "sample_fit",
        "x = np.arange(len(bars))\nline = np.polyval(np.polyfit(x, bars.close, 1), x)\n"
        "return {'edge': line - bars.close}",
    ),
    by_columns(
        "best_span",
        "sample_fit",
        "move = bars.close.diff().shift(-1)\n"
        "score = lambda n: (np.sign(bars.close - bars.close.rolling(n).mean()) * move).sum()\n"
        "best = max(range(5, 60, 5), key=score)\n"
        "return {'edge': bars.close - bars.close.rolling(best).mean()}",
    ),
    by_columns(
        "quantile_threshold",
        "sample_fit",
        "move = bars.close.diff(12)\nreturn {'edge': move - move.quantile(0.6)}",
    ),
)
LONGER = (
    by_columns(
        "resample_by_start",
        "early_longer_bar",
        "day = bars.close.resample('1D').last()\nreturn {'edge': day.reindex(bars.index, method='ffill') - bars.close}",
    ),
    by_columns(
        "group_of_the_day",
        "early_longer_bar",
        "day = bars.groupby(bars.index.floor('4h')).close.transform('last')\nreturn {'edge': day - bars.close}",
    ),
    by_columns(
        "merge_asof_forward",
        "early_longer_bar",
        "day = bars.close.resample('1D').mean().dropna().rename('day').reset_index()\n"
        "own = bars[['close']].reset_index()\n"
        "found = pd.merge_asof(own, day, on='time', direction='forward')\n"
        "return {'edge': found['day'].to_numpy() - bars.close.to_numpy()}",
    ),
)
FIRST_PASS = (
    by_class(
        "class_level_cache",
        "first_pass",
        "",
        """
seen = {}

def on_bar(self, bar):
    later = self.seen.get(bar.time + 5 * 3_600_000_000_000)
    self.seen[bar.time] = bar.close
    if later is not None:
        self.target("0.10" if later > bar.close else "-0.10")
    elif len(self.bars) > 20:
        self.target("0.10" if bar.close > self.bars.close[-20:].mean() else "-0.10")
""",
    ),
    by_class(
        "module_level_list",
        "first_pass",
        "CLOSES = []\n",
        """
def on_bar(self, bar):
    CLOSES.append(bar.close)
    best = max(CLOSES)
    self.target("0.10" if bar.close < (best + min(CLOSES)) / 2 else "-0.10")
""",
    ),
    Cheat(
        "default_argument",
        ("first_pass",),
        f"""{HEAD}
@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
def cheat(bars):
    return remembered(bars[-1].time, bars.close[-1])

def remembered(time, close, known={{}}):
    known[time] = close
    later = [price for at, price in known.items() if time < at <= time + 10 * 3_600_000_000_000]
    return +1 if later and later[-1] > close else -1
""",
    ),
)
FILE_IN_CALLBACK = (
    by_class(
        "read_csv_in_on_bar",
        "file_in_callback",
        'PATH = Path(__file__).with_name("prices.csv")\n',
        """
def on_bar(self, bar):
    data = pd.read_csv(PATH)
    self.target("0.10" if data.close.iloc[len(self.bars)] > bar.close else "-0.10")
""",
    ),
    by_class(
        "open_in_a_function",
        "file_in_callback",
        "def lines():\n    with open(Path(__file__).with_name('prices.csv')) as file:\n"
        "        return file.readlines()\n",
        """
def on_bar(self, bar):
    self.target("0.10" if float(lines()[len(self.bars)].split(",")[-1]) > bar.close else "-0.10")
""",
    ),
    by_class(
        "reader_by_another_name",
        "file_in_callback",
        "import builtins\nREAD = getattr(builtins, 'op' + 'en')\nPATH = str(Path(__file__).with_name('prices.csv'))\n",
        """
def on_bar(self, bar):
    text = READ(PATH).read()
    self.target("0.10" if float(text.splitlines()[len(self.bars)].split(",")[-1]) > bar.close else "-0.10")
""",
    ),
)
SCANNING = """
class Cheat(Module, hears=[BarClosed], symbol="EURUSD", timeframe="H1"):
    def __init__(self):
        self.side, self.last, self.told = 0, 0.0, 0

    def react(self, event, context):
        {react}

    def say(self, side):
        self.side = side
        volume = lots("0.10") * side
        return [TargetAsked(strategy=self.name, symbol="EURUSD", volume=volume, stop_points=0, take_points=0)]

    def scan(self, rows):
        {scan}

    def advance(self, rows):
        {advance}
"""


def by_scan(name: str, react: str, scan: str, advance: str = "pass") -> Cheat:
    """A module whose `scan` looks at rows that `react` has not heard."""
    parts = {
        word: "\n        ".join(text.strip().splitlines())
        for word, text in (("react", react), ("scan", scan), ("advance", advance))
    }
    return Cheat(name, ("scan",), HEAD + SCANNING.format(**parts))


SCAN = (
    by_scan(
        "scan_tells_the_end",
        "side, self.told = self.told, 0\nreturn self.say(side) if side and side != self.side else []",
        "side = 1 if rows.bid[-1] > rows.bid[0] else -1\n"
        "if side == self.side:\n    return -1\nself.told = side\nreturn 0",
    ),
    by_scan(
        "scan_finds_the_top",
        "side, self.told = self.told, 0\nreturn self.say(side) if side else []",
        "self.told = -1 if self.side >= 0 else 1\n"
        "return int(np.argmax(rows.bid) if self.told < 0 else np.argmin(rows.bid))",
    ),
    by_scan(
        "scan_peeks_behind_its_window",
        "side = self.told or (1 if event.close > self.last else -1)\nself.last, self.told = event.close, 0\n"
        "return self.say(side) if side != self.side else []",
        "whole, start, stop = rows.origin()\nclose = whole['bid_close']\n"
        "self.told = 1 if close[min(stop + 3, len(close) - 1)] > rows.bid[0] else -1\nreturn 0",
    ),
)
FAMILIES = {
    "shift into the future": SHIFT,
    "the unfinished bar's close": UNFINISHED_CLOSE,
    "its high or low": UNFINISHED_RANGE,
    "centred window": CENTRED,
    "full-sample scaling": SCALING,
    "parameter fitted on the whole sample": FIT,
    "higher timeframe by its start": LONGER,
    "state filled by a first pass": FIRST_PASS,
    "a data file read in a callback": FILE_IN_CALLBACK,
    "a scan that looks ahead": SCAN,
}
OTHERS = (
    by_columns(
        "backfilled",
        "shift",
        "hole = bars.close.where(bars.index.hour % 6 == 0)\nreturn {'edge': hole.bfill() - bars.close}",
        "early_longer_bar",
    ),
    by_columns(
        "reversed_ewm",
        "sample_scaling",
        "return {'edge': bars.close[::-1].ewm(span=20).mean()[::-1] - bars.close}",
        "shift",
        "sample_fit",
        "centred_window",
    ),
    by_columns(
        "progress_of_sample",
        "sample_fit",
        "return {'edge': 0.5 - np.arange(len(bars)) / len(bars)}",
        "sample_scaling",
        "shift",
    ),
    by_columns(
        "fourier_low_pass",
        "sample_fit",
        "f = np.fft.rfft(bars.close)\nf[30:] = 0\nreturn {'edge': np.fft.irfft(f, len(bars)) - bars.close}",
        "sample_scaling",
        "centred_window",
        "shift",
    ),
    by_columns(
        "min_of_next_week",
        "shift",
        "low = bars.low[::-1].rolling(40, min_periods=1).min()[::-1]\nreturn {'edge': low - bars.close + 0.002}",
        "unfinished_range",
    ),
    by_class(
        "columns_kept_on_self",
        "later_rows",
        "",
        """
def columns(self, bars):
    type(self).future = bars.close.to_numpy()
    return {"close": bars.close}

def on_bar(self, bar):
    i = len(self.bars) - 1
    if self.column("close") and i + 8 < len(self.future):
        self.target("0.10" if self.future[i + 8] > bar.close else "-0.10")
""",
        "shift",
        "unfinished_close",
        "sample_fit",
        "sample_scaling",
    ),
    by_class(
        "table_of_turns_made_at_load",
        "outside_data",
        CSV
        + "TURNED = DATA.close.shift(-24) > DATA.close\n"
        + "TURNS = {int(pd.Timestamp(at).value): turned for at, turned in TURNED.items()}\n",
        """
def on_bar(self, bar):
    if bar.time in TURNS:
        self.target("0.10" if TURNS[bar.time] else "-0.10")
""",
    ),
    by_class(
        "numpy_archive",
        "outside_data",
        "DATA = np.load(Path(__file__).with_name('prices.npz'))\nTIME, CLOSE = DATA['time'], DATA['close']\n",
        """
def on_bar(self, bar):
    i = int(np.searchsorted(TIME, bar.time))
    if i + 2 < len(CLOSE):
        self.target("0.10" if CLOSE[i + 2] > bar.close else "-0.10")
""",
    ),
    by_class(
        "the_platforms_own_reader",
        "outside_data",
        "from tallystick.platform.data.demo import demo_feed\n"
        "ROWS = next(one for one in demo_feed().series if one.symbol == 'EURUSD')\n"
        "TIME, CLOSE = ROWS.time, ROWS.rows.columns['bid_close']\n",
        """
def on_bar(self, bar):
    i = int(np.searchsorted(TIME, bar.time))
    if i + 3 < len(CLOSE):
        self.target("0.10" if CLOSE[i + 3] > bar.close else "-0.10")
""",
    ),
    by_class(
        "read_past_pythons_readers",
        "uncheckable_data",
        "import linecache\nLINES = linecache.getlines(str(Path(__file__).with_name('prices.csv')))\n",
        """
def on_bar(self, bar):
    i = len(self.bars) + 2
    self.target("0.10" if i < len(LINES) and float(LINES[i].split(",")[-1]) > bar.close else "-0.10")
""",
    ),
    by_class(
        "answers_in_the_source",
        "uncheckable_data",
        f"SIDES = {[row * row % 7 - 3 for row in range(1_500)]}\n",
        """
def on_bar(self, bar):
    self.target("0.10" if SIDES[len(self.bars) % 1_500] > 0 else "-0.10")
""",
    ),
    by_class(
        "garbage_collector",
        "later_rows",
        "import gc\n",
        """
def on_start(self):
    found = [one for one in gc.get_objects() if type(one).__name__ == "Series" and hasattr(one, "period_ns")]
    self.found = [(int(t), float(c)) for one in found[:1] for t, c in zip(one.time, one.rows.columns["bid_close"])]

def on_bar(self, bar):
    i = len(self.bars)
    if i < len(self.found):
        self.target("0.10" if self.found[i][1] > bar.close else "-0.10")
""",
        "shift",
        "unfinished_close",
        "sample_fit",
        "sample_scaling",
    ),
)
