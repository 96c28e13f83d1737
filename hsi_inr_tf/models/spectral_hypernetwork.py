"""H of Eq. 6 whose spectra are shared: context decides coefficients, training finds a few spectra that all cells have in common."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="hsi_inr_tf")
class SpectralHypernetwork(keras.layers.Layer):
    """rgb [batch, height, width, 3] -> theta [batch, rows, columns, features * bands], zero at first.

    `hypernetwork` gives features * basis outputs a cell: for each feature its coefficients of `basis` spectra.
    """

    def __init__(self, hypernetwork, features: int, basis: int = 16, bands: int = 31, **kwargs):
        super().__init__(**kwargs)
        self.hypernetwork = hypernetwork
        self.features = features
        self.basis = basis
        self.bands = bands
        self.to_spectrum = keras.layers.Dense(bands, use_bias=False, kernel_initializer="zeros", name="to_spectrum")
        self.cell, self.stride, self.halo = hypernetwork.cell, hypernetwork.stride, hypernetwork.halo

    def build(self, rgb_shape):
        if not self.hypernetwork.built:  # a reloaded one is
            self.hypernetwork.build(rgb_shape)
        self.to_spectrum.build((None, None, self.basis))

    def call(self, rgb, training=False):
        coefficients = self.hypernetwork(rgb, training=training)
        _, rows, columns, _ = ops.shape(coefficients)
        spectra = self.to_spectrum(ops.reshape(coefficients, (-1, rows * columns, self.features, self.basis)))
        return ops.reshape(spectra, (-1, rows, columns, self.features * self.bands))

    def compute_output_shape(self, rgb_shape):
        batch, height, width, _ = rgb_shape
        return (batch, height and height // self.cell, width and width // self.cell, self.features * self.bands)

    def get_config(self):
        return {**super().get_config(), "hypernetwork": keras.saving.serialize_keras_object(self.hypernetwork),
                "features": self.features, "basis": self.basis, "bands": self.bands}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "hypernetwork": keras.saving.deserialize_keras_object(config["hypernetwork"])})
