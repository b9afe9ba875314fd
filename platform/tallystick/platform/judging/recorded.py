"""A study in the research log while it is made."""

from collections.abc import Sequence
from threading import RLock

from tallystick.events.event import Event
from tallystick.events.record import NONE_SEQ
from tallystick.events.types.research import StudyEnded, StudyStarted, TrialPruned, TrialStarted
from tallystick.platform.judging.counting import completed_event, failed_event
from tallystick.platform.judging.outcome import as_words
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.trial import Report


class Recorded:
    """A study in the log, its trials with it: the end of one and the start of the next are one write.

    Workers are led by a thread each, so these methods take turns.
    """

    def __init__(self, log: ResearchLog, started: StudyStarted) -> None:
        """Record that it begins."""
        self.log = log
        self.started = log.begin_study(started)
        self._begun: dict[int, int] = {}
        self._unfiled: list[tuple[int, Event]] = []
        self._turn = RLock()

    def begin(self, trial: TrialStarted) -> None:
        """Make a trial's start durable, and what was told before it."""
        with self._turn:
            self._begun[trial.trial] = self._write(trial)[-1]

    def tell(self, report: Report) -> None:
        """What became of a trial, to be filed. One that could not even begin is begun first: it counts."""
        with self._turn:
            if report.number not in self._begun:
                self.begin(self._unprepared(report))
            self._unfiled.append((report.number, self._end_of(report)))

    def file(self) -> None:
        """Make durable what was told."""
        with self._turn:
            if self._unfiled:
                self._write()

    def ended(self, reports: Sequence[Report], *, whole: bool) -> None:
        """Record the end, and sign everything up to it."""
        states = [report.state for report in reports]
        event = StudyEnded(
            study=self.started.study,
            reason="completed" if whole else "stopped",
            completed=states.count("completed"),
            failed=states.count("failed"),
            pruned=states.count("pruned"),
        )
        self.log.say(event)

    def _write(self, *starts: TrialStarted) -> list[int]:
        unfiled, self._unfiled = self._unfiled, []
        causes = [*(self._begun[trial] for trial, _ in unfiled), *(NONE_SEQ for _ in starts)]
        return self.log.say(*(event for _, event in unfiled), *starts, causes=causes, sign=False)

    def _end_of(self, report: Report) -> Event:
        study, number = self.started.study, report.number
        if report.outcome is not None:
            return completed_event(study, number, report.outcome)
        if report.state == "pruned" and report.early_rows:
            return TrialPruned(
                study=study, trial=number, rows=report.early_rows, value=report.early, median=report.threshold or 0.0
            )
        return failed_event(study, number, report.error)

    def _unprepared(self, report: Report) -> TrialStarted:
        study = self.started
        return TrialStarted(
            study=study.study,
            trial=report.number,
            strategy=study.strategy,
            source_hash=study.source_hash,
            parameters=as_words(report.point),
            data_hash=study.data_hash,
            settings_hash="",
            first_time=0,
            last_time=0,
            rows=0,
            seed=study.seed,
        )
