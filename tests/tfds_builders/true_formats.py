"""Writes small scenes in the formats that the datasets are distributed in. As a script, writes the builders'
dummy_data.
"""

import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
from PIL import Image
from scipy.io import savemat

NM = np.arange(400, 701, 10.0)


def cave_scene(root: Path, name: str, seed: int = 0, eight_bit: bool = False, side: int = 512) -> np.ndarray:
    """<name>_ms/<name>_ms/ with 31 band PNGs and the BMP; returns the cube uint16. Blocks of 64 pixels
    compress well.
    """
    folder = root / f"{name}_ms" / f"{name}_ms"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256 if eight_bit else 65536, (8, 8, 31))
    cube = blocks.repeat(side // 8, axis=0).repeat(side // 8, axis=1)
    for band in range(31):
        values = cube[..., band]
        if eight_bit:
            opaque = np.full_like(values, 255)
            image = Image.fromarray(
                np.stack([values, values, values, opaque], axis=-1).astype(np.uint8), "RGBA"
            )
        else:
            image = Image.fromarray(values.astype(np.uint16))
        image.save(folder / f"{name}_ms_{band + 1:02d}.png")
    rgb = rng.integers(0, 256, (8, 8, 3), np.uint8).repeat(side // 8, axis=0).repeat(side // 8, axis=1)
    Image.fromarray(rgb).save(folder / f"{name}_RGB.bmp")
    return (cube * 257 if eight_bit else cube).astype(np.uint16)


def zipped(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder))
    return archive


def nus_scene(path: Path, height: int, width: int, seed: int = 0, **changes) -> np.ndarray:
    """.mat v5: tensor [h, w, 31] and illumination [31, 1], double; returns the tensor."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    tensor = rng.uniform(0, 0.02, (height, width, 31))
    savemat(path, {"tensor": tensor, "illumination": rng.uniform(0.5, 1, (31, 1)), **changes})
    return tensor


def hdf5_mat(path: Path, cube: np.ndarray, key: str, bands=NM, **others) -> None:
    """.mat v7.3: axes reversed as MATLAB writes them, behind MATLAB's 512 byte header; cube is [h, w,
    bands].
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset(key, data=cube.transpose(2, 1, 0), chunks=True, compression="gzip")
        file.create_dataset("bands", data=np.reshape(bands, (-1, 1)).astype(float))
        for name, value in others.items():
            file.create_dataset(name, data=value)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")


def ntire_scene(root: Path, number: int, part: str, height: int, width: int) -> np.ndarray:
    """Spectral .mat with values 0..4095, clean PNG and real-world JPEG; returns the cube."""
    rng = np.random.default_rng(number)
    cube = rng.integers(0, 4096, (height, width, 31)).astype(np.float64)
    name = f"BGU_HS_{number:05d}"
    rgb = rng.integers(0, 256, (height, width, 3), np.uint8)
    hdf5_mat(
        root / f"NTIRE2018_{part}_Spectral" / f"{name}.mat", cube, "rad", rgb=rgb.transpose(2, 1, 0) / 255.0
    )
    for track, file in (("Clean", f"{name}_clean.png"), ("RealWorld", f"{name}_camera.jpg")):
        folder = root / f"NTIRE2018_{part}_{track}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rgb).save(folder / file)
    return cube


def arad_scene(root: Path, number: int, height: int = 12, width: int = 16, part: str = "Train") -> np.ndarray:
    """.mat v7.3 with cube in 0..1 and the JPEG; returns the cube."""
    rng = np.random.default_rng(number)
    cube = rng.uniform(0, 1, (height, width, 31))
    name = f"ARAD_1K_{number:04d}"
    hdf5_mat(root / f"{part}_Spec" / f"{name}.mat", cube, "cube")
    (root / f"{part}_RGB").mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8)).save(
        root / f"{part}_RGB" / f"{name}.jpg"
    )
    return cube


def write_dummy_data(builders: Path) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        cave_scene(Path(folder), "beads", 1)
        cave_scene(Path(folder), "watercolors", 2, eight_bit=True)
        (builders / "cave" / "dummy_data").mkdir()
        zipped(Path(folder), builders / "cave" / "dummy_data" / "complete_ms_data.zip")
    nus = builders / "nus" / "dummy_data"
    for number, (part, size) in enumerate(
        {"training/a": (6, 8), "training/b": (7, 5), "testing/c": (4, 9)}.items()
    ):
        nus_scene(nus / f"{part}.mat", *size, seed=number)
    ntire = builders / "ntire2018" / "dummy_data"
    for number, part, size in ((1, "Train1", (6, 8)), (204, "Train2", (7, 5)), (257, "Validate", (4, 9))):
        ntire_scene(ntire, number, part, *size)
    arad_scene(builders / "arad_1k" / "dummy_data", 1)
    arad_scene(builders / "arad_1k" / "dummy_data", 950, part="Valid")


if __name__ == "__main__":
    write_dummy_data(Path(sys.argv[1]))
