"""The baseline beside which everything is scored: per-pixel polynomial regression."""

from tqdm import tqdm

from hsi_inr_tf.inference.reconstructor import Reconstructor
from hsi_inr_tf.trained.description import ModelDescription


def regression_reconstructor(scenes, degree: int = 3, ridge: float = 0.0):
    """A Reconstructor of polynomial regression, fitted on `scenes` (models.polynomial_regression.fit)."""
    from hsi_inr_tf.inference.engines import KerasEngine
    from hsi_inr_tf.models import polynomial_regression

    progress = tqdm(scenes, desc="fitting regression", unit="scene", leave=False)
    model = polynomial_regression.fit(progress, degree, ridge)
    description = ModelDescription(
        "polynomial-regression",
        scenes.wavelengths,
        scenes.camera,
        model.stride,
        model.halo,
        model.patch,
        overrides={"bands": model.bands, "degree": degree},
        provenance={"scenes": list(scenes.names)},
    )
    return Reconstructor(KerasEngine(model, description))
