"""The baseline beside which everything is scored: per-pixel polynomial regression, without TensorFlow."""

from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from hsi_inr_tf.inference.engines import Engine
from hsi_inr_tf.inference.reconstructor import Reconstructor
from hsi_inr_tf.optics import polynomials
from hsi_inr_tf.trained.description import ModelDescription

if TYPE_CHECKING:
    from hsi_inr_tf.data import Scenes


class RegressionEngine(Engine):
    """An engine that answers with a polynomial of each pixel's RGB, whose
    `coefficients` [monomials, bands] are of the given degree.
    """

    fixed_shape = None
    batch_size = 1
    continuous = False

    def __init__(self, coefficients: np.ndarray, degree: int, description: ModelDescription) -> None:
        self.coefficients = coefficients.astype(np.float32)
        self.degree = degree
        self.description = description

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        return polynomials.monomials(rgb, self.degree) @ self.coefficients


def regression_reconstructor(scenes: "Scenes", degree: int = 3, ridge: float = 0.0) -> Reconstructor:
    """A Reconstructor of polynomial regression, fitted on `scenes` (see optics.polynomials.fit)."""
    progress = tqdm(scenes, desc="fitting regression", unit="scene", leave=False)
    coefficients = polynomials.fit(((scene.rgb, scene.cube) for scene in progress), degree, ridge)
    description = ModelDescription(
        "polynomial-regression",
        scenes.wavelengths,
        scenes.camera,
        stride=1,
        halo=0,
        patch=None,
        overrides={"bands": len(scenes.wavelengths), "degree": degree},
        provenance={"scenes": list(scenes.names)},
    )
    return Reconstructor(RegressionEngine(coefficients, degree, description))
