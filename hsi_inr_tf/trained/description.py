"""What a trained model says of itself: carried by run folders, SavedModels, .tflite files and written
cubes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import parse_json, read_text
from hsi_inr_tf.optics.camera import Camera

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel

MOST_BANDS = 4096
LONGEST = 1 << 16  # pixels of strides, halos and patches


@dataclass(frozen=True)
class ModelDescription:
    """Everything needed to use a model on a picture, without its code.

    Height and width given to the model are multiples of `stride`. `halo` is how far an output can see, in
    pixels, None where it depends on the whole picture. A model with a `patch` takes pictures of just that
    side, each on its own. Models read RGB in [0, 1] in the camera's encoding and give relative radiance in
    [0, 1] (normalisation "unit"), before clipping. `uncertainty` is what inference.uncertainty reads, of a
    model that was calibrated. `sensors` are the bands that a model was trained on, an object with "dataset",
    "wavelengths" and "widths" (nm, null where unknown) for each data set, if the model is a function of the
    wavelength: `wavelengths` are then the knots of splines (optics/spectral_splines.py), and within them it
    can be asked anywhere. None: it knows its own bands only.
    """

    model: str
    wavelengths: tuple[float, ...]
    camera: Camera
    stride: int
    halo: int | None
    patch: int | None
    overrides: dict = field(default_factory=dict)
    normalisation: str = "unit"
    provenance: dict = field(default_factory=dict)
    uncertainty: dict | None = None
    sensors: list[dict] | None = None

    @classmethod
    def of(
        cls,
        model: "SpectralModel",
        name: str,
        wavelengths: Sequence[float],
        camera: Camera,
        *,
        overrides: dict | None = None,
        provenance: dict | None = None,
        sensors: list[dict] | None = None,
    ) -> "ModelDescription":
        """The description of `model`, built as `name` with `overrides`: what it takes it says itself."""
        return cls(
            name,
            tuple(wavelengths),
            camera,
            model.stride,
            model.halo,
            model.patch,
            overrides or {},
            provenance=provenance or {},
            sensors=sensors,
        )

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "camera": self.camera.to_dict()}, indent=1)

    @classmethod
    def read(cls, path: Path) -> "ModelDescription":
        """The description in the file `path`; InputError naming it."""
        text = read_text(path)
        try:
            return cls.from_json(text)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error

    @classmethod
    def from_json(cls, text: str) -> "ModelDescription":
        """What `to_json` gave; InputError for what describes no model, fields of other types or ranges."""
        stated = parse_json(text)
        stated.pop("cell", None)  # said by 0.1, read by nobody
        for name, (fits, expected) in EXPECTED.items():
            if name not in stated:
                if name in OPTIONAL:
                    continue
                raise InputError(f"the model's description has no {name}, expected {expected}")
            if not fits(stated[name]):
                shown = json.dumps(stated[name])[:40]
                raise InputError(f"the model's description says {name} {shown}, expected {expected}")
        if unknown := set(stated) - set(EXPECTED):
            raise InputError(f"the model's description says {sorted(unknown)[0]}, which is not known")
        try:
            camera = Camera.from_dict(stated["camera"])
        except (ValueError, TypeError) as error:
            raise InputError(f"the model's description has no camera that can be read ({error})") from error
        wavelengths = tuple(map(float, stated["wavelengths"]))
        if not camera.fits(wavelengths):
            raise InputError(
                f"the model's description has {len(wavelengths)} wavelengths and a camera of "
                f"{len(camera.wavelengths)} others, expected the same"
            )
        if (stated["patch"] or 0) % stated["stride"]:
            raise InputError(
                f"the model's description says patch {stated['patch']}, expected a multiple of its stride "
                f"{stated['stride']}"
            )
        return cls(**{**stated, "wavelengths": wavelengths, "camera": camera})


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _wavelengths(value) -> bool:
    numbers = isinstance(value, list) and all(type(nm) in (int, float) for nm in value)
    return (
        numbers
        and 1 <= len(value) <= MOST_BANDS
        and all(0 < nm < 1e6 for nm in value)
        and all(a < b for a, b in pairwise(value))
    )


def _camera(value) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("name"), str)
        and _wavelengths(value.get("wavelengths"))
        and isinstance(value.get("response"), list)
        and all(isinstance(row, list) and all(_weight(one) for one in row) for row in value["response"])
    )


def _weight(value) -> bool:
    return type(value) in (int, float) and abs(value) <= 1e6


def _sensors(value) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST_BANDS and all(map(_sensor, value))


def _sensor(value) -> bool:
    if not isinstance(value, dict) or set(value) != {"dataset", "wavelengths", "widths"}:
        return False
    wavelengths, widths = value["wavelengths"], value["widths"]
    return (
        isinstance(value["dataset"], str)
        and _wavelengths(wavelengths)
        and (widths is None or (_numbers(widths) and len(widths) == len(wavelengths)))
    )


def _numbers(value) -> bool:
    return isinstance(value, list) and all(type(one) in (int, float) and 0 <= one < 1e6 for one in value)


def _object(value) -> bool:
    return isinstance(value, dict)


OPTIONAL = ("overrides", "normalisation", "provenance", "uncertainty", "sensors")
# What a description may say: field -> whether a JSON value will do, and what is expected in words.
EXPECTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "model": (lambda value: isinstance(value, str) and bool(value), "the name of a preset"),
    "wavelengths": (_wavelengths, f"1 to {MOST_BANDS} ascending numbers in nm"),
    "camera": (_camera, "an object with name, wavelengths, response and encoding"),
    "stride": (_whole(1, LONGEST), f"a whole number from 1 to {LONGEST}"),
    "halo": (lambda value: value is None or _whole(0, LONGEST)(value), f"0 to {LONGEST} pixels, or null"),
    "patch": (lambda value: value is None or _whole(1, LONGEST)(value), f"1 to {LONGEST} pixels, or null"),
    "overrides": (_object, "an object"),
    "normalisation": (lambda value: value == "unit", '"unit"'),
    "provenance": (_object, "an object"),
    "uncertainty": (lambda value: value is None or _object(value), "an object, or null"),
    "sensors": (
        lambda value: value is None or _sensors(value),
        "null, or objects of dataset, wavelengths and widths in nm",
    ),
}
