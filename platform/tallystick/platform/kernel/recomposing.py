"""A run built again from its manifest, with its strategies out of the files they came from, or out of the log.

1. By default a file is looked for where the plan says, from the current folder on; never in the book's own folder,
   for a book that somebody sent must not bring the code that judges it.
2. `source` names another file in its place.
3. `recorded_code` runs the copies that the log keeps: only for logs one trusts, for it executes them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tallystick.events.blobs import BlobStore
from tallystick.events.errors import LogMissing
from tallystick.platform.compose import compose
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.history import RunSeen
from tallystick.platform.plan import RunPlan, StrategyPlan, plan_from_json


@dataclass(frozen=True, slots=True)
class Recomposing:
    """Builds what a manifest describes, for the book in `folder`."""

    folder: Path
    source: Path | None = None
    recorded_code: bool = False

    def __call__(self, run: RunSeen) -> Composition:
        """Raises `RunConfigurationError` when a strategy's file is gone, and what loading it raises."""
        started = run.started
        plan = plan_from_json(started.settings["plan"])
        with self._folders(run) as folders:
            found = tuple(self._found(one, folders) if one.kind == "file" else one for one in plan.strategies)
            placed: RunPlan = msgspec.structs.replace(plan, strategies=found)
            return compose(placed, run.series, first_order=started.next_order)

    @contextmanager
    def _folders(self, run: RunSeen) -> Iterator[Sequence[Path]]:
        """Where files are looked for."""
        if not self.recorded_code:
            yield (Path(),)
            return
        from tallystick.platform.authoring.sources import unpack

        kept = BlobStore(self.folder / "log")
        try:
            contents = {name: kept.get(bytes.fromhex(digest)) for name, digest in run.started.sources.items()}
        except LogMissing:
            message = "the log keeps only the hashes of its sources, not the files"
            raise RunConfigurationError(message, 'replay with the file of then: source="FILE"') from None
        with TemporaryDirectory(prefix="tallystick-") as unpacked:
            unpack(contents, Path(unpacked))
            yield (Path(unpacked),)

    def _found(self, one: StrategyPlan, folders: Sequence[Path]) -> StrategyPlan:
        from tallystick.platform.authoring.sources import split_source

        path, name = split_source(one.source)
        if self.source is not None:
            places = [self.source]
        elif self.recorded_code:
            # Recorded names are relative to the strategy's own folder, under its name where two had one.
            words = (f"{one.name}/{Path(path).name}", path, Path(path).name)
            places = [folder / word for folder in folders for word in words if not Path(word).is_absolute()]
        else:
            places = [folder / path for folder in folders]
        place = next((each for each in places if each.is_file()), None)
        if place is None:
            message = f"{path}, the file of strategy {one.name}, is not there"
            fix = 'give the file: source="FILE", or, for a log you trust, run the copy it keeps: recorded_code=True'
            raise RunConfigurationError(message, fix)
        return msgspec.structs.replace(one, source=f"{place.as_posix()}:{name}" if name else place.as_posix())
