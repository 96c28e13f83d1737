"""How far a reconstructed spectrum can be trusted: the half-width within which the true value lies.

The error of a model on materials that it has not seen depends on the colour of the pixel more than on
anything else: dark pixels have small errors, saturated and rare colours large ones, and what shares an RGB
differs most at the ends of the spectrum. So the half-width is a function of the colour alone, a sum of
squared exponentials around colours of the training scenes, which far from all of them goes to a large value.
It is fitted by evaluation.calibration and travels in the model's description.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference.colour_prior import Correction

if TYPE_CHECKING:
    from hsi_inr_tf.trained.description import ModelDescription

DIGITS = 5  # that the description keeps of every number


@dataclass(frozen=True)
class Uncertainty:
    """rgb [..., 3] in the model camera's encoding -> half-width [..., bands] of the 90 % interval.

    `width` is the sum of kernels, `floor` [bands] the least half-width. `levels` says by what the half-width
    is multiplied for other probabilities; `novelty` is a Correction whose single value is about 1 for colours
    like those that the model was calibrated on, and 0 far from all of them. `calibration` says on what.
    """

    width: Correction
    floor: np.ndarray
    levels: dict[float, float]
    novelty: Correction
    calibration: dict

    def __call__(self, rgb, probability: float = 0.9) -> np.ndarray:
        if probability not in self.levels:
            known = ", ".join(f"{level:g}" for level in self.levels)
            raise InputError(f"no interval for a probability of {probability:g}, expected one of {known}")
        width = np.maximum(self.width(rgb), self.floor.astype(np.float32))
        width *= np.float32(self.levels[probability])
        return width

    def is_unlike(self, rgb: np.ndarray) -> np.ndarray:
        """Which pixels [...] have colours unlike all that the model was calibrated on."""
        return self.novelty(rgb)[..., 0] < 0.5

    def to_dict(self) -> dict:
        """For the description, as plain JSON values."""
        return {
            "width": _numbers(self.width),
            "floor": _rounded(self.floor),
            "levels": {f"{level:g}": float(f"{factor:.4g}") for level, factor in self.levels.items()},
            "novelty": _numbers(self.novelty),
            "calibration": self.calibration,
        }

    @classmethod
    def from_dict(cls, fields: dict, bands: int) -> "Uncertainty":
        """What `to_dict` gave; InputError if it is not that of a model with so many bands."""
        try:
            width, novelty = _correction(fields["width"]), _correction(fields["novelty"])
            floor = np.asarray(fields["floor"], np.float32)
            levels = {float(level): float(factor) for level, factor in fields["levels"].items()}
            ok = width.coefficients.shape[1] == len(floor) == bands and novelty.coefficients.shape[1] == 1
            if not ok or not all(np.isfinite(v) and v > 0 for v in levels.values()):
                raise ValueError(f"it is not of {bands} bands")
            return cls(width, floor, levels, novelty, dict(fields["calibration"]))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise InputError(f"the model's uncertainty cannot be read ({error})") from error


def uncertainty_of(description: "ModelDescription") -> Uncertainty:
    """That of a calibrated model; InputError for one that was not calibrated."""
    if description.uncertainty is None:
        raise InputError(
            f"model {description.model} was not calibrated and knows no uncertainty "
            "(hsi-inr bundle RUN --folds ... calibrates)"
        )
    return Uncertainty.from_dict(description.uncertainty, len(description.wavelengths))


class Trust:
    """Gathers, from a sample of a picture's pixels, how far its cube can be trusted."""

    SAMPLE = 4096  # pixels of the whole picture, about

    def __init__(self, uncertainty: Uncertainty, pixels: int) -> None:
        self.uncertainty = uncertainty
        self.step = max(1, int((pixels / self.SAMPLE) ** 0.5))
        self.relative: list[np.ndarray] = []
        self.unlike: list[np.ndarray] = []

    def add(self, spectra: np.ndarray, rgb: np.ndarray) -> None:
        """Account for spectra [rows, columns, bands] of the pixels rgb [rows, columns, 3]."""
        some = np.s_[self.step // 2 :: self.step, self.step // 2 :: self.step]
        seen, values = rgb[some].reshape(-1, 3), spectra[some].reshape(-1, spectra.shape[-1])
        self.relative.append(self.uncertainty(seen) / np.maximum(values, 0.01))
        self.unlike.append(self.uncertainty.is_unlike(seen))

    def to_dict(self) -> dict:
        """Median of half-width over value by band, and the share of pixels with unknown colours."""
        relative = np.concatenate(self.relative)
        if not len(relative):
            return {}
        return {
            "relative": [float(f"{value:.3g}") for value in np.median(relative, axis=0)],
            "unlike": float(np.concatenate(self.unlike).mean()),
        }


def trust_in_words(trust: dict, wavelengths: Sequence[float]) -> str:
    """What Trust gathered, for a person: where the cube is good, where it is not, and how much of the picture
    is strange to the model.
    """
    relative, nm = np.asarray(trust["relative"]), np.asarray(wavelengths)
    middle = (nm >= 430) & (nm <= 650)
    parts = [
        f"{100 * np.median(relative[where]):.0f} % of the value {text}"
        for where, text in (
            (middle, "from 430 to 650 nm"),
            (nm > 650, "beyond 650 nm"),
            (nm < 430, "below 430 nm"),
        )
        if where.any()
    ]
    sentence = f"typical uncertainty (90 %): {', '.join(parts)}"
    if trust["unlike"] >= 0.005:
        sentence += f"; {100 * trust['unlike']:.0f} % of the picture is unlike anything it was calibrated on"
    return sentence


def _numbers(correction: Correction) -> dict:
    return {name: _rounded(getattr(correction, name)) for name in ("kernel", "bias", "coefficients")}


def _rounded(values) -> list:
    return [
        _rounded(value) if np.ndim(value) else float(f"{value:.{DIGITS}g}") for value in np.asarray(values)
    ]


def _correction(fields) -> Correction:
    kernel, bias, coefficients = (
        np.asarray(fields[name], np.float32) for name in ("kernel", "bias", "coefficients")
    )
    units = len(bias)
    if kernel.shape != (6, units) or coefficients.ndim != 2 or len(coefficients) != units:
        raise ValueError("its kernels do not fit together")
    if not all(np.isfinite(part).all() for part in (kernel, bias, coefficients)):
        raise ValueError("it holds values that are no numbers")
    return Correction(kernel, bias, coefficients)
