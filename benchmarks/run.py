"""Run the benchmarks: `python benchmarks/run.py [names...] [--quick] [--write docs/benchmarks.md]`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # The benchmarks are a package beside the sources, not part of the distribution.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.suite import main

    raise SystemExit(main())
