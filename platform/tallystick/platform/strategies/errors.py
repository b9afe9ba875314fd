"""What can be wrong with a strategy's parameters.

StrategySettingError(ValueError)
    ParameterUnknown    a parameter that the strategy does not have
"""


class StrategySettingError(ValueError):
    """A parameter that no run could mean; the message names the parameter, what it got and what it takes."""


class ParameterUnknown(StrategySettingError):
    """A parameter that the strategy does not have."""


def need(holds: bool, strategy: str, parameter: str, got: object, takes: str) -> None:  # noqa: FBT001 -- a condition
    """Raise `StrategySettingError` unless the condition holds."""
    if not holds:
        message = f"E501 {strategy}: {parameter} is {got!r}; it takes {takes}. Change it where the strategy is made."
        raise StrategySettingError(message)
