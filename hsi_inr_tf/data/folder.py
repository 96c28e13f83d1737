"""A folder of the user's own pairs, pictures beside cubes, as a dataset: no builder, no code."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import numpy as np

from hsi_inr_tf.cubes import missing, read, trial
from hsi_inr_tf.data import decoded, folder_files, formats
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import read_json, write_text
from hsi_inr_tf.optics import VISIBLE, Camera, camera_named, from_response
from hsi_inr_tf.optics.cameras import read_csv
from hsi_inr_tf.optics.full_scale import full_scale
from hsi_inr_tf.optics.wavelengths import listed as read_wavelengths
from hsi_inr_tf.optics.wavelengths import same

NOISE = 0.1  # of the brightest value: how far below 0 the reflectance of a dark place may be measured
GLINT = 1.5  # times what all but a thousandth of a cube reaches: beyond lie reflections of the lamp
MIXTURE = 10.0  # scenes whose largest values differ by more, one above 1, have no common scale


def from_folder(
    folder: str | Path,
    data_dir: str | Path | None = None,
    split: str | None = None,
    white: float | None = None,
) -> Scenes:
    """The scenes of a folder: each a picture and a cube of the same name, anywhere inside it.

    A picture is NAME.png, .jpg or of another kind that is read as one; a cube NAME.hdr (ENVI), .mat, .npz,
    .nc, .tif whose bands say their wavelengths, or gray pictures NAME_01.png, NAME_02.png, .. of one band
    each. Endings such as _RGB, _rgb, _clean, _ms, _cube do not count as part of NAME. White and dark
    references without a picture are left out, and that is said. What lies under train/, validation/ and
    test/, at any depth, makes up those splits; without such subfolders all of it is "train". `camera.csv` in
    the folder (wavelength, R, G, B) is the response that gave the pictures, encoded as sRGB; without it they
    are taken to be like those of CAVE. `wavelengths.txt` lists the nm of band images; without it 31 bands are
    400 to 700 nm. Cubes are relative to `white`; without it to 1, of which single glints may be above, or to
    the largest value of all, which is said.

    Decoded scenes are kept in `data_dir`/folder (by default TFDS's) and made anew when a file changes.
    """
    folder = Path(folder).expanduser().resolve()
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder, expected pictures and cubes in it")
    if data_dir is None:
        data_dir = decoded.default_data_dir()
    cache = (
        Path(data_dir).expanduser()
        / "folder"
        / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}"
    )
    if white is not None and not 0 < white < float("inf"):
        raise InputError(
            f"white is {white:g}, expected a positive number: the cubes' value that stands for 1"
        )
    index = _index(folder, cache, white)
    widths = index["widths"]
    scenes = decoded.mapped(
        cache,
        index["names"],
        index["whites"],
        tuple(index["wavelengths"]),
        Camera.from_dict(index["camera"]),
        widths and tuple(widths),
    )
    if split is None:
        return scenes
    chosen = [name for name, part in zip(index["names"], index["parts"], strict=True) if part == split]
    if not chosen:
        raise InputError(
            f"{folder} has no split '{split}': expected a subfolder {split}/ (or, of a model trained with "
            "--split fold-0-of-5, fold-0-of-5:validation; all of a plain folder is 'train')"
        )
    return scenes.select(chosen)


def parts_of(folder: str | Path) -> set[str]:
    """The parts, of "train", "validation" and "test", that a folder's subfolders make up."""
    folder = Path(folder).expanduser().resolve()
    return set(
        folder_files.parts(folder, [picture for picture, _ in folder_files.find(folder).pairs.values()])
    )


def _index(folder, cache, white):
    scenes = folder_files.find(folder)
    found = scenes.pairs
    files = {file for picture, cube in found.values() for file in (picture, *cube)}
    files = sorted(files | set(folder.glob("camera.csv")) | set(folder.glob("wavelengths.txt")))
    stamps = [[str(file.relative_to(folder)), file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    path = cache / decoded.FOLDER / "index.json"
    if path.is_file():
        with suppress(InputError):  # a cache that is damaged is made anew
            index = read_json(path)
            if index.get("files") == stamps and index.get("white") == white and "widths" in index:
                return index
    for what, others in scenes.left_out.items():
        if others:
            names = ", ".join(str(other.relative_to(folder)) for other in others[:5])
            more = f" and {len(others) - 5} more" if len(others) > 5 else ""
            print(f"note: {folder}: left out {names}{more}: {what}")
    index = {
        "files": stamps,
        "white": white,
        "parts": folder_files.parts(folder, [picture for picture, _ in found.values()]),
        **_decode(folder, found, cache, white),
    }
    write_text(path, json.dumps(index))
    return index


def _decode(folder, found, cache, asked):
    from tqdm import tqdm

    from hsi_inr_tf.pictures import read_encoded

    wavelengths, widths, reached = None, None, {}
    for name, (picture, files) in tqdm(found.items(), desc=f"decoding {folder.name}", unit="scene"):
        cube, nm, own_widths, full = _cube(folder, files)
        if wavelengths is None:
            wavelengths, widths, first = nm, own_widths, files[0]
        elif not same(nm, wavelengths):
            raise InputError(
                f"{files[0]} has {_bands(nm)}, {first} has {_bands(wavelengths)}: expected the same"
            )
        elif (widths is None) != (own_widths is None) or (widths and not same(own_widths, widths)):
            raise InputError(
                f"{files[0]} and {first} state other widths (FWHM) of their bands, expected the same"
            )
        rgb = read_encoded(picture)
        formats.check_pair(rgb, cube, picture, files[0])
        missing.refuse(cube, files[0], "in training data")
        formats.check_values(cube, files[0], "the cube", lowest=-NOISE * float(cube.max()))
        reached[files[0]] = _reached(cube, full)
        decoded.save_scene(cache, name, rgb, cube)
    whites = [asked or full * _white(reached)] * len(found)
    camera = _camera(folder / "camera.csv", wavelengths)
    return {
        "names": list(found),
        "whites": whites,
        "wavelengths": wavelengths,
        "widths": widths,
        "camera": camera.to_dict(),
    }


def _camera(response: Path, wavelengths) -> Camera:
    if not response.is_file():
        return camera_named(wavelengths=wavelengths)
    measured, channels, stated = read_csv(response)
    if stated is None:
        print(
            f"note: {response} does not say how its pictures are encoded, sRGB is assumed: a first line "
            "'# encoding: linear' says otherwise"
        )
    return from_response(response.stem, measured, channels, wavelengths, stated or "srgb")


def _reached(cube, full) -> tuple[float, float]:
    """(largest value, largest value without glints, which are a thousandth of the values) of a cube."""
    usual = np.partition(cube.ravel(), cube.size - 1 - cube.size // 1000)[cube.size - 1 - cube.size // 1000]
    largest, usual = float(cube.max()) / full, float(usual) / full
    return (largest, usual) if usual <= 1 or largest > GLINT * usual else (largest, largest)


def _white(reached: dict) -> float:
    """What stands for 1 in all scenes, from what each file reaches with and without glints: 1, or the largest
    of all where one exceeds that, which is said. InputError where the scenes cannot have a common scale.
    """
    for file, (largest, usual) in reached.items():
        if largest > max(usual, 1):
            print(
                f"note: {file} reaches {largest:g} in glints and {usual:g} elsewhere: the glints are clipped"
            )
    usual = {file: without for file, (_, without) in reached.items()}
    largest, smallest = max(usual, key=usual.__getitem__), min(usual, key=usual.__getitem__)
    if usual[largest] <= 1:
        return 1.0
    if usual[smallest] * MIXTURE < usual[largest]:
        raise InputError(
            f"{largest} reaches {usual[largest]:g} and {smallest} {usual[smallest]:g}: expected cubes on one "
            "scale, relative to 1 (or --white N, the value that stands for 1 in all)"
        )
    print(
        f"note: {usual[largest]:g}, the largest value of {largest}, stands for 1 in every scene (--white N "
        "says another)"
    )
    return usual[largest]


def _cube(folder, files):
    """(cube [h, w, bands], wavelengths, their bands' widths if known, the value that a full scale has)."""
    if len(files) == 1:
        trial.check_survives(files[0])
        image = read(files[0])
        for note in image.notes:
            print(f"note: {note}")
        return np.asarray(image.data, np.float32), list(image.wavelengths), image.widths, 1.0
    cube = formats.band_images(files[0].parent, [file.name for file in files])
    listed = folder / "wavelengths.txt"
    nm = read_wavelengths(listed) if listed.is_file() else [float(w) for w in VISIBLE]
    if len(nm) != cube.shape[2]:
        said = (
            f"{listed} lists {len(nm)} wavelengths"
            if listed.is_file()
            else f"their wavelengths are not in {listed}"
        )
        raise InputError(
            f"{files[0]}: the scene has {cube.shape[2]} band images, but {said}, expected one for each"
        )
    return cube, nm, None, float(full_scale(np.uint16))


def _bands(nm):
    return f"{len(nm)} bands from {nm[0]:g} to {nm[-1]:g} nm"
