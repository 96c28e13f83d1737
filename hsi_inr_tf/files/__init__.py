"""Files as wholes: replaced in one step, as text or JSON; and where a picture lies on the map."""

from hsi_inr_tf.files.replacing import PARTIAL, replacing, room_for
from hsi_inr_tf.files.text import parse_json, read_json, read_text, write_json, write_text

__all__ = [
    "PARTIAL",
    "parse_json",
    "read_json",
    "read_text",
    "replacing",
    "room_for",
    "write_json",
    "write_text",
]
