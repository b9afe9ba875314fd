# Runs jobs at given times of the day, like the schedule package does.
import atexit
import datetime
import time

import MetaTrader5 as mt5


class Job:
    def __init__(self, every, action):
        self.every = every
        self.action = action
        self.next_run = datetime.datetime.now().replace(minute=0, second=0, microsecond=0) + every

    def due(self):
        return datetime.datetime.now() >= self.next_run

    def run(self):
        self.action()
        while self.next_run <= datetime.datetime.now():
            self.next_run += self.every


def wait_for_candle(minutes):
    now = datetime.datetime.now()
    seconds = (minutes - now.minute % minutes) * 60 - now.second - now.microsecond / 1e6
    time.sleep(seconds)


def report():
    info = mt5.account_info()
    print(datetime.datetime.now().strftime("%d.%m %H:%M"), "balance", info.balance, "equity", info.equity)


def trade():
    now = datetime.datetime.now()
    if now.weekday() >= 5 or not datetime.time(8) <= now.time() <= datetime.time(20):
        return
    today = mt5.copy_rates_from_pos("EURUSD", mt5.TIMEFRAME_H1, 0, 3)
    if today is None or len(today) < 3:
        return
    rising = today[-1]["close"] > today[0]["open"]
    result = mt5.Buy("EURUSD", 0.1) if rising else mt5.Sell("EURUSD", 0.1)
    print("  ", "buy" if rising else "sell", result.retcode if result else mt5.last_error())


def flatten():
    if datetime.datetime.now().hour == 21:
        print("   flatten", mt5.Close("EURUSD"))


mt5.initialize()
mt5.symbol_select("EURUSD", True)
atexit.register(mt5.shutdown)
atexit.register(print, "good bye")

jobs = [
    Job(datetime.timedelta(hours=6), report),
    Job(datetime.timedelta(hours=4), trade),
    Job(datetime.timedelta(hours=1), flatten),
]
wait_for_candle(15)
while True:
    for job in sorted(jobs, key=lambda j: j.next_run):
        if job.due():
            job.run()
    time.sleep(1)
