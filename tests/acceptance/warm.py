"""Preloaded by the process that forks the runs that are killed: imports and compiled kernels are at hand then."""

import tempfile
from pathlib import Path

from tests.acceptance.books import CutFeed, run

with tempfile.TemporaryDirectory() as folder:
    run(Path(folder) / "book", feed=CutFeed(rows=300))
