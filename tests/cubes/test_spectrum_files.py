"""What spectrometers write: worked examples of the formats' own documents, and files as instruments fill
them.
"""

import numpy as np
import pytest

from hsi_inr_tf.cubes import jcamp_dx
from hsi_inr_tf.cubes.point_spectra import read_points
from hsi_inr_tf.cubes.spectrum_files import read_spectrum
from hsi_inr_tf.errors import InputError

NM = np.arange(400, 701, 20.0)
LIGHT, DARK = np.round(0.3 + 0.2 * np.sin(NM / 60), 4), np.round(0.05 + NM / 5000, 4)

JCAMP = """##TITLE= leaf {form}
##JCAMP-DX= 4.24  $$ a comment
##DATA TYPE= UV/VIS SPECTRUM
##XUNITS= {unit}
##Y-UNITS= REFLECTANCE
##XFACTOR= 1
##YFACTOR= 0.0001
##FIRSTX= {first}
##LASTX= {last}
##NPOINTS= {count}
##XYDATA= (X++(Y..Y))
{lines}
##END=
"""

CXF = """<?xml version="1.0" encoding="utf-8"?>
<cc:CxF xmlns:cc="http://colorexchangeformat.com/CxF3-core">
 <cc:FileInformation><cc:Creator>a shop</cc:Creator></cc:FileInformation>
 <cc:Resources>
  <cc:ObjectCollection>
   <cc:Object ObjectType="Standard" Name="light" Id="1"><cc:ColorValues>
    <cc:ColorCIELab ColorSpecification="L"><cc:L>50</cc:L><cc:A>1</cc:A><cc:B>2</cc:B></cc:ColorCIELab>
    <cc:ReflectanceSpectrum ColorSpecification="M1" StartWL="400">{light}</cc:ReflectanceSpectrum>
    <cc:ReflectanceSpectrum ColorSpecification="M2" StartWL="400">0 0 0 0 0 0 0</cc:ReflectanceSpectrum>
   </cc:ColorValues></cc:Object>
   <cc:Object ObjectType="Standard" Name="dark" Id="2"><cc:ColorValues>
    <cc:ReflectanceSpectrum ColorSpecification="M1">
     {dark}
    </cc:ReflectanceSpectrum>
   </cc:ColorValues></cc:Object>
  </cc:ObjectCollection>
  <cc:ColorSpecificationCollection>
   <cc:ColorSpecification Id="L"><cc:TristimulusSpec/></cc:ColorSpecification>
   <cc:ColorSpecification Id="M2"><cc:MeasurementSpec>
    <cc:WavelengthRange StartWL="380" Increment="10"/></cc:MeasurementSpec></cc:ColorSpecification>
   <cc:ColorSpecification Id="M1"><cc:MeasurementSpec>
    <cc:WavelengthRange StartWL="400" Increment="20"/></cc:MeasurementSpec></cc:ColorSpecification>
  </cc:ColorSpecificationCollection>
 </cc:Resources>
</cc:CxF>
"""


def words(values):
    return " ".join(map(str, values))


# The same ten numbers in the five forms of McDonald and Wilks (1988).
@pytest.mark.parametrize(
    "line",
    [
        "0 1 2 3 3 2 1 0 -1 -2 -3",
        "0+1+2+3+3+2+1+0-1-2-3",
        "0ABCCBA@abc",
        "0AJJ%jjjjjj",
        "0AJT%jX",
        "0ABCTBA@abc",
    ],
)
def test_every_form_holds_the_numbers_of_the_standards_example(line):
    assert jcamp_dx.ordinates([line], "a") == [1, 2, 3, 3, 2, 1, 0, -1, -2, -3]


def test_differences_go_on_over_lines_with_their_check_values():
    """The example of JCAMP-DX for ion mobility (Baumbach et al. 2001), in both of its forms."""
    lines = ["4@VKT%TLkj%J%KLJ%njKjL%kL%jJULJ%kLK1%lLMNPNPRLJ0QTOJ1P", "56A28"]
    plain = (
        "0 0 0 0 2 4 4 4 7 5 4 4 5 5 7 10 11 11 6 5 7 6 9 9 7 10 10 9 10 11 12 15 16 16 14 17 38 38 35 38 42 "
        "47 54 59 66 75 78 88 96 104 110 121 128"
    )
    assert jcamp_dx.ordinates(lines, "a") == [float(word) for word in plain.split()]
    with pytest.raises(InputError, match="check value is 127, expected 128"):
        jcamp_dx.ordinates([lines[0], "56A27"], "a")


