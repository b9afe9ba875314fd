"""The terminal's side of the `MetaTrader5` module: answers to its functions from a server, prices and definitions."""
