"""The documents' site and the Python reference: complete, up to date, built without warnings, read offline."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_the_site_builds_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason='pip install "tallystick[docs]"')
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    built = list(tmp_path.rglob("*.html"))
    assert len(built) > 30
    assert [page.name for page in built if fetches(page)] == []


def fetches(page: Path) -> bool:
    """Whether a page loads a script, a style or a picture from elsewhere; links that a reader follows are none."""
    text = re.sub(r"<a [^>]*>", "", page.read_text(encoding="utf-8"))
    return bool(ELSEWHERE.search(text))
