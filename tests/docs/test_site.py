"""The documentation as a site, and its pictures."""

import configparser
import importlib.util
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from tests.docs.reading import ROOT


def diagrams():
    spec = importlib.util.spec_from_file_location("diagrams", ROOT / "docs/figures/diagrams.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_site_builds_without_a_warning(tmp_path):
    if not importlib.util.find_spec("mkdocs"):
        pytest.skip("needs mkdocs: pip install -c constraints.txt '.[docs]'")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "HyperspectralImage" in (tmp_path / "site" / "api.html").read_text()


def test_the_picture_of_the_rooms_shows_every_room_in_the_order_of_the_contract():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    contract = setup["importlinter:contract:rooms"]["layers"].replace(":", " ").split()
    assert [name for name, _ in diagrams().ROOMS] == contract


def test_every_diagram_lies_there_and_is_shown():
    pages = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    for diagram in diagrams().DIAGRAMS:
        picture = f"images/{diagram.__name__}.svg"
        assert ElementTree.parse(ROOT / "docs" / picture).getroot().tag.endswith("svg")
        assert f"({picture})" in pages
