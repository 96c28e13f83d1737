"""Every model by name, in one table: name -> how to build it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras

from hsi_inr_tf.layers import CellMLP, PixelFeatures, SharedMLP
from hsi_inr_tf.models.adapted import Adapted
from hsi_inr_tf.models.base import SpectralModel
from hsi_inr_tf.models.cnn import CNN
from hsi_inr_tf.models.committee import Committee
from hsi_inr_tf.models.context_hypernetwork import ContextHypernetwork
from hsi_inr_tf.models.hscnn_r import HSCNNR, HSCNNREnsemble
from hsi_inr_tf.models.hypernetwork import Hypernetwork
from hsi_inr_tf.models.inr import INR
from hsi_inr_tf.models.mst_plus_plus import MSTPlusPlus
from hsi_inr_tf.models.multiscale_cnn import MultiscaleCNN
from hsi_inr_tf.models.polynomial_regression import PolynomialRegression
from hsi_inr_tf.models.prinet import PriNET
from hsi_inr_tf.models.prinet_plus import PriNETPlus
from hsi_inr_tf.models.unet import UNet


def inr(
    bands: int = 31,
    frequencies: int = 5,
    downsamplings: int = 2,
    extra: int = 0,
    encoding: str = "paper",
    width: int = 64,
    top_width: int = 1024,
    **kwargs: Any,
) -> INR:
    """The paper's model on 64x64 patches; width and top_width are the hypernetwork's."""
    widths = (3 + 4 * frequencies, 64, 64, 64, 64, bands)
    mlp = CellMLP(widths, name="cell_mlp")
    hypernetwork = Hypernetwork(
        mlp.parameters, downsamplings, extra, width, top_width, SharedMLP(widths), name="hypernetwork"
    )
    return INR(hypernetwork, mlp, bands, frequencies, encoding, coordinates="patch", signed=True, **kwargs)


def inr_single(
    bands: int = 31,
    frequencies: int = 1,
    cell: int = 8,
    width: int = 48,
    head_width: int = 32,
    dilations: Sequence[int] = (1, 2),
    hidden: Sequence[int] = (32, 32),
    basis: int = 16,
    **kwargs: Any,
) -> INR:
    """For whole images on small machines, all weights generated: fully convolutional, the same at every
    position.
    """
    widths = (6 + 4 * frequencies, *hidden, basis or bands)
    mlp = CellMLP(widths, name="cell_mlp")
    hypernetwork = ContextHypernetwork(
        mlp.parameters,
        cell,
        width,
        head_width,
        dilations,
        head_initializer=SharedMLP(widths),
        name="hypernetwork",
    )
    return INR(hypernetwork, mlp, bands, frequencies, coordinates="cell", squares=True, basis=basis, **kwargs)


def inr_committee(
    bands: int = 31,
    members: int = 4,
    degree: int = 4,
    hidden: int = 16,
    frequencies: int = 1,
    basis: int = 16,
    cell: int = 8,
    width: int = 48,
    head_width: int = 32,
    dilations: Sequence[int] = (1, 2),
    dropout: float = 0.2,
    trust: float = 0.85,
) -> Committee:
    """Ours, for whole images on small machines: regression whose coefficients small hypernetworks adapt to
    every cell.

    Trained as pretrained/*/training.json says; the model cards beside it have the scores.
    """
    features = PixelFeatures(degree, hidden, frequencies, name="features")

    def member(number):
        # What the basis, zero at first, learns from.
        random = keras.initializers.RandomNormal(stddev=features.count**-0.5)
        return ContextHypernetwork(
            features.count * basis,
            cell,
            width,
            head_width,
            dilations,
            dropout,
            random,
            name=f"member_{number}",
        )

    return Committee(features, [member(i) for i in range(members)], bands, basis, trust)


def adapted(
    base: str = "inr-edge",
    overrides: dict | None = None,
    units: int = 24,
    bands: int = 31,
    share: float = 1.0,
) -> Adapted:
    """`share` of the preset `base` with its `overrides`, and the units that `Reconstructor.adapt` adds."""
    return Adapted(TABLE[base](**(overrides or {})), units, bands, share)


TABLE: dict[str, Callable[..., SpectralModel]] = {
    "inr-paper": inr,
    "inr-released": partial(inr, frequencies=2, extra=2, encoding="released"),
    "inr-table2-s2": partial(inr, frequencies=7, downsamplings=5),
    "inr-table2-s4": partial(inr, frequencies=7, downsamplings=4),
    "inr-table2-s8": partial(inr, frequencies=7, downsamplings=3),
    "inr-table2-s16": partial(inr, frequencies=7, downsamplings=2),
    "inr-table3-n0": partial(inr, frequencies=0),
    "inr-table3-n3": partial(inr, frequencies=3),
    "inr-table3-n5": partial(inr, frequencies=5),
    "inr-single": inr_single,
    "inr-compact": inr_committee,
    "inr-edge": partial(inr_committee, members=1, degree=3, hidden=8, cell=16, dilations=(1,), trust=0.6),
    "cnn": CNN,
    "unet": UNet,
    "hscnn-r": HSCNNR,
    "hscnn-r-9": partial(HSCNNR, blocks=9, width=256),
    "hscnn-r-14": partial(HSCNNR, blocks=14, width=256),
    "hscnn-r-ensemble": HSCNNREnsemble,
    "multiscale-cnn": MultiscaleCNN,
    "prinet": PriNET,
    "prinet-plus": PriNETPlus,
    "mst-plus-plus": MSTPlusPlus,
    "polynomial-regression": PolynomialRegression,
    "adapted": adapted,
}
