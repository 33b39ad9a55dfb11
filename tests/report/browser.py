"""Debian's Chromium without a window, driven through its own driver."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait


class Browser:
    """One Chromium for all tests, and what they ask of it."""

    def __init__(self, home: Path, *more: str) -> None:
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        assert chromium, "Chromium is missing: make test installs it"
        assert driver, "chromedriver is missing: make test installs it"
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--mute-audio",
            f"--user-data-dir={home / 'profile'}",
            *more,
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = Service(driver, env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
        self.driver = webdriver.Chrome(options=options, service=service)
        self.device()

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file, with the log empty."""
        self.log("browser")
        self.log("performance")
        self.driver.get(path.as_uri() + fragment)

    def log(self, kind: str) -> list[Any]:
        """What was written to a log since it was last read."""
        return self.driver.get_log(kind)

    def requests(self) -> list[str]:
        """The addresses that were asked for since the log was last read."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def run(self, program: str, *arguments: Any) -> Any:
        """What a program returns in the page."""
        return self.driver.execute_script(program, *arguments)

    def all(self, selector: str) -> list[WebElement]:
        """The elements that a selector finds."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first element that a selector finds."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def style(self, selector: str, name: str) -> str:
        """A computed style."""
        value: str = self.run(
            "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, name
        )
        return value

    def wait(self, program: str, *arguments: Any) -> Any:
        """What a program returns once that is true."""
        return WebDriverWait(self.driver, 10, 0.02).until(lambda _: self.run(program, *arguments), program)

    def click(self, element: WebElement) -> None:
        """Click it as a person does, who scrolls until it is to be seen."""
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def press(self, *keys: str) -> None:
        """Keys, where the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    @property
    def focused(self) -> str:
        """The text of what has the focus."""
        return self.driver.switch_to.active_element.text

    def device(self, width: int = 1100, height: int = 900, **media: str) -> None:
        """The size of the window, and what the person or the paper prefers."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
