"""What exported models compute: a Keras model as TensorFlow functions with fixed signatures, free of Keras
objects.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.layers import ColourKernels
from hsi_inr_tf.optics.spectral_splines import cardinal

if TYPE_CHECKING:
    from hsi_inr_tf.inference.uncertainty import Uncertainty
    from hsi_inr_tf.models.base import SpectralModel


class HalfWidths:
    """inference.uncertainty in TensorFlow: rgb [..., 3] -> half-widths [..., bands] of 90 % intervals."""

    def __init__(self, uncertainty: "Uncertainty") -> None:
        width = uncertainty.width
        self.kernels = ColourKernels(width.count, width.coefficients.shape[1])
        self.kernels.build((None, 3))
        self.kernels.set_weights([width.kernel, width.bias, width.coefficients])
        self.floor = uncertainty.floor.astype(np.float32)

    def __call__(self, rgb: Tensor) -> Tensor:
        return tf.maximum(self.kernels(rgb), self.floor)


def holder(model: "SpectralModel", widths: HalfWidths | None = None) -> tf.Module:
    """A module that owns the model's variables, and those of its half-widths, and nothing else of it, so
    that a SavedModel needs no code of ours.
    """
    root = tf.Module()
    variables = [*model.variables, *(widths.kernels.variables if widths else ())]
    root.weights = [variable.value for variable in variables]
    return root


def signatures(model: "SpectralModel", knots: Any = None, widths: HalfWidths | None = None) -> dict:
    """The signatures of a SavedModel, name -> tf.function; see `saved_model`. `knots` are the wavelengths
    of a model that is a function of them; with `widths` the first two answer them too.
    """
    side = model.patch
    picture = tf.TensorSpec([None, side, side, 3], tf.float32, "rgb")

    @tf.function(input_signature=[picture])
    def serving_default(rgb):
        extended = rgb if side else extend(rgb, model.stride)
        hsi = model({"rgb": extended}, training=False)["hsi"]
        hsi = hsi[:, : tf.shape(rgb)[1], : tf.shape(rgb)[2]]
        return {"hsi": hsi, **uncertain(rgb, widths)}

    functions = {"serving_default": serving_default}
    if model.continuous:
        functions |= continuous(model, picture)
    if knots:
        functions["at_wavelengths"] = asking(serving_default, picture, knots)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])
    def reconstruct_image(image_bytes):
        rgb = tf.map_fn(decode, image_bytes, fn_output_signature=tf.TensorSpec([None, None, 3], tf.float32))
        answer = in_patches(serving_default, rgb, side, model.stride) if side else serving_default(rgb)
        return {"hsi": tf.clip_by_value(answer["hsi"], 0.0, 1.0), **uncertain(rgb, widths)}

    functions["reconstruct_image"] = reconstruct_image
    return functions


def uncertain(rgb: Tensor, widths: HalfWidths | None) -> dict:
    """The output that half-widths are, if there are any."""
    return {"uncertainty": widths(rgb)} if widths else {}


def continuous(model: "SpectralModel", picture: Tensor) -> dict:
    """The signatures that ask between the pixels of `picture`, a TensorSpec, of an implicit model."""
    axes = [tf.TensorSpec([None], tf.float32, name) for name in ("rows", "columns")]
    one = tf.TensorSpec([1, *picture.shape[1:]], tf.float32, "rgb")

    @tf.function(input_signature=[picture, *axes])
    def sample(rgb, rows, columns):
        return {"hsi": model.sample(extend(rgb, model.stride), rows, columns)}

    @tf.function(input_signature=[one, tf.TensorSpec([1, None, 2], tf.float32, "points")])
    def query(rgb, points):
        return {"hsi": model.query(extend(rgb, model.stride), points)}

    return {"sample": sample, "query": query}


def asking(function: Callable, picture: Tensor, knots: Any) -> Tensor:
    """The signature that asks `function`, of a `picture` at the `knots`, at other wavelengths: splines
    through its answers are what the model says there. Outside the knots it knows nothing and gives NaN.
    """
    spline = cardinal(knots)
    pieces = tf.constant(spline.c.transpose(1, 0, 2), tf.float32)  # [pieces, 4, knots]
    knots = tf.constant(knots, tf.float32)

    @tf.function(input_signature=[picture, tf.TensorSpec([None], tf.float32, "wavelengths")])
    def at_wavelengths(rgb, wavelengths):
        piece = tf.reduce_sum(tf.cast(wavelengths[:, None] >= knots[1:-1], tf.int32), axis=1)
        along = (wavelengths - tf.gather(knots, piece))[:, None]
        cubic, square, slope, start = tf.unstack(tf.gather(pieces, piece), axis=1)
        sampling = ((cubic * along + square) * along + slope) * along + start
        known = (wavelengths >= knots[0]) & (wavelengths <= knots[-1])
        hsi = tf.einsum("bhwk,nk->bhwn", function(rgb)["hsi"], sampling)
        return {"hsi": tf.where(known, hsi, float("nan"))}

    return at_wavelengths


def decode(image_bytes: Tensor) -> Tensor:
    """A PNG or JPEG file as rgb [height, width, 3] in [0, 1]."""
    rgb = tf.io.decode_image(image_bytes, channels=3, expand_animations=False)
    rgb.set_shape([None, None, 3])
    return tf.cast(rgb, tf.float32) / 255.0


def in_patches(function: Callable, rgb: Tensor, side: int, stride: int = 1) -> Tensor:
    """`function` of rgb [batch, side, side, 3], applied to rgb [batch, height, width, 3] patch by patch.

    Patches lie side by side from the upper left; the last of a row or column is shifted to end with the
    picture, and what it shares with the patch before comes from that one: as a Reconstructor does it. The
    picture is extended by its last pixels to multiples of the stride, and to a patch where it is smaller.
    """
    height, width = tf.shape(rgb)[1], tf.shape(rgb)[2]
    rgb = extend(rgb, stride)
    for axis in (1, 2):
        length = tf.shape(rgb)[axis]
        rgb = tf.gather(rgb, tf.minimum(tf.range(tf.maximum(length, side)), length - 1), axis=axis)
    rows, row_of, in_row = _patch_axis(tf.shape(rgb)[1], side)
    columns, column_of, in_column = _patch_axis(tf.shape(rgb)[2], side)
    patches = tf.gather(tf.gather(rgb, rows, axis=1), columns, axis=3)  # [batch, m, side, n, side, 3]
    shape = tf.shape(patches)
    patches = tf.reshape(tf.transpose(patches, (0, 1, 3, 2, 4, 5)), (-1, side, side, 3))
    # One patch at a time: the hypernetwork of the paper's model needs 60 MB for each.
    hsi = tf.map_fn(lambda patch: function(patch[None])["hsi"][0], patches, parallel_iterations=1)
    hsi = tf.reshape(hsi, (shape[0], shape[1], shape[3], side, side, hsi.shape[-1]))
    hsi = tf.gather_nd(tf.transpose(hsi, (1, 3, 0, 2, 4, 5)), tf.stack([row_of, in_row], axis=-1))
    hsi = tf.gather_nd(tf.transpose(hsi, (2, 3, 0, 1, 4)), tf.stack([column_of, in_column], axis=-1))
    return {"hsi": tf.transpose(hsi, (2, 1, 0, 3))[:, :height, :width]}


def _patch_axis(length, side):
    """Of an axis cut into patches: the pixels of each [patches, side]; for each pixel its patch, and its
    place in it.
    """
    starts = tf.minimum(tf.range(0, length, side), length - side)
    patch = tf.range(length) // side
    return starts[:, None] + tf.range(side), patch, tf.range(length) - tf.gather(starts, patch)


def fixed(
    model: "SpectralModel", height: int | None, width: int | None, widths: HalfWidths | None = None
) -> Any:
    """The function of a TFLite model: one picture [1, height, width, 3], or any sides (None) that are
    multiples of the stride.
    """

    @tf.function(input_signature=[tf.TensorSpec([1, height, width, 3], tf.float32, "rgb")])
    def reconstruct(rgb):
        return {"hsi": model({"rgb": rgb}, training=False)["hsi"], **uncertain(rgb, widths)}

    return reconstruct


def extend(rgb: Tensor, stride: int) -> Tensor:
    """Repeat the last row and column of rgb [batch, height, width, 3] until both sides are multiples of
    `stride`.
    """
    if stride == 1:
        return rgb
    for axis in (1, 2):
        side = tf.shape(rgb)[axis]
        extended = -(-side // stride) * stride
        rgb = tf.gather(rgb, tf.minimum(tf.range(extended), side - 1), axis=axis)
    return rgb
