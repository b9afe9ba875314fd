"""The page of `tallystick optimise` in a browser: nothing fetched or cut off, light and dark, wide and narrow.

With TALLYSTICK_PICTURES=docs/pictures it takes the documents' pictures of that page.
"""

import os
from pathlib import Path

import pytest

from ci.browser import Browser
from tallystick.platform.cli.main import run
from tests.unit.cli import desk

WIDTHS = [(1280, 900), (390, 844)]
SHOWN = {1280: 1400, 390: 1560}
"""Height of the documents' pictures."""
OUTSIDE = (
    "[...document.querySelectorAll('svg text')].filter((one) => { const a = one.getBoundingClientRect(),"
    " b = one.ownerSVGElement.getBoundingClientRect(); return a.left < b.left - 1 || a.right > b.right + 1 ||"
    " a.top < b.top - 1 || a.bottom > b.bottom + 1; }).map((one) => one.textContent)"
)
"""Texts of pictures that leave their frames."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five of the first twenty assets of the DAX."""
    folder = tmp_path_factory.mktemp("page")
    file, home = desk.dax20(folder / "dax20.txt"), folder / "home"
    words = ["optimise", file, "--k", 5, "-o", folder / "out", "--home", home]
    assert run([str(word) for word in words]) == 0
    return folder / "out" / "optimisation.html"


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_opens_without_a_request_a_complaint_or_overflow(
    browser: Browser, page: Path, size: tuple[int, int], *, dark: bool
) -> None:
    browser.show(page, *size, dark=dark)
    assert browser.requested == [page.resolve().as_uri()]
    assert browser.complaints == []
    assert browser.value("document.documentElement.scrollWidth") == size[0]
    paper = browser.value("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(18, 22, 28)" if dark else "rgb(246, 245, 241)")


@pytest.mark.parametrize("size", WIDTHS)
def test_no_text_of_a_picture_leaves_its_frame_or_is_too_small(
    browser: Browser, page: Path, size: tuple[int, int]
) -> None:
    browser.show(page, *size)
    assert browser.value(OUTSIDE) == []
    smallest = browser.value(
        "Math.min(...[...document.querySelectorAll('svg text')].map((one) => one.getBoundingClientRect().height"
        " + (one.hasAttribute('transform') ? 100 : 0)))"
    )
    assert smallest > 8


@pytest.mark.parametrize("size", WIDTHS)
def test_names_in_capitals_and_lots_have_their_room(browser: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    names = ("NZDUSD", "USDCAD", "XAUUSD")
    table = desk.write(tmp_path / "prices.csv", desk.lines(desk.prices(desk.returns()[:, :3] / 3.0) / 100.0, names))
    words = ["optimise", table, "--layers", 0, "--equity", 50_000, "-o", tmp_path / "out", "--home", tmp_path / "home"]
    assert run([str(word) for word in words]) == 0
    browser.show(tmp_path / "out" / "optimisation.html", *size)
    assert browser.value("document.documentElement.scrollWidth") == size[0]
    assert browser.value(OUTSIDE) == []
    assert browser.value("[...document.querySelectorAll('#lots tbody tr')].length") == 4


def test_every_picture_shows_what_it_says(browser: Browser, page: Path) -> None:
    browser.show(page, 1280, 900)
    assert browser.value("document.querySelectorAll('svg .asset').length") == 20
    assert browser.value("document.querySelectorAll('svg .chosen').length") == 1
    assert browser.value("document.querySelectorAll('svg .line.a, svg .line.b').length") >= 3
    assert browser.value("document.querySelectorAll('svg rect.up').length") == 5
    marked = browser.value("document.querySelectorAll('svg rect.optimum').length")
    assert marked + browser.value("document.querySelectorAll('.mark.optimum').length") == 1
    low = "[...document.querySelectorAll('section')].filter((one) => one.offsetHeight < 20).map((one) => one.id)"
    assert browser.value(low) == []


def test_on_a_phone_the_weights_come_before_the_search_for_angles(browser: Browser, page: Path) -> None:
    browser.show(page, 390, 844)
    titles = browser.value(
        "[...document.querySelectorAll('figure')].sort((a, b) => a.getBoundingClientRect().top -"
        " b.getBoundingClientRect().top).map((one) => one.querySelector('figcaption').textContent)"
    )
    assert titles == ["Frontier", "Weights", "Most probable bitstrings", "Search for the angles"]


def test_pictures_for_the_documents_are_small(browser: Browser, page: Path) -> None:
    for width, _ in WIDTHS:
        browser.show(page, width, SHOWN[width])
        picture = browser.picture()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 400_000
        if "TALLYSTICK_PICTURES" in os.environ:
            name = "quantum.png" if width == 1280 else "quantum-phone.png"
            Path(os.environ["TALLYSTICK_PICTURES"], name).write_bytes(picture)
