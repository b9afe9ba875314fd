"""What a book asks of an optimiser and what comes back, typed on both sides: whoever reads the log needs no decoder."""

from typing import Annotated, Literal

from tallystick.events.event import Event, column, fact, field

ModuleName = Annotated[str, field("name of the module that asked")]
Worker = Annotated[str, field("who does the work: a Python module with `worker()`, as tallystick.quantum.worker")]
Symbols = Annotated[tuple[str, ...], field("symbols that were to choose from; all lists below are in their order")]
Volumes = Annotated[tuple[int, ...], field("of each symbol", "1e-8 lots")]
Monies = Annotated[tuple[float, ...], field("of one volume step of each symbol", "minor units of the account currency")]
Weights = Annotated[tuple[float, ...], field("value of each position over the equity, negative when short")]


@fact("optimisation.requested", said_by=("portfolio", "strategy"))
class OptimisationRequested(Event):
    """Which symbols, and how many lots of each: asked of a worker with all that it needs to know, due in book time."""

    module: ModuleName
    worker: Worker
    due: Annotated[int, field("book time may not pass this before the result is in", "ns UTC")]
    deadline: Annotated[int, field("a result after this is late", "ns UTC")]
    symbols: Symbols
    window: Annotated[int, field("moments in the window of closes", "rows")]
    closes: Annotated[bytes, column("<f8", "mid closes, moment by moment, the oldest first", "price")]
    volume_min: Volumes
    volume_max: Volumes
    volume_step: Volumes
    step_value: Monies
    step_margin_long: Monies
    step_margin_short: Monies
    equity: Annotated[int, field("equity of the account", "minor units of the account currency")]
    currency: Annotated[str, field("currency of the account")]
    digits: Annotated[int, field("decimals of that currency")]
    k: Annotated[int, field("symbols to be held")]
    risk_aversion: Annotated[float, field("weight of the variance against the expected return")]
    share: Annotated[float, field("sum of the weights: value of all positions over the equity")]
    gross: Annotated[float, field("most that the sizes of the weights may sum to")]
    largest: Annotated[float, field("largest size of one weight")]
    short: Annotated[bool, field("true where symbols may be sold")]
    margin_share: Annotated[float, field("share of the equity that margin may take")]
    tolerance: Annotated[float, field("how far whole lots may be from the sum of the weights")]
    layers: Annotated[int, field("layers of the circuit")]
    angles: Annotated[str, field("where the circuit's angles come from: ramp, transfer or optimise")]
    seed: Annotated[int, field("seed of the circuit's shots and of the searches")]


@fact("optimisation.completed", said_by="worker")
class OptimisationCompleted(Event):
    """What the optimiser found, or why it found nothing; recorded as an input, so a replay computes nothing of it.

    Whether the result came out of a cache is not said, for it changes nothing: the run's outcome tells it.
    """

    module: ModuleName
    worker: Worker
    request: Annotated[int, field("seq of the request")]
    request_hash: Annotated[str, field("SHA-256 in hex of what was asked, without who asked and when it is due")]
    engine: Annotated[str, field("what computed it")]
    version: Annotated[str, field("its version")]
    settings_hash: Annotated[str, field("SHA-256 of the engine's settings in hex")]
    seed: Annotated[int, field("seed it was given")]
    outcome: Annotated[Literal["lots", "refused"], field("lots: volumes were found; refused: see the reason")]
    reason: Annotated[str, field("why there are no volumes, and what to do; empty otherwise")]
    symbols: Symbols
    weights: Weights
    objective: Annotated[float, field("what is minimised, at these weights: risk_aversion x variance - return")]
    bound: Annotated[float, field("no weights have a lower objective")]
    gap: Annotated[float, field("(objective - bound) / |objective|")]
    bound_from: Annotated[str, field("who proved the bound")]
    sub_universes: Annotated[tuple[str, ...], field("symbols of each part that the circuit was simulated on, spaced")]
    gammas: Annotated[tuple[float, ...], field("phase angles, part by part, a number for each layer")]
    betas: Annotated[tuple[float, ...], field("mixing angles, likewise")]
    approximation_ratios: Annotated[tuple[float, ...], field("of each part: 1 at its least cost, 0 at its greatest")]
    optimum_probabilities: Annotated[tuple[float, ...], field("of each part: chance of a shot to be of least cost")]
    sources: Annotated[tuple[str, ...], field("who proposed what to hold: qaoa, start, random, classical")]
    source_objectives: Annotated[dict[str, float], field("the best objective by source, where it found one")]
    source_raw_best: Annotated[dict[str, float], field("the same before any refining, of exact weights")]
    source_raw_mean: Annotated[dict[str, float], field("mean over all shots before any refining")]
    source_supports: Annotated[tuple[int, ...], field("distinct proposals of each source")]
    source_polished: Annotated[tuple[int, ...], field("of these, how many were refined")]
    source_hits: Annotated[tuple[int, ...], field("of these, how many ended at the best objective of all")]
    added: Annotated[str, field("what the circuit added, in one sentence made from the numbers")]
    volumes: Annotated[tuple[int, ...], field("best lots of each symbol, negative when short", "1e-8 lots")]
    lot_weights: Weights
    lot_objective: Annotated[float, field("the objective at these lots")]
    lot_bound: Annotated[float, field("no lots have a lower objective")]
    lot_gap: Annotated[float, field("(lot_objective - lot_bound) / |lot_objective|")]
    lots_proved: Annotated[bool, field("true where no other lots of any of the symbols are better")]
    fractional_gap: Annotated[float, field("how far the lots' objective is above that of the weights, relative")]
    margin: Annotated[float, field("margin of these lots", "minor units of the account currency")]


@fact("decision.withheld", said_by=("portfolio", "strategy"))
class DecisionWithheld(Event):
    """A decision was due and was not taken; what is held stays as it is. Not trading: it changes no position."""

    strategy: Annotated[str, field("name of the strategy")]
    about: Annotated[str, field("what was to be decided, such as rebalance")]
    reason: Annotated[str, field("why it was not, and what to do")]
