"""What `tallystick init` writes: a commented config file, and what git is not to keep."""

STRATEGY = "ema_cross"
SCHEMA = "#:schema ./tallystick.schema.json"
TOML = """\
{schema}
# One book's account, data, strategies and limits. Only [[strategy]] is needed: everything else has a default.
# Every value in effect, and where it comes from: tallystick config show
# Look for mistakes: tallystick config check          Run it: tallystick run

[run]
seed = 0
# latency = "250ms"                   # from sending an order to its execution
# server_time = "new_york+7"          # the clock whose midnight charges swaps
# durability = "batch"                # or "each-input"; changes no decision
# books = "books"                     # each run gets a book of its own here

[account]
deposit = "10000.00"                  # in the currency that the symbols pay in, unless `currency` says another
leverage = 30
# margin_mode = "hedging"             # or "netting"
# limit_orders = 200                  # most pending orders; also limit_positions, message_limit

# Without [[series]] a run takes the strategies' symbols from the sample: EURUSD, NZDUSD, XAUUSD, hourly, 2014.
# [[series]]
# source = "EURUSD_H1.csv"            # a file, or a name that `tallystick data list` shows
# symbol = "EURUSD"
# tz = "mt5"                          # the file's clock: utc, mt5, fixed:-05:00, America/New_York

# [data]
# start = 2014-01-01
# end = 2014-06-30                    # taken whole
# [data.sessions.EURUSD]              # trading hours by the server's clock; a day left out is closed
# monday = [["00:05", "23:55"]]
# holidays = [2014-12-25]

# Conditions of a symbol are built in, typical and no broker's. Your broker's:
# [[instrument]]
# symbol = "EURUSD"
# commission = "3.50"                 # of a lot, at each deal
# swap = {{ long = -6.2, short = 1.1 }} # points a night

[[strategy]]
file = "{strategy}.py"
# parameters = {{ fast = 10, slow = 30 }}
# sizing = {{ kind = "fixed", lots = "0.02" }}

# Lots of strategies that say only a direction:
# [sizing]
# kind = "risk_percent"
# risk = "1 %"                        # of the equity, lost at the strategy's stop

# [protection]
# trail_points = 300
# break_even_points = 200

# [[filters.sessions]]
# days = "mon-fri"
# hours = "08:00-17:00"
# [[filters.spreads]]
# points = 30
# [filters.friday]
# close = "20:45"

[risk]
daily_loss = "5 %"                    # nothing new beyond it, until the server's next day
drawdown = "20 %"
order_volume_max = "10"               # lots
# [risk.limits]
# max_loss = "1000.00"                # everything is closed

# Keys by reference, never a key itself: a name in your key folder, or a path.
# [keys]
# signing = "signing"
"""
GITIGNORE = """\
# Books are records of runs: back them up, do not merge them.
books/
research/
tallystick-backtest*/
tallystick-exec*/
tallystick-demo/
# Secret keys never go into a repository.
*.key
"""


def config_text(strategy: str = STRATEGY) -> str:
    """The text of a starting `tallystick.toml` for a strategy's file."""
    return TOML.format(strategy=strategy, schema=SCHEMA)
