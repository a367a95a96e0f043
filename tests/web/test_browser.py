"""A person at a real browser: logs in, sees the first screen, votes with a key."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from screener.steps.review import Review
from tests.web.browser import BROWSER, DRIVER, chromium
from tests.web.site import PASSWORDS
from tests.web.test_serving import serving


class Traffic:
    """What went over the wire, from the browser's own log."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self.urls: set[str] = set()
        self._drawn = b""

    def read(self) -> None:
        for entry in self._browser.get_log("performance"):
            said = json.loads(entry["message"])["message"]
            match said["method"]:
                case "Network.requestWillBeSent":
                    self.urls.add(said["params"]["request"]["url"])
                case "Network.webSocketCreated":
                    self.urls.add(said["params"]["url"])
                case "Network.webSocketFrameReceived" if said["params"]["response"]["opcode"] == 2:
                    self._drawn += b64decode(said["params"]["response"]["payloadData"])

    def drawn(self, words: str) -> bool:
        """The app has drawn these words."""
        self.read()
        return words in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._drawn.decode("utf-8", "replace"))


def votes(review: Review) -> list[dict[str, Any]]:
    return list(review.store.db.query("select a.actor, d.vote from decisions d join acts a on a.id = d.id"))


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on PATH")
@pytest.mark.skipif(DRIVER is None, reason="no chromedriver on PATH")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_login_and_vote_in_a_browser(team: Review, tmp_path: Path, dark: bool) -> None:
    """The vote is in the database under the name of the login; nothing was loaded from elsewhere."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    with serving(team.folder) as (_, ready), chromium(tmp_path / "profile", dark=dark) as browser:

        def wait(condition: Callable[[Any], Any]) -> None:
            WebDriverWait(browser, 60, poll_frequency=0.05).until(condition)

        traffic = Traffic(browser)
        browser.get(ready["url"])
        assert browser.current_url == ready["url"] + "login"
        browser.find_element(By.ID, "reviewer").send_keys("A")
        browser.find_element(By.ID, "password").send_keys(PASSWORDS["A"] + "\n")
        wait(lambda _: browser.execute_script("return document.body?.classList.contains('-first-byte')"))
        assert browser.current_url == ready["url"]
        assert "A" in browser.find_element(By.TAG_NAME, "header").text
        wait(lambda _: traffic.drawn("waits for you"))
        browser.switch_to.active_element.send_keys("gs")
        wait(lambda _: traffic.drawn("why not"))
        browser.switch_to.active_element.send_keys("i")
        wait(lambda _: votes(team))
        assert votes(team) == [{"actor": "A", "vote": "include"}]
        browser.find_element(By.CSS_SELECTOR, "header button").click()
        wait(lambda _: browser.current_url == ready["url"] + "login")

        problems = [each for each in browser.get_log("browser") if each["level"] == "SEVERE"]
        assert problems == []
        traffic.read()
        ours = (ready["url"], "ws" + ready["url"].removeprefix("http"), "data:", "chrome:")
        assert [each for each in traffic.urls if not each.startswith(ours)] == []
