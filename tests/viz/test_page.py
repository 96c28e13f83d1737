"""The page of a cube, in a real browser."""

import csv
import time

import numpy as np
import pytest

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.viz import page
from tests.viz.conftest import in_browser


@pytest.fixture
def opened(browser, cube, reference, tmp_path):
    with in_browser(browser, page.write(tmp_path / "index.html", cube, reference, points=[(5, 6)])):
        yield browser


def pixel_place(browser, row, column):
    """Offset from the canvas's middle to the middle of a pixel, as selenium counts."""
    area = browser.find_element("id", "picture").size
    return round(((column + 0.5) / 64 - 0.5) * area["width"]), round(
        ((row + 0.5) / 48 - 0.5) * area["height"]
    )


def move_to(browser, row, column):
    from selenium.webdriver.common.action_chains import ActionChains

    actions = ActionChains(browser)
    actions.move_to_element_with_offset(
        browser.find_element("id", "picture"), *pixel_place(browser, row, column)
    ).perform()
    return actions


def drawn(browser, point, kind):
    line = browser.find_element("css selector", f"path.{kind}[data-point={point}]")
    return np.array(line.get_attribute("data-values").split(), float)


def test_moving_over_the_picture_shows_the_spectrum_under_the_pointer(opened, cube, reference):
    for row, column in [(10, 50), (40, 3), (30, 63)]:
        move_to(opened, row, column)
        assert opened.find_element("id", "where").text == f"Row {row}, column {column}"
        np.testing.assert_allclose(drawn(opened, "hover", "cube"), cube.data[row, column], atol=0.005)
        np.testing.assert_allclose(
            drawn(opened, "hover", "reference"), reference.data[row, column], atol=0.005
        )


def test_the_slider_goes_through_the_bands(opened, cube):
    from selenium.webdriver.common.keys import Keys

    slider = opened.find_element("id", "band")
    slider.send_keys(Keys.HOME)
    assert opened.find_element("id", "nm").text == "400 nm"
    for _ in range(5):
        slider.send_keys(Keys.ARROW_RIGHT)
    assert opened.find_element("id", "nm").text == "450 nm"
    assert opened.find_element("css selector", "button[aria-pressed=true]").text == "Band"
    shown = opened.execute_script("""const c = document.getElementById('picture');
        return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)""")
    blue = np.array(shown).reshape(48, 64, 4)[..., 2]
    brightness = cube.band(450)
    assert np.corrcoef(blue.ravel(), brightness.ravel() ** (1 / 2.2))[0, 1] > 0.97


def test_the_picture_is_what_the_camera_sees(opened, cube):
    time.sleep(0.2)
    shown = opened.execute_script("""const c = document.getElementById('picture');
        return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)""")
    np.testing.assert_allclose(np.array(shown).reshape(48, 64, 4)[..., :3] / 255, cube.rgb(), atol=1.01 / 255)


def test_clicks_pin_spectra_which_can_be_removed_and_saved(opened, cube, tmp_path):
    opened.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    assert len(opened.find_elements("css selector", "#pins li")) == 1
    move_to(opened, 33, 20).click().perform()
    assert [
        " ".join(li.text.split("×")[0].split()) for li in opened.find_elements("css selector", "#pins li")
    ] == [
        "1 row 5, column 6",
        "2 row 33, column 20",
    ]
    opened.find_element("css selector", "#pins button").click()
    opened.find_element("id", "save").click()
    for _ in range(100):
        if (tmp_path / "spectra.csv").is_file():
            break
        time.sleep(0.05)
    rows = list(csv.reader((tmp_path / "spectra.csv").read_text().splitlines()))
    assert rows[0] == ["wavelength_nm", "x20_y33", "x20_y33_reference"]  # as the web page's
    assert [float(row[0]) for row in rows[1:]] == list(cube.wavelengths)
    np.testing.assert_allclose([float(row[1]) for row in rows[1:]], cube.data[33, 20], atol=0.005)


def test_the_keyboard_moves_the_pointer(opened):
    from selenium.webdriver.common.keys import Keys

    move_to(opened, 20, 20)
    opened.find_element("id", "picture").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert opened.find_element("id", "where").text == "Row 22, column 21"


def test_the_page_fits_a_telephone(opened):
    opened.set_window_size(500, 900)
    assert opened.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    opened.set_window_size(1280, 900)


def test_the_page_asks_for_nothing_from_elsewhere(cube, tmp_path):
    text = page.write(tmp_path / "index.html", cube).read_text()
    assert not any(sign in text for sign in ('src="http', 'href="http', "@import", "url(http", "fetch("))


def test_cubes_of_other_sizes_are_no_reference(cube, tmp_path):
    with pytest.raises(InputError, match="cannot be compared"):
        page.write(tmp_path / "index.html", cube, cube.crop(0, 0, 10, 10))


def test_titles_from_strangers_are_text(browser, cube, tmp_path):
    name = "</script><script>document.title='owned'</script>__DATA__"
    evil = HyperspectralImage(cube.data, cube.wavelengths, cube.camera, {"source": name})
    browser.get(page.write(tmp_path / "index.html", evil).as_uri())
    assert browser.title == browser.find_element("css selector", "h1").text == name
