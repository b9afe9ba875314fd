"""The documents: their links, the files they name and the commands they show exist, and the check sees when not."""

from pathlib import Path

import pytest

from ci.documents import ROOT, broken_links, documents, findings, missing_files, unknown_commands, unlisted


def test_no_document_names_what_is_not_there() -> None:
    assert findings(ROOT) == []


def test_the_readme_and_the_promises_are_among_the_documents() -> None:
    assert {ROOT / "README.md", ROOT / "docs" / "guarantees.md"} <= set(documents(ROOT))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page in a project of its own."""
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs" / "page.md"


@pytest.mark.parametrize("link", ["gone.md", "../gone/", "#no-such-heading", "page.md#no-such-heading"])
def test_a_link_that_leads_nowhere_is_found(page: Path, link: str) -> None:
    page.write_text(f"# Heading\n\n[text]({link})\n", encoding="utf-8")
    assert len(list(broken_links(page))) == 1


def test_links_that_lead_somewhere_are_left_alone(page: Path) -> None:
    page.write_text(
        "# Some heading, here\n\n[a](page.md#some-heading-here) [b](https://example.org)\n", encoding="utf-8"
    )
    assert list(broken_links(page)) == []


def test_a_file_that_is_named_and_not_there_is_found(page: Path) -> None:
    page.write_text("See `docs/page.md`, `page.md`, `docs/gone.md` and `gone.py`.\n", encoding="utf-8")
    found = list(missing_files(page, page.parents[1]))
    assert found == ["names docs/gone.md: no such file", "names gone.py: no such file"]


def test_a_command_that_nobody_knows_is_found(page: Path) -> None:
    page.write_text(
        "```console\n$ python tasks.py test -k x\nits output\n$ python tasks.py fly\n```\n", encoding="utf-8"
    )
    found = list(unknown_commands(page, lambda words: "fly" not in words))
    assert found == ["shows `python tasks.py fly`: no such command"]


def test_a_page_that_no_index_leads_to_is_found(page: Path) -> None:
    page.write_text("# Page\n", encoding="utf-8")
    page.with_name("README.md").write_text("# Index\n", encoding="utf-8")
    assert list(unlisted(page.parents[1])) == ["docs/README.md: does not lead to page.md"]
