"""Named cameras, from the data that colour-science carries or a file of the user's."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import read_json
from hsi_inr_tf.optics.camera import ENCODINGS, Camera
from hsi_inr_tf.optics.wavelengths import in_nm

CAVE = "cie-1931-2deg-d65-srgb"
NTIRE2018_CLEAN = "cie-1964-10deg"
MEASURED = {"nikon-5100": "Nikon 5100 (NPL)", "sigma-sd-merrill": "Sigma SDMerill (NPL)"}
VISIBLE = tuple(range(400, 701, 10))
SEEN = 0.05  # of a channel's largest response: so much must not be cut off


def names() -> tuple[str, ...]:
    return (CAVE, NTIRE2018_CLEAN, *MEASURED)


def camera_named(
    name: str = CAVE, wavelengths: tuple[float, ...] = VISIBLE, encoding: str | None = None
) -> Camera:
    """The camera called `name`, sampled at `wavelengths` (nm); `encoding` where it isn't to be the camera's
    own.

    cie-1931-2deg-d65-srgb: a reflectance lit by D65, seen by the CIE 1931 observer, as sRGB: how the RGB of
    CAVE was made. cie-1964-10deg: the CIE 1964 observer's X, Y, Z as R, G, B, linear: the clean track of
    NTIRE2018, up to its gain. nikon-5100, sigma-sd-merrill: measured cameras, linear, balanced for light of
    equal energy. FILE.csv: a response of one's own, lines of "wavelength, R, G, B", balanced likewise;
    linear, unless its first line, "# encoding: srgb", says otherwise. FILE.json: one as rawtoaces has it.
    """
    if name == CAVE:
        camera = _cie_1931_d65(wavelengths)
    elif name == NTIRE2018_CLEAN:
        measured, response = _observer("CIE 1964 10 Degree Standard Observer")
        camera = from_response(name, measured, response, wavelengths)
    elif name in MEASURED:
        import colour

        sensitivities = colour.MSDS_CAMERA_SENSITIVITIES[MEASURED[name]]
        camera = from_response(name, sensitivities.wavelengths, sensitivities.values, wavelengths)
    elif Path(name).suffix == ".csv":
        measured, response, stated = read_csv(Path(name))
        camera = from_response(Path(name).stem, measured, response, wavelengths, stated or "linear")
    elif Path(name).suffix == ".json":
        camera = from_response(Path(name).stem, *read_rawtoaces(Path(name)), wavelengths)
    else:
        raise InputError(f"unknown camera '{name}', expected {', '.join(names())}, a .csv or a .json file")
    return replace(camera, encoding=encoding) if encoding else camera


def from_response(
    name: str,
    measured: np.ndarray,
    response: np.ndarray,
    wavelengths: tuple[float, ...],
    encoding: str = "linear",
) -> Camera:
    """A camera from its response [m, 3] at the `measured` wavelengths, sampled linearly at `wavelengths`,
    zero beyond.

    Each channel is scaled so that a cube of ones gives 1. InputError where a channel sees none of the
    wavelengths, or where the response ends among them while the camera still sees.
    """
    for end, inside in ((0, min(wavelengths) < measured[0]), (-1, max(wavelengths) > measured[-1])):
        left = np.abs(response[end]) / np.abs(response).max(axis=0).clip(1e-12)
        if inside and left.max() > SEEN:
            raise InputError(
                f"camera {name}: its response ends at {measured[end]:g} nm, where channel "
                f"{'RGB'[int(left.argmax())]} still has {left.max():.0%} of its most, expected it from "
                f"{min(wavelengths):g} to {max(wavelengths):g} nm"
            )
    sampled = _weighted(_sample(measured, response, wavelengths), wavelengths)
    total = sampled.sum(axis=0)
    if not np.all(total > 0):
        raise InputError(
            f"camera {name} sees nothing in channel {'RGB'[int(np.argmin(total))]} at {list(wavelengths)} nm"
        )
    return Camera(name, wavelengths, sampled / total, encoding)


def spread(camera: Camera, wavelengths: tuple[float, ...]) -> Camera:
    """The same camera at `wavelengths` that cover its own, and perhaps more: zero beyond its own, and still
    rendering ones to what it rendered them to.
    """
    if camera.fits(wavelengths):
        return camera
    density = camera.response / np.gradient(np.asarray(camera.wavelengths, np.float64))[:, None]
    sampled = _weighted(_sample(camera.wavelengths, density, wavelengths), wavelengths)
    response = sampled * (camera.response.sum(axis=0) / sampled.sum(axis=0))
    return Camera(camera.name, wavelengths, response, camera.encoding)


def read_csv(path: Path) -> tuple[np.ndarray, np.ndarray, str | None]:
    """(wavelengths [m] in nm, response [m, 3], encoding of the camera's pictures if it is stated) from lines
    of four numbers. Before them may stand a line of words, which is passed over, and "# encoding: linear" or
    "# encoding: srgb".
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if not _is_number(lines[0].split(",")[0]):
            lines = lines[1:]
        table = np.array([[float(cell) for cell in line.split(",")] for line in lines])
    except (OSError, ValueError, IndexError) as error:
        raise InputError(
            f"{path}: no camera's response ({error}), expected lines of wavelength, R, G, B"
        ) from error
    stated = re.search(r"^#\s*encoding\s*[:=]\s*(.*?)\s*$", text, flags=re.MULTILINE | re.IGNORECASE)
    if stated and stated[1].lower() not in ENCODINGS:
        raise InputError(f"{path}: its encoding is '{stated[1]}', expected {' or '.join(ENCODINGS)}")
    if (
        table.ndim != 2
        or table.shape[1] != 4
        or not np.all(np.isfinite(table))
        or np.any(np.diff(table[:, 0]) <= 0)
    ):
        raise InputError(
            f"{path} is no camera's response, expected lines of wavelength, R, G, B with ascending "
            "wavelengths"
        )
    return np.array(in_nm(table[:, 0], None, path)), table[:, 1:], stated[1].lower() if stated else None


def read_rawtoaces(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(wavelengths [m] in nm, response [m, 3]) from a JSON file of the cameras of rawtoaces
    (https://github.com/AcademySoftwareFoundation/rawtoaces-data).
    """
    content = read_json(path)
    try:
        table = sorted((float(nm), row) for nm, row in content["spectral_data"]["data"]["main"].items())
        response = np.array([row for _, row in table], np.float64)
        if response.shape[1:] != (3,) or len(table) < 2 or not np.isfinite(response).all():
            raise ValueError(f"its table has shape {response.shape}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path} is no camera's response ({error}), expected spectral_data of R, G and B by wavelength"
        ) from error
    return np.array(in_nm([nm for nm, _ in table], None, path)), response


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _cie_1931_d65(wavelengths) -> Camera:
    import colour

    light = colour.SDS_ILLUMINANTS["D65"]
    measured, response = _observer("CIE 1931 2 Degree Standard Observer")
    observer = _sample(measured, response, wavelengths)
    xyz = _weighted(observer * _sample(light.wavelengths, light.values, wavelengths)[:, None], wavelengths)
    if not xyz[:, 1].sum() > 0:
        raise InputError(
            f"wavelengths from {wavelengths[0]:g} to {wavelengths[-1]:g} nm hold no visible light and so "
            "no sRGB: "
            "give the response of the camera"
        )
    xyz /= xyz[:, 1].sum()
    to_rgb = colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB
    return Camera(CAVE, wavelengths, xyz @ to_rgb.T, "srgb")


def _observer(name):
    import colour

    observer = colour.MSDS_CMFS[name]
    return observer.wavelengths, observer.values


def _sample(measured, values, wavelengths):
    """Rows of `values` [m, ...] at `wavelengths`, linear between the measured ones and zero beyond them."""
    values = np.asarray(values, np.float64)
    columns = values.reshape(len(values), -1).T
    sampled = np.stack(
        [np.interp(wavelengths, measured, column, left=0.0, right=0.0) for column in columns], axis=1
    )
    return sampled.reshape(len(wavelengths), *values.shape[1:])


def _weighted(values, wavelengths):
    """Each row times the width of its band: the sum of Eq. 4 stands for the integral of Eq. 3 where bands lie
    unevenly.
    """
    if len(wavelengths) < 2:
        return values
    return values * np.abs(np.gradient(np.asarray(wavelengths, np.float64)))[:, None]
