"""The Keras model of a Reconstructor that was adapted: what exports, serves and opens like any other."""

from typing import TYPE_CHECKING

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained.description import ModelDescription

if TYPE_CHECKING:
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.models.base import SpectralModel


def adapted_model(reconstructor: "Reconstructor") -> tuple["SpectralModel", ModelDescription]:
    """(model, description) of what Reconstructor.adapt gave; InputError if it started from an exported model,
    which has no weights to write.
    """
    from hsi_inr_tf.inference.adapting import AdaptedEngine
    from hsi_inr_tf.inference.keras_engine import KerasEngine
    from hsi_inr_tf.models.adapted import Adapted

    engine = reconstructor.engine
    if isinstance(engine, KerasEngine):
        return engine.model, engine.description
    if not isinstance(engine, AdaptedEngine):
        raise InputError(
            f"model {engine.description.model} runs from an exported file, which has no weights to write: "
            'expected a bundled model or a run folder, loaded with engine="tensorflow"'
        )
    base, _ = adapted_model(type(reconstructor)(engine.base))
    correction = engine.correction
    model = Adapted(base, correction.count, correction.coefficients.shape[1], correction.share)
    if correction.table is not None:
        model.table.set_weights([correction.table])
    model.correction.set_weights([correction.kernel, correction.bias, correction.coefficients])
    return model, engine.description
