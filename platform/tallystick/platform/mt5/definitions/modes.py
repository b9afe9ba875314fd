"""MT5's numbers for modes of a symbol, and our words for them.

Source: https://www.mql5.com/en/docs/constants/environment_state/marketinfoconstants and the wheel's constants.
"""

CALC_MODES = {0: "forex", 1: "futures", 2: "cfd", 3: "cfd_index", 4: "cfd_leverage", 5: "forex_no_leverage",
              32: "exch_stocks", 33: "exch_futures"}  # fmt: skip
"""SYMBOL_CALC_MODE_*: those the simulated server computes."""
TRADE_MODES = {0: "disabled", 1: "long_only", 2: "short_only", 3: "close_only", 4: "full"}
EXECUTIONS = {0: "request", 1: "instant", 2: "market", 3: "exchange"}
SWAP_MODES = {0: "disabled", 1: "points", 2: "currency_symbol", 3: "currency_margin", 4: "currency",
              5: "interest_current", 6: "interest_open"}  # fmt: skip
"""SYMBOL_SWAP_MODE_*: reopening at a price (7, 8) is none of the simulated server's."""
GTC_MODES = {0: "gtc", 1: "daily", 2: "daily_no_stops"}
MARGIN_MODES = {0: "netting", 1: "netting", 2: "hedging"}
"""ACCOUNT_MARGIN_MODE_*: exchange accounts keep one position a symbol."""
BY_KEY = {
    "trade_calc_mode": CALC_MODES,
    "trade_mode": TRADE_MODES,
    "trade_exemode": EXECUTIONS,
    "swap_mode": SWAP_MODES,
    "order_gtc_mode": GTC_MODES,
}
"""The words of a symbol's field."""


def number_of(words: dict[int, str], word: str) -> int:
    """MT5's number for one of our words. Raises `KeyError` for a word that is none."""
    for number, known in words.items():
        if known == word:
            return number
    raise KeyError(word)
