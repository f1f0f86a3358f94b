"""The report page in a real browser: nothing is fetched, nothing is broken, every picture is seen."""

import shutil

import pytest

import svertka

sync_api = pytest.importorskip("playwright.sync_api")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs chromium")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser):
    """A page, and what went wrong while it was opened."""
    context = browser.new_context(viewport={"width": 1000, "height": 900})

    def opened(path):
        page = context.new_page()
        wrong = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
        page.goto(path.as_uri())
        return page, wrong

    yield opened
    context.close()


def broken_pictures(page):
    return page.evaluate("[...document.images].filter(image => !image.complete || !image.naturalWidth).length")


def wider_than_the_window(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_the_report_of_classes_is_whole(digits_run, show):
    page, wrong = show(digits_run / "report.html")
    assert wrong == []
    assert broken_pictures(page) == 0
    accuracy = svertka.evaluate(digits_run).report.accuracy
    assert f"{100 * accuracy:.1f}%" in page.inner_text("body")
    assert page.locator("table tr").count() >= 11  # ten classes and a heading


def test_every_picture_has_words_for_those_who_cannot_see(digits_run, show):
    page, _ = show(digits_run / "report.html")
    assert page.locator("img").count() >= 3
    assert page.evaluate("[...document.images].filter(image => !image.hasAttribute('alt')).length") == 0
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("width", [380, 1000, 1800])
def test_the_report_fits_windows_of_any_width(digits_run, show, width):
    page, _ = show(digits_run / "report.html")
    page.set_viewport_size({"width": width, "height": 900})
    assert wider_than_the_window(page) <= 0


def test_names_of_classes_are_never_obeyed(tmp_path, photos, show):
    (photos / "red").rename(photos / "<img src=x onerror=alert(1)>")
    (photos / "blue").rename(photos / "<script>alert(2)<")
    svertka.train("linear", photos, tmp_path / "run", epochs=1)
    page, wrong = show(tmp_path / "run" / "report.html")
    assert wrong == []
    assert "<script>alert(2)<" in page.inner_text("body")


def test_the_report_of_numbers_is_whole(tmp_path, photos, show):
    files = sorted(photos.rglob("*.png"))
    rows = [f"{path},{number % 7},{number / 3}" for number, path in enumerate(files)]
    (tmp_path / "table.csv").write_text("\n".join(["path,size,glow", *rows]), encoding="utf-8")
    svertka.train("linear", tmp_path / "table.csv", tmp_path / "run", epochs=2)
    page, wrong = show(tmp_path / "run" / "report.html")
    assert wrong == []
    assert broken_pictures(page) == 0
    assert all(name in page.inner_text("body") for name in ("size", "glow", "RMSE", "R²"))
