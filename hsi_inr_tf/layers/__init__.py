"""Keras layers of the implicit representation, written in keras.ops.

Weights files hold the names of these classes, so that a layer with another name would not find its own.
"""

from hsi_inr_tf.layers.cell_mlp import CellMLP
from hsi_inr_tf.layers.cells import FromCells, ToCells
from hsi_inr_tf.layers.colour_kernels import ColourKernels
from hsi_inr_tf.layers.periodic_encoding import PeriodicEncoding
from hsi_inr_tf.layers.pixel_features import PixelFeatures
from hsi_inr_tf.layers.polynomial_features import PolynomialFeatures
from hsi_inr_tf.layers.projection_loss import ProjectionLoss
from hsi_inr_tf.layers.regression import Regression
from hsi_inr_tf.layers.shared_mlp import SharedMLP
from hsi_inr_tf.layers.shares import Mean, Share
from hsi_inr_tf.layers.spectral_attention import SpectralAttention

__all__ = [
    "CellMLP",
    "ColourKernels",
    "FromCells",
    "Mean",
    "PeriodicEncoding",
    "PixelFeatures",
    "PolynomialFeatures",
    "ProjectionLoss",
    "Regression",
    "Share",
    "SharedMLP",
    "SpectralAttention",
    "ToCells",
]
