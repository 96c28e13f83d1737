"""What a few measured spectra say of all colours: a Gaussian prior over a model's error, and its posterior
mean.

The error r(x) = spectrum - prediction of a pixel of colour x is taken as a Gaussian process of its chroma c
and log brightness l with covariance

    k(x, x') = b^p b'^p sum_i v_i exp(-|c - c'|^2 / (2 C_i^2) - (l - l')^2 / (2 L_i^2)),

a narrow component for colours like the measured ones and a wide one for what a scene's light and camera do to
all of them; every band has the same k up to a factor, which the posterior mean does not depend on. A mean of
pixels is a linear observation of r, so points, coarse cubes and pairs are the same to it.
"""

from dataclasses import dataclass

import numpy as np

DARK = 0.02  # added to brightness: the logarithm of black


@dataclass(frozen=True)
class Component:
    """One squared exponential: variance v, lengths C in chroma and L in log brightness."""

    variance: float
    chroma: float
    brightness: float


@dataclass(frozen=True)
class ColourPrior:
    """Chosen on grouped folds of twenty CAVE scenes, for regression's errors (docs/adapting.md).

    `power` p is how errors grow with brightness; `noise` the share of variance that colour does not explain.
    The wide component is trusted as n / (n + `patience`) of its variance with n observations: one point says
    little of other colours.
    """

    narrow: Component = Component(0.333, 0.202, 0.350)
    wide: Component = Component(1.221, 1.105, 1.221)
    power: float = 1.55
    noise: float = 0.0498
    patience: float = 8.0

    def components(self, observations: int, keep: bool = False) -> tuple[Component, ...]:
        """Those that `observations` carry; with `keep` the narrow one alone, which leaves other colours as
        they were.
        """
        if keep:
            return (self.narrow,)
        share = observations / (observations + self.patience)
        return self.narrow, Component(
            self.wide.variance * share, self.wide.chroma, self.wide.brightness
        )

    def covariance(self, component: Component, first, second) -> np.ndarray:
        """The component's share of k between colours [n, 3] and [m, 3]: [n, m]."""
        c, l = chroma_and_brightness(first)
        other_c, other_l = chroma_and_brightness(second)
        apart = np.maximum((c * c).sum(1)[:, None] + (other_c * other_c).sum(1) - 2.0 * c @ other_c.T, 0.0)
        exponent = apart / component.chroma**2 + np.square(l[:, None] - other_l) / component.brightness**2
        return component.variance * np.exp(self.power * (l[:, None] + other_l) - 0.5 * exponent)

    def noise_of(self, colours) -> np.ndarray:
        """The variance at colours [n, 3] that no other colour tells of: [n]."""
        return self.noise * np.exp(2.0 * self.power * chroma_and_brightness(colours)[1]) + 1e-8

    def units(self, component: Component, centres) -> tuple[np.ndarray, np.ndarray]:
        """(kernel [6, n], bias [n]) such that exp(features(x) @ kernel + bias) is the covariance of x with
        centres [n, 3].
        """
        c, l = chroma_and_brightness(centres)
        narrow, flat = 1.0 / component.chroma**2, 1.0 / component.brightness**2
        ones = np.ones((1, len(l)))
        kernel = np.concatenate(
            [c.T * narrow, -0.5 * narrow * ones, self.power + flat * l[None], -0.5 * flat * ones]
        )
        bias = (
            np.log(component.variance)
            + self.power * l
            - 0.5 * narrow * (c * c).sum(1)
            - 0.5 * flat * np.square(l)
        )
        return kernel, bias


@dataclass(frozen=True)
class Correction:
    """rgb [..., 3] -> what is added to the prediction [..., bands]: exp(features @ kernel + bias) @
    coefficients.

    kernel [6, units], bias [units], coefficients [units, bands]: the weights of layers.ColourKernels.
    """

    kernel: np.ndarray
    bias: np.ndarray
    coefficients: np.ndarray

    @property
    def count(self) -> int:
        return len(self.bias)

    def __call__(self, rgb) -> np.ndarray:
        rgb = np.asarray(rgb, np.float32)
        flat = rgb.reshape(-1, 3)
        answer = np.empty((len(flat), self.coefficients.shape[1]), np.float32)
        weights = [np.asarray(part, np.float32) for part in (self.kernel, self.bias, self.coefficients)]
        step = max(1, (1 << 22) // max(1, self.count))  # 16 MB at a time
        for first in range(0, len(flat), step):
            answer[first : first + step] = _applied(flat[first : first + step], *weights)
        return answer.reshape(*rgb.shape[:-1], -1)


def chroma_and_brightness(colours) -> tuple[np.ndarray, np.ndarray]:
    """Colours [n, 3] -> (chroma [n, 3], log brightness [n])."""
    colours = np.asarray(colours)
    if colours.dtype != np.float32:
        colours = colours.astype(np.float64)
    mean = colours.mean(axis=1, keepdims=True)
    bright = mean + colours.dtype.type(DARK)
    return (colours - mean) / bright, np.log(bright[:, 0])


def _applied(colours, kernel, bias, coefficients):
    c, l = chroma_and_brightness(colours)
    features = np.concatenate(
        [c, (c * c).sum(1, keepdims=True), l[:, None], np.square(l)[:, None]], axis=1
    )
    exponents = features @ kernel
    exponents += bias
    return np.exp(exponents, out=exponents) @ coefficients
