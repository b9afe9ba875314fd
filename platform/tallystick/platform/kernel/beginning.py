"""The first records of a book's run: types and sources declared, the manifest, the key, the series, the risk rules."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tallystick.events.blobs import BlobStore
from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.record import blob_of
from tallystick.events.signer import Signer
from tallystick.events.types import running
from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.events.writer import LogWriter
from tallystick.platform.compose import rules_of
from tallystick.platform.kernel import manifest
from tallystick.platform.kernel.cascade import KERNEL
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.people import OWNER, enrolment
from tallystick.platform.plan import RunPlan


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run says of itself before its first row. `signer` bears the book's origin as its name."""

    folder: Path
    plan: RunPlan
    series: Sequence[SeriesDeclared]
    signer: Signer
    treated: Sequence[DataTreated] = ()
    data_hash: str = ""
    sources: Sequence[Path] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    keep_source: bool = True

    def declare(self, writer: LogWriter, catalogue: Catalogue, composition: Composition, terminal: str = "") -> None:
        """Types and sources before first use, so that no cascade is interrupted by a declaration.

        `terminal`: name of one outside the composition.
        """
        writer.declare(catalogue.types)
        name = composition.terminal.name if composition.terminal is not None else terminal
        names = [(KERNEL, KERNEL), ("feed", "feed"), ("gateway", "gateway"), (OWNER, "person")]
        names += [(name, "terminal")] if name else []
        names += [(module.name, module.role) for module in composition.modules]
        names += [(name, "worker") for module in composition.modules for name in getattr(module, "workers", ())]
        for each, role in names:
            writer.declare_source(each, role)

    def begin(self, kernel: Kernel, writer: LogWriter) -> str:
        """Say it at the kernel's book time and commit; returns the hash of code and settings."""
        sources = manifest.all_sources(self.sources, kernel.composition.sources)
        blobs = self._keep(sources) if self.keep_source else ()
        started = self._manifest({name: digest for name, (digest, _) in sources.items()}, kernel)
        seq = kernel.cascades.start(started, KERNEL, KERNEL, blobs=blobs)
        salt = hashlib.sha256(f"{self.signer.name}/{self.plan.seed}".encode()).digest()[:16]
        opening: list[tuple[Event, str, str]] = [(enrolment(self.signer, salt), OWNER, "person")]
        opening += [(event, "feed", "feed") for event in (*self.series, *self.treated)]
        opening += [(rules_of(self.plan), KERNEL, KERNEL)]
        kernel.open_terminal(seq)
        while kernel.pending:
            kernel.step()
        for event, source, role in opening:
            kernel.hear(event, source, role, seq)
        writer.commit()
        return manifest.code_hash(started.settings_hash, started.sources)

    def _keep(self, sources: Mapping[str, tuple[str, bytes]]) -> tuple[tuple[int, bytes], ...]:
        store = BlobStore(self.folder / "log")
        for _, content in sources.values():
            store.put(content)
        return tuple(blob_of(content) for _, (_, content) in sorted(sources.items()))

    def _manifest(self, source_hashes: Mapping[str, str], kernel: Kernel) -> running.RunStarted:
        plan = self.plan
        return running.RunStarted(
            run=0,
            mode=plan.mode,
            seed=plan.seed,
            durability=plan.durability,
            modules=tuple(module.name for module in kernel.cascades.modules),
            settings={**self.settings, "plan": plan.as_json()},
            settings_hash=plan.hash(),
            sources=dict(source_hashes),
            package_hash=manifest.package_hash(),
            versions=dict(manifest.versions()),
            models=dict(kernel.composition.models),
            data_hash=self.data_hash,
            resumed_from=-1,
            starting_rows=0,
            next_order=1,
        )