@pytest.mark.parametrize("unit", ["NANOMETERS", "MICROMETERS", "1/CM", "Wavelength (nm)"])
def test_a_jcamp_file_states_its_unit_and_its_factors(tmp_path, unit):
    x = {"MICROMETERS": NM / 1e3, "1/CM": np.linspace(1e7 / 700, 1e7 / 400, 16)}.get(unit, NM)
    nm = np.sort(1e7 / x) if unit == "1/CM" else NM
    values = np.round(np.interp(1e7 / x if unit == "1/CM" else nm, NM, LIGHT) * 1e4)
    lines = "\n".join(
        f"{a:.3f} {words(values[i : i + 5])}" for i, a in zip(range(0, 16, 5), x[::5], strict=True)
    )
    told = {
        "form": "",
        "unit": unit,
        "first": f"{x[0]:.9g}",
        "last": f"{x[-1]:.9g}",
        "count": 16,
        "lines": lines,
    }
    (tmp_path / "a.jdx").write_text(JCAMP.format(**told))
    found, spectrum = read_spectrum(tmp_path / "a.jdx")
    np.testing.assert_allclose(found, nm, rtol=1e-6)
    np.testing.assert_allclose(spectrum, np.interp(nm, NM, LIGHT), atol=1e-4)


def test_pairs_and_blocks_of_a_jcamp_file(tmp_path):
    pairs = "; ".join(f"{x}, {y}" for x, y in zip(NM, DARK, strict=True))
    blocks = [
        f"##TITLE= {name}\n##XUNITS= NANOMETERS\n##YFACTOR= {factor}\n##XYPOINTS= (XY..XY)\n{pairs}\n##END=\n"
        for name, factor in (("one", 1), ("two", 2))
    ]
    text = "##TITLE= both\n##DATA TYPE= LINK\n##BLOCKS= 3\n" + "".join(blocks) + "##END=\n"
    (tmp_path / "a.dx").write_text(text)
    found, spectrum = read_spectrum(tmp_path / "a.dx", "two")
    assert np.array_equal(found, NM) and np.allclose(spectrum, 2 * DARK)
    with pytest.raises(InputError, match=r"holds 'one', 'two': expected one of them in the column sample"):
        read_spectrum(tmp_path / "a.dx")


def test_the_points_of_a_picture_from_one_cxf_file(tmp_path):
    (tmp_path / "all.cxf").write_text(CXF.format(light=words(LIGHT), dark=words(DARK)), "utf-8")
    (tmp_path / "p.csv").write_text("row,column,file,sample\n1,2,all.cxf,dark\n3,4,all.cxf,light\n")
    points, spectra, nm = read_points(tmp_path / "p.csv")
    assert points.tolist() == [[1, 2], [3, 4]] and np.array_equal(nm, NM)
    assert np.array_equal(spectra, [DARK, LIGHT])


BOMB = '<!DOCTYPE a [<!ENTITY b "' + "c" * 99 + '">]><a>&b;</a>'
TOLD = {"form": "", "unit": "nm", "first": 400, "last": 700, "count": 16}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.cxf", BOMB, "document type"),
        ("a.cxf", "<a><b></a>", "no XML"),
        ("a.cxf", "<a/>", "holds no spectrum"),
        ("a.cxf", CXF.replace("Increment", "Step").format(light=words(LIGHT), dark="1"), "Increment"),
        ("a.jdx", JCAMP.format(**TOLD, lines="400J1"), "begins with a difference"),
        ("a.jdx", JCAMP.format(**TOLD, lines="400A1Z99999999999"), "repeats a value"),
        ("a.jdx", JCAMP.format(**TOLD, lines="400 1 2 ?"), "no number of JCAMP-DX"),
        ("a.jdx", JCAMP.format(**TOLD, lines="400 1 2 3"), "holds 3 values where it says 16"),
        ("a.jdx", JCAMP.replace("NPOINTS", "N").format(**TOLD, lines="400 1 2"), "NPOINTS"),
        ("a.jdx", JCAMP.replace("(Y..Y)", "(R..R)").format(**TOLD, lines="400 1 2"), "expected"),
        ("a.txt", "nothing at all", "no lines of wavelength and value"),
    ],
)
def test_what_is_no_spectrum_is_one_sentence(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said) as error:
        read_spectrum(tmp_path / name)
    assert name in str(error.value) and "\n" not in str(error.value)
