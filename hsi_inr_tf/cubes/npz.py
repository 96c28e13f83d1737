"""NumPy archives: "cube" [height, width, bands], "wavelengths" [bands] (nm), "scale" (divide by it) and
"metadata" (JSON text).
"""

import shutil
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from hsi_inr_tf.cubes.hyperspectral_image import HyperspectralImage
from hsi_inr_tf.cubes.values import check_size, metadata, parsed, scale_of, write_values
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import replacing


def write(cube, path: Path, dtype: str = "float32") -> None:
    """What numpy.savez would write, but part by part: by way of a file beside it, as members of archives are
    written in order.
    """
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
        tempfile.TemporaryFile(dir=path.parent) as values,
    ):
        header = {
            "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
            "fortran_order": False,
            "shape": tuple(cube.shape),
        }
        np.lib.format.write_array_header_2_0(values, header)
        write_values(cube, values, dtype)
        values.seek(0)
        with archive.open("cube.npy", "w", force_zip64=True) as member:
            shutil.copyfileobj(values, member, 1 << 20)
        for name, value in (
            ("wavelengths", cube.wavelengths),
            ("scale", scale_of(dtype)),
            ("metadata", metadata(cube, dtype)),
        ):
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(value), allow_pickle=False)


def read(path: Path) -> HyperspectralImage:
    try:
        with zipfile.ZipFile(path) as archive, archive.open("cube.npy") as member:
            version = np.lib.format.read_magic(member)
            reader = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = reader(member)
        check_size(path, shape, dtype.itemsize)
        with np.load(path, allow_pickle=False) as arrays:
            data, wavelengths = arrays["cube"], arrays["wavelengths"].astype(float).ravel()
            scale = arrays["scale"].astype(float).item() if "scale" in arrays else 1.0
            text = str(arrays["metadata"]) if "metadata" in arrays else None
    except InputError:
        raise
    except Exception as error:  # zipfile and NumPy raise nearly anything on damaged files
        raise InputError(
            f"{path} is no archive of a cube, expected the arrays 'cube' and 'wavelengths' ({error})"
        ) from error
    data = np.asarray(data, np.float32)
    return HyperspectralImage(
        data / np.float32(scale) if scale != 1 else data, tuple(wavelengths), **parsed(text, path)
    )
