"""Per-pixel polynomial regression: what a colour scientist reaches for first, and what any network must
beat.
"""

import keras
import numpy as np

from hsi_inr_tf.layers import PolynomialFeatures


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class PolynomialRegression(keras.Model):
    """Each band is a polynomial in the (encoded) RGB of the pixel: all monomials up to `degree`, cross terms
    included.

    Input "rgb" [batch, height, width, 3] in [0, 1]; output {"hsi": [batch, height, width, bands]}.
    The coefficients come from `fit`.
    """

    stride, halo, patch = 1, 0, None

    def __init__(self, bands: int = 31, degree: int = 3, name=None, trainable=True):
        rgb = keras.Input((None, None, 3), name="rgb")
        coefficients = keras.layers.Conv2D(bands, 1, name="coefficients")
        hsi = coefficients(PolynomialFeatures(degree, name="monomials")(rgb))
        super().__init__({"rgb": rgb}, {"hsi": hsi}, name=name, trainable=trainable)
        self.bands = bands
        self.degree = degree
        self.coefficients = coefficients

    def get_config(self):
        return {"bands": self.bands, "degree": self.degree, "name": self.name, "trainable": self.trainable}


def fit(scenes, degree: int = 3, ridge: float = 0.0, chart=None, share: float = 0.0) -> PolynomialRegression:
    """The model that fits all pixels of `scenes` (each with rgb [height, width, 3] and cube [height, width,
    bands]) best.

    Least squares in float64. Scene by scene the products of features with features and with bands are summed;
    a few dozen numbers a side hold all that the solution needs. `ridge` penalises large coefficients, the
    constant excepted, in units of the mean squared feature: it tames what the polynomial says of colours that
    no scene has. `chart` = (rgb, cube) of measured reflectances gets `share` of the weight, however many
    pixels it and the scenes have.
    """
    gram, moments = _mean_products(((scene.rgb, scene.cube) for scene in scenes), degree)
    if share:
        of_chart = _mean_products([chart], degree)
        gram, moments = (
            (1 - share) * of_scenes + share * measured
            for of_scenes, measured in zip((gram, moments), of_chart, strict=True)
        )
    penalty = np.full(len(gram), ridge * np.trace(gram) / len(gram))
    penalty[0] = 0.0
    # Where the pictures leave coefficients open, as gray ones do, lstsq takes the smallest.
    weights, *_ = np.linalg.lstsq(gram + np.diag(penalty), moments, rcond=None)

    model = PolynomialRegression(weights.shape[1], degree)
    model.coefficients.set_weights([weights[None, None, 1:], weights[0]])
    return model


def _mean_products(pictures, degree):
    """Means over all pixels of (features x features, features x bands)."""
    gram = moments = 0.0
    pixels = 0
    for rgb, cube in pictures:
        features = _features(rgb, degree)
        gram = gram + features.T @ features
        moments = moments + features.T @ cube.reshape(len(features), -1).astype(np.float64)
        pixels += len(features)
    return gram / pixels, moments / pixels


def _features(rgb, degree):
    """A one and the monomials of every pixel, float64 [pixels, 1 + monomials]."""
    pixels = np.asarray(rgb, np.float64).reshape(-1, 3)
    monomials = keras.ops.convert_to_numpy(PolynomialFeatures(degree, dtype="float64")(pixels))
    return np.concatenate([np.ones((len(pixels), 1)), monomials], axis=1)
