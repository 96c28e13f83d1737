"""What TensorBoard shows of a run, as Keras callbacks: scalars, pictures and spectra, and a profile of a few
steps.
"""

import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from hsi_inr_tf.cubes import HyperspectralImage
from hsi_inr_tf.cubes.summary import spread_points
from hsi_inr_tf.training.validation import Validation
from hsi_inr_tf.viz import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def is_installed() -> bool:
    """Whether TensorBoard is there: TensorFlow writes its files with its help."""
    return find_spec("tensorboard") is not None


class TensorBoard(keras.callbacks.Callback):
    """Scalars at every row of the log; at every validation its scores, and figures of the first scenes beside
    truth.
    """

    def __init__(self, folder: Path, validation: Validation | None) -> None:
        super().__init__()
        self.writer = tf.summary.create_file_writer(str(folder))
        self.validation = validation

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if "learning_rate" not in logs:
            return
        with self.writer.as_default(batch + 1):
            for name in ("loss", "learning_rate", "patches_per_second"):
                tf.summary.scalar(name, logs[name])

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        with self.writer.as_default(int(logs["step"])):
            for name, value in logs.items():
                if name.startswith("val_"):
                    tf.summary.scalar(f"validation/{name.removeprefix('val_')}", value)
            for name, cube in self.validation.cubes.items() if self.validation else ():
                for title, figure in self.figures(name, cube):
                    tf.summary.image(f"{name}/{title}", _pixels(figure))
        self.writer.flush()

    def figures(self, name: str, cube: np.ndarray) -> "Iterator[tuple[str, Figure]]":
        if self.validation is None:
            return
        scenes = self.validation.scenes
        image, truth = (
            HyperspectralImage(data, scenes.wavelengths, scenes.camera, {})
            for data in (cube, scenes[scenes.names.index(name)].cube)
        )
        yield "false colour", figures.false_colour_figure(image)
        yield "error", figures.error_maps(image, truth)
        yield "spectra", figures.spectra_figure(image, spread_points(truth), truth)

    def on_train_end(self, logs: Any = None) -> None:
        self.writer.close()


class Profile(keras.callbacks.Callback):
    """Records what the devices do in the call after the first ten steps of this process, when all is
    compiled.
    """

    def __init__(self, folder: Path, first_step: int) -> None:
        super().__init__()
        self.folder = folder
        self.start: int | None = first_step + 10
        self.running = False

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.running:
            self.stop()
        elif self.start is not None and batch + 1 >= self.start:
            tf.profiler.experimental.start(str(self.folder))
            self.start, self.running = None, True

    def on_train_end(self, logs: Any = None) -> None:
        if self.running:
            self.stop()

    def stop(self) -> None:
        tf.profiler.experimental.stop()
        self.running = False


def _pixels(figure):
    """A matplotlib figure as [1, height, width, 3] bytes."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=80)
    return tf.image.decode_png(file.getvalue(), channels=3)[None]
