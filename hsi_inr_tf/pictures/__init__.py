"""Reading photographs, as sRGB."""

from hsi_inr_tf.pictures.images import (
    Picture,
    as_picture,
    decode_image,
    find_images,
    read_image,
    read_picture,
)

__all__ = ["Picture", "as_picture", "decode_image", "find_images", "read_image", "read_picture"]
