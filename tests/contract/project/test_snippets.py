"""The documents' code: Python blocks run, consoles print what their pages show, and the check sees when not."""

import os
import re
from pathlib import Path

import pytest

from ci.consoles import differences
from ci.snippets import ROOT, SnippetFailed, blocks, pages, python_blocks, run_page

WITH_PYTHON = [page for page in pages() if python_blocks(page)]
REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    for block in python_blocks(page):
        if "needs" in block.says:
            pytest.importorskip(block.says["needs"], reason=f"{block.place}: pip install {block.says['needs']}")
    assert run_page(page, tmp_path) == sum("not run" not in block.says for block in python_blocks(page))


@pytest.mark.skipif(os.name == "nt", reason="pages show the folders of a Linux user")
def test_consoles_print_what_the_pages_show(tmp_path: Path) -> None:
    wrong = differences(tmp_path)
    assert not wrong, "\n".join([*wrong, "Write them anew: python tasks.py docs"])


def test_what_does_not_run_says_why() -> None:
    said = [block.says["not run"] for page in pages() for block in blocks(page) if "not run" in block.says]
    assert said
    assert all(len(reason) > 3 for reason in said)


def test_signatures_stand_in_the_reference_only() -> None:
    elsewhere = [block.place for page in pages() if page.parent != REFERENCE for block in blocks(page)
                 if block.language in {"py", "python3", "pycon"}]  # fmt: skip
    assert elsewhere == []


def test_code_that_is_indented_instead_of_fenced_is_not_python_that_escapes() -> None:
    """Indented blocks cannot be told to run, so no page has one that begins like Python."""
    begins = re.compile(r"^\n {4}(from|import|def|class|@)\b[^\n]*", re.MULTILINE)
    found = [page.name for page in pages() if begins.search(_without_fences(page.read_text(encoding="utf-8")))]
    assert found == []


def _without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def page_with(tmp_path: Path, text: str) -> Path:
    """A page outside the project."""
    made = tmp_path / "page.md"
    made.write_text(text, encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```python\n1 / 0\n```\n", "page.md:2: ZeroDivisionError"),
        ("```python\nx = 1\n```\n\nand\n\n```python\nassert x == 2\n```\n", "page.md:8: AssertionError"),
        ("<!-- not run: theirs -->\n```python\ndef (:\n```\n", "page.md:3: this is no Python"),
        ("<!-- raises: E112 -->\n```python\nx = 1\n```\n", "page.md:3: it was to raise E112 and raised nothing"),
        ("<!-- raises: E112 -->\n```python\n1 / 0\n```\n", "page.md:3: ZeroDivisionError"),
    ],
)
def test_a_block_that_does_something_else_is_found(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SnippetFailed) as failed:
        run_page(page_with(tmp_path, text), tmp_path)
    assert says in str(failed.value)


def test_blocks_of_a_page_share_names_and_files(tmp_path: Path) -> None:
    file, script = "seven = 7\n", "import seven as file\nassert file.seven == seven\n"
    text = f'```python title="seven.py"\n{file}```\n\n```python\n{script}```\n'
    assert run_page(page_with(tmp_path, text), tmp_path) == 2
