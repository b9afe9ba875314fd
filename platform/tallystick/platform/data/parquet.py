"""Parquet files, where pyarrow is installed: it is an extra."""

from pathlib import Path
from typing import Any

from tallystick.platform.data.errors import UnfitRequest, UnreadableData
from tallystick.platform.data.text import require_file


def read_parquet(path: Path) -> Any:
    """The file as a pandas frame. Raises `UnfitRequest` without pyarrow, `UnreadableData` (E105), `MissingData`."""
    require_file(path)
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        what = f"{path.name} is Parquet, and pyarrow is not installed."
        raise UnfitRequest(what, "pip install tallystick[parquet]") from None
    try:
        return pq.read_table(path).to_pandas()
    except (pa.ArrowException, OSError) as error:
        what = f"{path.name} is not a Parquet file: {str(error).splitlines()[0]}."
        raise UnreadableData(what, "Write it again; a cut-off download reads like this.") from error
