"""The documents' site and the Python reference: complete, up to date, built without warnings, read offline."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ci.browser import Browser
from ci.reference import DOOR, PAGES, ROOT, outdated
from tallystick import platform

DOCS = ROOT / "docs"
ELSEWHERE = re.compile(r'(?:src|href)="(https?:)?//')


def test_the_reference_is_what_the_docstrings_say() -> None:
    assert outdated() == [], "write it anew: python -m ci.reference"


def test_every_name_of_the_door_stands_in_the_reference() -> None:
    listed = {name for page in PAGES for module, name in page.names if module == DOOR}
    assert listed == set(platform.__all__)


def test_every_page_is_reached_from_the_sites_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    reached = set(re.findall(r": (\S+\.md)$", menu, re.MULTILINE))
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert reached == {page for page in pages if not re.match(r"decisions/\d", page)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `python tasks.py site` builds it; a warning fails it."""
    pytest.importorskip("mkdocs", reason='pip install "tallystick[docs]"')
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_builds_without_a_warning_and_fetches_nothing(site: Path) -> None:
    built = list(site.rglob("*.html"))
    assert len(built) > 30
    assert [page.name for page in built if fetches(page)] == []


def test_the_site_opened_from_a_folder_finds_words_and_is_dark_where_the_system_is(
    site: Path, browser: Browser
) -> None:
    page = site / "tutorial" / "1-write.html"
    for dark, scheme in ((False, "default"), (True, "slate"), (False, "default")):
        browser.show(page, 1280, 900, dark=dark)
        assert browser.value("document.body.dataset.mdColorScheme") == scheme
    assert browser.value(SEARCHED) > 0
    assert not browser.complaints
    assert all(url.startswith(("file:", "data:")) for url in browser.requested)


SEARCHED = """new Promise((done) => {
  const field = document.querySelector(".md-search__input");
  const look = (left) => {
    const found = document.querySelectorAll(".md-search-result__item").length;
    if (found || !left) return done(found);
    field.focus();
    field.value = "checkpoint";
    field.dispatchEvent(new Event("keyup", {bubbles: true}));
    setTimeout(look, 100, left - 1);
  };
  look(200);
})"""
"""How many places the site's own search finds for a word, waiting 20 seconds for its index."""


def fetches(page: Path) -> bool:
    """Whether a page loads a script, a style or a picture from elsewhere; links that a reader follows are none."""
    text = re.sub(r"<a [^>]*>", "", page.read_text(encoding="utf-8"))
    return bool(ELSEWHERE.search(text))
