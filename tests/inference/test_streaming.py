"""Cubes larger than memory: written while they are computed."""

import tracemalloc

import numpy as np
import pytest

from hsi_inr_tf import cubes
from hsi_inr_tf.cli.benchmarks.reconstruct import Options, run
from hsi_inr_tf.inference.tiling import WHOLE


def test_a_large_picture_goes_to_envi_without_its_cube_in_memory(reconstructor, photograph, tmp_path):
    picture = np.round(np.tile(photograph, (6, 4, 1)) * 255).astype(np.uint8)
    cube = reconstructor.stream(picture, tile=128)
    tracemalloc.start()  # counts NumPy's memory
    path = cubes.write(cube, tmp_path / "cube.hdr")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = np.prod(cube.shape) * 4
    assert path.with_suffix(".img").stat().st_size == size
    assert peak < 0.5 * size
    written = cubes.read(path)
    assert isinstance(written.data.base, np.memmap) or isinstance(written.data, np.memmap)
    window = np.s_[120:140, 600:620]
    np.testing.assert_allclose(
        written.data[window], reconstructor.reconstruct(picture).data[window], atol=1e-5
    )


@pytest.mark.parametrize("suffix", [".hdr", ".npz"])
def test_memory_does_not_grow_with_the_picture(reconstructor, photograph, tmp_path, suffix):
    peaks = []
    for times in (3, 6):  # four times the pixels
        picture = np.round(np.tile(photograph, (times, times, 1)) * 255).astype(np.uint8)
        cube = reconstructor.stream(picture, tile=64)
        next(cube.blocks())  # builds the graph, which is no cost of size
        tracemalloc.start()  # counts NumPy's memory
        cubes.write(cube, tmp_path / f"cube{suffix}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0] < 0.1 * np.prod(cube.shape) * 4


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_no_block_is_larger_for_a_larger_picture(reconstructor, photograph, scale):
    large = np.tile(photograph, (6, 4, 1))
    blocks = [
        (top, left, block.shape) for top, left, block in reconstructor.stream(large, scale=scale).blocks()
    ]
    assert max(rows * columns for _, _, (rows, columns, _) in blocks) <= WHOLE
    covered = np.zeros((round(len(large) * scale), round(large.shape[1] * scale)), int)
    for top, left, (rows, columns, _) in blocks:
        covered[top : top + rows, left : left + columns] += 1
    assert np.all(covered == 1)


def test_progress_counts_rows_to_the_end(reconstructor, photograph):
    seen = []
    reconstructor.reconstruct(photograph, tile=40, progress=lambda done, total: seen.append((done, total)))
    assert (
        seen[-1] == (133, 133)
        and [done for done, _ in seen] == sorted(done for done, _ in seen)
        and len(seen) == 4 * 6  # after every window
    )


def test_the_benchmark_measures_each_size_in_a_process_of_its_own(reconstructor, model, tmp_path, capsys):
    import json
    from dataclasses import replace

    overrides = {"width": 24, "head_width": 16, "hidden": (16,), "basis": 0, "dilations": (1,)}
    (tmp_path / "description.json").write_text(
        replace(reconstructor.description, overrides=overrides).to_json()
    )
    model.save_weights(tmp_path / "model.weights.h5")
    run(Options(str(tmp_path), (0.02, 0.03), tmp_path / "rows.json"))
    rows = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert [round(row["megapixels"], 2) for row in rows] == [0.02, 0.03]
    assert all(row["peak_mb"] > 100 and row["seconds"] > 0 for row in rows)
    assert len(capsys.readouterr().out.splitlines()) == 3
