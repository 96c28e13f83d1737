"""The Dockerfiles, as far as they can be checked without an engine."""

import configparser
import fnmatch
import json
import re

import pytest

from tests.docs.reading import ROOT
from tests.docs.test_documents import parse

DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))


def instructions(path):
    """(instruction, its text) of a Dockerfile, comments left out and continued lines joined."""
    text = re.sub(r"^#.*\n", "", path.read_text(), flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_what_it_starts_is_a_command_that_its_parser_takes(path):
    held = dict(instructions(path))
    program, *arguments = json.loads(held["ENTRYPOINT"]) + json.loads(held["CMD"])
    assert program == "hsi-inr"
    parse(arguments[0], arguments[1:])
    for line in re.findall(r"^# +docker run .* hsi-inr-\w+ ?(.*)$", path.read_text(), re.M):
        parse(*_split(json.loads(held["ENTRYPOINT"])[1:], line.split() or json.loads(held["CMD"])))


def _split(entry, words):
    name, *arguments = [*entry, *words]
    return name, arguments


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_it_installs_extras_that_exist_and_does_not_run_as_root(path):
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    steps = instructions(path)
    [extras] = re.findall(r"/source\[([\w,]+)\]", " ".join(text for _, text in steps))
    assert set(extras.split(",")) <= set(setup["options.extras_require"])
    names = [name for name, _ in steps]
    assert names.index("USER") < names.index("ENTRYPOINT")


def test_the_context_holds_what_installing_needs_and_no_data():
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for needed in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "constraints.txt", "hsi_inr_tf"):
        assert needed in kept and (ROOT / needed).exists()
    assert not any(fnmatch.fnmatch(name, pattern) for name in ("runs", "data", ".git") for pattern in kept)
