"""Validation while training: whole scenes, protocol full, through the same Reconstructor that users get."""

from typing import TYPE_CHECKING

import keras

from hsi_inr_tf import metrics
from hsi_inr_tf.inference import Reconstructor
from hsi_inr_tf.inference.keras_engine import KerasEngine
from hsi_inr_tf.trained.description import ModelDescription

if TYPE_CHECKING:
    from hsi_inr_tf.data import Scenes


class Validation:
    """Scores the present weights of `model` on whole `scenes`. `cubes` keeps the predictions of the first
    few, for pictures.
    """

    def __init__(
        self, model: keras.Model, description: ModelDescription, scenes: "Scenes", shown: int = 2
    ) -> None:
        self.scenes = scenes
        self.shown = shown
        self.spectral = model.spectral
        self.cubes: dict = {}
        self._reconstruct = Reconstructor(KerasEngine(model, description)).reconstruct

    def __call__(self, between=lambda: None) -> dict[str, float]:
        """The mean scores; `between` is called before each scene and may raise to break off."""
        names, scenes = iter(self.scenes.names), self.scenes
        asked = {"wavelengths": scenes.wavelengths, "widths": scenes.widths if self.spectral else None}

        def predict(rgb):
            between()
            cube = self._reconstruct(rgb, **asked).data
            name = next(names)
            if len(self.cubes) < self.shown or name in self.cubes:
                self.cubes[name] = cube
            return cube

        return metrics.evaluate(predict, self.scenes, "full").mean
