"""A folder of the user's own pairs, pictures beside cubes, as a dataset: no builder, no code."""

import hashlib
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np

from hsi_inr_tf.cubes import missing, read, trial
from hsi_inr_tf.data import decoded, formats
from hsi_inr_tf.data.scenes import Scenes
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import write_text
from hsi_inr_tf.optics import VISIBLE, Camera, named
from hsi_inr_tf.optics.wavelengths import listed as read_wavelengths
from hsi_inr_tf.optics.wavelengths import same

CUBES = (".hdr", ".mat", ".npz", ".nc")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp")
NOISE = 0.1  # of the brightest value: how far below 0 the reflectance of a dark place may be measured
# Parts of a folder, and how people spell the subfolders that hold them, at any depth and in any case.
PARTS = {
    "train": ("train", "training", "tr"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "te"),
}
MIXTURE = 10.0  # scenes whose largest values differ by more, one above 1, have no common scale


def from_folder(folder: str | Path, data_dir: str | Path | None = None, split: str | None = None) -> Scenes:
    """The scenes of a folder: each a picture and a cube of the same name, anywhere inside it.

    A picture is NAME.png, .jpg or .bmp; a cube NAME.hdr (ENVI), .mat, .npz, .nc, or gray PNGs NAME_01.png,
    NAME_02.png, .. of one band each. Endings such as _RGB, _rgb, _clean, _ms, _cube do not count as part of
    NAME. What lies under train/, validation/ and test/, at any depth, makes up those splits; without such
    subfolders all of it is "train". `camera.csv` in the folder (wavelength, R, G, B) is the response that
    gave the pictures, encoded as sRGB; without it they are taken to be like those of CAVE. `wavelengths.txt`
    lists the nm of band images; without it 31 bands are 400 to 700 nm. Cubes are relative to 1, or, where any
    exceeds that, to the largest value of all.

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
    index = _index(folder, cache)
    scenes = decoded.mapped(
        cache, index["names"], index["whites"], tuple(index["wavelengths"]), Camera.from_dict(index["camera"])
    )
    if split is None:
        return scenes
    chosen = [name for name, part in zip(index["names"], index["parts"], strict=True) if part == split]
    if not chosen:
        raise InputError(
            f"{folder} has no split '{split}', expected a subfolder {split}/ or a split like "
            "fold-0-of-5:validation"
        )
    return scenes.select(chosen)


def parts_of(folder: str | Path) -> set[str]:
    """The parts, of "train", "validation" and "test", that a folder's subfolders make up."""
    folder = Path(folder).expanduser().resolve()
    return set(_parts(folder, [picture for picture, _ in pairs(folder).values()]))


def pairs(folder: Path) -> dict[str, tuple[Path, list[Path]]]:
    """name -> (picture, cube file or band images in order). InputError names what has no partner or comes
    twice.
    """
    found = {"picture": {}, "cube": {}}

    def add(kind, name, files):
        if name in found[kind]:
            raise InputError(
                f"{files[0]} and {found[kind][name][0]} are both the {kind} of scene {name}, expected one"
            )
        found[kind][name] = files

    groups = defaultdict(list)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    cubes = {_name(path.stem) for path in files if path.suffix.lower() in CUBES}
    for path in files:
        band = re.fullmatch(r"(.+)[_-](\d{1,4})\.png", path.name)
        if band and _name(path.stem) not in cubes:
            groups[path.parent, band[1]].append((int(band[2]), path))
        elif path.suffix.lower() in CUBES:
            add("cube", _name(path.stem), [path])
        elif path.suffix.lower() in PICTURES:
            add("picture", _name(path.stem), [path])
    for (_, prefix), numbered in groups.items():
        images = [path for _, path in sorted(numbered)]
        if len(images) > 3:
            add("cube", _name(prefix), images)
        else:  # photographs that are numbered
            for image in images:
                add("picture", _name(image.stem), [image])
    alone = sorted(set(found["picture"]) ^ set(found["cube"]))
    if alone:
        kind, other = ("picture", "cube") if alone[0] in found["picture"] else ("cube", "picture")
        raise InputError(
            f"{found[kind][alone[0]][0]} has no {other} called {alone[0]}, expected pairs of the same name"
        )
    if not found["cube"]:
        kinds = f"pictures ({' '.join(PICTURES)}) and cubes ({' '.join(CUBES)} or band PNGs)"
        raise InputError(f"{folder} holds no pairs, expected {kinds}")
    return {name: (found["picture"][name][0], files) for name, files in sorted(found["cube"].items())}


