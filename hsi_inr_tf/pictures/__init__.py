"""Reading photographs, as sRGB or, from cameras' raw data, as linear light."""

from hsi_inr_tf.pictures.finding import find_images
from hsi_inr_tf.pictures.images import allow_pixels, decode_image, read_encoded, read_image, read_picture
from hsi_inr_tf.pictures.picture import Picture, as_picture

__all__ = [
    "Picture",
    "allow_pixels",
    "as_picture",
    "decode_image",
    "find_images",
    "read_encoded",
    "read_image",
    "read_picture",
]
