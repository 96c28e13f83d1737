"""README and docs/: commands parse, cheap ones run, Python runs, and every name in them exists."""

import ast
import configparser
import contextlib
import fnmatch
import importlib
import os
import re
from importlib import import_module

import numpy as np
import pytest
from PIL import Image

from tests.docs.reading import DOCUMENTS, ROOT, blocks, commands, shell_lines, spans, text

RUN = ("reconstruct", "view", "export", "points")  # cheap enough to be run
RUN_IN = ("README.md", "docs/first-steps.md")
MADE = ("web/dist", "web/public/model.tflite", "docs/site")  # named, but made by a command
DATASET = re.compile(r"(cave|nus|ntire2018|arad_1k|reflectance_collage)(/[\w-]+)?")
SPLIT = re.compile(r"cave-(?:\d|shared|grouped|paper)[\w-]*(?::\w+)?")
MODEL = re.compile(r"(inr-(?!hsi)|hscnn|prinet|mst-|cnn$|unet$|multiscale-|polynomial-)[\w*-]*")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a photograph in it, as the current one."""
    y, x = np.mgrid[:192, :256] / 256
    picture = np.stack([x, 0.5 + 0.4 * np.sin(9 * x * y), 1 - y], axis=-1)
    Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parse(name, arguments):
    """Parse as the command itself does; SystemExit(2) where it would refuse."""
    import tyro

    from hsi_inr_tf.cli.benchmark import TABLE
    from hsi_inr_tf.cli.main import COMMANDS

    assert name in COMMANDS, f"no command {name}"
    module = COMMANDS[name].module
    if COMMANDS[name].has_names:
        kind, *arguments = arguments or ["--help"]
        if kind == "--help":
            return
        assert kind in TABLE, f"no benchmark {kind}"
        module = f"benchmarks.{kind}"
    options = import_module(f"hsi_inr_tf.cli.{module}").Options
    with contextlib.suppress(SystemExit) if "--help" in arguments else contextlib.nullcontext():
        tyro.cli(options, args=list(arguments))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_is_understood_by_its_own_parser(document):
    for line in commands(document):
        if not line.arguments:  # no more than mentioned
            assert (ROOT / "scripts" / f"{line.name.replace('-', '_')}.py").is_file(), line
            continue
        try:
            parse(line.name, line.arguments)
        except SystemExit as end:
            pytest.fail(f"{document}: {line.name} {' '.join(line.arguments)} is refused ({end.code})")


@pytest.mark.parametrize("document", RUN_IN)
def test_cheap_commands_run_in_the_order_of_the_document(document, desk):
    from hsi_inr_tf.cli.main import main

    lines = [line for line in commands(document, inline=False) if line.name in RUN]
    lines = [line for line in lines if "my-model" not in line.arguments]  # made of measured spectra
    assert lines
    for line in lines:
        main([line.name, *line.arguments])
        if "--out" in line.arguments:
            assert (desk / line.arguments[line.arguments.index("--out") + 1]).exists()


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if any(b.language == "python" for b in blocks(d))])
def test_python_runs_and_what_it_imports_exists(document, desk):
    names: dict = {}
    for block in blocks(document):
        if block.language != "python":
            continue
        code = compile(block.text, document, "exec")
        if not block.compiled_only:
            exec(code, names)
        for node in ast.walk(ast.parse(block.text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hsi_inr_tf"):
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names), ast.unparse(node)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_dataset_is_one_of_the_builders(document):
    from hsi_inr_tf.data.datasets import DATASETS

    asked = re.findall(
        r"(?:--dataset|hsi-inr build|hsi-inr inspect-data|tfds build tfds_builders/)[ ]?([\w/.:<-]+)",
        text(document),
    )
    named = [span for span in spans(document) if DATASET.fullmatch(span)]
    for one in {*asked, *named}:
        name, _, config = one.partition("/")
        if name.startswith(("folder:", "<")) or one.isupper():
            continue
        assert name in DATASETS, one
        if config and config.lower() == config:  # not CAMERA
            builder = importlib.import_module(f"tfds_builders.{name}.{name}_dataset_builder").Builder
            assert config in [known.name for known in builder.BUILDER_CONFIGS], one


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_split_of_cave_is_one_of_the_table(document):
    from hsi_inr_tf.data import splits

    for one in set(SPLIT.findall(text(document))):
        if one in ("cave-shared", "cave-grouped"):  # the family
            continue
        name, _, part = re.sub(r"-$|-\$?K$", "-0", one).partition(":")
        assert name in splits.TABLE, one
        assert not part or part in splits.TABLE[name], one


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_model_is_a_preset(document):
    from hsi_inr_tf import models

    for one in {span for span in spans(document) if MODEL.fullmatch(span)}:
        assert fnmatch.filter(models.names(), one), one


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_links_targets_and_extras_exist(document):
    for span in spans(document):
        path = re.fullmatch(r"(?:tests|docs|scripts|hsi_inr_tf|tfds_builders|web|notebooks)/[\w/.-]+", span)
        if path and not span.startswith(MADE):
            assert (ROOT / span).exists(), span
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"", text(document)):
        target = link[0] or link[1]
        if not target.startswith(("http:", "https:", "mailto:")):
            assert ((ROOT / document).parent / target).exists(), target
    rules = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
    words = "\n".join(shell_lines(document) + [span for span in spans(document)])
    assert set(re.findall(r"^make ([a-z]+)", words, re.M)) <= set(rules)
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    for extras in re.findall(r"(?:hsi_inr_tf|\.|\.whl)\[([\w,]+)\]", text(document)):
        assert set(extras.split(",")) <= set(setup["options.extras_require"]), extras


def test_one_version_everywhere():
    from hsi_inr_tf import __version__

    assert re.search(r"^version: (.*)$", text("CITATION.cff"), re.M)[1] == __version__
    assert re.search(r"^## (\S+)", text("CHANGELOG.md"), re.M)[1] == __version__
    for document in DOCUMENTS:
        for wheel in re.findall(r"hsi_inr_tf-([\d.]+)-py3", text(document)):
            assert wheel == __version__, document


def test_readme_carries_its_strip():
    assert os.path.getsize(ROOT / "docs/images/strip.png") > 50_000
