"""Models that map an RGB picture to a hyperspectral cube, all built by name."""

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.models.base import SpectralModel


def names() -> list[str]:
    """The names that `build` knows."""
    from hsi_inr_tf.models.presets import TABLE

    return list(TABLE)


def build(name: str, **overrides) -> SpectralModel:
    """A fresh model: input "rgb" [batch, height, width, 3] in [0, 1] -> {"hsi": [batch, height, width,
    bands]}.

    Which pictures it takes is said by SpectralModel.
    """
    from hsi_inr_tf.models.presets import TABLE

    if name not in TABLE:
        raise InputError(f"unknown model '{name}', expected one of {', '.join(TABLE)}")
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
    ) as error:  # what Keras says of arguments it cannot use
        raise InputError(
            f"model {name} cannot be built with {overrides} ({str(error).strip().splitlines()[0]})"
        ) from error
