"""What every side of `bars_peers` is called with; imports nothing of ours, for the peers' interpreters run it."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def side(backtest: Callable[[Path, int, int], dict[str, Any]]) -> None:
    """Read bars and periods from the command line, run once, print the result as one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bars", type=Path)
    parser.add_argument("--fast", type=int, required=True)
    parser.add_argument("--slow", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(backtest(options.bars, options.fast, options.slow)))
