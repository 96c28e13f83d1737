"""Our model for small machines: polynomial regression whose coefficients several hypernetworks adapt to every
cell.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.encoding import cell_lattice
from hsi_inr_tf.layers import CellMLP, FromCells, Mean, Regression, Share, ToCells
from hsi_inr_tf.models.continuous import ImplicitModel
from hsi_inr_tf.optics import polynomials

# Costs no accuracy on CAVE; keeps a quartic within bounds for saturated colours that CAVE has none of.
RIDGE = 3e-5


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Committee(ImplicitModel):
    """Y(p) = f([X_p, gamma(p)]; theta_cell(p)), Eq. 5 and 9: the first layer of f is the same everywhere, the
    second generated.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}, relative
    radiance, not clipped. `features` (PixelFeatures) is the first layer of f. The second is linear, with
    theta = regression + trust * mean of what the `members` (hypernetworks) say: for each feature,
    coefficients of `basis` spectra that all cells and members share and that training finds.

    - It is linear in two tables over bands, the regression's coefficients and the basis: values at the knots
      of splines, which `at` asks at any wavelengths.
    - The regression is fitted by `prepare` in closed form and is not trained: what a colour alone tells needs
      no training, and the members spend theirs on what context tells.
    - As f is linear in theta, the mean of the members' theta gives the mean of their spectra: a committee
      costs its hypernetworks, but works through the pixels once.
    - In training each member answers for its own share of the batch, so that it becomes a predictor of its
      own: with few training scenes, variance is what hurts most, and a mean has less of it. What is left of
      it is why `trust` is less than 1: on scenes that they were not trained on, members overshoot
      (docs/research.md).
    """

    spectral = True

    def __init__(
        self,
        features: Any,
        members: Sequence[Any],
        bands: int = 31,
        basis: int = 16,
        trust: float = 1.0,
        name: str | None = None,
        trainable: bool = True,
    ) -> None:
        self.features = features
        self.members = list(members)
        self.shares = len(self.members)
        self.bands = bands
        self.basis = basis
        self.cell = members[0].cell
        self.stride = max(member.stride for member in members)
        self.halo = max(member.halo for member in members)
        self.share = [Share(i, self.shares, name=f"share_{i}") for i in range(self.shares)]
        self.coefficients = keras.layers.Reshape((-1, features.count, basis), name="coefficients")
        self.to_spectra = keras.layers.Dense(bands, use_bias=False, kernel_initializer="zeros", name="basis")
        self.regression = Regression(features.monomials, features.count, bands, name="regression")
        self.mean = Mean(trust, name="mean")
        self.mlp = CellMLP((features.count, bands), use_bias=False, name="cell_mlp")
        self.flat = keras.layers.Reshape((-1, self.mlp.parameters), name="theta")

        rgb = keras.Input((None, None, 3), name="rgb")
        pixels = ToCells(self.cell, name="to_cells")(rgb)
        spectra = self.spectra(pixels, cell_lattice(self.cell)[None, None], self.theta(rgb))
        hsi = FromCells(self.cell, name="from_cells")(spectra, rgb)
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)

    def prepare(
        self, scenes: Any, chart: tuple[np.ndarray, np.ndarray] | None = None, share: float = 0.0
    ) -> None:
        """Fit the regression to the training scenes and, with `share` of the weight, to a `chart` of measured
        reflectances (see optics/reflectances.py), before the first step.
        """
        pictures = ((scene.rgb, scene.cube) for scene in scenes)
        self.regression.coefficients.assign(
            polynomials.fit(pictures, self.features.degree, RIDGE, chart, share)
        )

    def prepare_together(self, sensors: Any, share: float = 0.0) -> None:
        self.regression.coefficients.assign(
            polynomials.fit_together(sensors, self.features.degree, RIDGE, share)
        )

    def at(self, sampling: Any) -> "Committee":
        sampling = np.asarray(sampling, np.float64)
        asked = Committee.from_config({**self.get_config(), "bands": sampling.shape[1]})
        tables = {id(self.regression.coefficients), id(self.to_spectra.kernel)}
        for theirs, mine in zip(asked.weights, self.weights, strict=True):
            value = np.asarray(mine, np.float64)
            theirs.assign(value @ sampling if id(mine) in tables else value)
        return asked

    def theta(self, rgb: Tensor) -> Tensor:
        answers = [member(share(rgb)) for member, share in zip(self.members, self.share, strict=True)]
        departure = self.to_spectra(self.coefficients(self.mean(answers)))
        return self.flat(self.regression(departure))

    def spectra(self, pixels: Tensor, positions: Tensor, theta: Tensor) -> Tensor:
        return self.mlp(self.features(pixels, positions), theta)

    def get_config(self) -> dict[str, Any]:
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
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "Committee":
        restore = keras.saving.deserialize_keras_object
        members = [restore(member, custom_objects) for member in config["members"]]
        return cls(**{**config, "members": members, "features": restore(config["features"], custom_objects)})
