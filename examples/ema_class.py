from tallystick.platform import Strategy


class EmaCross(Strategy, symbol="EURUSD", timeframe="H1"):
    fast: int = 10
    slow: int = 30

    def on_bar(self, bar):
        self.target("0.10" if self.ema(self.fast) > self.ema(self.slow) else "-0.10")
