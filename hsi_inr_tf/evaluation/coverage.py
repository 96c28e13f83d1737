"""Do the intervals hold what they promise? Coverage and width, scene by scene, beside a constant interval."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from hsi_inr_tf.data import Scenes
from hsi_inr_tf.errors import InputError

if TYPE_CHECKING:
    from hsi_inr_tf.inference import Reconstructor

SAMPLE = 20000  # pixels of a scene that the constant intervals are found on


@dataclass(frozen=True)
class Coverage:
    """`by_scene` holds, for every scene, the share of values that lie in their interval, by probability;
    `by_band` [bands] the same of the 90 % interval over all scenes; `width` is the mean half-width of that
    interval, and `constant_width` that of the constant interval per band that covers as much of these very
    scenes.
    """

    by_scene: dict[str, dict[float, float]]
    by_band: np.ndarray
    width: float
    constant_width: float

    @property
    def mean(self) -> dict[float, float]:
        """The coverage over all scenes, by probability."""
        rows = list(self.by_scene.values())
        return {level: float(np.mean([row[level] for row in rows])) for level in rows[0]}

    def to_dict(self) -> dict:
        return {
            "mean": {f"{level:g}": share for level, share in self.mean.items()},
            "by_scene": {
                name: {f"{level:g}": share for level, share in row.items()}
                for name, row in self.by_scene.items()
            },
            "by_band": self.by_band.tolist(),
            "mean_half_width": self.width,
            "constant_half_width": self.constant_width,
        }

    def table(self) -> str:
        """As text, a row a scene."""
        levels = list(self.mean)
        width = max(len("coverage of the interval of"), *(len(name) for name in self.by_scene))
        rows = [(f"{'coverage of the interval of':<{width}}", [f"{level:.0%}" for level in levels])]
        rows += [
            (f"{name:<{width}}", [f"{row[level]:.1%}" for level in levels])
            for name, row in (*self.by_scene.items(), ("mean", self.mean))
        ]
        text = "\n".join(title + "".join(f"{cell:>9}" for cell in cells) for title, cells in rows)
        return (
            f"{text}\nmean half-width of the 90 % interval {self.width:.4f}; a constant one per band that "
            f"covers as much needs {self.constant_width:.4f}"
        )


def coverage(reconstructor: "Reconstructor", scenes: Scenes) -> Coverage:
    """How often the true values of `scenes` lie in the intervals of a calibrated Reconstructor; InputError
    for one that is not calibrated, or scenes of other wavelengths.
    """
    uncertainty, description = reconstructor.uncertainty, reconstructor.description
    if uncertainty is None:
        raise InputError(f"model {description.model} was not calibrated, so it has no intervals to test")
    if not np.array_equal(description.wavelengths, scenes.wavelengths):
        raise InputError("coverage is told at the model's own wavelengths, these scenes have others")
    by_scene, of_bands, widths, samples = {}, [], [], []
    for scene in tqdm(scenes, desc="testing intervals", unit="scene", leave=False):
        error = np.abs(scene.cube - reconstructor.reconstruct(scene.rgb).data)
        width = uncertainty(scene.rgb)
        by_scene[scene.name] = {
            level: float(np.mean(error <= width * np.float32(factor)))
            for level, factor in uncertainty.levels.items()
        }
        of_bands.append(np.mean(error <= width, axis=(0, 1)))
        widths.append(float(width.mean()))
        flat = error.reshape(-1, error.shape[-1])
        samples.append(flat[:: max(1, len(flat) // SAMPLE)])
    reached = float(np.mean([row[0.9] for row in by_scene.values()]))
    return Coverage(by_scene, np.mean(of_bands, axis=0), float(np.mean(widths)), _constant(samples, reached))


def _constant(samples, reached) -> float:
    """The mean over bands of the constant half-widths that cover `reached` of the samples [n, bands]."""
    together = np.concatenate(samples)
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        widths = np.quantile(together, middle, axis=0)
        share = np.mean([np.mean(one <= widths) for one in samples])
        low, high = (middle, high) if share < reached else (low, middle)
    return float(widths.mean())
