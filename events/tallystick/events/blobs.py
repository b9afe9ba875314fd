"""The blob store beside a log: content by its SHA-256, for what is too big for a body.

A record's header names length and hash of each blob, so a missing or swapped one is seen without decoding anything.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from tallystick.events.errors import IntegrityError, LogMissing
from tallystick.events.files import Disk, Files, write_failed, write_whole
from tallystick.events.record import Blob, blob_of

FOLDER = "blobs"


class BlobStore:
    """Blobs of the log in `folder`; `put` is durable when it returns, so a record may name it from then on."""

    def __init__(self, folder: Path, files: Files | None = None) -> None:
        self._folder = folder / FOLDER
        self._files = files or Disk()

    def path(self, digest: bytes) -> Path:
        """Where the blob with this hash lies, if it is there."""
        name = digest.hex()
        return self._folder / name[:2] / name

    def put(self, content: bytes) -> Blob:
        """Keep content; returns its length and hash. Raises `WriteFailed`."""
        blob = blob_of(content)
        path = self.path(blob[1])
        if not (path.is_file() and path.stat().st_size == len(content)):
            try:
                write_whole(self._files, path, content)
            except OSError as error:
                raise write_failed(f"cannot keep a blob of {len(content)} bytes", error) from error
        return blob

    def get(self, digest: bytes) -> bytes:
        """The content with this hash. Raises `LogMissing`, or `IntegrityError` when it is not what the hash says."""
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise LogMissing(f"there is no blob {digest.hex()}", fix="restore it from a copy of the log") from None
        if sha256(content).digest() != digest:
            raise IntegrityError(
                f"blob {digest.hex()} does not have the hash it is named by", fix="restore it from a copy"
            )
        return content

    def __contains__(self, digest: bytes) -> bool:
        return self.path(digest).is_file()

    def __iter__(self) -> Iterator[bytes]:
        """Hashes of all blobs there are, in order of their names."""
        for path in sorted(self._folder.glob("??/" + "?" * 64)):
            yield bytes.fromhex(path.name)

    def remove(self, digest: bytes) -> None:
        """Remove a blob that a pruning gave up; harmless when it is gone."""
        self._files.remove(self.path(digest))
