"""The module's functions, answered in one's own process: calls a second."""

from collections.abc import Sequence

from benchmarks.harness import Benchmark, Figure, Settings, alternate, median, ours, spread

CALLS = {"symbol_info_tick": 200_000, "copy_rates_from_pos": 50_000, "order_send": 10_000}


def measure(settings: Settings) -> Sequence[Figure]:
    """Each function in turn."""
    rounds = 1 if settings.quick else settings.rounds
    sides = {name: ours("mt5_calls_side", name, "--calls", settings.size(calls, 50)) for name, calls in CALLS.items()}
    samples = alternate(rounds, sides)
    return [
        Figure(
            name,
            median(found, lambda one: one.per_cpu_s),
            "calls/s of CPU",
            note=spread(found, lambda one: one.per_cpu_s),
        )
        for name, found in samples.items()
    ]


BENCHMARK = Benchmark(
    "mt5_calls",
    "Functions of the drop-in over real EURUSD ticks, answered in this process (no log): argument checks, the answer, "
    "the struct sequence or array. copy_rates_from_pos gives 100 M1 bars; order_send opens and closes by turns, each "
    "executed at the next tick.",
    measure,
)
