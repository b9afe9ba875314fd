"""A config file, read, checked and planned: what `run`, `config check` and `config show` share."""

from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from tallystick.platform.backtesting.chosen import Chosen
from tallystick.platform.config.errors import ConfigError, Finding
from tallystick.platform.config.file import NAME, ConfigFile, read_file
from tallystick.platform.config.planning import Planned, planned
from tallystick.platform.config.tables import Config, Strategy
from tallystick.platform.config.walking import config_from
from tallystick.platform.data.feed import Feed
from tallystick.platform.plan import RunPlan

DEFAULT_BOOKS = "books"
DEFAULT_KEY = "signing"
SETTING, SETTING_FILE = "config", "config_file"
"""What a run's manifest calls the hash of the file, and its name."""


@dataclass(frozen=True, slots=True)
class Project:
    """A config file from which a run can begin."""

    file: ConfigFile
    config: Config
    plan: RunPlan
    feed: Feed
    chosen: tuple[Chosen, ...]
    """The strategies, in the order of their tables; the plan may have another."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the strategies, in the order of their tables."""
        return tuple(one.plan.name for one in self.chosen)

    @property
    def settings(self) -> dict[str, str]:
        """What the manifest of a run says of the file."""
        return {SETTING: self.file.sha256, SETTING_FILE: self.file.path.name}

    @property
    def tables_by_name(self) -> dict[str, Strategy]:
        """Each strategy's own table by its name."""
        return dict(zip(self.names, self.config.strategy, strict=True))

    @property
    def books(self) -> Path:
        """Where runs without a book of their own keep theirs."""
        return self.file.folder / Path(self.config.run.books or DEFAULT_BOOKS).expanduser()

    @property
    def writes_report(self) -> bool:
        """Whether a run writes its page."""
        return self.config.report.write is not False


def project_of(path: Path = Path(NAME), *, strict: bool = False) -> Project:
    """Read, check, plan; `strict` refuses faults of the data. Raises `ConfigError` with everything that is wrong."""
    file = read_file(path)
    findings = file.findings()
    config = config_from(file.tables, findings)
    if strict:
        config = structs.replace(config, data=structs.replace(config.data, strictness="strict"))
    made: Planned | None = planned(config, file.folder, findings)
    if made is None or len(findings):
        raise ConfigError(list(findings), path)
    return Project(file, config, made.plan, made.feed, made.chosen)


def findings_of(path: Path) -> tuple[Finding, ...]:
    """Everything that is wrong with a file; nothing where a run can begin from it."""
    try:
        project_of(path)
    except ConfigError as error:
        return error.findings
    return ()
