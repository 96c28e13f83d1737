"""A real browser to look at pages with, where there is one."""

import shutil
import time
from contextlib import contextmanager

import numpy as np
import pytest

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.optics import camera_named

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1280,900",
)


@pytest.fixture(scope="session")
def browser():
    """Chromium driven by selenium; it can load nothing but files."""
    chromium, driver = (
        shutil.which("chromium") or shutil.which("chromium-browser"),
        shutil.which("chromedriver"),
    )
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver")
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield browser
    browser.quit()


@contextmanager
def in_browser(browser, path):
    """Opens the page of a cube and waits until it is ready; afterwards nothing may have gone wrong in it."""
    browser.get(path.as_uri())
    for _ in range(100):
        if browser.execute_script("return document.body.dataset.ready"):
            break
        time.sleep(0.05)
    yield
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.fixture(scope="session")
def cube():
    """Four surfaces under a slope of light, [48, 64, 31]."""
    camera = camera_named()
    w = np.array(camera.wavelengths)
    surfaces = np.stack([np.exp(-(((w - peak) / 50) ** 2)) for peak in (450, 540, 610)] + [np.full(31, 0.7)])
    y, x = np.meshgrid(np.arange(48), np.arange(64), indexing="ij")
    light = (0.4 + 0.5 * x / 64)[..., None]
    return HyperspectralImage(
        (surfaces[(y // 24) * 2 + x // 32] * light).astype(np.float32),
        camera.wavelengths,
        camera,
        {"source": "four surfaces", "model": "inr-compact"},
    )


@pytest.fixture(scope="session")
def reference(cube):
    wave = 0.05 * np.sin(np.arange(31) / 3)
    return HyperspectralImage(
        np.clip(cube.data + wave, 0, 1).astype(np.float32), cube.wavelengths, cube.camera
    )
