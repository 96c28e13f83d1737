"""Does the cube look like the picture? The error of rendering it back, and the correction that removes it."""

import numpy as np

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics.camera import Camera

CORRELATION = 150.0  # nm: the errors of two bands this far apart correlate by 1/e


def consistent(cube: np.ndarray, rgb: np.ndarray, camera: Camera, rounds: int = 8) -> np.ndarray:
    """The cube [..., bands] moved as little as possible so that the camera sees `rgb` [..., 3] of it, as a
    new array in [0, 1].

    Range/null-space correction in linear light: Y + (X - Y Phi) B, where B is a right inverse of Phi (see
    `back_projection`). Where that leaves [0, 1] the values are clipped and corrected again, `rounds` times
    (projections onto convex sets). Channels at 0 or 1 say only that the light was below or above: they count
    as met when the cube goes beyond them.
    """
    response = camera.response.astype(np.float32)
    back = back_projection(camera).astype(np.float32)
    rgb = np.asarray(rgb, np.float32)
    wanted = camera.decode(rgb)
    for _ in range(rounds):
        missing = wanted - cube @ response
        missing = np.where(
            rgb >= 1.0, np.maximum(missing, 0.0), np.where(rgb <= 0.0, np.minimum(missing, 0.0), missing)
        )
        cube = np.clip(cube + missing @ back, 0.0, 1.0)
    return cube


def back_projection(camera: Camera) -> np.ndarray:
    """B [3, bands] with B Phi = 1: from a change of linear RGB to the smallest change of the spectrum that
    makes it.

    Small counts in the metric of errors that run smoothly along the spectrum, B = (Phi' C Phi)^-1 Phi' C. The
    pseudoinverse, C = 1, would put the change into the few bands where the response peaks; this does better
    on every score.
    """
    w = np.asarray(camera.wavelengths)
    smooth = np.exp(-np.abs(w[:, None] - w) / CORRELATION)
    weighted = camera.response.T @ smooth
    try:
        return np.linalg.solve(weighted @ camera.response, weighted)
    except np.linalg.LinAlgError as error:
        raise InputError(
            f"camera {camera.name} sees the same in two channels, no cube can be made consistent with it"
        ) from error


class ReprojectionError:
    """Gathers the difference between a picture and the cube rendered through its camera, part by part."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.squares = self.largest = 0.0
        self.count = 0

    def add(self, cube: np.ndarray, rgb: np.ndarray) -> None:
        """Account for cube [..., bands] and the picture rgb [..., 3] in [0, 1] of the same pixels."""
        difference = np.abs(self.camera.render(cube) - rgb)
        self.squares += float(np.sum(np.square(difference), dtype=np.float64))
        self.largest = max(self.largest, float(difference.max(initial=0.0)))
        self.count += difference.size

    def to_dict(self) -> dict:
        """Root mean square and largest difference, of encoded RGB in [0, 1]."""
        return {"rmse": (self.squares / max(self.count, 1)) ** 0.5, "largest": self.largest}
