"""A trained model that was adapted to a scene by spectra measured in it."""

from typing import TYPE_CHECKING, Any

import keras

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.layers import ColourKernels, PolynomialFeatures
from hsi_inr_tf.models.base import SpectralModel
from hsi_inr_tf.models.continuous import interpolated_grid, interpolated_points

if TYPE_CHECKING:
    from hsi_inr_tf.models.continuous import ImplicitModel

DEGREE = 4  # as in inference.colour_prior, which computes the weights


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Adapted(SpectralModel):
    """`share` times the `base` model's spectra plus a correction that depends on the pixel's colour alone
    (layers.ColourKernels, and where the share is not 1 a polynomial).

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}. As the
    correction has neither place nor context, pictures, strides, tiles and queries are the base's.
    """

    def __init__(
        self,
        base: "ImplicitModel",
        units: int,
        bands: int = 31,
        share: float = 1.0,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        self.share = share
        self.monomials = PolynomialFeatures(DEGREE, constant=True, name="monomials")
        self.table = keras.layers.Dense(bands, use_bias=False, kernel_initializer="zeros", name="table")
        self.correction = ColourKernels(units, bands, name="correction")
        side = base.patch
        rgb = keras.Input((side, side, 3), name="rgb")
        hsi = self.corrected(base({"rgb": rgb})["hsi"], rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.base = base
        self.units = units
        self.bands = bands
        self.stride, self.halo, self.patch = base.stride, base.halo, base.patch
        self.continuous = base.continuous
        self.spectral = base.spectral

    def corrected(self, spectra: Tensor, rgb: Tensor) -> Tensor:
        if self.share == 1.0:
            return spectra + self.correction(rgb)
        return self.share * spectra + self.table(self.monomials(rgb)) + self.correction(rgb)

    def at(self, sampling: Any) -> "Adapted":
        asked = Adapted(self.base.at(sampling), self.units, len(sampling[0]), self.share)
        if self.share != 1.0:
            asked.table.set_weights([self.table.get_weights()[0] @ sampling])
        *of_colour, coefficients = self.correction.get_weights()
        asked.correction.set_weights([*of_colour, coefficients @ sampling])
        return asked

    def sample(self, rgb: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        pixels = interpolated_grid(rgb, rows, columns)
        return self.corrected(self.base.sample(rgb, rows, columns), pixels)

    def query(self, rgb: Tensor, points: Tensor) -> Tensor:
        pixels = interpolated_points(rgb[0], points[0, :, 0], points[0, :, 1])
        return self.corrected(self.base.query(rgb, points), pixels[None])

    def get_config(self) -> dict[str, Any]:
        return {
            "base": keras.saving.serialize_keras_object(self.base),
            "units": self.units,
            "bands": self.bands,
            "share": self.share,
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "Adapted":
        base = keras.saving.deserialize_keras_object(config["base"], custom_objects)
        return cls(**{**config, "base": base})
