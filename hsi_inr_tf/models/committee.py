"""Several implicit representations and polynomial regression, averaged: with few training scenes, variance is what hurts most."""

import keras

from hsi_inr_tf.layers import Mean, Share
from hsi_inr_tf.models import continuous, polynomial_regression


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Committee(keras.Model):
    """(1 - w) * mean of the members + w * regression.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}. In training each member answers
    for its own share of the batch, without regression, so that each becomes a predictor of its own; the regression is fitted by
    `prepare` in closed form and is not trained.
    """

    patch = None

    def __init__(self, members, regression, regression_weight: float = 0.25, name=None, trainable=True):
        rgb = keras.Input((None, None, 3), name="rgb")
        shares = [Share(i, len(members), name=f"share_{i}")(rgb) for i in range(len(members))]
        hsi = Mean(name="mean")([member({"rgb": share})["hsi"] for member, share in zip(members, shares, strict=True)])
        regression.trainable = False
        blend = Blend(regression_weight, name="blend")
        hsi = blend(hsi, regression({"rgb": rgb})["hsi"])
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.members = list(members)
        self.regression = regression
        self.regression_weight = regression_weight
        self.bands = members[0].bands
        self.cell = members[0].cell
        self.stride = max(member.stride for member in members)
        self.halo = max(member.halo for member in members)

    def prepare(self, scenes) -> None:
        """Fit the regression to the training scenes, before the first step."""
        fitted = polynomial_regression.fit(scenes, self.regression.degree)
        self.regression.set_weights(fitted.get_weights())

    def sample(self, rgb, rows, columns):
        """Spectra between the pixels: ascending fractional pixel indices rows [H], columns [W] -> [batch, H, W, bands]."""
        regressed = self.regression({"rgb": continuous.interpolated_grid(rgb, rows, columns)})["hsi"]
        return self._blend([member.sample(rgb, rows, columns) for member in self.members], regressed)

    def query(self, rgb, points):
        """Spectra at points [1, n, 2] = (row, column), fractional pixel indices, of rgb [1, height, width, 3] -> [1, n, bands]."""
        seen = continuous.interpolated_points(rgb[0], points[0, :, 0], points[0, :, 1])
        regressed = self.regression({"rgb": seen[None, None]})["hsi"][0]
        return self._blend([member.query(rgb, points) for member in self.members], regressed)

    def _blend(self, answers, regressed):
        weight = self.regression_weight
        return (1.0 - weight) * (sum(answers) / len(answers)) + weight * regressed

    def get_config(self):
        return {"members": [keras.saving.serialize_keras_object(member) for member in self.members],
                "regression": keras.saving.serialize_keras_object(self.regression),
                "regression_weight": self.regression_weight, "name": self.name, "trainable": self.trainable}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        restore = keras.saving.deserialize_keras_object
        members = [restore(member, custom_objects) for member in config["members"]]
        return cls(**{**config, "members": members, "regression": restore(config["regression"], custom_objects)})


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Blend(keras.layers.Layer):
    """(1 - weight) * spectra + weight * regressed, both [batch, height, width, bands]; in training, spectra alone."""

    def __init__(self, weight: float, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, spectra, regressed, training=False):
        return spectra if training else (1.0 - self.weight) * spectra + self.weight * regressed

    def compute_output_shape(self, spectra_shape, regressed_shape):
        return spectra_shape

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}
