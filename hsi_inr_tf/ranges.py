"""Numbers with their ranges: declared with an option, shown by its help, checked on the command line and in
files.
"""

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from tyro.constructors import PrimitiveConstructorSpec

from hsi_inr_tf.errors import InputError

LARGEST = 2**31 - 1  # of whole numbers: what seeds and counters on devices hold


@dataclass(frozen=True)
class Range:
    """Numbers of `kind` (int or float) from `least` to `most`; `inside`: without these two themselves;
    `optional`: or None.
    """

    kind: type
    least: float
    most: float
    inside: bool = False
    optional: bool = False

    def __contains__(self, value: object) -> bool:
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, int if self.kind is int else int | float):
            return False
        if self.inside:
            return self.least < value < self.most
        return math.isfinite(value) and self.least <= value <= self.most

    def __str__(self) -> str:
        between, joined = ("between", " and ") if self.inside else ("from", " to ")
        return f"{self._kind} {between} {self._ends(joined)}" + (" or None" if self.optional else "")

    @property
    def _kind(self):
        return "a whole number" if self.kind is int else "a number"

    def _ends(self, joined):
        return f"{self.least:.10g}{joined}{self.most:.10g}"

    def _spelt(self, text: str):
        """The number that `text` spells, of any size. Raises ValueError, which tyro tells."""
        if text == "None" and self.optional:
            return None
        try:
            return self.kind(text)
        except ValueError as error:
            raise ValueError(f"'{text[:40]}', expected {self}") from error

    def option(self) -> Any:
        """The annotated type of an option of this range."""
        spec: PrimitiveConstructorSpec = PrimitiveConstructorSpec(
            nargs=1,
            metavar=f"{self.kind.__name__.upper()} {'>' if self.inside else ''}{self._ends('..')}"
            + ("|None" if self.optional else ""),
            instance_from_str=lambda words: self._spelt(words[0]),
            is_instance=lambda value: value is None or isinstance(value, int | float),
            str_from_instance=lambda value: [str(value)],
        )
        return Annotated[self.kind | None if self.optional else self.kind, self, spec]


def whole(least: int, most: int = LARGEST, optional: bool = False) -> Any:
    """The type of an option that is a whole number from `least` to `most`."""
    return Range(int, least, most, optional=optional).option()


def real(least: float, most: float) -> Any:
    """The type of an option that is a number from `least` to `most`."""
    return Range(float, least, most).option()


def between(least: float, most: float, optional: bool = False) -> Any:
    """The type of an option that is a number larger than `least` and smaller than `most`."""
    return Range(float, least, most, inside=True, optional=optional).option()


def check(options, prefix: str = "") -> None:
    """InputError for the first field of a dataclass instance outside its range."""
    hints = get_type_hints(type(options), include_extras=True)
    for field in fields(options):
        value = getattr(options, field.name)
        if is_dataclass(value):
            check(value, f"{field.name}.")
        allowed = _range(hints[field.name])
        for one in value if isinstance(value, tuple) else (value,):
            if allowed is not None and one not in allowed:
                name = f"{prefix}{field.name}".replace("_", "-")
                raise InputError(f"--{name} is {one}, expected {allowed}")


def _range(kind) -> Range | None:
    """The range declared in a type or in that of a tuple's members."""
    if get_origin(kind) is Annotated:
        return next((one for one in kind.__metadata__ if isinstance(one, Range)), None)
    return _range(get_args(kind)[0]) if get_origin(kind) is tuple else None
