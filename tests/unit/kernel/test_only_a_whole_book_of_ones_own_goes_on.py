"""A run goes on with a book only under the book's own key and only while its log holds; else it writes nothing."""

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from tallystick.events.errors import IntegrityError
from tallystick.events.signer import Ed25519Signer
from tallystick.events.verify import verify
from tallystick.platform.kernel.book import simulate
from tallystick.platform.kernel.errors import RunConfigurationError
from tests.acceptance.books import CutFeed, plan, run

ROWS = 1_500
PLAN = plan(checkpoint_records=40)


class Died(RuntimeError):
    """The process dies here, as far as the log can tell."""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book whose run died under way, with checkpoints that its log has recorded and a blob that it names."""
    seen = 0

    def die(rows: int) -> None:
        nonlocal seen
        seen = rows
        if rows >= ROWS // 2:
            raise Died

    folder = tmp_path / "book"
    source = tmp_path / "strategy.py"
    source.write_text("# what was run\n", encoding="utf-8")
    with pytest.raises(Died):
        run(folder, PLAN, CutFeed(ROWS), progress=die, sources=(source,), batch_records=10)
    assert seen
    assert list((folder / "log" / "checkpoints").iterdir())
    assert list((folder / "log" / "blobs").iterdir())
    return folder


def bytes_of(folder: Path) -> dict[str, str]:
    """Hash of each file of the book, but for the lock."""
    files = [each for each in folder.rglob("*") if each.is_file() and "lock" not in each.name]
    return {str(each.relative_to(folder)): sha256(each.read_bytes()).hexdigest() for each in files}


def stranger(origin: str) -> Ed25519Signer:
    return Ed25519Signer(origin, bytes(range(32)))


@pytest.mark.parametrize("gone", ["none", "checkpoints"])
def test_another_key_is_refused_before_anything_is_written(book: Path, gone: str) -> None:
    shutil.rmtree(book / "log" / gone, ignore_errors=True)
    before = bytes_of(book)
    with pytest.raises(RunConfigurationError, match="belongs to the key") as refused:
        simulate(book, PLAN, CutFeed(ROWS), stranger)
    assert "that key" in refused.value.fix
    assert bytes_of(book) == before


@pytest.mark.parametrize("gone", ["checkpoints", "blobs"])
def test_a_log_that_lost_what_it_names_is_refused_before_anything_is_written(book: Path, gone: str) -> None:
    shutil.rmtree(book / "log" / gone)
    before = bytes_of(book)
    with pytest.raises(IntegrityError, match=r"is broken.*missing"):
        run(book, PLAN, CutFeed(ROWS))
    assert bytes_of(book) == before


def test_a_blob_that_was_altered_is_refused(book: Path) -> None:
    blob = next(each for each in (book / "log" / "blobs").rglob("*") if each.is_file())
    blob.write_bytes(b"# something else\n")
    with pytest.raises(IntegrityError, match="altered"):
        run(book, PLAN, CutFeed(ROWS))


def test_the_books_own_key_goes_on_with_a_whole_log(book: Path) -> None:
    result = run(book, PLAN, CutFeed(ROWS))
    assert result.recovered
    assert verify(book / "log", result.vkey).exit_code == 0
