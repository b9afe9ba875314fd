"""Strategies that know only what has closed, in the spellings that a check might take for cheating."""

from tests.acceptance.lookahead_cheats import CLASS, CSV, HEAD, SCANNING, Cheat

FOLLOW = """
def on_bar(self, bar):
    self.target("0.10" if self.column("edge") > 0 else "-0.10")
"""


def honest(name: str, body: str, top: str = "") -> Cheat:
    """A class with its own methods."""
    lines = "\n".join(f"    {line}" if line else "" for line in body.strip("\n").splitlines())
    return Cheat(name, (), f"{HEAD}{top}\n\n{CLASS}{lines}\n")


HONEST = (
    honest(
        "past_columns",
        """
def columns(self, bars):
    fast = bars.close.ewm(span=8).mean()
    return {"edge": fast - bars.close.rolling(30).mean().shift(1)}
"""
        + FOLLOW,
    ),
    honest(
        "higher_by_its_end",
        """
def columns(self, bars):
    day = bars.close.resample("1D", label="right", closed="right").last()
    day.index = day.index.where(day.index <= bars.index[-1], bars.index[-1] + pd.Timedelta("9D"))
    whole = day.reindex(day.index.union(bars.index)).ffill().reindex(bars.index)
    return {"edge": bars.close - whole.shift(1)}
"""
        + FOLLOW,
    ),
    honest(
        "expanding_scaling",
        """
def columns(self, bars):
    move = bars.close.diff(6)
    return {"edge": (move.expanding(50).mean() - move) / move.expanding(50).std()}
"""
        + FOLLOW,
    ),
    honest(
        "walk_forward_fit",
        """
def columns(self, bars):
    close = bars.close.to_numpy()
    edge = np.full(len(close), np.nan)
    for start in range(200, len(close), 50):
        slope = np.polyfit(np.arange(200), close[start - 200 : start], 1)[0]
        edge[start : start + 50] = slope
    return {"edge": edge}
"""
        + FOLLOW,
    ),
    honest(
        "random_entry",
        """
def on_bar(self, bar):
    if self.random.random() < 0.1:
        self.target(self.random.choice(["0.10", "-0.10", "0"]))
""",
    ),
    honest(
        "stop_and_reverse",
        """
def on_start(self):
    self.fills = 0

def on_fill(self, fill):
    self.fills += 1

def on_bar(self, bar):
    side = 1 if self.fills % 4 < 2 else -1
    if not self.position and len(self.bars) % 5 == 0:
        enter = self.buy if side > 0 else self.sell
        enter("0.10", sl=bar.close - side * 0.002, tp=bar.close + side * 0.002)
""",
    ),
    honest(
        "settings_from_json",
        """
def on_bar(self, bar):
    self.target("0.10" if self.ema(SET["fast"]) > self.ema(SET["slow"]) else "-0.10")
""",
        "import json\nSET = json.loads(Path(__file__).with_name('settings.json').read_text())\n",
    ),
    Cheat(
        "scan_as_react",
        (),
        HEAD
        + SCANNING.format(
            react="side = self.wants(event.close)\n        return self.say(side) if side else []",
            scan="for row, bid in enumerate(rows.bid.tolist()):\n            if self.wants(bid):\n"
            "                return row\n        return -1",
            advance="pass",
        )
        + "\n    def wants(self, close):\n        side = 1 if round(close * 10_000) % 40 < 20 else -1\n"
        "        return side if side != self.side else 0\n",
    ),
    honest(
        "trailing_stop",
        """
def on_bar(self, bar):
    if not self.position and bar.close > self.highest(20, "close") - 0.0001:
        self.target("0.10", trail=0.003, again=True)
""",
    ),
    honest("never_trades", "def on_bar(self, bar):\n    if bar.close < 0:\n        self.buy('0.10')\n"),
    honest(
        "file_up_to_now",
        """
def on_bar(self, bar):
    past = DATA.close[: pd.Timestamp(bar.time, tz="UTC").tz_localize(None)]
    self.target("0.10" if past.iloc[-24:].mean() < bar.close else "-0.10")
""",
        CSV,
    ),
    honest(
        "a_year_of_the_same_prices",
        """
def on_bar(self, bar):
    i = int(np.searchsorted(TIME, bar.time))
    self.target("0.10" if CLOSE[i] > CLOSE[max(i - 24, 0) : i + 1].mean() else "-0.10")
""",
        "from tallystick.platform.data.demo import demo_feed\n"
        "ROWS = next(one for one in demo_feed().series if one.symbol == 'EURUSD')\n"
        "TIME, CLOSE = ROWS.time, ROWS.rows.columns['bid_close']\n",
    ),
    honest(
        "another_symbol_up_to_now",
        """
def on_bar(self, bar):
    i = int(np.searchsorted(TIME, bar.time, side="right")) - 1
    if i > 24:
        self.target("0.10" if CLOSE[i] > CLOSE[i - 24 : i].mean() else "-0.10")
""",
        "DATA = np.load(Path(__file__).with_name('other.npz'))\nTIME, CLOSE = DATA['time'], DATA['close']\n",
    ),
    honest(
        "a_librarys_model_fitted_on_the_past",
        """
def on_bar(self, bar):
    count = len(self.bars)
    if count >= 120 and count % 24 == 0:
        moves = np.diff(self.bars.close[-100:]) * 1e4
        x = np.array([moves[i : i + 5] for i in range(len(moves) - 5)])
        group = KMeans(2, n_init=1, random_state=0).fit(x).predict(moves[None, -5:])[0]
        ahead = Ridge().fit(x, moves[5:]).predict(moves[None, -5:])[0]
        self.target("0.10" if ahead > 0 and group else "-0.10")
""",
        "from sklearn.cluster import KMeans\nfrom sklearn.linear_model import Ridge\n",
    ),
    honest(
        "causal_filter_of_a_library",
        """
def columns(self, bars):
    b, a = butter(2, 0.1)
    return {"edge": bars.close - lfilter(b, a, bars.close)}
"""
        + FOLLOW,
        "from scipy.signal import butter, lfilter\n",
    ),
    honest(
        "memory_of_the_class",
        """
memory = {}

def on_bar(self, bar):
    key = len(self.bars) % 7
    self.memory.setdefault(key, key - 3)
    self.target("0.10" if self.memory[key] > 0 else "-0.10")
""",
    ),
)
