"""The workbench in a real browser: JupyterLab opens it, a slider moves its figure, two sides compare, the setting is saved, the report is offered."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dxmodels.inputs import load_register, load_scenario

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
PATIENCE = 90_000  # milliseconds: for a machine busy with other tests; a quiet one needs a tenth


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the start notebook and data of its own: what is saved never reaches the project."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(
        ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("illustrative", "truth", "__pycache__")
    )
    shutil.copy(ROOT / "notebooks/start/start.ipynb", folder / "start.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(place: Path) -> Iterator[str]:
    """A JupyterLab server on a free port; yields the address of the start notebook."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {f"JUPYTER_{name}_DIR": str(place / f".{name.lower()}") for name in ("CONFIG", "RUNTIME")}
    environment = {**os.environ, **own, "JUPYTER_DATA_DIR": str(place / ".share"), "JUPYTER_PREFER_ENV_PATH": "1", "DX_DATA": str(place / "data"), "IPYTHONDIR": str(place / ".ipython"), "JUPYTERLAB_SETTINGS_DIR": str(place / ".settings"), "JUPYTERLAB_WORKSPACES_DIR": str(place / ".workspaces"), "PYTHONPATH": str(ROOT), "DX_REPORTS": str(place / "reports")}  # fmt: skip
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=test", "--ServerApp.port_retries=0", "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"]  # fmt: skip
    with (place / "lab.log").open("w") as log:
        server = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token=test", server, place / "lab.log")
            yield f"http://127.0.0.1:{port}/lab/tree/start.ipynb?token=test&reset"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


@pytest.fixture(scope="module")
def tab(lab: str) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed on this machine")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1500, "height": 1400})
        page.set_default_timeout(PATIENCE)
        page.goto(lab)
        page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget && window.jupyterapp.shell.currentWidget.sessionContext && window.jupyterapp.shell.currentWidget.sessionContext.session && window.jupyterapp.shell.currentWidget.sessionContext.session.kernel")  # fmt: skip
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_selector(".dx-cost-a-figure img")
        yield page
        browser.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"JupyterLab ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not answer: {log.read_text()[-2000:]}")


def _picture(tab: Any, key: str) -> str:
    return str(tab.locator(f".dx-{key}-figure img").get_attribute("src"))


def _change(tab: Any, key: str) -> str:
    """Wait until the figure of a side is another one, and return its alternative text."""
    tab.wait_for_function("([key, old]) => document.querySelector(`.dx-${key}-figure img`).src !== old", arg=[key, _change.old])  # type: ignore[attr-defined]  # fmt: skip
    return str(tab.locator(f".dx-{key}-figure img").get_attribute("alt"))


def _press(tab: Any, key: str, lever: str, keys: list[str]) -> str:
    """Move a slider by keyboard and return the new alternative text of its figure."""
    _change.old = _picture(tab, key)  # type: ignore[attr-defined]
    handle = tab.locator(f".dx-{key}-{lever} .noUi-handle")
    handle.focus()
    for name in keys:
        handle.press(name)
    return _change(tab, key)


def test_a_slider_moves_its_figure_and_its_sentence(tab: Any) -> None:
    before = str(tab.locator(".dx-cost-a-sentence").inner_text())
    other = _picture(tab, "cost-b")
    told = _press(tab, "cost-a", "usdjpy-planning", ["Home"])
    assert "1ドル106.74円" in told  # the low end of the register
    assert told in str(tab.locator(".dx-cost-a-sentence").inner_text())
    assert before != told
    assert _picture(tab, "cost-b") == other  # B stays
    assert "BはAより" in str(tab.locator(".dx-cost-compared").inner_text())


def test_the_equal_share_moves_the_sharing_view(tab: Any) -> None:
    tab.get_by_role("tab", name="費用の分担").click()
    tab.wait_for_selector(".dx-sharing-a-figure img")
    told = _press(tab, "sharing-a", "joint-equal-share-example", ["End"])
    assert "100％" in told or "均等割" in told
    assert "BはAより" in str(tab.locator(".dx-sharing-compared").inner_text())


def test_structures_answer_from_draws_made_once(tab: Any) -> None:
    tab.get_by_role("tab", name="推進体制").click()
    tab.wait_for_selector(".dx-structure-b-figure img")
    _change.old = _picture(tab, "structure-a")  # type: ignore[attr-defined]
    tab.locator(".dx-structure-a-rate select").select_option(label="0%")
    assert "割引率0％" in _change(tab, "structure-a")


def test_the_setting_is_saved_once_and_offered_to_the_report(tab: Any, place: Path) -> None:
    tab.get_by_role("tab", name="シナリオとして保存").click()
    tab.locator(".dx-save-name input").fill("seen_in_browser")
    tab.locator(".dx-save-title input").fill("画面で試した円高")
    tab.locator(".dx-save-title input").press("Tab")
    tab.locator(".dx-save-button").click()
    tab.wait_for_function("document.querySelector('.dx-save-said').innerText.includes('保存しました')")
    patch = load_scenario("seen_in_browser", folder=place / "data" / "scenarios")
    assert patch.title_ja == "画面で試した円高"
    assert load_register().patched(patch).central("usdjpy_planning") == 106.74
    tab.locator(".dx-save-button").click()
    tab.wait_for_function("document.querySelector('.dx-save-said').innerText.includes('既にあります')")
    tab.get_by_role("tab", name="報告書を作る").click()
    tab.wait_for_selector(".dx-run-command pre")
    assert "--set scenario=seen_in_browser" in str(tab.locator(".dx-run-command").inner_text())
    assert not (ROOT / "data/scenarios/seen_in_browser.yml").exists()


def test_the_report_is_made_at_the_press_of_a_button(tab: Any, place: Path) -> None:
    tab.get_by_role("tab", name="報告書を作る").click()
    tab.locator(".dx-run-plan select").select_option(label="動作確認（最短）")
    tab.wait_for_function("document.querySelector('.dx-run-command').innerText.startsWith('dx run smoke')")
    tab.locator(".dx-run-start").click()
    tab.wait_for_function("document.querySelector('.dx-run-said').innerText.startsWith('完了')", timeout=2 * PATIENCE)
    made = place / "reports" / "latest"
    assert "動作確認" in (made / "index.html").read_text(encoding="utf-8")
    assert "画面で試した円高" in (made / "smoke.html").read_text(encoding="utf-8")  # the scenario saved a moment ago
