"""What shows a run while it goes on, as Keras callbacks: the progress bar."""

import time
from typing import Any

import keras
from tqdm import tqdm


class ProgressBar(keras.callbacks.Callback):
    """Steps done and time left, with the loss, patches a second and the last validation."""

    def __init__(self, first_step: int, steps: int, batch_size: int) -> None:
        super().__init__()
        self.first_step = first_step
        self.steps = steps
        self.batch_size = batch_size
        self.shown = 0.0

    def on_train_begin(self, logs: Any = None) -> None:
        self.bar = tqdm(
            total=self.steps, initial=self.first_step, unit="step", dynamic_ncols=True, smoothing=0.1
        )
        self.texts: dict[str, str] = {}
        self.then: tuple[float, int] | None = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        done = batch + 1
        self.bar.update(done - self.bar.n)
        now = time.perf_counter()
        if self.then is None:  # the first call after a pause also compiles
            self.then = (now, done)
        if now - self.shown < 0.5:  # reading the loss makes the host wait for the device
            return
        started, since = self.then
        self.texts["loss"] = f"{float(logs['loss']):.4f}"
        if done > since:
            self.texts["patches/s"] = f"{(done - since) * self.batch_size / (now - started):.1f}"
        self.bar.set_postfix(self.texts)
        self.shown = now
        if now - started > 10:
            self.then = (now, done)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.texts |= {
            name.removeprefix("val_"): f"{logs[name]:.2f}" for name in ("val_psnr", "val_sam") if name in logs
        }

    def on_test_begin(self, logs: Any = None) -> None:
        self.bar.set_description("validating")

    def on_test_end(self, logs: Any = None) -> None:
        self.bar.set_description("")
        self.then = None

    def on_train_end(self, logs: Any = None) -> None:
        self.bar.close()
