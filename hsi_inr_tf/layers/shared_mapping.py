"""A mapping from RGB to spectrum that is the same for every pixel of every picture."""

import keras

from hsi_inr_tf.layers.polynomial_features import PolynomialFeatures


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class SharedMapping(keras.layers.Layer):
    """pixels [..., 3] -> spectra [..., bands]: polynomial regression of that degree, plus an MLP on the same monomials.

    `hidden` holds the MLP's widths; with none the layer is the regression alone.
    """

    def __init__(self, bands: int, degree: int = 3, hidden=(64,), slope: float = 0.1, **kwargs):
        super().__init__(**kwargs)
        self.bands = bands
        self.degree = degree
        self.hidden = tuple(hidden)
        self.slope = slope
        self.monomials = PolynomialFeatures(degree)
        self.regression = keras.layers.Dense(bands)
        self.inner = [keras.layers.Dense(width, kernel_initializer="he_normal") for width in self.hidden]
        self.outer = keras.layers.Dense(bands, use_bias=False) if self.hidden else None

    def build(self, pixels_shape):
        shape = self.monomials.compute_output_shape(pixels_shape)
        self.regression.build(shape)
        for layer in self.inner:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        if self.outer:
            self.outer.build(shape)

    def call(self, pixels):
        x = self.monomials(pixels)
        spectra = self.regression(x)
        for layer in self.inner:
            x = keras.ops.leaky_relu(layer(x), self.slope)
        return spectra + self.outer(x) if self.outer else spectra

    def compute_output_shape(self, pixels_shape):
        return (*pixels_shape[:-1], self.bands)

    def get_config(self):
        return {**super().get_config(), "bands": self.bands, "degree": self.degree, "hidden": self.hidden, "slope": self.slope}
