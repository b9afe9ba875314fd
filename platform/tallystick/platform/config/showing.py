"""What a config file comes to: every value in effect, and where it comes from."""

from dataclasses import dataclass
from typing import Any

from tallystick.platform.config.effective import defaults, effective
from tallystick.platform.config.errors import Place, spoken
from tallystick.platform.config.ordering import modules_of
from tallystick.platform.config.project import Project
from tallystick.platform.config.tables import Config
from tallystick.platform.config.writing import lines_of, toml_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A project in words."""

    project: Project
    config: Config

    @property
    def lines(self) -> list[str]:
        """A file of TOML that says everything, each key followed by where its value comes from."""
        return toml_of(self.config, self.origin)

    @property
    def document(self) -> dict[str, Any]:
        """For `--json`."""
        project = self.project
        return {
            "file": str(project.file.path),
            "sha256": project.file.sha256,
            "plan_hash": project.plan.hash(),
            "modules": list(modules_of(project.plan)),
            "values": [
                {"key": spoken(line.place), "value": line.text.partition(" = ")[2], "from": self.origin(line.place)}
                for line in lines_of(self.config)
                if not line.is_heading
            ],
        }

    def origin(self, place: Place) -> str:
        """`line 12`, `default`, or what else said it."""
        there = self._in_file(place)
        line = self.project.file.lines.get(there, 0) if there else 0
        if line:
            rest = ", the rest the strategy's own" if place[-1] == "parameters" else ""
            return f"line {line}{rest}"
        table = place[0]
        if table == "instrument":
            return "data.conditions" if self.project.config.data.conditions is not None else "built in"
        if table == "strategy" and place[-1] in {"name", "symbol", "parameters"}:
            return "the strategy's own"
        if table == "account" and place[-1] in {"currency", "digits"}:
            return "the symbols' own"
        if table == "series":
            return "the strategies' symbols" if place[-1] == "symbol" else "default"
        preset = self.project.config.risk.preset
        return f"preset {preset}" if preset and self._of_preset(place) else "default"

    def _in_file(self, place: Place) -> Place:
        """Where the file says it; conditions and strategies may stand in another order there."""
        if len(place) < 2 or place[0] not in {"instrument", "strategy"}:
            return place
        number = place[1]
        assert isinstance(number, int)
        wanted: list[str]
        if place[0] == "instrument":
            wanted, name = [one.symbol for one in self.project.config.instrument], self.config.instrument[number].symbol
        else:
            wanted, name = list(self.project.names), str(self.config.strategy[number].name)
        return (place[0], wanted.index(name), *place[2:]) if name in wanted else ()

    def _of_preset(self, place: Place) -> bool:
        """Whether a limit is another than the default."""
        if place[0] != "risk":
            return False
        here: Any = self.config
        usual: Any = defaults()
        for part in place:
            here, usual = getattr(here, str(part)), getattr(usual, str(part))
        return bool(here != usual)


def shown(project: Project) -> Shown:
    """A project in words."""
    return Shown(project, effective(project))
