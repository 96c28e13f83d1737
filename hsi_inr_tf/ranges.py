"""What an option may be, a number of a range or a name of a table: declared with it, shown by its help,
checked on the command line and in files.
"""

import math
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from tyro.constructors import PrimitiveConstructorSpec

from hsi_inr_tf.errors import InputError

LARGEST = 2**31 - 1  # of whole numbers: what seeds and counters on devices hold


class Range(PrimitiveConstructorSpec):
    """Numbers of `kind` (int or float) from `least` to `most`; `inside`: without these two themselves;
    `optional`: or None. An option is declared as Annotated[int, whole(1, 9)].
    """

    kind: type
    least: float
    most: float
    inside: bool
    optional: bool

    def __init__(
        self, kind: type, least: float, most: float, *, inside: bool = False, optional: bool = False
    ) -> None:
        vars(self).update(kind=kind, least=least, most=most, inside=inside, optional=optional)
        super().__init__(
            nargs=1,
            metavar=f"{kind.__name__.upper()} {'>' if inside else ''}{self._ends('..')}"
            + ("|None" if optional else ""),
            instance_from_str=lambda words: self._spelt(words[0]),
            is_instance=lambda value: value is None or isinstance(value, int | float),
            str_from_instance=lambda value: [str(value)],
        )

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


def whole(least: int, most: int = LARGEST, optional: bool = False) -> Range:
    """A whole number from `least` to `most`."""
    return Range(int, least, most, optional=optional)


def real(least: float, most: float) -> Range:
    """A number from `least` to `most`."""
    return Range(float, least, most)


def between(least: float, most: float, optional: bool = False) -> Range:
    """A number larger than `least` and smaller than `most`."""
    return Range(float, least, most, inside=True, optional=optional)


class OneOf(PrimitiveConstructorSpec):
    """One of some names. An option is declared as Annotated[str, one_of(TABLE)]."""

    names: tuple[str, ...]

    def __init__(self, names: tuple[str, ...]) -> None:
        vars(self).update(names=names)
        super().__init__(
            nargs=1,
            metavar="{" + ",".join(names) + "}",
            instance_from_str=lambda words: words[0],
            is_instance=lambda value: isinstance(value, str),
            str_from_instance=lambda value: [value],
            choices=names,
        )

    def __contains__(self, value: object) -> bool:
        return value in self.names

    def __str__(self) -> str:
        return f"one of {', '.join(self.names)}"


def one_of(names: Iterable[str]) -> OneOf:
    """One of the `names` of a table."""
    return OneOf(tuple(names))


def check(options: Any, prefix: str = "") -> None:
    """InputError for the first field of a dataclass instance that is not what its option may be."""
    hints = get_type_hints(type(options), include_extras=True)
    for field in fields(options):
        value = getattr(options, field.name)
        if is_dataclass(value):
            check(value, f"{field.name}.")
        allowed = _allowed(hints[field.name])
        for one in value if isinstance(value, tuple) else (value,):
            if allowed is not None and one not in allowed:
                name = f"{prefix}{field.name}".replace("_", "-")
                shown = f"'{one}'" if isinstance(one, str) else one
                raise InputError(f"--{name} is {shown}, expected {allowed}")


def _allowed(kind) -> Range | OneOf | None:
    """What is declared in a type or in that of a tuple's members."""
    if get_origin(kind) is Annotated:
        return next((one for one in kind.__metadata__ if isinstance(one, Range | OneOf)), None)
    return _allowed(get_args(kind)[0]) if get_origin(kind) is tuple else None
