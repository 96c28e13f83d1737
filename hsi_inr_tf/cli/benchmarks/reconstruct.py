"""Peak memory and time of reconstructing photographs of growing size, each in a process of its own."""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from hsi_inr_tf.cli.benchmarks.memory import peak_mb
from hsi_inr_tf.files import write_json
from hsi_inr_tf.ranges import between


@dataclass(frozen=True)
class Options:
    model: str = "inr-compact"
    """A bundled model (inr-compact, inr-edge), a run folder, a SavedModel folder or a .tflite file."""
    megapixels: tuple[Annotated[float, between(0, 1e3)], ...] = (0.25, 1.0, 4.0, 12.0)
    """Sizes of the photographs, four wide to three high."""
    json: Path | None = None
    """Also write the rows to this file."""


def run(options: Options) -> None:
    """Peak memory and time of reconstructing a photograph into an ENVI file, by megapixels."""
    from hsi_inr_tf import inference

    inference.load(options.model)  # what cannot be loaded is refused before anything is timed
    rows = []
    print(
        f"{'megapixels':>10} {'seconds':>8} {'s per megapixel':>16} {'peak memory, MB':>16}   {options.model}"
    )
    for megapixels in options.megapixels:
        with tempfile.TemporaryDirectory() as folder:
            photo = Path(folder) / "photograph.jpg"
            photograph(megapixels, photo)
            finished = subprocess.run(
                [sys.executable, "-m", __name__, options.model, photo], capture_output=True, text=True
            )
        if finished.returncode:
            raise RuntimeError(finished.stderr)
        row = json.loads(finished.stdout.splitlines()[-1])
        rows.append(row)
        print(
            f"{row['megapixels']:10.2f} {row['seconds']:8.1f} {row['seconds'] / row['megapixels']:16.2f} "
            f"{row['peak_mb']:16.0f}"
        )
    if options.json:
        write_json(options.json, {"model": options.model, "rows": rows})


def measure(model: str, photo: Path) -> dict:
    """Reconstruct one photograph from file to file, beside it; the clock leaves out loading the model."""
    import numpy as np

    from hsi_inr_tf import cubes, inference, pictures

    reconstructor = inference.load(model)
    reconstructor.reconstruct(np.zeros((64, 64, 3), np.float32))  # the first call also builds the graph
    began = time.monotonic()
    cube = reconstructor.stream(pictures.read_picture(photo).pixels)
    cubes.write(cube, photo.with_suffix(".hdr"))
    seconds = time.monotonic() - began
    height, width, _ = cube.shape
    return {
        "megapixels": height * width / 1e6,
        "seconds": seconds,
        "peak_mb": peak_mb(),
        "tile": cube.provenance["tile"],
    }


def photograph(megapixels: float, path: Path) -> None:
    """Write noise-textured gradients of a size to a file."""
    import numpy as np
    from PIL import Image

    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    random = np.random.default_rng(0)
    picture = np.empty((height, width, 3), np.uint8)
    for row in range(height):
        waves = np.sin(np.arange(width)[:, None] * [0.01, 0.013, 0.017] + row * 0.02)
        picture[row] = np.clip(127 + 90 * waves + random.normal(scale=8, size=(width, 3)), 0, 255)
    Image.fromarray(picture).save(path, quality=92)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
