"""The problem with scikit-learn's manners: `PortfolioOptimiser(k=5).fit(returns).weights_`.

It keeps the conventions (`get_params`, `set_params`, clone, `feature_names_in_`, tags) without inheriting, so that
importing it does not import scikit-learn; only the tags do, when scikit-learn asks for them.
"""

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import ProblemError, SettingError
from tallystick.quantum.estimators import covariance as covariances
from tallystick.quantum.problem import checks
from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import VARIANCE, Risk
from tallystick.quantum.problem.solving import Portfolio, solve


class PortfolioOptimiser:
    """Weights from past returns. The parameters are those of `PortfolioProblem`, which says what they mean.

    `covariance` and `expected_returns` turn returns (T, n) into (n, n) and (n,); without `expected_returns` the mean
    is taken. `previous_weights`, `cost` and `turnover` say what trading costs; `limits` what may be spent.

    After `fit`: `weights_` (n,), `portfolio_` with objective, bound and gap, `problem_`, `n_features_in_`, and
    `feature_names_in_` where the columns have names.
    """

    def __init__(  # noqa: PLR0913 -- scikit-learn's convention: every parameter by name, none in a container
        self,
        *,
        k: int | None = None,
        risk_aversion: float = 1.0,
        fewest: int | None = None,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = 1.0,
        buy_in: ArrayLike = 0.0,
        budget: float = 1.0,
        gross: float | None = None,
        groups: Sequence[Group] = (),
        conditions: Sequence[Condition] = (),
        previous_weights: ArrayLike | None = None,
        cost: ArrayLike = 0.0,
        turnover: float | None = None,
        risk: Risk = VARIANCE,
        covariance: Callable[[ArrayLike], Floats] = covariances.ledoit_wolf,
        expected_returns: Callable[[Floats], Floats] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.k = k
        self.risk_aversion = risk_aversion
        self.fewest = fewest
        self.lower = lower
        self.upper = upper
        self.buy_in = buy_in
        self.budget = budget
        self.gross = gross
        self.groups = groups
        self.conditions = conditions
        self.previous_weights = previous_weights
        self.cost = cost
        self.turnover = turnover
        self.risk = risk
        self.covariance = covariance
        self.expected_returns = expected_returns
        self.limits = limits

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803 -- scikit-learn's name for what is fitted
        """Choose weights from returns `X` (T, n), a row a period; `y` is not used. Raises ProblemError."""
        del y
        names = column_names(X)
        returns = _returns(X)
        self.problem_ = stated(self, returns, () if names is None else names.tolist())
        self.portfolio_: Portfolio = solve(self.problem_, self.limits)
        self.weights_: Floats = self.portfolio_.weights
        self.n_features_in_ = returns.shape[1]
        if names is not None:
            self.feature_names_in_: NDArray[np.object_] = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self

    def predict(self, X: Any) -> Floats:  # noqa: N803 -- as `fit`
        """The portfolio's returns (T,) over the rows of `X` (T, n). Raises ProblemError for other assets."""
        if not hasattr(self, "weights_"):
            raise _not_fitted()
        returns, names = _returns(X), column_names(X)
        if returns.shape[1] != self.n_features_in_:
            message = f"X has {returns.shape[1]} assets, fitted were {self.n_features_in_}. Give the same columns"
            raise ProblemError(message)
        fitted = getattr(self, "feature_names_in_", None)
        if names is not None and fitted is not None and not np.array_equal(names, fitted):
            message = (
                f"X has columns {', '.join(names[:3])} ..., fitted were {', '.join(fitted[:3])} ... Order them alike"
            )
            raise ProblemError(message)
        return np.asarray(returns @ self.weights_)

    def score(self, X: Any, y: object = None) -> float:  # noqa: N803 -- as `fit`
        """Mean over standard deviation of the returns per period over `X` (T, n): the Sharpe ratio, not annualised."""
        del y
        earned = self.predict(X)
        spread = float(earned.std(ddof=1)) if len(earned) > 1 else 0.0
        return float(earned.mean()) / spread if spread > 0.0 else 0.0

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 -- scikit-learn's signature
        """The parameters by name; none of them has parameters of its own."""
        del deep
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params: Any) -> Self:
        """Change parameters. Raises SettingError for a name that is none."""
        for name, value in params.items():
            if name not in self._names():
                message = f"{name} is no parameter. Choose from {', '.join(self._names())}"
                raise SettingError(message)
            setattr(self, name, value)
        return self

    @classmethod
    def _names(cls) -> list[str]:
        return sorted(signature(cls).parameters)

    def __repr__(self) -> str:
        fresh = type(self)().get_params()
        changed = [f"{name}={value!r}" for name, value in self.get_params().items() if value is not fresh[name]]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "weights_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=False), input_tags=InputTags())


def stated(asked: Any, returns: Floats, names: Sequence[str] = ()) -> PortfolioProblem:
    """The problem that an estimator with these parameters states over returns (T, n)."""
    n = returns.shape[1]
    trading = None
    if asked.previous_weights is not None or np.any(np.asarray(asked.cost)) or asked.turnover is not None:
        previous = np.zeros(n) if asked.previous_weights is None else asked.previous_weights
        trading = Trading(checks.spread("previous_weights", previous, n), asked.cost, asked.turnover)
    varies = asked.risk == VARIANCE
    if not callable(asked.covariance) or not (asked.expected_returns is None or callable(asked.expected_returns)):
        message = "covariance and expected_returns are functions of returns (T, n). Give ledoit_wolf, or one of yours"
        raise SettingError(message)
    return PortfolioProblem(
        returns.mean(axis=0) if asked.expected_returns is None else asked.expected_returns(returns),
        asked.covariance(returns) if varies else None,
        k=asked.k,
        risk_aversion=asked.risk_aversion,
        fewest=asked.fewest,
        lower=asked.lower,
        upper=asked.upper,
        buy_in=asked.buy_in,
        budget=asked.budget,
        gross=asked.gross,
        groups=asked.groups,
        conditions=asked.conditions,
        trading=trading,
        risk=asked.risk,
        scenarios=None if varies else returns,
        names=names,
    )


def column_names(table: Any) -> NDArray[np.object_] | None:
    """The names of a data frame's columns where all are strings, else None."""
    columns = getattr(table, "columns", None)
    if columns is None or not all(isinstance(each, str) for each in columns):
        return None
    return np.asarray(list(columns), dtype=object)


def _returns(table: Any) -> Floats:
    rows = np.asarray(table)
    return checks.scenarios(rows, rows.shape[1] if rows.ndim == 2 else 0, "returns")


def _not_fitted() -> Exception:
    try:
        from sklearn.exceptions import NotFittedError
    except ImportError:
        return SettingError("this optimiser is not fitted. Call fit(returns) first")
    found: Exception = NotFittedError("this optimiser is not fitted. Call fit(returns) first")
    return found
