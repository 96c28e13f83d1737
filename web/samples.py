"""Makes the sample pictures that the page offers, from scenes of the reflectance_collage dataset (seed 0).

PYTHONPATH=. python web/samples.py
"""

from pathlib import Path

import numpy as np
from PIL import Image

from hsi_inr_tf.optics import camera_named
from tfds_builders.reflectance_collage.still_life import scene

SIDE = 384
SAMPLES = {"still-life": 0, "colour-chart": 3}  # file name -> number of the scene


def main():
    for name, number in SAMPLES.items():
        _, cube = scene(number, SIDE, seed=0)
        path = Path(__file__).parent / "public" / f"{name}.png"
        Image.fromarray(np.round(camera_named().render(cube) * 255).astype(np.uint8)).save(
            path, optimize=True
        )
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
