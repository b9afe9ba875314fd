"""Where in a strategy's file the usual ways of looking ahead are written: lines for a finding, never one by itself."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SHIFTED, CENTRED, SCALED, FITTED, LONGER, BACKWARDS, AHEAD, KEPT = (
    *("shifted", "centred", "scaled", "fitted"),
    *("longer", "backwards", "ahead", "kept"),
)
CENTRES = frozenset({"savgol_filter", "gaussian_filter1d", "filtfilt", "hilbert", "hodrick", "hpfilter"})
SCALES = frozenset({"mean", "std", "min", "max", "median", "rank", "sum", "zscore", "fit_transform", "var", "ptp"})
FITS = frozenset(
    {
        *("polyfit", "lstsq", "fit", "curve_fit", "minimize", "linregress", "corr", "cov", "quantile", "percentile"),
        *("corrcoef", "autocorr", "idxmax", "argmax", "argmin", "idxmin", "solve", "pinv", "nanquantile"),
        *("fft", "rfft", "ifft", "irfft", "dct", "svd", "eigh", "detrend", "seasonal_decompose", "fit_predict"),
    }
)
LONGERS = frozenset({"resample", "Grouper", "merge_asof", "groupby", "to_period", "normalize", "floor", "asfreq"})
BACKS = frozenset({"bfill", "backfill", "interpolate"})
WINDOWS = frozenset({"rolling", "expanding", "ewm"})
CONTAINERS = frozenset({"list", "dict", "set", "deque", "defaultdict", "Counter", "OrderedDict", "setdefault"})
CACHES = frozenset({"cache", "lru_cache", "cached_property", "memoize"})


@dataclass(frozen=True, slots=True)
class Written:
    """A way of looking ahead, its file and line, and the line itself."""

    way: str
    where: str
    text: str


def written_in(files: Sequence[Path]) -> tuple[Written, ...]:
    """Everything of the kind in some source files, in order."""
    found: list[Written] = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError):
            continue
        lines = text.splitlines()
        for line, way in sorted(set(_ways(tree))):
            found.append(Written(way, f"{path.name}:{line}", lines[line - 1].strip()))
    return tuple(found)


def _ways(tree: ast.Module) -> Iterator[tuple[int, str]]:
    yield from ((line, KEPT) for line in _kept(tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from ((node.lineno, way) for way in _of_call(node))
        elif isinstance(node, ast.If) and _keeps_the_best(node):
            yield node.lineno, FITTED
        elif isinstance(node, ast.Subscript):
            yield from ((node.lineno, way) for way in _of_subscript(node))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _is_one(node.right):
            yield node.lineno, AHEAD


def _keeps_the_best(node: ast.If) -> bool:
    """Whether a comparison ends in the new value taking the old one's place: a search for the best of several."""
    if not isinstance(node.test, ast.Compare):
        return False
    compared = {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
    given = [each for one in node.body if isinstance(one, ast.Assign) for each in ast.walk(one)]
    names = [each for each in given if isinstance(each, ast.Name) and each.id in compared]
    return {ast.Store, ast.Load} <= {type(each.ctx) for each in names}


def _kept(statements: Sequence[ast.stmt]) -> Iterator[int]:
    """Lines that make what outlives a run: containers of the file and of classes, caches, defaults, globals."""
    for one in statements:
        if isinstance(one, ast.ClassDef):
            yield from _kept(one.body)
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (each.lineno for each in one.decorator_list if _called(each) in CACHES)
            defaults = (*one.args.defaults, *(each for each in one.args.kw_defaults if each is not None))
            yield from (each.lineno for each in defaults if _is_container(each))
            yield from (each.lineno for each in ast.walk(one) if isinstance(each, ast.Global | ast.Nonlocal))
        elif isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None and _is_container(one.value):
            yield one.lineno


def _is_container(node: ast.expr) -> bool:
    """Whether an expression plainly makes something that can be added to."""
    made = isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)
    return made or (isinstance(node, ast.Call) and _called(node) in CONTAINERS)


def _called(node: ast.expr) -> str:
    """The last word of what is called or named."""
    named = node.func if isinstance(node, ast.Call) else node
    return named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")


def _of_call(node: ast.Call) -> Iterator[str]:
    name = _called(node)
    given = [*node.args, *(word.value for word in node.keywords)]
    if name in {"shift", "roll", "pct_change", "diff"} and any(_is_negative(one) for one in given):
        yield SHIFTED
    if any(word.arg == "center" and _is_true(word.value) for word in node.keywords) or name in CENTRES:
        yield CENTRED
    if name in {"convolve", "correlate"} and any(_is_text(one, "same") for one in given):
        yield CENTRED
    if name in FITS or (name == "max" and any(word.arg == "key" for word in node.keywords)):
        yield FITTED
    elif name in SCALES and not _in_window(node.func):
        yield SCALED
    if name in LONGERS:
        yield LONGER
    if name in BACKS or any(_is_text(word.value, "bfill") or _is_text(word.value, "nearest") for word in node.keywords):
        yield BACKWARDS


def _of_subscript(node: ast.Subscript) -> Iterator[str]:
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for one in parts:
        if isinstance(one, ast.Slice):
            if one.step is not None and _is_negative(one.step):
                yield BACKWARDS
            elif one.lower is not None and one.upper is None and not _is_negative(one.lower):
                yield AHEAD


def _in_window(function: ast.expr) -> bool:
    """Whether a method is called on a rolling, expanding or exponential window."""
    return any(isinstance(one, ast.Attribute) and one.attr in WINDOWS for one in ast.walk(function))


def _is_negative(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value >= 1


def _is_text(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text
