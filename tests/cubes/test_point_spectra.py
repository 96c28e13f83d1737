"""The CSV of measured points."""

import numpy as np
import pytest

from hsi_inr_tf.cubes.point_spectra import read_points, write_form
from hsi_inr_tf.errors import InputError


def test_points_and_spectra_come_back_as_written(tmp_path):
    points, nm = np.array([[3.0, 4.5], [100.0, 7.0]]), (400.0, 410.5, 700.0)
    spectra = np.random.default_rng(0).uniform(0, 1, (2, 3))
    read = read_points(write_form(tmp_path / "points.csv", points, nm, spectra))
    for one, other in zip(read, (points, spectra, nm), strict=True):
        assert np.array_equal(one, other)


def test_only_an_empty_form_is_written_over(tmp_path):
    form = write_form(tmp_path / "p.csv", [[1, 2]], (400, 700))
    write_form(form, [[3, 4]], (400, 700), [[0.5, 0.6]])
    with pytest.raises(InputError, match="holds something already"):
        write_form(form, [[5, 6]], (400, 700))
    assert read_points(form)[0].tolist() == [[3, 4]]


def test_points_not_measured_are_left_out_and_columns_sorted(tmp_path):
    (tmp_path / "p.csv").write_text("row;column;700 nm;400 nm\n1;2;.7;.4\n3;4;;\n")
    points, spectra, nm = read_points(tmp_path / "p.csv")
    assert points.tolist() == [[1, 2]] and spectra.tolist() == [[0.4, 0.7]] and nm == (400, 700)


@pytest.mark.parametrize(
    "line",
    ["{nm},{value}", "{nm};{value}", "{nm}\t{value}\tok", "  {nm}   {value}", "{comma_nm};{comma_value}"],
)
def test_a_spectrometers_file_for_a_point(tmp_path, line):
    nm = np.arange(380, 781, 0.5)
    lines = ["Instrument 7, calibrated", "nm;reflectance", ">>>>> Begin <<<<<"]
    for w in nm:
        texts = {"nm": f"{w}", "value": f"{w / 1000:.4f}"}
        commas = {f"comma_{name}": text.replace(".", ",") for name, text in texts.items()}
        lines.append(line.format(**texts, **commas))
    (tmp_path / "a.txt").write_text("\n".join(lines))
    (tmp_path / "p.csv").write_text("row,column,file\n1,2,a.txt\n")
    _, spectra, found = read_points(tmp_path / "p.csv")
    assert np.array_equal(found, nm)
    np.testing.assert_allclose(spectra[0], nm / 1000, atol=1e-4)


def test_decimal_commas_where_semicolons_separate(tmp_path):
    (tmp_path / "p.csv").write_text("row;column;400;410,5\n1,5;2;0,0;0,5\n")
    points, spectra, nm = read_points(tmp_path / "p.csv")
    assert points.tolist() == [[1.5, 2]] and spectra.tolist() == [[0.0, 0.5]] and nm == (400, 410.5)


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "empty"),
        ("x,y,400\n1,2,3\n", "row,column"),
        ("row,column,400\n1,2,\n", "no spectra yet"),
        ("row,column,400\n1,2,abc\n", "line 2"),
        ("row,column\n1,2\n", "wavelengths"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, text, words):
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(InputError, match=words):
        read_points(tmp_path / "p.csv")


NAMED = ["row,column,450 nm,550nm", "row,column,0.45 um,0.55um", "row,column,0.45,0.55"]


@pytest.mark.parametrize("header", NAMED)
def test_columns_state_wavelengths_in_their_unit(tmp_path, header):
    (tmp_path / "a.csv").write_text(f"{header}\n1,2,0.5,0.6\n")
    points, spectra, bands = read_points(tmp_path / "a.csv")
    assert bands == (450.0, 550.0) and spectra.tolist() == [[0.5, 0.6]] and points.tolist() == [[1, 2]]


@pytest.mark.parametrize("header", ["row,column,1,2", "row,column,450 nm,0.55 um", "row,column,450 furlongs"])
def test_columns_that_are_no_wavelengths_are_refused(tmp_path, header):
    (tmp_path / "a.csv").write_text(f"{header}\n1,2,0.5,0.6\n")
    with pytest.raises(InputError, match=r"a\.csv"):
        read_points(tmp_path / "a.csv")
