"""Cubes larger than memory: written while they are computed."""

import tracemalloc

import numpy as np

from hsi_inr_tf import io
from hsi_inr_tf.cli.benchmarks.reconstruct import Options, run


def test_a_large_picture_goes_to_envi_without_its_cube_in_memory(reconstructor, photograph, tmp_path):
    picture = np.round(np.tile(photograph, (6, 4, 1)) * 255).astype(np.uint8)
    cube = reconstructor.stream(picture, tile=128)
    tracemalloc.start()  # counts NumPy's memory
    path = io.write(cube, tmp_path / "cube.hdr")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = np.prod(cube.shape) * 4
    assert path.with_suffix(".img").stat().st_size == size
    assert peak < 0.5 * size
    written = io.read(path)
    assert isinstance(written.data.base, np.memmap) or isinstance(written.data, np.memmap)
    window = np.s_[120:140, 600:620]
    np.testing.assert_allclose(written.data[window], reconstructor.reconstruct(picture).data[window], atol=1e-5)


def test_progress_counts_rows_to_the_end(reconstructor, photograph):
    seen = []
    reconstructor.reconstruct(photograph, tile=40, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (133, 133) and [done for done, _ in seen] == sorted(done for done, _ in seen) and len(seen) == 4


def test_the_benchmark_measures_each_size_in_a_process_of_its_own(reconstructor, model, tmp_path, capsys):
    import json
    from dataclasses import replace

    overrides = {"width": 24, "head_width": 16, "hidden": (16,), "basis": 0, "dilations": (1,)}
    (tmp_path / "description.json").write_text(replace(reconstructor.description, overrides=overrides).to_json())
    model.save_weights(tmp_path / "model.weights.h5")
    run(Options(str(tmp_path), (0.02, 0.03), tmp_path / "rows.json"))
    rows = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert [round(row["megapixels"], 2) for row in rows] == [0.02, 0.03]
    assert all(row["peak_mb"] > 100 and row["seconds"] > 0 for row in rows)
    assert len(capsys.readouterr().out.splitlines()) == 3
