"""The report opened in a real browser: nothing fetched, nothing complained of, nothing cut off, at every width."""

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ci.browser import Browser
from tallystick.platform.data.demo import demo_feed
from tallystick.platform.report import Proof, book_of
from tallystick.platform.report.heatmap import Trial, heat_map
from tallystick.platform.report.report import write_page
from tallystick.platform.report.story import tell

WIDTHS = [(1280, 900), (390, 844)]


def records() -> list[Any]:
    place = Path(__file__).resolve().parents[1] / "handmade_book.py"
    spec = importlib.util.spec_from_file_location("handmade_book", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    played: list[Any] = module.HandmadeBook(demo_feed()).play()
    return played


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    trials = [Trial(fast, slow, fast * 3 - slow) for fast in (5, 10, 20) for slow in (30, 50, 100)]
    extra = heat_map(trials, "fast", "slow", "net profit")
    write_page(
        book_of(tell(records()), Proof()), path, verdicts={"verify": "OK"}, title="Book", place="my book", extra=extra
    )
    return path


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_opens_without_a_request_or_a_complaint(
    browser: Browser, page: Path, size: tuple[int, int], *, dark: bool
) -> None:
    browser.show(page, *size, dark=dark)
    assert browser.requested == [page.resolve().as_uri()]
    assert browser.complaints == []
    assert browser.value("document.documentElement.scrollWidth") == size[0]


@pytest.mark.parametrize("size", WIDTHS)
def test_every_section_shows_something(browser: Browser, page: Path, size: tuple[int, int]) -> None:
    browser.show(page, *size)
    low = browser.value(
        "[...document.querySelectorAll('section')].filter((one) => one.offsetHeight < 60).map((one) => one.id)"
    )
    assert low == []
    drawn = "(canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size > 8"
    assert browser.value(f"[...document.querySelectorAll('canvas')].map({drawn})") == [True, True]
    assert browser.value("document.querySelectorAll('svg.small').length") == 9
    assert browser.value("document.querySelectorAll('#heatmap rect').length") == 9


def test_a_trade_opens_to_its_causes_and_the_command_that_tells_them(browser: Browser, page: Path) -> None:
    browser.show(page, 1280, 900)
    browser.value("document.querySelector('#rows-trades tbody button').click()")
    said = browser.value("document.querySelector('#rows-trades tr.detail').textContent")
    assert "tallystick why " in said
    assert "my book" in said
    assert "closed at" in said
    browser.value("document.querySelector('#rows-trades tbody button').click()")
    assert browser.value("document.querySelectorAll('#rows-trades tr.detail').length") == 0


def test_trades_are_filtered_and_sorted(browser: Browser, page: Path) -> None:
    browser.show(page, 1280, 900)
    browser.value(
        "(() => { const input = document.querySelector('#rows-trades input'); input.value = 'XAUUSD short';"
        " input.dispatchEvent(new Event('input')); })()"
    )
    rows = browser.value("[...document.querySelectorAll('#rows-trades tbody tr')].map((row) => row.textContent)")
    assert rows
    assert all("XAUUSD" in row and "short" in row for row in rows)
    click = (
        "[...document.querySelectorAll('#rows-trades th button')].find((one) => one.textContent === 'result').click()"
    )
    browser.value(click)
    results = browser.value(
        "[...document.querySelectorAll('#rows-trades tbody tr')].map((row) => row.children[10].textContent)"
    )
    values = [float(text.replace(",", "").replace("\N{MINUS SIGN}", "-")) for text in results]
    assert values == sorted(values, reverse=True)


def test_pictures_for_the_documents_are_small(browser: Browser, page: Path) -> None:
    for width, height in WIDTHS:
        browser.show(page, width, height)
        picture = browser.picture()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 400_000
        if "TALLYSTICK_PICTURES" in os.environ:
            Path(os.environ["TALLYSTICK_PICTURES"], f"report-{width}.png").write_bytes(picture)


@pytest.mark.parametrize("size", WIDTHS)
def test_each_axis_has_a_scale_of_two_different_labels_at_least(
    browser: Browser, page: Path, size: tuple[int, int]
) -> None:
    browser.show(page, *size)
    labels = browser.value("""(() => {
        const found = [], pen = CanvasRenderingContext2D.prototype, plain = pen.fillText;
        pen.fillText = function (text, x, y) { found.push([text, x]); plain.call(this, text, x, y); };
        document.querySelector("#chart-equity canvas").dispatchEvent(new KeyboardEvent("keydown", {key: "Home"}));
        pen.fillText = plain;
        const right = Math.max(...found.map((one) => one[1])), panes = [[]];
        for (const [text, x] of found) {
            if (x === right) panes.at(-1).push(text);
            else if (panes.at(-1).length) panes.push([]);
        }
        return panes.filter((pane) => pane.length);
    })()""")
    assert len(labels) == 4
    for pane in labels:
        named = [label for label in pane if label]
        assert len(named) >= 2, labels
        assert len(set(named)) == len(named), labels
