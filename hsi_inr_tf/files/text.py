"""Text and JSON files: written whole or not at all, and read with a bound on what a stranger may ask for."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files.replacing import replacing

LARGEST = 64 << 20  # bytes that are read of one file
DEEPEST = 50  # lists and objects within each other


def write_json(path: Path, content: dict | list) -> None:
    """Write `content` as indented JSON. Raises InputError."""
    write_text(path, json.dumps(content, indent=1))


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 `text`. Raises InputError."""
    with replacing(path) as temporary:
        temporary.write_text(text, "utf-8")


def read_text(path: Path) -> str:
    """The UTF-8 text of a regular file; InputError naming it where it cannot be had."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a device or a pipe need not end
            raise InputError(f"{path} is no file, expected text")
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST >> 20} MiB, expected less text")
        return content.decode("utf-8-sig")
    except InputError:
        raise
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no UTF-8 text (byte {error.start}), expected such") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error})") from error
    except ValueError as error:  # a null character in the name
        raise InputError(f"{str(path)!r} names no file") from error


def read_json(path: Path, kind: type = dict) -> Any:
    """The JSON object (or list) in a file; InputError naming it where there is none."""
    try:
        return parse_json(read_text(path), kind)
    except InputError as error:
        raise error if str(path) in str(error) else InputError(f"{path}: {error}") from error


def parse_json(text: str, kind: type = dict) -> Any:
    """The object (or list) that `text` is in JSON, with finite numbers, nested at most DEEPEST levels;
    InputError.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
        if not isinstance(value, kind):
            raise InputError(f"it holds no JSON {'object' if kind is dict else 'list'}")
        _check_depth(value)
        if "\\ud" in text.lower():  # which may stand for half a character
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InputError(f"it is no JSON ({reason})") from error
    return value


def _refuse(constant: str):
    raise InputError(f"it holds {constant}, expected finite numbers")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise InputError(f"it is nested more than {DEEPEST} levels deep")
