"""The page's modules that need no browser, run by node and held against the package."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

import hsi_inr_tf
from hsi_inr_tf import cubes
from hsi_inr_tf.inference import tiling
from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.trained import exported_files

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture
def evaluate(node, packages):
    """`evaluate(code)` runs a module that may import web/src/*.js and returns the JSON it logs."""

    def run(code):
        command = [node, "--input-type=module", "-e", code]
        return json.loads(
            subprocess.run(command, cwd=WEB / "src", capture_output=True, text=True, check=True).stdout
            or "null"
        )

    return run


def test_windows_are_those_of_the_package(evaluate):
    cases = [
        (length, side, halo, stride)
        for length in (1, 5, 63, 64, 65, 100, 128, 300, 513)
        for side, stride in ((64, 8), (128, 8), (128, 1), (64, 64))
        for halo in (None, 0, 10, 40, 200)
    ]
    answers = evaluate(f"""
        import {{ marginOf, spans }} from './tiling.js';
        console.log(JSON.stringify({json.dumps(cases)}.map(([length, side, halo, stride]) =>
            spans(length, side, marginOf(side, {{ halo, stride }}).margin, stride))));""")
    for (length, side, halo, stride), answer in zip(cases, answers, strict=True):
        limit = side // 4 // stride * stride  # as inference/reconstructor.py has it
        margin = tiling.extended(limit if halo is None else min(halo, limit), stride)
        expected = [
            {"start": s.start, "first": s.first, "last": s.last}
            for s in tiling.fixed(length, side, margin, stride)
        ]
        assert answer == expected, (length, side, halo, stride)


def test_the_description_in_a_model_is_read(evaluate, model):
    read = evaluate(f"""
        import {{ readFileSync }} from 'node:fs';
        import {{ readDescription }} from './description.js';
        const bytes = readFileSync({json.dumps(str(model))});
        console.log(JSON.stringify(readDescription(new Uint8Array(bytes))));""")
    assert read == json.loads(exported_files.read(model).to_json())


def test_colours_are_those_of_the_camera(evaluate):
    camera = camera_named()
    cube = np.random.default_rng(0).random((50, 31), np.float32)
    rgb = evaluate(f"""
        import {{ render }} from './camera.js';
        const cube = Float32Array.from({json.dumps(cube.ravel().tolist())});
        console.log(JSON.stringify([...render({json.dumps(camera.to_dict())}, cube, 50)]));""")
    np.testing.assert_allclose(np.reshape(rgb, (50, 3)), camera.render(cube), atol=2e-6)


@pytest.mark.parametrize("name", ["cube.npz", "cube.hdr"])
def test_downloads_are_read_with_all_they_carry(evaluate, tmp_path, name):
    camera = camera_named()
    cube = np.random.default_rng(0).random((3, 5, 31), np.float32)
    provenance = {"software": "hsi_inr_tf", "input": "Wiese {blau} 100% ½ 𝛽.png"}
    parts = {
        "height": 3,
        "width": 5,
        "bands": 31,
        "wavelengths": camera.wavelengths,
        "camera": camera.to_dict(),
        "provenance": provenance,
    }
    archive = tmp_path / "download"
    evaluate(f"""
        import {{ writeFileSync }} from 'node:fs';
        import {{ npz }} from './npz.js';
        import {{ envi }} from './envi.js';
        const values = {json.dumps(cube.ravel().tolist())};
        const cube = {{ ...{json.dumps(parts)}, data: Float32Array.from(values) }};
        const blob = {"npz(cube)" if name.endswith("npz") else "envi(cube, 'cube')"};
        writeFileSync({json.dumps(str(archive))}, new Uint8Array(await blob.arrayBuffer()));""")
    if name.endswith("npz"):
        archive.rename(tmp_path / name)
    else:
        import zipfile

        with zipfile.ZipFile(archive) as files:
            assert files.testzip() is None
            files.extractall(tmp_path)
    image = cubes.read(tmp_path / name)
    np.testing.assert_array_equal(image.data, cube)
    assert image.wavelengths == camera.wavelengths
    assert image.provenance == provenance
    np.testing.assert_array_equal(image.camera.response, camera.response)


def test_the_page_bears_the_package_s_version():
    assert json.loads((WEB / "package.json").read_text())["version"] == hsi_inr_tf.__version__


def test_the_lock_file_names_no_registry():
    lock = (WEB / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert not re.search(r"https?://[^\"]*/-/", lock)
    assert all("integrity" in package for path, package in json.loads(lock)["packages"].items() if path)
