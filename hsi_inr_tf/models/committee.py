"""Our model for small machines: polynomial regression whose coefficients several hypernetworks adapt to every
cell.
"""

import keras
from keras import ops

from hsi_inr_tf.encoding import cell_lattice
from hsi_inr_tf.layers import CellMLP, FromCells, Mean, Regression, Share, ToCells
from hsi_inr_tf.models import continuous, polynomial_regression

# Costs no accuracy on CAVE; keeps a quartic within bounds for saturated colours that CAVE has none of.
RIDGE = 3e-5


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Committee(keras.Model):
    """Y(p) = f([X_p, gamma(p)]; theta_cell(p)), Eq. 5 and 9: the first layer of f is the same everywhere, the
    second generated.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}, relative
    radiance, not clipped. `features` (PixelFeatures) is the first layer of f. The second is linear, with
    theta = regression + trust * mean of what the `members` (hypernetworks) say: for each feature,
    coefficients of `basis` spectra that all cells and members share and that training finds.

    - The regression is fitted by `prepare` in closed form and is not trained: what a colour alone tells needs
      no training, and the members spend theirs on what context tells.
    - As f is linear in theta, the mean of the members' theta gives the mean of their spectra: a committee
      costs its hypernetworks, but works through the pixels once.
    - In training each member answers for its own share of the batch, so that it becomes a predictor of its
      own: with few training scenes, variance is what hurts most, and a mean has less of it. What is left of
      it is why `trust` is less than 1: on scenes that they were not trained on, members overshoot
      (docs/research.md).
    """

    patch = None
    coordinates = "cell"  # where gamma's p is measured, for `sample` and `query`

    def __init__(
        self,
        features,
        members,
        bands: int = 31,
        basis: int = 16,
        trust: float = 1.0,
        name=None,
        trainable=True,
    ):
        # Layers
        cell, count = members[0].cell, len(members)
        coefficients = keras.layers.Reshape((-1, features.count, basis), name="coefficients")
        to_spectra = keras.layers.Dense(bands, use_bias=False, kernel_initializer="zeros", name="basis")
        regression = Regression(features.monomials, features.count, bands, name="regression")
        mean = Mean(trust, name="mean")
        mlp = CellMLP((features.count, bands), use_bias=False, name="cell_mlp")

        # Functional graph: `theta` and `spectra` below, with the positions of the pixels themselves
        rgb = keras.Input((None, None, 3), name="rgb")
        shares = [Share(i, count, name=f"share_{i}")(rgb) for i in range(count)]
        answers = mean([member(share) for member, share in zip(members, shares, strict=True)])
        theta = regression(to_spectra(coefficients(answers)))
        pixels = features(ToCells(cell, name="to_cells")(rgb), cell_lattice(cell)[None, None])
        spectra = mlp(pixels, keras.layers.Reshape((-1, mlp.parameters), name="theta")(theta))
        hsi = FromCells(cell, name="from_cells")(spectra, rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)

        # Config
        self.features = features
        self.members = list(members)
        self.shares = count  # into which a training batch is split
        self.bands = bands
        self.basis = basis
        self.coefficients = coefficients
        self.to_spectra = to_spectra
        self.regression = regression
        self.mean = mean
        self.mlp = mlp
        self.cell = cell
        self.stride = max(member.stride for member in members)
        self.halo = max(member.halo for member in members)

    def prepare(self, scenes, chart=None, share: float = 0.0) -> None:
        """Fit the regression to the training scenes and, with `share` of the weight, to a `chart` of measured
        reflectances (see optics/reflectances.py), before the first step.
        """
        fitted = polynomial_regression.fit(scenes, self.features.degree, RIDGE, chart, share)
        kernel, bias = fitted.get_weights()
        self.regression.coefficients.assign(ops.concatenate([bias[None], kernel[0, 0]]))

    def theta(self, rgb):
        """Eq. 6: rgb [batch, height, width, 3] -> the parameters of each cell [batch, rows, columns, P]."""
        answers = self.mean([member(rgb) for member in self.members])
        theta = self.regression(self.to_spectra(self.coefficients(answers)))
        return ops.reshape(theta, (-1, *ops.shape(answers)[1:3], self.mlp.parameters))

    def spectra(self, pixels, positions, theta):
        """Eq. 9 by cell: pixels [batch, cells, n, 3], positions [.., n, 2], theta [batch, cells, P] ->
        [batch, cells, n, bands].
        """
        return self.mlp(self.features(pixels, positions), theta)

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

    def get_config(self):
        return {
            "features": keras.saving.serialize_keras_object(self.features),
            "members": [keras.saving.serialize_keras_object(member) for member in self.members],
            "bands": self.bands,
            "basis": self.basis,
            "trust": self.mean.trust,
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        restore = keras.saving.deserialize_keras_object
        members = [restore(member, custom_objects) for member in config["members"]]
        return cls(**{**config, "members": members, "features": restore(config["features"], custom_objects)})
