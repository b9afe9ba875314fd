"""`-o` writes whole files, over nothing but what the same verb wrote, and never into a log or beside the key."""

import errno
from pathlib import Path

import pytest

from tests.said import Say
from tests.unit.cli.hand_book import HandBook

VERBS = {
    "prove": ["audit", "prove", "3"],
    "export": ["audit", "export"],
    "verifier": ["audit", "verifier"],
    "report": ["report"],
}


def words(verb: str, book: Path, output: Path) -> list[object]:
    return [*VERBS[verb], *([] if verb == "verifier" else [book]), "-o", output]


@pytest.mark.parametrize("verb", VERBS)
def test_a_file_of_somebody_else_stays_as_it_is(say: Say, hand_book: HandBook, tmp_path: Path, verb: str) -> None:
    output = tmp_path / "thesis.json"
    output.write_text("years of work", encoding="utf-8")
    said = say(*words(verb, hand_book.folder, output))
    assert said.code == 2
    assert "error[E812]" in said.err
    assert output.read_text(encoding="utf-8") == "years of work"


def test_a_full_disk_is_named_with_the_file_and_what_to_do(
    say: Say, hand_book: HandBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tallystick.platform.cli.audit_export._write", full)
    file = tmp_path / "events.jsonl"
    said = say("audit", "export", hand_book.folder, "-o", file)
    assert (said.code, said.error) == (2, f"error[E804] No space left on device, {file}.")
    assert "make room there" in said.last
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", VERBS)
def test_what_the_verb_wrote_it_writes_again(say: Say, hand_book: HandBook, tmp_path: Path, verb: str) -> None:
    output = tmp_path / "mine"
    assert say(*words(verb, hand_book.folder, output)).code == 0
    first = output.read_bytes()
    said = say(*words(verb, hand_book.folder, output))
    assert said.code == 0, said.err
    assert output.read_bytes() == first
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_put_into_a_log_or_beside_the_key(say: Say, hand_book: HandBook, home: Path, verb: str) -> None:
    for folder in (hand_book.folder / "log", hand_book.folder / "log" / "checkpoints", home):
        before = sorted(folder.iterdir())
        said = say(*words(verb, hand_book.folder, folder / "new.file"))
        assert said.code == 2
        assert "error[E812]" in said.err
        assert [each for each in sorted(folder.iterdir()) if each.name != "operators.log"] == [
            each for each in before if each.name != "operators.log"
        ]


def test_a_segment_and_the_key_are_not_written_over(say: Say, hand_book: HandBook, home: Path) -> None:
    targets = [*(hand_book.folder / "log").glob("*.seg*"), home / "signing.key"]
    for target in targets:
        before = target.read_bytes()
        for verb in ("export", "report"):
            assert say(*words(verb, hand_book.folder, target)).code == 2
            assert target.read_bytes() == before