def _name(stem: str) -> str:
    return re.sub(r"[_-](rgb|clean|camera|ms|hsi|cube)$", "", stem, flags=re.IGNORECASE) or stem


def _index(folder, cache):
    found = pairs(folder)
    files = {file for picture, cube in found.values() for file in (picture, *cube)}
    files = sorted(files | set(folder.glob("camera.csv")) | set(folder.glob("wavelengths.txt")))
    stamps = [[str(file.relative_to(folder)), file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    path = cache / decoded.FOLDER / "index.json"
    if path.is_file():
        index = json.loads(path.read_text())
        if index["files"] == stamps:
            return index
    index = {
        "files": stamps,
        "parts": _parts(folder, [picture for picture, _ in found.values()]),
        **_decode(folder, found, cache),
    }
    write_text(path, json.dumps(index))
    return index


def _parts(folder, pictures) -> list[str]:
    """The part of each picture: "train" for all where no subfolder is called as a part is. InputError for a
    picture outside of any part where others are in one.
    """
    parts = [_part(picture.relative_to(folder).parts[:-1]) for picture in pictures]
    if not any(parts):
        return ["train"] * len(parts)
    for picture, part in zip(pictures, parts, strict=True):
        if part is None:
            raise InputError(
                f"{picture} lies in no subfolder called train, validation or test, as others in {folder} do: "
                "move it to one"
            )
    return parts


def _part(subfolders) -> str | None:
    """The part that the deepest of the subfolders' names says, if any does."""
    spelt = {name: part for part, names in PARTS.items() for name in names}
    said = [spelt[name.lower()] for name in subfolders if name.lower() in spelt]
    return said[-1] if said else None


def _decode(folder, found, cache):
    from tqdm import tqdm

    from hsi_inr_tf.pictures import read_picture

    wavelengths, reached = None, {}
    for name, (picture, files) in tqdm(found.items(), desc=f"decoding {folder.name}", unit="scene"):
        cube, nm, full = _cube(folder, files)
        if wavelengths is None:
            wavelengths, first = nm, files[0]
        elif not same(nm, wavelengths):
            raise InputError(
                f"{files[0]} has {_bands(nm)}, {first} has {_bands(wavelengths)}: expected the same"
            )
        rgb = read_picture(picture).pixels
        formats.check_pair(rgb, cube, picture, files[0])
        missing.refuse(cube, files[0], "in training data")
        formats.check_values(cube, files[0], "the cube", lowest=-NOISE * float(cube.max()))
        reached[files[0]] = float(cube.max()) / full
        decoded.save_scene(cache, name, rgb, cube)
    whites = [full * _white(reached)] * len(found)
    response = folder / "camera.csv"
    camera = (
        named(str(response), wavelengths, "srgb") if response.is_file() else named(wavelengths=wavelengths)
    )
    return {"names": list(found), "whites": whites, "wavelengths": wavelengths, "camera": camera.to_dict()}


def _white(reached: dict) -> float:
    """What stands for 1 in all scenes, from the largest value of each, by its file: 1, or the largest of all
    where one exceeds that, which is said. InputError where the scenes cannot have a common scale.
    """
    largest, smallest = max(reached, key=reached.get), min(reached, key=reached.get)
    if reached[largest] <= 1:
        return 1.0
    if reached[smallest] * MIXTURE < reached[largest]:
        raise InputError(
            f"{largest} reaches {reached[largest]:g} and {smallest} {reached[smallest]:g}: expected cubes on "
            "one scale, relative to 1"
        )
    print(f"note: {reached[largest]:g}, the largest value of {largest}, stands for 1 in every scene")
    return reached[largest]


def _cube(folder, files):
    """(cube [h, w, bands], wavelengths, the value that a full scale has)."""
    if len(files) == 1:
        trial.check_survives(files[0])
        image = read(files[0])
        for note in image.notes:
            print(f"note: {note}")
        return np.asarray(image.data, np.float32), list(image.wavelengths), 1.0
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
    return cube, nm, 65535.0


def _bands(nm):
    return f"{len(nm)} bands from {nm[0]:g} to {nm[-1]:g} nm"
