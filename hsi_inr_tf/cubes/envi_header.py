"""ENVI's header files: "name = value" in lines, lists in braces over several."""

from pathlib import Path
from typing import Any

from hsi_inr_tf.errors import InputError

LARGEST = 16 << 20  # bytes


def parse(path: Path) -> dict[str, str | list[str]]:
    """The fields of a header by their names in lower case; what stands in braces as a list.

    A byte-order mark, comments (;) and a comma after the last item are no obstacle.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})") from error
    if len(data) > LARGEST:
        raise InputError(f"{path} has over {LARGEST >> 20} MiB, expected the header of an ENVI file")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines = data.decode("latin-1").splitlines()  # older software's
    if not lines or not lines[0].strip().startswith("ENVI"):
        raise InputError(f"{path} does not begin with ENVI, expected the header of an ENVI file")
    fields: dict[str, str | list[str]] = {}
    rest = iter(lines[1:])
    for line in rest:
        name, equals, value = line.partition("=")
        if not equals or line.lstrip().startswith(";"):
            continue
        name, value = " ".join(name.lower().split()), value.strip()
        if value.startswith("{"):
            while "}" not in value:
                more = next(rest, None)
                if more is None:
                    raise InputError(f"{path}: '{name}' begins a list that has no end")
                value += "\n" + more.strip()
            text = value[1 : value.index("}")]
            text = " ".join(text.split()) if name == "description" else text
            items = [item.strip() for item in text.split(",")]
            fields[name] = items[:-1] if len(items) > 1 and not items[-1] else items
        else:
            fields[name] = value
    return fields


def text(fields: dict, name: str, default: str = "") -> str:
    """A field that is text, put together again where it has commas in braces."""
    value = fields.get(name, default)
    return value if isinstance(value, str) else ",".join(value)


def integer(fields: dict, name: str, path: object, default: int | None = None, lowest: int = 0) -> int:
    """A whole number, at least `lowest`. Raises InputError where there is none."""
    value: Any = fields.get(name, default)
    try:
        number = int(value)
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: its '{name}' is {value}, expected a whole number") from error
    if number < lowest:
        raise InputError(f"{path}: its '{name}' is {number}, expected {lowest} or more")
    return number


def numbers(fields: dict, name: str, path: object) -> list[float] | None:
    """A number, or a list of them; None where the field is missing or empty."""
    value: Any = fields.get(name)
    items = value if isinstance(value, list) else [value]
    if value is None or not any(items):
        return None
    try:
        return [float(item) for item in items]
    except ValueError as error:
        raise InputError(f"{path}: its '{name}' holds something else than numbers ({error})") from error
