"""Files as wholes: replaced in one step, as text or JSON; and where a picture lies on the map."""

from hsi_inr_tf.files.replacing import (
    PARTIAL,
    remove,
    replacing,
    replacing_all,
    replacing_folder,
    room_for,
    work_folder,
)
from hsi_inr_tf.files.text import parse_json, read_json, read_text, write_json, write_text

__all__ = [
    "PARTIAL",
    "parse_json",
    "read_json",
    "read_text",
    "remove",
    "replacing",
    "replacing_all",
    "replacing_folder",
    "room_for",
    "work_folder",
    "write_json",
    "write_text",
]
