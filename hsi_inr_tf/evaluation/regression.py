"""The baseline beside which everything is scored: per-pixel polynomial regression."""

from tqdm import tqdm

from hsi_inr_tf.inference.reconstructor import Reconstructor
from hsi_inr_tf.trained.description import ModelDescription


def regression_reconstructor(scenes):
    """A Reconstructor of polynomial regression of degree 3, fitted on `scenes`."""
    from hsi_inr_tf.inference.engines import KerasEngine
    from hsi_inr_tf.models import polynomial_regression

    model = polynomial_regression.fit(tqdm(scenes, desc="fitting regression", unit="scene", leave=False))
    description = ModelDescription(
        "polynomial-regression",
        scenes.wavelengths,
        scenes.camera,
        model.stride,
        model.halo,
        model.patch,
        provenance={"scenes": list(scenes.names)},
    )
    return Reconstructor(KerasEngine(model, description))
