"""The implicit neural representation: a hypernetwork writes an MLP for every cell, the MLP maps a pixel to
its spectrum.
"""

from typing import Any

import keras
from keras import ops

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.encoding import cell_lattice, patch_lattice
from hsi_inr_tf.layers import FromCells, PeriodicEncoding, ToCells
from hsi_inr_tf.models.continuous import ImplicitModel


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class INR(ImplicitModel):
    """Y(p) = f([X_p, gamma(p)]; theta_cell(p)), theta = H(X): Eq. 5, 6 and 9 of arXiv 2112.10541.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}, relative
    radiance, not clipped. `coordinates` says where p is measured: "patch" (the paper), or "cell" (the same
    model at every position). `signed` computes on values scaled to [-1, 1], as the paper does. `squares` adds
    the squared RGB, nearly linear light, to the MLP's input. `basis` > 0 lets the MLP give coefficients of
    that many spectra shared by all cells.
    """

    def __init__(
        self,
        hypernetwork: Any,
        mlp: Any,
        bands: int = 31,
        frequencies: int = 5,
        encoding: str = "paper",
        coordinates: str = "patch",
        signed: bool = False,
        squares: bool = False,
        basis: int = 0,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        self.hypernetwork = hypernetwork
        self.mlp = mlp
        self.bands = bands
        self.frequencies = frequencies
        self.encoding = encoding
        self.coordinates = coordinates
        self.signed = signed
        self.squares = squares
        self.basis = basis
        self.cell, self.stride = hypernetwork.cell, hypernetwork.stride
        self.halo, self.patch = hypernetwork.halo, hypernetwork.patch
        self.encode = PeriodicEncoding(frequencies, encoding, name="encoding")
        self.flat = keras.layers.Reshape((-1, hypernetwork.outputs), name="theta")
        self.to_spectrum = keras.layers.Dense(bands, name="basis") if basis else None

        side = self.patch
        rgb = keras.Input((side, side, 3), name="rgb")
        if coordinates == "patch":
            lattice = ToCells(self.cell)(patch_lattice(side, side)[None])
        else:
            lattice = cell_lattice(self.cell)[None, None]
        pixels = ToCells(self.cell, name="to_cells")(rgb)
        hsi = FromCells(self.cell, name="from_cells")(self.spectra(pixels, lattice, self.theta(rgb)), rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)

    def theta(self, rgb: Tensor) -> Tensor:
        return self.flat(self.hypernetwork(rgb * 2.0 - 1.0 if self.signed else rgb))

    def spectra(self, pixels: Tensor, positions: Tensor, theta: Tensor) -> Tensor:
        x = pixels * 2.0 - 1.0 if self.signed else pixels
        spectra = self.mlp(_features(x, self.encode(positions), self.squares), theta)
        if self.to_spectrum:
            spectra = self.to_spectrum(spectra)
        return (spectra + 1.0) / 2.0 if self.signed else spectra

    def get_config(self) -> dict[str, Any]:
        return {
            "hypernetwork": keras.saving.serialize_keras_object(self.hypernetwork),
            "mlp": keras.saving.serialize_keras_object(self.mlp),
            "bands": self.bands,
            "frequencies": self.frequencies,
            "encoding": self.encoding,
            "coordinates": self.coordinates,
            "signed": self.signed,
            "squares": self.squares,
            "basis": self.basis,
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "INR":
        config = dict(config)
        for part in ("hypernetwork", "mlp"):
            config[part] = keras.saving.deserialize_keras_object(config[part], custom_objects)
        return cls(**config)


def _features(pixels, gamma, squares):
    # Broadcast over the cells. Not zeros_like: converters fold that into a constant as large as the picture.
    gamma = pixels[..., :1] * 0.0 + gamma
    parts = [pixels, pixels * pixels, gamma] if squares else [pixels, gamma]
    return ops.concatenate(parts, axis=-1)
