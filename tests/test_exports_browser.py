"""The web page of a story in a real browser, with the network off."""

from __future__ import annotations

import pytest
from conftest import launch_chromium
from PIL import Image
from playwright.sync_api import sync_playwright

from storygptv.studio.exports import export

pytestmark = pytest.mark.browser
TITLE = "<script>document.title = 'owned'</script> Mia & Leo"
CAPTIONS = [
    "<script>document.title = 'owned'</script>",
    '<img src=x onerror="document.title = \'owned\'"> & "quotes" {title} %s',
    "x" * 600,
    "Mia says שלום עולם to Leo, 你好 to Omar.",
    "مرحبا بالعالم (12:30).",
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """open_page(captions, width) -> the page, and every address that it asked for."""

    def open_page(captions, width=1_200):
        file = tmp_path / "story.html"
        sizes = [(32, 32), (64, 16), (16, 64), (32, 32), (32, 32)]
        pictures = [Image.new("RGB", size, (200, 120, 40)) for size in sizes[: len(captions)]]
        assert export(file, TITLE, pictures, captions) == ""
        context = browser.new_context(viewport={"width": width, "height": 800}, offline=True)
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page, [url for url in asked if not url.startswith("data:")]

    return open_page


def test_captions_are_text_and_nothing_is_fetched(open_page):
    page, asked = open_page(CAPTIONS)
    assert page.title() == TITLE == page.inner_text("h1")
    assert [each.inner_text() for each in page.query_selector_all("figcaption")] == CAPTIONS
    assert page.query_selector_all("script, figcaption *") == []
    assert len(asked) == 1 and asked[0].startswith("file:")


@pytest.mark.parametrize("width", [360, 1_200])
def test_pictures_are_whole_and_nothing_runs_over(open_page, width):
    page, _ = open_page(CAPTIONS, width)
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [image.bounding_box() for image in page.query_selector_all("img")]
    assert all(box["width"] == pytest.approx(box["height"], abs=1) for box in boxes)


def test_a_story_is_read_from_its_side(open_page):
    for captions, right in [(CAPTIONS[3:], False), ([CAPTIONS[4]] * 3, True)]:
        page, _ = open_page(captions)
        first, second = (image.bounding_box()["x"] for image in page.query_selector_all("img")[:2])
        assert (first > second) is right
    direction = "getComputedStyle(document.querySelector('figcaption')).direction"
    assert page.evaluate(direction) == "rtl"
