"""Models that map an RGB picture to a hyperspectral cube, all built by name."""

from typing import Any

from hsi_inr_tf.errors import InputError, first_line
from hsi_inr_tf.models.base import SpectralModel


def names() -> list[str]:
    """The names that `build` knows."""
    from hsi_inr_tf.models.presets import TABLE

    return list(TABLE)


def build(name: str, **overrides: Any) -> SpectralModel:
    """A fresh model: input "rgb" [batch, height, width, 3] in [0, 1] -> {"hsi": [batch, height, width,
    bands]}.

    Which pictures it takes is said by SpectralModel.
    """
    from hsi_inr_tf.models.presets import TABLE

    if name not in TABLE:
        raise InputError(f"unknown model '{name}', expected one of {', '.join(TABLE)}")
    _check_size(name, overrides)
    _check_keras()
    try:
        return TABLE[name](**overrides)
    except InputError:
        raise
    except (
        TypeError,
        ValueError,
        KeyError,
        IndexError,
        ArithmeticError,
        AttributeError,
        MemoryError,
        RecursionError,
    ) as error:  # what Keras says of arguments it cannot use
        raise InputError(f"model {name} cannot be built with {overrides} ({first_line(error)})") from error


# The largest whole numbers that arguments of presets may be: beyond, models fill the memory of a machine.
LARGEST = {"degree": 12, "members": 64, "blocks": 256, "frequencies": 32, "downsamplings": 12}
LARGEST_OTHER = 4096


def _check_size(name, overrides):
    for key, value in overrides.items():
        if isinstance(value, dict):
            _check_size(name, value)
        most = LARGEST.get(key, LARGEST_OTHER)
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, int | float) and not -most <= one <= most:
                raise InputError(f"model {name}: {key} is {one}, expected at most {most}")


def _check_keras():
    import keras

    if keras.config.image_data_format() != "channels_last":
        raise InputError("Keras is set to channels_first (keras.json), expected channels_last")
