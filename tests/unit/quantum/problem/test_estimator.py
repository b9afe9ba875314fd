"""The estimator keeps scikit-learn's conventions; skfolio's cross-validation runs its adapter."""

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tallystick.quantum.errors import ProblemError, SettingError
from tallystick.quantum.estimator import PortfolioOptimiser
from tallystick.quantum.estimators.covariance import oas, sample
from tallystick.quantum.problem.risk import CVaR
from tests.unit.quantum.problem.returns import drawn

pytest.importorskip("sklearn", reason="needs scikit-learn: pip install 'tallystick[quantum]'")
TABLE = pd.DataFrame(drawn(240, 8, seed=6), columns=[f"S{each}" for each in range(8)])


def test_a_clone_has_the_parameters_and_nothing_fitted() -> None:
    from sklearn.base import clone
    from sklearn.utils import get_tags
    from sklearn.utils.validation import check_is_fitted

    one = PortfolioOptimiser(k=3, risk_aversion=7.0, covariance=oas).fit(TABLE)
    other = clone(one)
    assert other.get_params() == one.get_params()
    assert not hasattr(other, "weights_")
    check_is_fitted(one)
    assert get_tags(one).target_tags.required is False
    assert repr(PortfolioOptimiser(k=3)) == "PortfolioOptimiser(k=3)"
    assert other.set_params(k=2).k == 2
    with pytest.raises(SettingError, match="Choose from"):
        other.set_params(kk=2)


def test_what_is_fitted_is_the_problem_over_these_returns() -> None:
    one = PortfolioOptimiser(k=3, risk_aversion=7.0, buy_in=0.1, covariance=sample).fit(TABLE)
    assert list(one.feature_names_in_) == list(TABLE.columns)
    assert one.n_features_in_ == 8
    assert one.problem_.violation(one.weights_) < 1e-9
    assert np.array_equal(one.problem_.sigma, np.cov(TABLE.to_numpy(), rowvar=False))
    earned = TABLE.to_numpy() @ one.weights_
    assert np.allclose(one.predict(TABLE), earned)
    assert one.score(TABLE) == pytest.approx(earned.mean() / earned.std(ddof=1))
    assert set(one.portfolio_.held) == {TABLE.columns[each] for each in one.portfolio_.support}
    bare = PortfolioOptimiser(k=3, risk_aversion=7.0, buy_in=0.1, covariance=sample).fit(TABLE.to_numpy())
    assert not hasattr(bare, "feature_names_in_")
    assert np.array_equal(bare.weights_, one.weights_)


def test_other_columns_and_gaps_are_refused() -> None:
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError, match="Call fit"):
        PortfolioOptimiser().predict(TABLE)
    one = PortfolioOptimiser(k=3).fit(TABLE)
    with pytest.raises(ProblemError, match="Order them alike"):
        one.predict(TABLE[TABLE.columns[::-1]])
    with pytest.raises(ProblemError, match="same columns"):
        one.predict(TABLE.to_numpy()[:, :4])
    with pytest.raises(ProblemError, match=r"^returns .* Fill or drop"):
        one.fit(TABLE.mask(TABLE > 0.04))
    for wrong in (TABLE["S1"], TABLE.iloc[:1], "a", [["a", "b"]] * 3):
        with pytest.raises(ProblemError, match=r"^returns (have shape|holds something).* Give"):
            one.fit(wrong)


def test_a_grid_search_runs_it_and_keeps_the_best() -> None:
    from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

    grid = {"k": [2, 4], "covariance": [sample, oas]}
    search = GridSearchCV(PortfolioOptimiser(risk_aversion=5.0), grid, cv=TimeSeriesSplit(3)).fit(TABLE)
    scores = []
    for learn, test in TimeSeriesSplit(3).split(TABLE):
        one = PortfolioOptimiser(risk_aversion=5.0, **search.best_params_).fit(TABLE.iloc[learn])
        scores.append(one.score(TABLE.iloc[test]))
    assert search.best_score_ == pytest.approx(np.mean(scores))
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()


