"""Errors of the kernel.

KernelError
├── DivergenceError    a replay said something other than the log holds
├── ModuleSilencedError  a module failed and its policy is to wait for a person
└── RunConfigurationError  the run cannot start like this
    └── WorkerMissing      work is asked of somebody who is not installed
"""


class KernelError(Exception):
    """Root of what the kernel raises; `fix` says what to do next."""

    code = "E700"

    def __init__(self, message: str, fix: str = "") -> None:
        """`message` in one sentence, `fix` as a command or an action."""
        super().__init__(message)
        self.fix = fix


class DivergenceError(KernelError, AssertionError):
    """A replay derived something other than the log holds."""

    code = "E710"


class ModuleSilencedError(KernelError, RuntimeError):
    """A module failed and its policy is `wait`: the run ends in good order until a person looks."""

    code = "E720"


class RunConfigurationError(KernelError, ValueError):
    """The run cannot start like this."""

    code = "E730"


class WorkerMissing(RunConfigurationError):
    """A strategy asks for work, and who is to do it is not installed."""

    code = "E731"
