"""The machine's time that is left for others: servers, clients, processes, threads that are none of the bot's own."""

PATIENCE_S = 5.0
"""How long in all, in the machine's time, others may stay silent before waits for them become sleeps."""
SHORTEST_S = 0.001


class Patience:
    """The machine's time that is left for others; whoever comes in time brings it back."""

    def __init__(self) -> None:
        """All of it."""
        self._left_s = PATIENCE_S

    def moment(self, timeout: float) -> float:
        """How long to wait for them now, s."""
        moment_s = min(timeout, max(SHORTEST_S, self._left_s))
        self._left_s = max(0.0, self._left_s - moment_s)
        return moment_s

    def came(self) -> None:
        """Somebody did."""
        self._left_s = PATIENCE_S
