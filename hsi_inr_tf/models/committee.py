"""Polynomial regression, corrected by several implicit representations that were trained apart."""

import keras

from hsi_inr_tf.layers import Mean, Share
from hsi_inr_tf.models import continuous, polynomial_regression

RIDGE = 3e-5  # costs no accuracy on CAVE; keeps a quartic within bounds for saturated colours that CAVE has none of


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class Committee(keras.Model):
    """The spectrum that regression gives a pixel, plus `trust` times the mean of what the members add to it.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}. The regression is fitted by
    `prepare` in closed form and is not trained: what a colour alone tells needs no training, and the members spend theirs on
    what context tells. In training each member answers for its own share of the batch, so that each becomes a predictor of its
    own: with few training scenes, variance is what hurts most, and a mean has less of it. What is left of it is why `trust` is
    less than 1: on scenes that they were not trained on, the members overshoot (docs/research.md).
    """

    patch = None

    def __init__(self, regression, members, trust: float, name=None, trainable=True):
        rgb = keras.Input((None, None, 3), name="rgb")
        regression.trainable = False
        shares = [Share(i, len(members), name=f"share_{i}")(rgb) for i in range(len(members))]
        mean = Mean(trust, name="mean")
        answers = [member({"rgb": share})["hsi"] for member, share in zip(members, shares, strict=True)]
        hsi = keras.layers.Add(name="hsi")([regression({"rgb": rgb})["hsi"], mean(answers)])
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.regression = regression
        self.members = list(members)
        self.mean = mean
        self.bands = members[0].bands
        self.cell = members[0].cell
        self.stride = max(member.stride for member in members)
        self.halo = max(member.halo for member in members)

    def prepare(self, scenes) -> None:
        """Fit the regression to the training scenes, before the first step."""
        fitted = polynomial_regression.fit(scenes, self.regression.degree, RIDGE)
        self.regression.set_weights(fitted.get_weights())

    def sample(self, rgb, rows, columns):
        """Spectra between the pixels: ascending fractional pixel indices rows [H], columns [W] -> [batch, H, W, bands]."""
        regressed = self.regression({"rgb": continuous.interpolated_grid(rgb, rows, columns)})["hsi"]
        return regressed + self.mean([member.sample(rgb, rows, columns) for member in self.members])

    def query(self, rgb, points):
        """Spectra at points [1, n, 2] = (row, column), fractional pixel indices, of rgb [1, height, width, 3] -> [1, n, bands]."""
        seen = continuous.interpolated_points(rgb[0], points[0, :, 0], points[0, :, 1])
        regressed = self.regression({"rgb": seen[None, None]})["hsi"][0]
        return regressed + self.mean([member.query(rgb, points) for member in self.members])

    def get_config(self):
        return {"regression": keras.saving.serialize_keras_object(self.regression),
                "members": [keras.saving.serialize_keras_object(member) for member in self.members],
                "trust": self.mean.trust, "name": self.name, "trainable": self.trainable}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        restore = keras.saving.deserialize_keras_object
        members = [restore(member, custom_objects) for member in config["members"]]
        return cls(**{**config, "members": members, "regression": restore(config["regression"], custom_objects)})
