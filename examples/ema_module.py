from tallystick.platform import BarClosed, Ema, Module, TargetAsked, lots


class EmaReactor(Module, hears=[BarClosed], symbol="EURUSD", timeframe="H1", name="ema_cross"):
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
