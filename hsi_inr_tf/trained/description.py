"""What a trained model says of itself: carried by run folders, SavedModels, .tflite files and written
cubes.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.camera import Camera

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel


@dataclass(frozen=True)
class ModelDescription:
    """Everything needed to use a model on a picture, without its code.

    Height and width given to the model are multiples of `stride`. `halo` is how far an output can see, in
    pixels, None where it depends on the whole picture. A model with a `patch` takes pictures of just that
    side, each on its own. Models read RGB in [0, 1] in the camera's encoding and give relative radiance in
    [0, 1] (normalisation "unit"), before clipping. `uncertainty` is what inference.uncertainty reads, of a
    model that was calibrated.
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

    @classmethod
    def of(
        cls,
        model: "SpectralModel",
        name: str,
        wavelengths,
        camera: Camera,
        *,
        overrides: dict | None = None,
        provenance: dict | None = None,
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
        )

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "camera": self.camera.to_dict()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "ModelDescription":
        try:
            fields = json.loads(text)
            fields.pop("cell", None)  # said by 0.1, read by nobody
            return cls(
                **{
                    **fields,
                    "wavelengths": tuple(fields["wavelengths"]),
                    "camera": Camera.from_dict(fields["camera"]),
                }
            )
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"the model's description cannot be read ({error})") from error
