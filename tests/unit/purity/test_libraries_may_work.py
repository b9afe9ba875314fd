"""Libraries called from a callback compute without being accused, and are still held to files and generators."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from tallystick.platform.authoring.purity import ImpureStrategy, guarding

FRAME = pd.DataFrame(
    np.random.default_rng(3).normal(size=(200, 3)),
    index=pd.date_range("2020-01-01", periods=200, freq="h", tz="UTC"),
    columns=list("abc"),
)

X, Y = FRAME[["a", "b"]].to_numpy(), FRAME["c"].to_numpy()

COMPUTATIONS: dict[str, Callable[[], Any]] = {
    "rolling": lambda: FRAME.rolling(5).mean().ewm(span=3).mean(),
    "groups": lambda: FRAME.groupby(FRAME.index.hour).agg(["mean", "std"]),
    "resample": lambda: FRAME.resample("1D").ohlc(),
    "time zones": lambda: FRAME.tz_convert("America/New_York").index[0],
    "dates": lambda: (pd.Timestamp("2021-01-01"), pd.to_datetime(["2020-01-01"])),
    "query": lambda: FRAME.query("a > 0"),
    "text": lambda: repr(FRAME),
    "a seeded sample": lambda: FRAME.sample(3, random_state=1),
    "linear algebra": lambda: np.linalg.lstsq(FRAME[["a", "b"]].to_numpy(), FRAME["c"].to_numpy(), rcond=None),
    "a model": lambda: Ridge().fit(X, Y).predict(X),
    "a scaled model": lambda: make_pipeline(StandardScaler(), Ridge()).fit(X, Y).predict(X),
    "clusters": lambda: KMeans(2, n_init=1, random_state=1).fit_predict(X),
    "a tree": lambda: DecisionTreeClassifier(max_depth=2, random_state=1).fit(X, Y > 0).predict(X),
}


@pytest.mark.parametrize("compute", COMPUTATIONS.values(), ids=COMPUTATIONS)
def test_a_library_computes_inside_a_callback(compute: Callable[[], Any]) -> None:
    with guarding() as guard, guard:
        assert compute() is not None


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: pd.read_csv(__file__), "file"),
        (lambda: pd.read_parquet("none.parquet"), "file"),
        (lambda: pd.read_pickle("none.pickle"), "file"),  # noqa: S301 -- what is refused
        (lambda: FRAME.to_csv("none.csv"), "file"),
        (lambda: FRAME.sample(3), "chance"),
        (lambda: metadata.PathDistribution(Path(__file__).parent).read_text("__init__.py"), "file"),
        (lambda: metadata.PathDistribution(Path(__file__).parent).read_text(Path(__file__).name), "file"),
    ],
)
def test_a_library_s_reader_or_unseeded_draw_is_refused(call: Callable[[], Any], kind: str) -> None:
    with guarding() as guard, pytest.raises(ImpureStrategy) as refused, guard:
        call()
    assert (refused.value.kind, refused.value.path) == (kind, __file__)
