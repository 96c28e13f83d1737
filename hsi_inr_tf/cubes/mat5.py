"""MATLAB's v5 files, numbers and text: every length is checked before it is believed. scipy.io relies on them
(damaged files have crashed it).

The format: https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
"""

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hsi_inr_tf.cubes.values import EXPANSION
from hsi_inr_tf.errors import InputError

MATRIX, COMPRESSED = 14, 15
TEXT = 16  # UTF-8
DTYPES = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
    TEXT: "u1", 17: "u2", 18: "u4",
}  # fmt: skip  # of elements, by their type
CODECS = {1: "latin-1", 2: "utf-8", 4: "utf-16", 17: "utf-16", TEXT: "utf-8", 18: "utf-32"}  # of text
KINDS = {
    1: "cell", 2: "struct", 3: "object", 4: "text", 5: "sparse", 6: "double", 7: "single", 8: "int8",
    9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32", 14: "int64", 15: "uint64",
}  # fmt: skip  # of variables, by their class
NUMBERS = tuple(kind for number, kind in KINDS.items() if number >= 6)
COMPLEX = 0x800
HEAD = 1 << 12  # bytes of a variable that hold its flags, dimensions and name
DIMENSIONS = 8


@dataclass(frozen=True)
class Variable:
    """`shape` in MATLAB's order; `kind` is "double" and so on, or what it is else, such as "struct"; the
    numbers are `length` bytes from `offset` of its data, which lie at `start` of the file.
    """

    path: Path
    kind: str
    shape: tuple[int, ...]
    order: str
    type: int
    start: int
    packed: int
    offset: int
    length: int

    def is_numeric(self) -> bool:
        return self.kind in NUMBERS

    def numbers(self) -> np.ndarray:
        """The values in MATLAB's shape, on disk where they are not compressed."""
        dtype = np.dtype(self.order + DTYPES[self.type])
        if math.prod(self.shape) * dtype.itemsize != self.length:
            raise InputError(f"{self.path}: a variable of shape {self.shape} has {self.length} bytes")
        if not self.packed:
            return np.memmap(self.path, dtype, "r", self.start + self.offset, self.shape, "F")
        return np.frombuffer(self._bytes(), dtype).reshape(self.shape, order="F")

    def text(self) -> str:
        codec = CODECS.get(self.type, "utf-8")
        if self.type in (4, 17, 18):
            codec += "-le" if self.order == "<" else "-be"
        return bytes(self._bytes()).decode(codec)

    def _bytes(self):
        with open(self.path, "rb") as file:
            file.seek(self.start)
            if not self.packed:
                file.seek(self.offset, 1)
                return file.read(self.length)
            if self.length > EXPANSION * self.packed + HEAD:
                raise InputError(f"{self.path}: {self.length} bytes cannot lie in {self.packed}")
            data = zlib.decompressobj().decompress(file.read(self.packed), self.offset + self.length)
        if len(data) < self.offset + self.length:
            raise InputError(f"{self.path} ends within a variable")
        return memoryview(data)[self.offset :]


def variables(path: Path) -> dict[str, Variable]:
    """The variables of a file, by name. Raises InputError."""
    found = {}
    size = path.stat().st_size
    with open(path, "rb") as file:
        order = {b"IM": "<", b"MI": ">"}.get(file.read(128)[126:128])
        if order is None:
            raise InputError(f"{path} is no MATLAB file of v5 or v7.3")
        start = 128
        while start + 8 <= size:
            file.seek(start)
            kind, length = struct.unpack(order + "II", file.read(8))
            start += 8
            if start + length > size:
                raise InputError(f"{path} ends within a variable, {start + length - size} bytes early")
            if kind == COMPRESSED:
                head = zlib.decompressobj().decompress(file.read(min(length, HEAD)), HEAD)
                kind, whole = struct.unpack(order + "II", head[:8])
                name, variable = _variable(path, order, start, length, head, 8, 8 + whole)
            elif kind == MATRIX:
                name, variable = _variable(path, order, start, 0, file.read(min(length, HEAD)), 0, length)
            if kind != MATRIX:
                raise InputError(f"{path} holds an element of type {kind}, expected variables")
            found[name] = variable
            start += length
    return found


def _variable(path, order, start, packed, head, place, end):
    """(name, Variable) whose elements begin at `place` of `head`, and end at `end` of the variable's data."""
    flags = _element(path, order, head, place)
    word = struct.unpack(order + "I", _data(path, head, flags)[:4].ljust(4, b"\0"))[0]
    kind = "complex" if word & COMPLEX else KINDS.get(word & 0xFF, "something else")
    if kind in ("object", "something else"):
        return f"variable at {start}", Variable(path, kind, (), order, 0, start, packed, 0, 0)
    sizes = _element(path, order, head, flags.next)
    count = sizes.length // 4
    if sizes.length % 4 or not 2 <= count <= DIMENSIONS:
        raise InputError(f"{path} holds a variable of {count} dimensions, expected 2 to {DIMENSIONS}")
    shape = struct.unpack(f"{order}{count}i", _data(path, head, sizes))
    if min(shape) < 0:
        raise InputError(f"{path} holds a variable of shape {shape}")
    title = _element(path, order, head, sizes.next)
    name = _data(path, head, title).decode("latin-1")
    if kind not in (*NUMBERS, "text"):
        return name, Variable(path, kind, shape, order, 0, start, packed, 0, 0)
    values = _element(path, order, head, title.next)
    if values.type not in DTYPES or values.offset + values.length > end:
        raise InputError(
            f"{path}: {name} has {values.length} bytes of type {values.type}, expected numbers that end "
            "within the variable"
        )
    return name, Variable(path, kind, shape, order, values.type, start, packed, values.offset, values.length)


class _Element(NamedTuple):
    type: int
    offset: int
    length: int
    next: int


def _element(path, order, head, place) -> _Element:
    """The element whose tag is at `place`; small ones share the tag's eight bytes."""
    if place + 8 > len(head):
        raise InputError(f"{path} ends within a variable")
    word, length = struct.unpack(order + "II", head[place : place + 8])
    if word >> 16:
        return _Element(word & 0xFFFF, place + 4, min(word >> 16, 4), place + 8)
    return _Element(word, place + 8, length, place + 8 + -(-length // 8) * 8)


def _data(path, head, element) -> bytes:
    if element.offset + element.length > len(head):
        raise InputError(f"{path} ends within a variable, or names one at length")
    return head[element.offset : element.offset + element.length]
