"""`reporter template watch`: a saved change is in the browser soon after it was rendered, and so is a trouble."""

import http.client
from pathlib import Path

import pytest
from playwright.sync_api import expect

from reporter.pipeline.themes import begin
from reporter.pipeline.watch import watching
from tests.captures import BUNDLED
from tests.render.test_browser import browser as browser
from tests.render.test_browser import pytestmark as pytestmark

CAPTURE = BUNDLED / "page-node-curl.pcapng"


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watch") / "mine"
    begin(folder, "lab")
    with watching(folder, CAPTURE, "en", 0) as running:
        yield running, folder


def test_only_asked_by_its_own_name(watched):
    running, _ = watched
    port = int(running.address.rstrip("/").rpartition(":")[2])
    for host, expected in (("127.0.0.1", 200), ("attacker.example", 403)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/report.html", headers={"Host": f"{host}:{port}"})
        assert connection.getresponse().status == expected
        connection.close()


def test_a_saved_change_is_shown_and_a_trouble_too(watched, browser):
    running, folder = watched
    page = browser.new_page()
    page.goto(running.address)
    report = page.frame_locator("#report")
    expect(report.locator("h1")).to_have_text("Network Protocol Lab Report")
    page.wait_for_function("document.body.dataset.version")

    version = running.version
    words = folder / "prose" / "en" / "words.toml"
    changed = words.read_text(encoding="utf-8").replace("Network Protocol Lab Report", "Changed Title")
    words.write_text(changed, encoding="utf-8")
    expect(report.locator("h1")).to_have_text("Changed Title", timeout=30_000)
    assert running.version > version

    frame = folder / "report.html.j2"
    good = frame.read_text(encoding="utf-8")
    frame.write_text(good.replace("super()", "documnt.title"), encoding="utf-8")
    expect(page.locator("#what")).to_have_text("there is no 'documnt'; did you mean 'document'?", timeout=30_000)
    expect(page.locator("#where")).to_contain_text("report.html.j2, line 6")
    expect(report.locator("h1")).to_have_text("Changed Title")
    frame.write_text(good, encoding="utf-8")
    expect(page.locator("#trouble")).to_be_hidden(timeout=30_000)
    page.close()


def test_it_says_what_it_needs(monkeypatch, tmp_path: Path):
    from reporter.errors import ToolTrouble

    monkeypatch.setitem(__import__("sys").modules, "watchfiles", None)
    with pytest.raises(ToolTrouble, match="watchfiles"), watching(tmp_path, CAPTURE, "en", 0):
        pass
