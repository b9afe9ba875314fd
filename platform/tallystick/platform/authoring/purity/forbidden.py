"""Names whose use in a callback no replay can repeat, by kind: the table the static check reads.

A dotted name ending in ".*" or "*" covers what begins so. `ALLOWED` takes single names out again; `HARMLESS_WITH` says
from how many arguments on a call is repeatable (a generator with a seed, a calendar function with a time).
"""

from typing import Final

FORBIDDEN: Final = {
    "clock": (
        *("time.*", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
        *("datetime.date.today", "pandas.Timestamp.now", "pandas.Timestamp.utcnow", "pandas.Timestamp.today"),
        *("arrow.now", "arrow.utcnow", "pendulum.now", "pendulum.today", "timeit.*"),
    ),
    "sleep": ("time.sleep", "asyncio.sleep"),
    "chance": (
        *("random.*", "numpy.random.*"),
        *("torch.rand*", "torch.normal", "torch.bernoulli", "torch.multinomial"),
    ),
    "entropy": ("secrets.*", "uuid.uuid1", "uuid.uuid4", "os.urandom", "os.getrandom", "random.SystemRandom*"),
    "file": (
        *("open", "io.open", "io.FileIO", "io.open_code", "codecs.open", "builtins.open", "os.open", "os.listdir"),
        *("os.scandir", "os.walk", "os.stat", "os.remove", "os.unlink", "os.rename", "os.replace", "os.mkdir"),
        *("os.makedirs", "os.rmdir", "os.getcwd", "os.path.exists", "os.path.isfile", "os.path.isdir"),
        *("os.path.getmtime", "os.path.getsize", "glob.*", "shutil.*", "tempfile.*", "fileinput.*", "linecache.*"),
        *("gzip.open", "bz2.open", "lzma.open", "zipfile.ZipFile", "tarfile.open", "shelve.open", "dbm.*"),
        *("sqlite3.connect", "mmap.*", "pickle.load", "joblib.load", "joblib.dump", "pandas.read_*", "pandas.HDFStore"),
        *("pandas.ExcelFile", "numpy.load*", "numpy.genfromtxt", "numpy.fromfile", "numpy.memmap", "numpy.save*"),
        *("polars.read_*", "polars.scan_*", "pyarrow.parquet.*", "pyarrow.csv.*", "pyarrow.feather.*"),
        *("pyarrow.memory_map", "pyarrow.OSFile", "h5py.File", "duckdb.*", "torch.load", "torch.save"),
        *("pathlib.Path.cwd", "pathlib.Path.home"),
    ),
    "network": (
        *("socket.*", "ssl.*", "requests.*", "urllib.request.*", "urllib3.*", "httpx.*", "aiohttp.*", "http.client.*"),
        *("ftplib.*", "smtplib.*", "websocket.*", "websockets.*", "yfinance.*", "ccxt.*", "MetaTrader5.*"),
    ),
    "environment": ("os.environ*", "os.getenv*", "os.getpid", "os.cpu_count", "os.getlogin", "sys.argv", "platform.*"),
    "process": (
        *("subprocess.*", "multiprocessing.*", "os.system", "os.popen", "os.fork*", "os.exec*", "os.spawn*"),
        *("os.posix_spawn*", "os.kill", "os.startfile", "signal.*"),
    ),
    "thread": ("threading.*", "_thread.*", "concurrent.futures.*", "asyncio.*", "queue.*"),
    "question": ("input", "builtins.input", "getpass.*", "sys.stdin*"),
}

ALLOWED: Final = frozenset(
    {
        *("time.struct_time", "time.strptime", "time.mktime", "time.tzset", "time.timezone", "time.altzone"),
        *("asyncio.CancelledError", "threading.local", "queue.Empty", "queue.Full", "socket.error", "socket.timeout"),
        *("numpy.random.Generator", "numpy.random.BitGenerator", "requests.exceptions", "subprocess.PIPE"),
        "secrets.compare_digest",
    }
)

HARMLESS_WITH: Final = {
    "time.gmtime": 1,
    "time.asctime": 1,
    "time.strftime": 2,
    "random.Random": 1,
    "numpy.random.default_rng": 1,
    "numpy.random.RandomState": 1,
    "numpy.random.SeedSequence": 1,
    "numpy.random.PCG64": 1,
    "numpy.random.PCG64DXSM": 1,
    "numpy.random.MT19937": 1,
    "numpy.random.Philox": 1,
    "numpy.random.SFC64": 1,
}
"""Only calls of these with fewer arguments are reported; naming them is not."""

NOW_BY_WORD: Final = frozenset({"pandas.Timestamp", "pandas.to_datetime", "numpy.datetime64"})
"""Calls that read the clock when their first argument is the word "now" or "today"."""

FILE_METHODS: Final = frozenset(
    {
        *("read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob"),
        *("to_csv", "to_parquet", "to_pickle", "to_excel", "to_feather", "to_hdf", "to_sql", "savefig", "tofile"),
    }
)
"""Methods that touch a file whatever they are called on."""

PATH_METHODS: Final = frozenset(
    {
        *("open", "exists", "is_file", "is_dir", "stat", "glob", "unlink", "touch", "mkdir", "rename", "replace"),
        *("resolve", "absolute", "expanduser", "walk"),
    }
)
"""Methods that touch a file when they are called on a `pathlib.Path`."""

PATHS: Final = frozenset({"pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath"})


def kind_of(name: str) -> str | None:
    """The kind of thing a dotted name reaches for, or None for a harmless one. The longest matching entry decides."""
    if name in ALLOWED:
        return None
    best, found = -1, None
    for kind, entries in FORBIDDEN.items():
        for entry in entries:
            stem = entry.removesuffix("*")
            matches = name == entry if stem == entry else name.startswith(stem)
            if matches and len(stem) > best:
                best, found = len(stem), kind
    return found
