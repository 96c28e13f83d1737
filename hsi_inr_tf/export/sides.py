"""The sides of the pictures that an exported file takes."""

from typing import TYPE_CHECKING

from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel


def check_sides(model: "SpectralModel", height: int | None, width: int | None) -> None:
    """Raise InputError unless `model` takes pictures of height x width; both None are any sides."""
    if model.patch and (height, width) != (model.patch, model.patch):
        raise InputError(
            f"this model takes pictures of {model.patch}x{model.patch} only, but {height}x{width} was "
            "asked for"
        )
    if height is None and width is None:
        return
    if height is None or width is None:
        raise InputError("height and width must both be given, or neither (a resizable input)")
    if height % model.stride or width % model.stride or min(height, width) < 1:
        raise InputError(
            f"this model takes sides that are multiples of {model.stride}, but {height}x{width} was asked for"
        )
