"""The implicit neural representation: a hypernetwork writes an MLP for every cell, the MLP maps a pixel to
its spectrum.
"""

import keras
from keras import ops

from hsi_inr_tf.encoding import cell_lattice, patch_lattice
from hsi_inr_tf.layers import FromCells, PeriodicEncoding, ToCells
from hsi_inr_tf.models import continuous


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class INR(keras.Model):
    """Y(p) = f([X_p, gamma(p)]; theta_cell(p)), theta = H(X): Eq. 5, 6 and 9 of arXiv 2112.10541.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}, relative
    radiance, not clipped. `coordinates` says where p is measured: "patch" (the paper), or "cell" (the same
    model at every position). `signed` computes on values scaled to [-1, 1], as the paper does. `squares` adds
    the squared RGB, nearly linear light, to the MLP's input. `basis` > 0 lets the MLP give coefficients of
    that many spectra shared by all cells.
    """

    def __init__(
        self,
        hypernetwork,
        mlp,
        bands: int = 31,
        frequencies: int = 5,
        encoding: str = "paper",
        coordinates: str = "patch",
        signed: bool = False,
        squares: bool = False,
        basis: int = 0,
        name=None,
        trainable=True,
    ):
        # Layers
        cell, side = hypernetwork.cell, hypernetwork.patch
        encode = PeriodicEncoding(frequencies, encoding, name="encoding")
        to_cells = ToCells(cell, name="to_cells")
        theta_of_cells = keras.layers.Reshape((-1, hypernetwork.outputs), name="theta")
        to_spectrum = keras.layers.Dense(bands, name="basis") if basis else None

        # Functional graph: `theta` and `spectra` below, with the positions of the pixels themselves
        rgb = keras.Input((side, side, 3), name="rgb")
        x = rgb * 2.0 - 1.0 if signed else rgb
        lattice = (
            ToCells(cell)(patch_lattice(side, side)[None])
            if coordinates == "patch"
            else cell_lattice(cell)[None, None]
        )
        spectra = mlp(_features(to_cells(x), encode(lattice), squares), theta_of_cells(hypernetwork(x)))
        if to_spectrum:
            spectra = to_spectrum(spectra)
        if signed:
            spectra = (spectra + 1.0) / 2.0
        hsi = FromCells(cell, name="from_cells")(spectra, rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)

        # Config
        self.hypernetwork = hypernetwork
        self.mlp = mlp
        self.bands = bands
        self.frequencies = frequencies
        self.encoding = encoding
        self.coordinates = coordinates
        self.signed = signed
        self.squares = squares
        self.basis = basis
        self.encode = encode
        self.to_spectrum = to_spectrum

    def theta(self, rgb):
        """Eq. 6: rgb [batch, height, width, 3] -> the parameters of each cell [batch, rows, columns, P]."""
        return self.hypernetwork(rgb * 2.0 - 1.0 if self.signed else rgb)

    def spectra(self, pixels, positions, theta):
        """Eq. 9 by cell: pixels [batch, cells, n, 3], positions [.., n, 2], theta [batch, cells, P] ->
        [batch, cells, n, bands].
        """
        x = pixels * 2.0 - 1.0 if self.signed else pixels
        spectra = self.mlp(_features(x, self.encode(positions), self.squares), theta)
        if self.to_spectrum:
            spectra = self.to_spectrum(spectra)
        return (spectra + 1.0) / 2.0 if self.signed else spectra

    def sample(self, rgb, rows, columns):
        """Spectra between the pixels: ascending fractional pixel indices rows [H], columns [W] -> [batch, H,
        W, bands].
        """
        return continuous.sample(self, rgb, rows, columns)

    def query(self, rgb, points):
        """Spectra at points [1, n, 2] = (row, column), fractional pixel indices, of rgb [1, height, width, 3]
        -> [1, n, bands].
        """
        return continuous.query(self, rgb, points)

    @property
    def cell(self) -> int:
        """The side of a cell in pixels."""
        return self.hypernetwork.cell

    @property
    def stride(self) -> int:
        """Height and width must be multiples of it."""
        return self.hypernetwork.stride

    @property
    def halo(self) -> int:
        """How far, in pixels, an output can see."""
        return self.hypernetwork.halo

    @property
    def patch(self) -> int | None:
        """The side of the only pictures it takes; None if any will do."""
        return self.hypernetwork.patch

    def get_config(self):
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
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for part in ("hypernetwork", "mlp"):
            config[part] = keras.saving.deserialize_keras_object(config[part], custom_objects)
        return cls(**config)


def _features(pixels, gamma, squares):
    # Broadcast over the cells. Not zeros_like: converters fold that into a constant as large as the picture.
    gamma = pixels[..., :1] * 0.0 + gamma
    parts = [pixels, pixels * pixels, gamma] if squares else [pixels, gamma]
    return ops.concatenate(parts, axis=-1)
