from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
def ema_cross(bars, fast=10, slow=30): return +1 if bars.ema(fast) > bars.ema(slow) else -1
