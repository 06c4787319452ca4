"""The pages in a real browser: no console error, no request, the accessibility rules of axe-core (serious and critical) kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exhibit_maker import EDITION, exhibit, hostile, illustrative, long_table, missing, page

from dxmodels.runs.document import with_file_names
from dxmodels.runs.execute import ThisMachine
from dxmodels.runs.pages import write_pages
from dxmodels.runs.plans import Plan

pytestmark = pytest.mark.browser
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder with every kind of exhibit."""
    told = [{"title_ja": "府庁DX", "notebooks": [{"notebook": "00_data"}]}]
    plan = Plan.model_validate(
        {"name": "small", "title_ja": EDITION.title, "edition_ja": EDITION.edition, "chapters": told}
    )
    pages = [
        page(exhibit("E07"), missing(), long_table()),
        page(illustrative(), hostile(), key="20_cost", notebook="20_cost", records=()),
    ]
    made = tmp_path_factory.mktemp("pages")
    assert (
        write_pages(made, plan, with_file_names(pages), EDITION, machines=ThisMachine(1), say=lambda text: None) == {}
    )
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed on this machine")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.parametrize("name", ["index.html", "small.html", "notebooks/20_cost.html"])
def test_pages_open_without_an_error_and_fetch_nothing(folder: Path, browser: Any, name: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    tab = browser.new_page()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((folder / name).as_uri())
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    images = tab.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
    assert all(images)
    assert len(images) == (1 if name == "small.html" else 0)
    tab.close()


@pytest.mark.parametrize("width", [1280, 400])
def test_no_page_is_wider_than_the_window(folder: Path, browser: Any, width: int) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto((folder / "small.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()


def test_the_index_is_readable_on_a_narrow_window(folder: Path, browser: Any) -> None:
    """No text of the list is squeezed into a column of a few characters, and nothing is wider than the window."""
    tab = browser.new_page(viewport={"width": 500, "height": 900})
    tab.goto((folder / "index.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= 500
    widths = tab.evaluate("[...document.querySelectorAll('tbody th, tbody td')].map(cell => cell.offsetWidth)")
    assert min(widths) >= 400
    tab.close()


def test_links_of_a_run_lead_to_files_of_the_run(folder: Path, browser: Any) -> None:
    tab = browser.new_page()
    for name in ("index.html", "small.html", "notebooks/20_cost.html"):
        tab.goto((folder / name).as_uri())
        targets = tab.evaluate("[...document.links].map(link => link.href).filter(href => !href.includes('#'))")
        # the manifest and the log are written when the run ends
        missing_files = [href for href in targets if not Path(href.removeprefix("file://")).is_file()]
        assert {Path(href).name for href in missing_files} <= {
            "manifest.json",
            "log.txt",
            "traceback.txt",
            "inputs.zip",
        }
    tab.close()


@pytest.mark.parametrize("name", ["index.html", "small.html", "notebooks/00_data.html"])
def test_axe_finds_nothing_serious(folder: Path, browser: Any, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab = browser.new_page()
    tab.goto((folder / name).as_uri())
    found = axe.Axe().run(tab).response["violations"]
    assert [(entry["id"], entry["impact"], entry["nodes"][0]["html"]) for entry in found] == []
    tab.close()


def test_the_checker_can_fail(browser: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab = browser.new_page()
    tab.set_content("<html><body><img src='x.png'><p style='color:#ccc'>淡い字</p></body></html>")
    assert {"image-alt", "color-contrast"} <= {entry["id"] for entry in axe.Axe().run(tab).response["violations"]}
    tab.close()
