"""The pages of a TIFF, from its directories alone: how many pictures it holds, and whether it is sound."""

import re
import struct
from typing import Any
from xml.etree import ElementTree

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError

PAGE_KIND, OLD_PAGE_KIND, DESCRIPTION, SAMPLES, GDAL_METADATA = 254, 255, 270, 277, 42112
WAVELENGTH = re.compile(rb'wavelength|role="description">\s*[0-9.]+ ?(nm|um|\xc2\xb5m)\b', re.IGNORECASE)
NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
MOST = 100_000  # pages and longest description, beyond which a file is not believed
LONGEST = 16 << 20


def pages(file: Any, path: PathLike) -> list[dict[int, Any]]:
    """The tags of every page that is a picture of its own, not a reduced one or a mask, as {tag: number or
    bytes} of the few that are needed. `file` is open for reading, binary. Raises InputError.
    """
    file.seek(0)
    start = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    version = struct.unpack(f"{order}H", start[2:4])[0] if order and len(start) >= 8 else 0
    if version not in (42, 43):
        raise InputError(f"{path} is no TIFF, expected one")
    big = version == 43
    (offset,) = struct.unpack(f"{order}Q", start[8:16]) if big else struct.unpack(f"{order}I", start[4:8])
    seen: set[int] = set()
    found = []
    while offset:
        if offset in seen or len(seen) > MOST:
            raise InputError(f"{path} is damaged (its pages run in a circle), expected a whole TIFF")
        seen.add(offset)
        try:
            tags, offset = _directory(file, offset, order, big)
        except (struct.error, OverflowError, OSError) as error:
            raise InputError(f"{path} is damaged (a page lies outside), expected a whole TIFF") from error
        if not (int(tags.get(PAGE_KIND, 0)) & 5 or tags.get(OLD_PAGE_KIND) == 2):
            found.append(tags)
    return found


def _directory(file, offset, order, big):
    """(the wanted tags of the directory at `offset`, the offset of the next one)."""
    file.seek(offset)
    count = struct.unpack(f"{order}{'Q' if big else 'H'}", file.read(8 if big else 2))[0]
    if count > 65535:
        raise OverflowError
    size = 20 if big else 12
    entries = file.read(size * count)
    (following,) = struct.unpack(f"{order}{'Q' if big else 'I'}", file.read(8 if big else 4))
    tags = {}
    for at in range(0, size * count, size):
        tag, kind, values = struct.unpack_from(f"{order}HH{'Q' if big else 'I'}", entries, at)
        inline = entries[at + size - (8 if big else 4) : at + size]
        if tag in (DESCRIPTION, GDAL_METADATA) and kind == 2 and values <= LONGEST:
            if values > len(inline):
                file.seek(struct.unpack(f"{order}{'Q' if big else 'I'}", inline)[0])
                inline = file.read(values)
            tags[tag] = inline[:values]
        elif tag in (PAGE_KIND, OLD_PAGE_KIND, SAMPLES) and kind in NUMBERS and values == 1:
            tags[tag] = struct.unpack_from(f"{order}{NUMBERS[kind]}", inline)[0]
    return tags, following


def states_wavelengths(path: PathLike) -> bool:
    """Whether the bands of a TIFF say their wavelengths, as those of a cube do, in GDAL's metadata."""
    try:
        with open(path, "rb") as file:
            return any(WAVELENGTH.search(tags.get(GDAL_METADATA, b"")) for tags in pages(file, path))
    except (OSError, InputError):  # reading it as a picture will say what is wrong
        return False


def channels(found: list[dict[int, Any]], path: PathLike) -> list[int] | None:
    """Which pages are red, green and blue, where ImageJ or OME say so; None for a single page.

    InputError for several pages that are not said to be the three channels of one picture.
    """
    description = bytes(found[0].get(DESCRIPTION, b"") if found else b"").decode("utf-8", "replace")
    # ImageJ writes large stacks behind a single page.
    stack = re.search(r"^images=(\d+)", description, flags=re.MULTILINE)
    images = int(stack[1]) if stack and description.startswith("ImageJ=") else 1
    if len(found) == 1 and images <= 1:
        return None
    order = _imagej(description) or _ome(description)
    single = all(tags.get(SAMPLES, 1) == 1 for tags in found)
    if not order or len(found) != 3 or not single:
        raise InputError(
            f"{path} holds {max(len(found), images)} pages, expected one picture, or the red, green and blue "
            "channels of one as ImageJ or OME name them"
        )
    return order


def _imagej(description) -> list[int] | None:
    """ImageJ's composite of three channels is shown as red, green and blue, in this order."""
    if not description.startswith("ImageJ="):
        return None
    said = dict(re.findall(r"^(\w+)=(.*?)\s*$", description, flags=re.MULTILINE))
    composite = said.get("channels") == "3" and said.get("mode") in ("composite", "color")
    return [0, 1, 2] if composite and said.get("images", "3") == "3" else None


def _ome(description) -> list[int] | None:
    """OME: channels that are called red, green and blue, or coloured so (RGBA as a signed number)."""
    if "<OME" not in description or "<!DOCTYPE" in description:
        return None
    try:
        root = ElementTree.fromstring(description.rstrip("\0 \n"))
    except ElementTree.ParseError:
        return None
    planes = root.findall(".//{*}Pixels")
    if len(planes) != 1 or any(planes[0].get(axis, "1") != "1" for axis in ("SizeZ", "SizeT")):
        return None
    roles = [_role(channel) for channel in planes[0].findall("{*}Channel")]
    wanted = ("red", "green", "blue")
    return [roles.index(role) for role in wanted] if sorted(map(str, roles)) == sorted(wanted) else None


def _role(channel) -> str | None:
    name = channel.get("Name", "").strip().lower()
    if name:
        return {"r": "red", "g": "green", "b": "blue"}.get(name, name)
    colours = {0xFF0000: "red", 0x00FF00: "green", 0x0000FF: "blue"}
    try:
        return colours.get((int(channel.get("Color", "")) & 0xFFFFFFFF) >> 8)
    except ValueError:
        return None
