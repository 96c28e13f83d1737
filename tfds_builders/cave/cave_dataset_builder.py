"""The CAVE multispectral database, from its archive or the unpacked folder."""

import re
from collections import Counter
from pathlib import Path, PurePosixPath

import tensorflow_datasets as tfds

from hsi_inr_tf.data import formats
from hsi_inr_tf.data.builder import SceneBuilder
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import camera_named

ARCHIVE = "complete_ms_data.zip"
URL = f"https://www.cs.columbia.edu/CAVE/databases/multispectral/zip/{ARCHIVE}"
BYTES = 405_988_465
SIDE, BANDS = 512, 31


class Builder(SceneBuilder):
    """32 indoor scenes, 512 x 512 pixels, 31 bands from 400 to 700 nm."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "All bands with the 16 bits of the archive."}  # noqa: RUF012
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
    Nothing needs to be done: {ARCHIVE} ({BYTES:,} bytes) is downloaded from {URL}. With a copy at hand, put
    {ARCHIVE}, or the folders <scene>_ms it unpacks to, into the folder given by --manual_dir. A copy may
    hold only some of the scenes.
    """

    def _info(self):
        return self.scene_info(
            homepage="https://www.cs.columbia.edu/CAVE/databases/multispectral/",
            camera=camera_named(),
            height=SIDE,
            width=SIDE,
        )

    def _shard_iterators_per_split(self, dl_manager):
        root = self._local_copy(dl_manager) or _download(dl_manager)
        return self.shards({"train": find_scenes(root)}, read_scene)

    def _local_copy(self, dl_manager):
        try:
            folder = Path(dl_manager.manual_dir)
        except AssertionError as error:  # absent or empty
            if self.given_manual_dir:
                raise InputError(
                    f"{self.given_manual_dir} is absent or empty, expected {ARCHIVE} or folders <scene>_ms"
                ) from error
            return None
        if (folder / ARCHIVE).is_file():
            return folder / ARCHIVE
        if any(folder.glob("**/*_ms_[0-9][0-9].png")):
            return folder
        if self.given_manual_dir:
            raise InputError(f"{folder} holds no CAVE scenes, expected {ARCHIVE} or folders <scene>_ms")
        return None


def _download(dl_manager):
    path = Path(dl_manager.download(URL))
    size = path.stat().st_size
    if size != BYTES:
        raise InputError(
            f"{URL} gave {size:,} bytes, expected {BYTES:,}: the download is incomplete or the archive "
            "has changed"
        )
    return path


def find_scenes(root: Path):
    """(name, (root, band images, RGB image, folder)) of every scene in an archive or folder."""
    folders = {}
    for member in formats.members(root):
        path = PurePosixPath(member)
        # Anything else in there (Thumbs.db, __MACOSX, notes) is passed over.
        if re.fullmatch(r"[^.].*_(ms_\d+\.png|RGB\.bmp)", path.name) and "__MACOSX" not in path.parts:
            folders.setdefault(path.parent.as_posix(), []).append(member)
    if not folders:
        raise InputError(
            f"{root} holds no CAVE scenes, expected <scene>_ms/<scene>_ms/<scene>_ms_01.png and so on"
        )
    return [_scene(root, folder, files) for folder, files in folders.items()]


def _scene(root, folder, files):
    name = re.sub(r"_(ms_\d+\.png|RGB\.bmp)$", "", PurePosixPath(files[0]).name)
    expected = [f"{name}_ms_{band:02d}.png" for band in range(1, BANDS + 1)]
    names = Counter(PurePosixPath(file).name for file in files)
    for file in [*expected, f"{name}_RGB.bmp"]:
        if file not in names:
            raise InputError(
                f"{root}: {folder}/{file} is missing, expected bands 01 to {BANDS} and {name}_RGB.bmp"
            )
    extra = sorted(set(names) - {*expected, f"{name}_RGB.bmp"})
    if extra:
        raise InputError(
            f"{root}: {folder}/{extra[0]} is one too many, expected bands 01 to {BANDS} and one RGB image"
        )
    inside = "" if folder == "." else f"{folder}/"
    return name, (root, [inside + file for file in expected], f"{inside}{name}_RGB.bmp", folder)


def read_scene(root, bands, rgb, folder):
    """rgb uint8 and cube uint16 of one scene, as shipped (the 8-bit watercolors scaled by 257)."""
    pixels = formats.decode_rgb(formats.read_member(root, rgb), f"{root}: {rgb}")
    if pixels.shape[:2] != (SIDE, SIDE):
        raise InputError(f"{root}: {rgb} has {pixels.shape[:2]} pixels, expected {(SIDE, SIDE)}")
    return {"rgb": pixels, "cube": formats.band_images(root, bands, (SIDE, SIDE)), "white": 65535.0}
