"""Measured reflectances: known samples at known wavelengths, and libraries in every format that is read."""

import numpy as np
import pytest
from spectral.io import envi

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import camera_named, reflectances

NM = np.arange(380.0, 781.0, 20.0)
SPECTRA = np.clip(np.random.default_rng(0).random((5, len(NM))), 0.02, 0.98)


def written(path):
    if path.suffix == ".csv":
        rows = [",".join(["name", *map(str, NM)])]
        rows += [",".join([f"sample {i}", *map(repr, map(float, s))]) for i, s in enumerate(SPECTRA)]
        path.write_text("\n".join(rows))
    elif path.suffix == ".npz":
        np.savez(path, wavelengths=NM, reflectance=SPECTRA)
    else:
        header = {"wavelength": [str(w) for w in NM], "spectra names": [str(i) for i in range(5)]}
        header["wavelength units"] = "Nanometers"
        envi.SpectralLibrary(SPECTRA, header, None).save(str(path.with_suffix("")))
    return path


@pytest.mark.parametrize("name", ["own.csv", "own.npz", "own.hdr"])
def test_a_library_of_ones_own_is_read_and_joins_the_measured_ones(tmp_path, name):
    path = written(tmp_path / name)
    wavelengths, spectra = reflectances.read_library(path)
    assert wavelengths == pytest.approx(NM) and spectra == pytest.approx(SPECTRA, abs=1e-5)
    own = {tuple(row) for row in reflectances.measured(NM).round(4)}
    joined = {tuple(row) for row in reflectances.measured(NM, path).round(4)}
    assert len(joined) == len(own) + 5


def test_the_grey_patches_of_the_colour_checker_are_among_them():
    """The neutral patches of the BabelColor average reflect about 90, 59, 36, 19, 9 and 3 % of all light."""
    spectra = reflectances.measured(range(450, 701, 10))
    for grey in (0.59, 0.36, 0.19, 0.09):
        flat = np.abs(spectra - grey).max(axis=1)
        assert flat.min() < 0.02


def test_only_what_was_measured_over_the_whole_range_is_given():
    assert len(reflectances.measured(range(400, 701, 10))) > 350
    assert len(reflectances.measured(range(400, 1001, 100))) == 0


def test_the_chart_is_what_the_camera_sees_of_it_at_four_brightnesses():
    camera = camera_named()
    library = reflectances.measured(camera.wavelengths)
    rgb, cube = reflectances.chart(library, camera)
    assert rgb.shape == (4 * len(library), 1, 3) and cube.shape == (4 * len(library), 1, 31)
    assert rgb == pytest.approx(camera.render(cube), abs=0.51 / 255)


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.txt", b"", "expected .csv, .npz, .hdr, .sli"),
        ("a.csv", b"name,400,x\na,1,2\n", "cannot be read"),
        ("a.csv", b"name,400,410\na,20,30\n", r"reach 30, expected \[0, 1\]"),
        ("a.csv", b"name,0.4,0.5\na,.1,.2\n", "ascending wavelengths in nm"),
        ("a.npz", b"PK", "cannot be read"),
        ("a.hdr", b"ENVI\n", "cannot be read"),
    ],
)
def test_what_is_no_library_is_refused_by_name(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as refused:
        reflectances.read_library(tmp_path / name)
    assert name in str(refused.value)
