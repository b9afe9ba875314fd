"""The options of `tallystick optimise`, each described once."""

from pathlib import Path
from typing import Annotated

import typer

from tallystick.platform.cli import optimise_answering, optimise_asking, optimise_returns, optimise_universe

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="Prices or returns, a row a date, a column an asset: CSV, TSV, .gz, .zip, Parquet. Or an OR-Library port.",
    ),
]
Count = Annotated[int | None, typer.Option("--k", min=1, help="Assets to hold, exactly; without it any number.")]
Fewest = Annotated[int | None, typer.Option("--fewest", min=0, help="Hold from this many to --k assets.")]
BuyIn = Annotated[
    float | None, typer.Option("--buy-in", help="Least weight of an asset that is held; 0.01 with --k, else 0.")
]
Upper = Annotated[float, typer.Option("--upper", help="Greatest weight of an asset.")]
Aversion = Annotated[
    float,
    typer.Option("--risk-aversion", help="Times the risk, less the mean return, both of one period, is minimised."),
]
Expected = Annotated[
    optimise_asking.Expect,
    typer.Option("--expect", help="The mean of the rows as expected return; or nothing: least risk alone."),
]
LongShort = Annotated[bool, typer.Option("--long-short", help="Weights from -upper to upper; they still sum to 1.")]
Gross = Annotated[
    float | None, typer.Option("--gross", help="With --long-short: the most that weights' sizes sum to; 2 without it.")
]
RiskOf = Annotated[
    optimise_asking.Risk,
    typer.Option("--risk", help="Variance; or the mean of the worst returns (CVaR) or drawdowns (CDaR) of one period."),
]
Level = Annotated[float, typer.Option("--level", help="Of CVaR and CDaR: 0.95 is the worst twentieth.")]
Sectors = Annotated[
    Path | None, typer.Option("--sectors", metavar="FILE", help="Lines asset,sector[,cap]: the cap is on the sum.")
]
SectorCap = Annotated[
    float | None, typer.Option("--sector-cap", metavar="SHARE", help="Cap of sectors that have none in the file.")
]
SectorMost = Annotated[
    int | None, typer.Option("--sector-most", min=0, help="The most assets that are held of each sector.")
]
Previous = Annotated[
    Path | None,
    typer.Option("--previous", metavar="FILE", help="Held now: lines asset,weight, or the --json of an earlier run."),
]
Cost = Annotated[float, typer.Option("--cost", help="Of trading one unit of weight: 0.001 is 10 basis points.")]
Turnover = Annotated[
    float | None, typer.Option("--turnover", help="The most traded; selling all and buying anew is 2.")
]
Hold = Annotated[
    float | None,
    typer.Option("--hold", help="Periods over which costs are spread; those of a month without it."),
]
Lots = Annotated[
    Path | None,
    typer.Option("--lots", metavar="FILE", help="Volumes too: a terminal's export, or conditions in JSON or TOML."),
]
Equity = Annotated[
    str | None,
    typer.Option("--equity", help="Of the account for the lots: 10000, or 10000EUR; else the export's own."),
]
Leverage = Annotated[
    int | None, typer.Option("--leverage", min=1, max=10_000, help="Of that account; else the export's own, or 30.")
]
EstimatorOf = Annotated[
    optimise_universe.Estimator,
    typer.Option("--estimator", help="Of the covariance; rmt: noise removed by random-matrix theory."),
]
AreReturns = Annotated[bool, typer.Option("--returns", help="The file holds simple returns: 0.01 is 1 %.")]
ArePrices = Annotated[bool, typer.Option("--prices", help="The file holds prices.")]
Gaps = Annotated[
    optimise_returns.Missing,
    typer.Option("--missing", help="What becomes of gaps: refused, or their rows or assets left out, and said."),
]
LastRows = Annotated[int | None, typer.Option("--last", metavar="ROWS", min=4, help="Only the last rows of the file.")]
Periods = Annotated[float | None, typer.Option("--periods-per-year", help="Instead of what the dates say.")]
Layers = Annotated[int, typer.Option("--layers", min=0, help="Of the simulated circuit; 0: classical alone.")]
MixerOf = Annotated[optimise_answering.Mixer, typer.Option("--mixer", help="Of the circuit.")]
StartFrom = Annotated[
    optimise_answering.Start,
    typer.Option("--start", help="Of the circuit: all supports alike, the mixer's own top state, the relaxed weights."),
]
AnglesBy = Annotated[
    optimise_answering.Angles,
    typer.Option("--angles", help="The best of six ramps, carried over from fewer assets, or searched by gradients."),
]
Shots = Annotated[int, typer.Option("--shots", min=1, help="Drawn from each circuit, and as many at random.")]
Nodes = Annotated[int | None, typer.Option("--nodes", min=0, help="Of branch and bound at most; by size without it.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of shots and of the local search's starts.")]
Threads = Annotated[
    int, typer.Option("--threads", min=1, help="Of the simulated circuit; results do not depend on it.")
]
PageIn = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write the page there: optimisation.html.")
]
