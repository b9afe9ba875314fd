"""How a bot's prices were made of what the data hold, as its run's plan says."""

from collections.abc import Sequence

import msgspec

from tallystick.platform.data.periods import PERIODS
from tallystick.platform.plan import RunPlan
from tallystick.platform.report.story import Story


def modelling_of(story: Story) -> Sequence[str]:
    """A line for each symbol, "EURUSD: path from H1; what that is worth"; none where bars were traded as bars."""
    lines: list[str] = []
    for told in story.runs:
        try:
            plan = msgspec.json.decode(told.event.settings.get("plan", "{}"), type=RunPlan)
        except msgspec.ValidationError:
            continue  # of another release: the plan itself is shown in the manifest
        if plan.bot:
            lines += plan.bot.modelling
    return tuple(dict.fromkeys(lines))


def source_periods(lines: Sequence[str]) -> dict[str, int]:
    """Length in ns of the bars that a symbol's quotes were made of; symbols whose quotes are real are left out."""
    words = {line.partition(": ")[0]: line.partition(";")[0].rpartition(" ")[2] for line in lines}
    return {symbol: PERIODS[name] for symbol, name in words.items() if name in PERIODS}


def in_short(lines: Sequence[str]) -> str:
    """The models and timeframes alone, each once: "path from H1"."""
    return ", ".join(dict.fromkeys(line.partition(": ")[2].partition(";")[0] for line in lines))
