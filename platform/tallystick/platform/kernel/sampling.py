"""What modules compute over a whole sample before its first row, of a feed or of a log's own rows.

A run row by row leaves it out: its strategies compute the same from the rows so far, which is the truth.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from tallystick.events.reader import LogReader
from tallystick.events.types.market import BarBlock, QuoteBlock, SeriesDeclared
from tallystick.events.types.running import RunStarted
from tallystick.market.rows import Rows
from tallystick.platform.kernel.blocks import rows_of
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.history import RunSeen

COLUMNS = ".columns"
"""How the names of columns end among a manifest's models."""


def sampled(
    composition: Composition, series: Sequence[SeriesDeclared], rows: Callable[[], Iterable[Rows]]
) -> Composition:
    """The composition after its strategies have computed their columns over `rows`, with the hashes of these."""
    if not any(getattr(one, "has_columns", False) for one in composition.modules):
        return composition
    from tallystick.platform.authoring.sampled import prepare_columns

    return replace(composition, models=prepare_columns(composition.modules, series, rows))


def sampled_again(composition: Composition, run: RunSeen, reader: LogReader) -> Composition:
    """The same for a replay, from the rows that the log holds, if the run did so."""
    if not any(name.endswith(COLUMNS) for name in run.started.models):
        return composition
    return sampled(composition, run.series, lambda: _recorded(run, reader))


def _recorded(run: RunSeen, reader: LogReader) -> Iterator[Rows]:
    """Rows of a run, and of those that took over from it."""
    rules = [one.time_rule for one in run.series]
    periods = np.array([one.period_ns for one in run.series], dtype=np.int64)
    ids = {reader.declarations.ids.get(one.FACT.name) for one in (BarBlock, QuoteBlock, RunStarted)}
    for _, (_, fields) in reader.raw():
        if fields[10] not in ids or fields[4] <= run.seq:
            continue
        event = reader.fetch(fields[4]).event
        if isinstance(event, RunStarted) and event.resumed_from < 0:
            return
        if isinstance(event, BarBlock | QuoteBlock):
            yield rows_of(event, rules, periods)
