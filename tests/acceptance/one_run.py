"""One run in a process of its own: `python one_run.py FOLDER ROWS`; prints head and decision digest."""

import sys
from pathlib import Path

from tests.acceptance.books import CutFeed, run

if __name__ == "__main__":
    done = run(Path(sys.argv[1]), feed=CutFeed(int(sys.argv[2])))
    print(done.head.hex(), done.decision_digest.hex())
