"""Spoiling good input, and seeing whether a folder was touched."""

import hashlib
import json
import zipfile
from pathlib import Path

from hsi_inr_tf.trained.bundles import DESCRIPTION


def hashes(folder: Path) -> dict[str, str]:
    """Every file, folder and link below a folder; of files their hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "link"
        if path.is_symlink()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def describe(path: Path, change) -> None:
    """Spoil the description in a bundle's folder or a .tflite: `change` takes its fields and gives new ones,
    or gives text or bytes.
    """
    lite = path.suffix == ".tflite"
    if lite:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(DESCRIPTION).decode()
    else:
        text = (path / DESCRIPTION).read_text()
    changed = change(json.loads(text))
    if isinstance(changed, dict):
        changed = json.dumps(changed)
    content = changed if isinstance(changed, bytes) else changed.encode()
    if not lite:
        (path / DESCRIPTION).write_bytes(content)
        return
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"PK\x03\x04")])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(DESCRIPTION), content)
