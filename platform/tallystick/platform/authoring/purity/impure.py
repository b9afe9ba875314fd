"""What a callback may not touch, and what to do instead.

ImpureStrategy(RuntimeError)
"""

from typing import Final

CODE: Final = "E520"

REMEDIES: Final = {
    "clock": "Use self.time, the book time of the event: another run of the same rows would read another clock",
    "sleep": "Say what should happen later with self.timer: a callback answers at once",
    "chance": "Use self.random, which is seeded with the run and repeats with it",
    "entropy": "Use self.random, which is seeded with the run and repeats with it",
    "file": "Read it before the run and pass it as a parameter or as data",
    "network": "Fetch it before the run and pass it as a parameter or as data",
    "environment": "Read it before the run and pass it as a parameter",
    "process": "Do it before or after the run: a callback starts nothing",
    "thread": "Do it before or after the run: a callback runs in one thread and waits for nothing",
    "question": "Ask before the run and pass the answer as a parameter",
}
"""Kind of thing to the sentence that says what to do."""

VERBS: Final = {
    "clock": "reads a clock",
    "sleep": "sleeps",
    "chance": "draws unseeded chance",
    "entropy": "draws chance from the system",
    "file": "touches a file",
    "network": "goes to the network",
    "environment": "reads the environment",
    "process": "starts a process",
    "thread": "starts a thread or an event loop",
    "question": "waits for an answer",
}
"""Kind of thing to what a callback does with it."""


class ImpureStrategy(RuntimeError):
    """A callback reached for something that no replay can repeat; it was refused before it happened.

    `path`, `line`: the user's code that called. `kind`: a key of `REMEDIES`. `call`: what was called. `code`, `what`
    and `fix` are the parts of the message as the command line prints them.
    """

    code = CODE

    def __init__(self, kind: str, call: str, path: str, line: int, function: str) -> None:
        """What was called, and from where."""
        self.kind, self.call, self.path, self.line = kind, call, path, line
        self.what = f"{path}:{line} {function} {VERBS[kind]} during the run: {call}"
        self.fix = REMEDIES[kind]
        super().__init__(f"{CODE} {self.what}. {self.fix}.")
