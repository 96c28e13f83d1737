"""Text and JSON files, written whole or not at all."""

import json
from pathlib import Path

from hsi_inr_tf.files.replacing import replacing


def write_json(path: Path, content: dict) -> None:
    """Write `content` as indented JSON. Raises InputError."""
    write_text(path, json.dumps(content, indent=1))


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 `text`. Raises InputError."""
    with replacing(path) as temporary:
        temporary.write_text(text, "utf-8")
