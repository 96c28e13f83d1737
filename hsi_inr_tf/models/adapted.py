"""A trained model that was adapted to a scene by spectra measured in it."""

from typing import TYPE_CHECKING, Any

import keras

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.layers import ColourKernels
from hsi_inr_tf.models.base import SpectralModel
from hsi_inr_tf.models.continuous import interpolated_grid, interpolated_points

if TYPE_CHECKING:
    from hsi_inr_tf.models.continuous import ImplicitModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Adapted(SpectralModel):
    """The `base` model's spectra plus a correction that depends on the pixel's colour alone
    (layers.ColourKernels).

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}. As the
    correction has neither place nor context, pictures, strides, tiles and queries are the base's.
    """

    def __init__(
        self,
        base: "ImplicitModel",
        units: int,
        bands: int = 31,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        correction = ColourKernels(units, bands, name="correction")
        side = base.patch
        rgb = keras.Input((side, side, 3), name="rgb")
        hsi = base({"rgb": rgb})["hsi"] + correction(rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.base = base
        self.correction = correction
        self.units = units
        self.bands = bands
        self.stride, self.halo, self.patch = base.stride, base.halo, base.patch
        self.continuous = base.continuous
        self.spectral = base.spectral

    def at(self, sampling: Any) -> "Adapted":
        asked = Adapted(self.base.at(sampling), self.units, len(sampling[0]))
        *of_colour, coefficients = self.correction.get_weights()
        asked.correction.set_weights([*of_colour, coefficients @ sampling])
        return asked

    def sample(self, rgb: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        return self.base.sample(rgb, rows, columns) + self.correction(interpolated_grid(rgb, rows, columns))

    def query(self, rgb: Tensor, points: Tensor) -> Tensor:
        pixels = interpolated_points(rgb[0], points[0, :, 0], points[0, :, 1])
        return self.base.query(rgb, points) + self.correction(pixels)[None]

    def get_config(self) -> dict[str, Any]:
        return {
            "base": keras.saving.serialize_keras_object(self.base),
            "units": self.units,
            "bands": self.bands,
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "Adapted":
        base = keras.saving.deserialize_keras_object(config["base"], custom_objects)
        return cls(**{**config, "base": base})
