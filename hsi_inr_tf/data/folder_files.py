"""Which files of a user's folder are pictures, cubes, parts, and what is passed over."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hsi_inr_tf.cubes.formats import BY_SUFFIX
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.pictures.kinds import RAW_SUFFIXES, SUFFIXES, is_litter
from hsi_inr_tf.pictures.tiff_pages import states_wavelengths

TIFF = (".tif", ".tiff")  # a picture or a cube, as its bands say
ENVI_DATA = tuple(suffix for suffix, name in BY_SUFFIX.items() if name == "envi" and suffix != ".hdr")
CUBES = tuple(suffix for suffix in BY_SUFFIX if suffix not in (*ENVI_DATA, *TIFF))
OWN = ("camera.csv", "wavelengths.txt")  # that say something about all pairs
REFERENCE = re.compile(
    r"(?:.*[_-])?(white|dark)[_-]?(ref|reference|calibration|frame)?(?:[_-].*)?", re.IGNORECASE
)
# Parts of a folder, and how people spell the subfolders that hold them, at any depth and in any case.
PARTS = {
    "train": ("train", "training", "tr"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "te"),
}


@dataclass(frozen=True)
class Found:
    """`pairs`: name -> (picture, cube file or band images in order); `left_out`: why -> files of neither."""

    pairs: dict[str, tuple[Path, list[Path]]]
    left_out: dict[str, list[Path]]


def find(folder: Path) -> Found:
    """What a folder and its subfolders, linked ones too, hold. InputError names what has no partner or comes
    twice.
    """
    found: dict[str, dict[str, list[Path]]] = {"picture": {}, "cube": {}}

    def add(kind, name, files):
        if name in found[kind]:
            raise InputError(
                f"{files[0]} and {found[kind][name][0]} are both the {kind} of scene {name}, expected one"
            )
        found[kind][name] = files

    groups, others = defaultdict(list), []
    files = sorted(_files(folder))
    is_cube = {path: _is_cube(path) for path in files}
    cubes = {_name(path) for path in files if is_cube[path]}
    for path in files:
        band = re.fullmatch(r"(.+)[_-](\d{1,4})\.(png|tiff?)", path.name, flags=re.IGNORECASE)
        if is_cube[path]:
            add("cube", _name(path), [path])
        elif band and _name(path) not in cubes:
            groups[path.parent, band[1]].append((int(band[2]), path))
        elif path.suffix.lower() in SUFFIXES:
            add("picture", _name(path), [path])
        elif path.name not in OWN and not _is_envi_data(path):
            others.append(path)
    for (_, prefix), numbered in groups.items():
        images = [path for _, path in sorted(numbered)]
        if len(images) > 3:
            add("cube", _named(prefix), images)
        else:  # photographs that are numbered
            for image in images:
                add("picture", _name(image), [image])
    references = [
        found["cube"].pop(name)[0]
        for name in sorted(set(found["cube"]) - set(found["picture"]))
        if REFERENCE.fullmatch(name)
    ]
    _check_partners(folder, found)
    pairs = {name: (found["picture"][name][0], cube) for name, cube in sorted(found["cube"].items())}
    return Found(pairs, {"white and dark references": references, "neither pictures nor cubes": others})


def _files(folder) -> Iterator[Path]:
    """All files below, of which the system's litter is none; a link that leads back is followed once."""
    seen = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        here = os.path.realpath(root)
        if here in seen:
            folders.clear()
            continue
        seen.add(here)
        folders[:] = sorted(name for name in folders if not is_litter(name))
        yield from (path for name in names if not is_litter(name) and (path := Path(root, name)).is_file())


def _is_cube(path) -> bool:
    suffix = path.suffix.lower()
    return suffix in CUBES or (suffix in TIFF and states_wavelengths(path))


def _is_envi_data(path) -> bool:
    """Whether a header lies beside it: leaf.hdr or leaf.bil.hdr for leaf.bil or leaf."""
    return path.with_suffix(".hdr").is_file() or path.with_name(f"{path.name}.hdr").is_file()


def _check_partners(folder, found) -> None:
    alone = sorted(set(found["picture"]) ^ set(found["cube"]))
    if alone:
        kind, other = ("picture", "cube") if alone[0] in found["picture"] else ("cube", "picture")
        raise InputError(
            f"{found[kind][alone[0]][0]} has no {other} called {alone[0]}, expected pairs of the same name"
        )
    if not found["cube"]:
        common = [suffix for suffix in SUFFIXES if suffix not in RAW_SUFFIXES]
        kinds = f"pictures ({' '.join(common)}) and cubes ({' '.join(CUBES)} .tif or band images)"
        raise InputError(f"{folder} holds no pairs, expected {kinds}")


def _name(path: Path) -> str:
    stem = path.stem
    if path.suffix.lower() == ".hdr" and Path(stem).suffix.lower() in ENVI_DATA:  # leaf.bil.hdr
        stem = Path(stem).stem
    return _named(stem)


def _named(stem: str) -> str:
    return re.sub(r"[_-](rgb|clean|camera|ms|hsi|cube)$", "", stem, flags=re.IGNORECASE) or stem


def parts(folder: Path, pictures: Sequence[Path]) -> list[str]:
    """The part of each picture: "train" for all where no subfolder is called as a part is. InputError for a
    picture outside of any part where others are in one.
    """
    parts = {picture: _part(picture.relative_to(folder).parts[:-1]) for picture in pictures}
    if not any(parts.values()):
        return ["train"] * len(parts)
    for picture, part in parts.items():
        if part is None:
            raise InputError(
                f"{picture} lies in no subfolder called train, validation or test, as others in {folder} do: "
                "move it to one"
            )
    return [part for part in parts.values() if part]


def _part(subfolders) -> str | None:
    """The part that the deepest of the subfolders' names says, if any does."""
    spelt = {name: part for part, names in PARTS.items() for name in names}
    said = [spelt[name.lower()] for name in subfolders if name.lower() in spelt]
    return said[-1] if said else None
