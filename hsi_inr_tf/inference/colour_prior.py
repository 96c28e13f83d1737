"""What a few measured spectra say of all colours: a Gaussian prior over a model's error, and its posterior
mean.

The error r(x) = spectrum - prediction of a pixel of colour x is taken as a Gaussian process of its chroma c
and log brightness l with covariance

    k(x, x') = b^p b'^p sum_i v_i exp(-|c - c'|^2 / (2 C_i^2) - (l - l')^2 / (2 L_i^2)),

a narrow component for colours like the measured ones and a wide one for what a scene's light and camera do to
all of them; every band has the same k up to a factor, which the posterior mean does not depend on. A mean of
pixels is a linear observation of r, so points, coarse cubes and pairs are the same to it.
"""

from dataclasses import dataclass, replace

import numpy as np

from hsi_inr_tf.optics.polynomials import monomials

DARK = 0.02  # added to brightness: the logarithm of black
DEGREE = 4  # of the polynomial of a colour that stands for a model's answers without their context


@dataclass(frozen=True)
class Component:
    """One squared exponential: variance v, lengths C in chroma and L in level, the log of brightness."""

    variance: float
    chroma: float
    level: float


@dataclass(frozen=True)
class ColourPrior:
    """Chosen on grouped folds of twenty CAVE scenes, for regression's errors (docs/adapting.md).

    `power` p is how errors grow with brightness; `noise` the share of variance that colour does not explain.
    With n observations the wide component has (n - 1)^2 / ((n - 1)^2 + `patience`^2) of its variance: few
    say little of other colours, and one alone nothing. `reach` shortens the narrow component's lengths where
    it stands alone.
    """

    narrow: Component = Component(0.333, 0.202, 0.350)
    wide: Component = Component(1.221, 1.105, 1.221)
    power: float = 1.55
    noise: float = 0.0498
    patience: float = 10.0
    reach: float = 0.75

    def components(self, observations: int, keep: bool = False) -> tuple[Component, ...]:
        """Those that `observations` carry; the narrow one alone for a single one, and with `keep`, which
        leaves other colours as they were.
        """
        if keep or observations == 1:
            narrow = self.narrow
            return (Component(narrow.variance, self.reach * narrow.chroma, self.reach * narrow.level),)
        others = (observations - 1) ** 2
        share = others / (others + self.patience**2)
        return self.narrow, replace(self.wide, variance=self.wide.variance * share)

    def covariance(self, component: Component, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The component's share of k between colours [n, 3] and [m, 3]: [n, m]."""
        chroma, level = chroma_and_level(first)
        other, other_level = chroma_and_level(second)
        apart = (chroma * chroma).sum(1)[:, None] + (other * other).sum(1) - 2.0 * chroma @ other.T
        exponent = (
            np.maximum(apart, 0.0) / component.chroma**2
            + np.square(level[:, None] - other_level) / component.level**2
        )
        return component.variance * np.exp(self.power * (level[:, None] + other_level) - 0.5 * exponent)

    def noise_of(self, colours: np.ndarray) -> np.ndarray:
        """The variance at colours [n, 3] that no other colour tells of: [n]."""
        return self.noise * np.exp(2.0 * self.power * chroma_and_level(colours)[1]) + 1e-8

    def units(self, component: Component, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(kernel [6, n], bias [n]) such that exp(features(x) @ kernel + bias) is the covariance of x with
        centres [n, 3].
        """
        chroma, level = chroma_and_level(centres)
        by_chroma, by_level = 1.0 / component.chroma**2, 1.0 / component.level**2
        ones = np.ones((1, len(level)))
        kernel = np.concatenate(
            [
                chroma.T * by_chroma,
                -0.5 * by_chroma * ones,
                self.power + by_level * level[None],
                -0.5 * by_level * ones,
            ]
        )
        bias = (
            np.log(component.variance)
            + self.power * level
            - 0.5 * by_chroma * (chroma * chroma).sum(1)
            - 0.5 * by_level * np.square(level)
        )
        return kernel, bias


@dataclass(frozen=True)
class Correction:
    """rgb [..., 3] -> what is added to `share` times the prediction [..., bands]: exp(features @ kernel +
    bias) @ coefficients, and, where the share is not 1, monomials(rgb) @ table.

    kernel [6, units], bias [units], coefficients [units, bands]: the weights of layers.ColourKernels. `table`
    [monomials up to DEGREE, bands] is 1 - share times what the model says of a colour, whatever surrounds it.
    """

    kernel: np.ndarray
    bias: np.ndarray
    coefficients: np.ndarray
    share: float = 1.0
    table: np.ndarray | None = None

    @property
    def count(self) -> int:
        return len(self.bias)

    def __call__(self, rgb) -> np.ndarray:
        rgb = np.asarray(rgb, np.float32)
        flat = rgb.reshape(-1, 3)
        answer = np.empty((len(flat), self.coefficients.shape[1]), np.float32)
        weights = [np.asarray(part, np.float32) for part in (self.kernel, self.bias, self.coefficients)]
        widest = max(1, self.count, 0 if self.table is None else len(self.table))
        step = max(1, (1 << 22) // widest)  # 16 MB at a time
        for first in range(0, len(flat), step):
            answer[first : first + step] = _applied(flat[first : first + step], *weights)
            if self.table is not None:
                answer[first : first + step] += monomials(flat[first : first + step], DEGREE) @ self.table
        return answer.reshape(*rgb.shape[:-1], -1)


def chroma_and_level(colours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colours [n, 3] -> (chroma [n, 3], level [n], the log of brightness)."""
    colours = np.asarray(colours)
    if colours.dtype != np.float32:
        colours = colours.astype(np.float64)
    mean = colours.mean(axis=1, keepdims=True)
    bright = mean + colours.dtype.type(DARK)
    return (colours - mean) / bright, np.log(bright[:, 0])


def _applied(colours, kernel, bias, coefficients):
    chroma, level = chroma_and_level(colours)
    squared = (chroma * chroma).sum(1, keepdims=True)
    features = np.concatenate([chroma, squared, level[:, None], np.square(level)[:, None]], axis=1)
    exponents = features @ kernel
    exponents += bias
    return np.exp(exponents, out=exponents) @ coefficients
