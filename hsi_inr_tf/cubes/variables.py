"""Which of a file's variables is its cube, in the formats whose variables have names: .mat, .npz, netCDF."""

import re
from collections.abc import Iterable

import numpy as np

from hsi_inr_tf.cubes.missing import Missing
from hsi_inr_tf.cubes.values import is_ours, parsed_metadata
from hsi_inr_tf.errors import InputError

CUBES = (
    "cube", "rad", "tensor", "radiance", "reflectance", "hsi", "data", "hypercube", "image", "img",
)  # fmt: skip  # names that datasets give theirs
WAVELENGTHS = ("wavelengths", "wavelength", "lambda", "wl", "wavelens", "bands", "band")
UNITS = ("wavelength_units", "wavelengths_units", "wavelength_unit", "units", "unit")
SCALE, OFFSET, FACTOR, CODES = "scale", "add_offset", "scale_factor", ("_FillValue", "missing_value")
OTHERS = (*WAVELENGTHS, *UNITS, SCALE, FACTOR, OFFSET, *CODES, "metadata")  # what is read beside the cube
SMALL = 1 << 22  # values of a variable beside the cube
UNCERTAINTY = "uncertainty"  # what our own files call the half-widths
USUAL = (2, 0, 1)  # axes of the bands in arrays that do not say theirs, the likeliest first
ANCILLARY = re.compile(
    r"(^|[_\W])(uncertainty|uncertainties|unc|err|error|errors|std|stdev|stddev|sigma|variance|var|noise|mask|masks|"
    r"flag|flags|quality|qa|qc|weights?|snr|count|counts|number)([_\W\d]|$)",
    re.IGNORECASE,
)  # names of what goes with a cube


def choose(
    source: object,
    solid: dict,
    variable: str | None = None,
    shown: Iterable[str] | None = None,
    ancillary: Iterable[str] = (),
) -> str:
    """The name of the cube among `solid`, {name: whatever} of the variables with three dimensions.

    `variable` is the one asked for. Otherwise it is the only one, those that go with a cube left out (by
    their names, or as `ancillary` says), or the only one with a name that cubes have. Raises InputError,
    with what there is (`shown`, by default the names in `solid`).
    """
    listed = ", ".join(solid if shown is None else shown) or "nothing"
    if variable is not None:
        if variable not in solid:
            raise InputError(
                f"{source} holds {listed}, expected a variable '{variable}' with three dimensions"
            )
        return variable
    names = [name for name in solid if name not in ancillary and not ANCILLARY.search(name)] or list(solid)
    named = [name for name in names if name.lower() in CUBES]
    chosen = names if len(names) == 1 else named
    if not names:
        raise InputError(f"{source} holds {listed}, expected a cube with three dimensions")
    if len(chosen) != 1:
        raise InputError(
            f"{source} holds several cubes ({', '.join(names)}), expected one to be named, as in "
            f"{source}:{names[0]}"
        )
    return chosen[0]


def have_uncertainty(source: object, name: str, shapes: dict[str, tuple[int, ...]], text: object) -> bool:
    """Whether a file of our own, whose metadata is `text`, holds the half-widths of its variable `name`.

    A stranger's uncertainty may be a deviation or a variance: it is left alone. Raises InputError where it is
    not of the cube's shape.
    """
    if UNCERTAINTY not in shapes or name == UNCERTAINTY or not is_ours(text):
        return False
    if tuple(shapes[UNCERTAINTY]) != tuple(shapes[name]):
        raise InputError(
            f"{source}: its {UNCERTAINTY} has shape {tuple(shapes[UNCERTAINTY])}, expected that of {name}, "
            f"{tuple(shapes[name])}"
        )
    return True


def statements(source: object, values: np.ndarray, others: dict) -> dict:
    """The arguments of Statement that the variables beside a cube give, in .mat and .npz.

    `scale` of our own files divides. A stranger's may do either: it is taken to make the stored values
    smaller, and refused where they already lie within about one. `scale_factor` and `add_offset`
    are as in netCDF.
    """
    name = next((name for name in WAVELENGTHS if np.size(others.get(name, ())) > 1), None)
    if name is None:  # a single number called bands is their count
        name = next((name for name in WAVELENGTHS[:2] if name in others), None)
    unit = next((str(_first(others[name])) for name in UNITS if name in others), None)
    text = others.get("metadata")
    ours = text is not None and is_ours(text)
    said = {
        "wavelengths": None if name is None else others[name],
        "unit": unit,
        "scale": others.get(FACTOR, 1.0),
        "offset": others.get(OFFSET, 0.0),
        "missing": Missing(tuple(_number(others[code], source, code) for code in CODES if code in others)),
        "known": parsed_metadata(text, source) if ours else {},
        "expected": f"a variable called {' or '.join(WAVELENGTHS[:3])}",
    }
    if SCALE in others:
        scale = _number(others[SCALE], source, SCALE)
        if scale == 0 or not np.isfinite(scale):
            raise InputError(f"{source}: its scale is {scale:g}, expected a number other than 0")
        said["scale"] = said["scale"] * _factor(scale, values, said["missing"], ours, source)
    return said


def _factor(scale, values, missing, ours, source) -> float:
    if scale == 1:
        return 1.0
    if ours:
        return 1.0 / scale
    there = values[~missing.among(values)] if missing.says_anything() else values
    largest = float(np.nanmax(np.abs(there[np.isfinite(there)]), initial=0.0))
    if values.dtype.kind == "f" and largest <= 1.5:
        raise InputError(
            f"{source}: whether its scale of {scale:g} multiplies or divides values up to {largest:g} is not "
            f"said, expected a variable {FACTOR}, which multiplies"
        )
    return scale if abs(scale) < 1 else 1.0 / scale


def _first(value):
    return np.ravel(value)[0] if np.size(value) else ""


def _number(value, source, name) -> float:
    try:
        [number] = np.ravel(value).astype(float)
        return float(number)
    except (ValueError, TypeError) as error:
        raise InputError(f"{source}: its {name} is no number") from error