def test_importing_it_imports_neither_scikit_learn_nor_pandas() -> None:
    program = "import sys, tallystick.quantum.estimator; print({'sklearn', 'pandas'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_skfolios_walk_forward_runs_the_adapter() -> None:
    pytest.importorskip("skfolio", reason="needs skfolio: pip install skfolio")
    from skfolio.model_selection import WalkForward, cross_val_predict

    from tallystick.quantum.skfolio import CardinalityOptimisation

    model = CardinalityOptimisation(k=3, risk_aversion=4.0, buy_in=0.1)
    walk = WalkForward(train_size=120, test_size=40)
    found = cross_val_predict(model, TABLE, cv=walk)
    assert len(found) == 3
    for part, (learn, test) in zip(found, walk.split(TABLE), strict=True):
        rows = TABLE.iloc[learn]
        ours = PortfolioOptimiser(k=3, risk_aversion=4.0, buy_in=0.1, covariance=sample).fit(rows)
        assert np.allclose(part.weights, ours.weights_, atol=1e-6)
        assert len(part.returns) == len(test)


def test_skfolios_own_answer_to_the_same_problem_is_no_better() -> None:
    pytest.importorskip("skfolio", reason="needs skfolio: pip install skfolio")
    from skfolio.optimization import MeanRisk, ObjectiveFunction

    from tallystick.quantum.skfolio import CardinalityOptimisation

    kind = ObjectiveFunction.MAXIMIZE_UTILITY
    previous = {"S1": 0.5, "S2": 0.5}
    theirs = MeanRisk(
        objective_function=kind, risk_aversion=4.0, transaction_costs=0.002, previous_weights=previous, max_weights=0.4
    ).fit(TABLE)
    ours = CardinalityOptimisation(
        risk_aversion=4.0, transaction_costs=0.002, previous_weights=previous, max_weights=0.4
    ).fit(TABLE)
    assert ours.portfolio_.objective == pytest.approx(ours.problem_.objective(theirs.weights_), rel=1e-5)
    assert ours.portfolio_.objective <= ours.problem_.objective(theirs.weights_) + 1e-9
    tail = CardinalityOptimisation(risk=CVaR(0.9), k=2).fit(TABLE)
    assert np.count_nonzero(tail.weights_) <= 2
    with pytest.raises(ProblemError, match="no such columns"):
        CardinalityOptimisation(previous_weights={"ZZZ": 1.0}).fit(TABLE)


def test_skfolios_adapter_refuses_parts_of_another_kind_by_name() -> None:
    pytest.importorskip("skfolio", reason="needs skfolio: pip install skfolio")
    from sklearn.linear_model import LinearRegression

    from tallystick.quantum.skfolio import CardinalityOptimisation

    wrong: list[tuple[dict[str, Any], str]] = [
        ({"prior_estimator": LinearRegression()}, "LinearRegression is no prior of skfolio's"),
        ({"previous_weights": {"S1": "a"}}, "previous_weights holds something that is not a number"),
        ({"previous_weights": "a"}, "previous_weights holds something that is not a number"),
        ({"transaction_costs": {"S1": float("nan")}}, r"transaction_costs \[1\] is nan"),
        ({"transaction_costs": [0.1]}, "transaction_costs has shape"),
        ({"max_turnover": "a"}, "turnover 'a'"),
        ({"groups": [1]}, "one of groups is a int"),
        ({"risk": "variance"}, "risk is a str"),
        ({"k": 2.5}, "k 2.5 is not a whole number"),
    ]
    for parameters, says in wrong:
        with pytest.raises(ProblemError, match=says):
            CardinalityOptimisation(**parameters).fit(TABLE)
    with pytest.raises(ProblemError, match="data frame"):
        CardinalityOptimisation(previous_weights={"S1": 1.0}).fit(TABLE.to_numpy())
