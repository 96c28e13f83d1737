"""The training loop: from a configuration to a run folder with trained weights."""

import time
from collections.abc import Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from hsi_inr_tf import data, metrics, models
from hsi_inr_tf.data.mixture import mixed_patches
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import reflectances
from hsi_inr_tf.trained import weights
from hsi_inr_tf.training import checkpoints, devices, prepare, tensorboard
from hsi_inr_tf.training.callbacks import ProgressBar
from hsi_inr_tf.training.config import TrainConfig
from hsi_inr_tf.training.interruption import Interrupted, Interruption
from hsi_inr_tf.training.optimizers import MovingAverage, optimizer
from hsi_inr_tf.training.parts import open_parts, scenes_of_batch
from hsi_inr_tf.training.run_folder import RunFolder
from hsi_inr_tf.training.step import several_steps, training_step
from hsi_inr_tf.training.validation import Validation

if TYPE_CHECKING:
    from hsi_inr_tf.data import Scenes

# Steps go to the device in calls of about this length, so that the host adds nothing and Ctrl-C is heard.
CALL_SECONDS = 0.5
LONGEST_CALL = 100
CLUSTER_CALL = 10


def train(
    config: TrainConfig,
    *,
    scenes: "Scenes | None" = None,
    validation: "Scenes | None" = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Path:
    """Train as configured, or go on with the run that is in the folder, and return the run folder.

    `scenes` (Scenes, or a Mixture of several) and `validation` (Scenes) stand in for config.dataset and
    config.split. Callbacks see a batch at the end of every few steps (its number: the last step's; logs:
    loss) and an epoch for every validation (logs: loss, learning_rate, val_*); setting model.stop_training
    ends the run. Raises InputError for bad settings, a full disk and a loss that is not finite; Interrupted
    after Ctrl-C or SIGTERM, when everything is saved.
    """
    if (backend := keras.backend.backend()) != "tensorflow":
        raise InputError(f"Keras runs on {backend} (KERAS_BACKEND, keras.json), training on tensorflow only")
    config = resolved(config)
    devices.set_determinism(config)
    strategy = devices.strategy(config)
    if scenes is None:
        mixture, validation = open_parts(config)
    else:
        mixture = scenes if isinstance(scenes, data.Mixture) else data.Mixture.of([config.dataset], [scenes])
    folder = RunFolder(out_folder(config))
    chief = devices.is_chief(strategy)
    if chief:
        folder.check(config)
    with folder.lock() if chief else nullcontext(), Interruption() as stop, _lost_workers(strategy, folder):
        _Run(config, folder, strategy, chief, mixture, validation, stop).train(callbacks)
    return folder.path


def out_folder(config: TrainConfig) -> Path:
    """The run folder that the configuration names, or its usual one."""
    name = f"{config.model}-{config.dataset.replace('/', '-').replace(':', '-')}"
    return Path(config.out or Path("runs", name))


def resolved(config: TrainConfig) -> TrainConfig:
    """The configuration with what depends on the machine and on other settings filled in."""
    return replace(config, out=out_folder(config), precision=devices.precision(config))


class _Run:
    """The state of a run: model, optimizer, average of the weights, step, and what has been seen so far."""

    def __init__(self, config, folder, strategy, chief, mixture, validation, stop):
        self.config = config
        self.folder = folder
        self.strategy = strategy
        self.chief = chief
        self.mixture = mixture
        self.measured = [
            reflectances.measured(part.wavelengths, config.reflectances) for part in mixture.parts
        ]
        self.stop = stop
        bands = len(mixture.wavelengths)
        overrides = dict(config.overrides) | ({} if bands == 31 else {"bands": bands})

        # `snapshot` is what is validated and saved: plain float32 outside the strategy, with the averaged
        # weights if there are any.
        self.snapshot = models.build(config.model, **overrides)
        prepare.check_bands(self.snapshot, config, mixture)
        found = checkpoints.latest(folder.checkpoints)
        if not found:
            prepare.first_weights(self.snapshot, config, mixture, self.measured)
        with strategy.scope(), devices.computing_in(config.precision):
            self.model = models.build(config.model, **overrides)
            self.model.set_weights(self.snapshot.get_weights())
            self.optimizer = optimizer(config, strategy.num_replicas_in_sync)
            self.optimizer.build(self.model.trainable_variables)
            self.average = MovingAverage(self.model.trainable_variables, config.ema) if config.ema else None
        self.variables = {
            "model": self.model.variables,
            "optimizer": self.optimizer.variables,
            "average": self.average.variables if self.average else [],
        }

        prepare.check_batch(self.snapshot, config, mixture, strategy.num_replicas_in_sync)
        self.description = prepare.describe(
            self.snapshot, config, overrides, mixture, strategy.num_replicas_in_sync
        )
        self.validate = (
            Validation(self.snapshot, self.description, validation)
            if validation is not None and chief
            else None
        )

        self.sum_over_processes = devices.sum_over_processes(strategy)
        self.step = 0
        self.concluded = True  # whether this step's validation and log row are done
        self.best = None
        self.losses = []  # since the last log row, on the device
        # The step of the newest checkpoint, and whether it was settled; the start needs none.
        self.saved = (0, True)
        self.resume(found)

    # State on disk

    def resume(self, found):
        step = int(found[1]["step"]) if found else 0
        count, total, squares = self.sum_over_processes(1, step, step * step)
        if count * squares != total * total:
            raise InputError(
                f"the workers do not see the same checkpoints: {self.folder.path} must be on storage that "
                "they share"
            )
        if found is None:
            return
        path, state = found
        checkpoints.assign_variables(self.variables, state, path)
        self.step = step
        self.concluded = bool(state["settled"])
        self.saved = (step, self.concluded)
        self.best = None if np.isnan(state["best"]) else float(state["best"])
        self.losses = [tf.constant(state["losses"])] if len(state["losses"]) else []

    def checkpoint(self):
        """Write the state, on the chief, after making sure that it is worth keeping."""
        self.saved_at = time.perf_counter()
        losses = self.finite_losses()
        if not self.chief or self.saved == (self.step, self.concluded):
            return
        state = checkpoints.read_variables(self.variables)
        if not all(np.isfinite(value).all() for value in state.values()):
            raise self.diverged("the weights", self.step)
        state |= {
            "step": np.int64(self.step),
            "settled": np.bool_(self.concluded),
            "losses": losses,
            "best": np.float64(np.nan if self.best is None else self.best),
        }
        checkpoints.save(self.folder.checkpoints, self.step, state)
        self.saved = (self.step, self.concluded)

    def update_snapshot(self):
        """Bring the weights of `snapshot` up to date."""
        values = {id(variable): variable for variable in self.model.weights}
        if self.average:
            values |= dict(zip(map(id, self.average.trainable), self.average.averages, strict=True))
        for mine, theirs in zip(self.snapshot.weights, self.model.weights, strict=True):
            mine.assign(values[id(theirs)].numpy())

    # The loop

    def train(self, callbacks):
        config = self.config
        if self.chief:
            self.folder.describe(config, self.description)
            self.folder.rewind_log(self.step if self.concluded else self.step - 1)
            callbacks = [*callbacks, *self.own_callbacks()]
        self.callbacks = keras.callbacks.CallbackList(
            callbacks, model=self.snapshot, steps=config.steps, epochs=1
        )
        self.snapshot.stop_training = False
        self.saved_at = self.row_at = time.perf_counter()
        self.callbacks.on_train_begin()
        try:
            self.run_steps()
            self.finish()
        except Interrupted:
            self.finish()
            raise Interrupted(
                f"stopped at step {self.step} of {config.steps}; the same command goes on from there "
                f"({checkpoints.name_of_latest(self.folder.checkpoints)})"
            ) from None
        finally:
            self.callbacks.on_train_end()

    def own_callbacks(self):
        config, folder = self.config, self.folder.tensorboard
        yield ProgressBar(self.step, config.steps, config.batch_size)
        if config.tensorboard and tensorboard.is_installed():
            yield tensorboard.TensorBoard(folder, self.validate)
        if config.profile:
            yield tensorboard.Profile(folder, self.step)

    def run_steps(self):
        config = self.config
        several = not self.mixture.alone
        settings = {
            "patch": config.patch,
            "batch_size": config.batch_size,
            "seed": config.seed,
            "first_step": self.step,
            "steps": config.steps - self.step,
            "augmentation": config.augmentation,
        }
        if several:
            dataset = partial(mixed_patches, self.mixture, reflectances=self.measured, **settings)
        else:
            dataset = partial(data.patches, self.mixture.parts[0], reflectances=self.measured[0], **settings)
        batches = devices.batches(self.strategy, dataset)
        asked = self.model.spectral and not self.mixture.at_knots
        samplings = self.mixture.samplings if asked else None
        run = several_steps(
            training_step(self.model, self.optimizer, self.average, config, self.strategy, samplings)
        )
        # Workers must cut the run into the same calls, whatever each one's clock says.
        call, adapt = (CLUSTER_CALL, False) if devices.is_cluster(self.strategy) else (1, True)
        if not self.concluded:
            self.conclude_step()
        while True:
            if self.step >= config.steps or self.snapshot.stop_training:
                return
            self.stop.check()
            if time.perf_counter() - self.saved_at > config.checkpoint_seconds:
                self.checkpoint()
            steps = min(
                call,
                *(every - self.step % every for every in (config.log_every, config.validate_every)),
                config.steps - self.step,
            )
            started = time.perf_counter()
            losses = run(batches, tf.constant(steps))
            seconds = time.perf_counter() - started
            if adapt:
                call = int(np.clip(CALL_SECONDS * steps / seconds, 1, min(LONGEST_CALL, 2 * call)))
            self.losses.append(losses)
            self.step += steps
            self.concluded = False
            row = self.conclude_step()
            self.callbacks.on_train_batch_end(self.step - 1, row or {"loss": losses[-1]})
            asked, stop = self.sum_over_processes(self.stop.asked, self.snapshot.stop_training)
            self.stop.asked, self.snapshot.stop_training = bool(asked), bool(stop)

    def conclude_step(self) -> dict:
        """Whatever is due at this step: validation, best weights, a checkpoint and the row of the log, which
        is returned.
        """
        config, step = self.config, self.step
        validating = step % config.validate_every == 0 or step == config.steps
        if not validating and step % config.log_every:
            self.concluded = True
            return {}
        losses = self.finite_losses()
        now = time.perf_counter()
        row = {
            "step": step,
            "loss": float(np.mean(losses)),
            "learning_rate": float(_learning_rate(self.optimizer)(step - 1)),
            "patches_per_second": round(len(losses) * config.batch_size / (now - self.row_at), 1),
        }
        if validating:
            row |= self.validated()
        if self.chief:
            self.folder.add_to_log(row)
        self.losses = []
        self.concluded = True
        if validating:
            self.checkpoint()
            self.callbacks.on_epoch_end((step - 1) // config.validate_every, row)
        self.row_at = time.perf_counter()
        return row

    def validated(self) -> dict:
        """The scores of the present weights by column; the best are kept."""
        if self.validate is None:
            return {}
        self.callbacks.on_test_begin()
        self.update_snapshot()
        # A cluster stops between calls, where all of it can agree to.
        scores = self.validate((lambda: None) if devices.is_cluster(self.strategy) else self.stop.check)
        score = scores[self.config.best]
        if self.best is None or metrics.METRICS[self.config.best].better(score, self.best):
            self.best = None if np.isnan(score) else score
            weights.save_weights(self.snapshot, self.folder.weights("best"))
        scores = {f"val_{name}": scores[name] for name in metrics.METRICS}
        self.callbacks.on_test_end(scores)
        return scores

    def finish(self):
        """Leave the last weights and the state on disk."""
        self.checkpoint()
        if self.chief:
            self.update_snapshot()
            weights.save_weights(self.snapshot, self.folder.weights("last"))

    def finite_losses(self) -> np.ndarray:
        """The losses since the last row, read from the device; InputError at the first that is not finite."""
        losses = (
            np.concatenate([np.asarray(loss) for loss in self.losses])
            if self.losses
            else np.zeros(0, np.float32)
        )
        bad = np.flatnonzero(~np.isfinite(losses))
        if len(bad):
            raise self.diverged(f"the loss ({losses[bad[0]]})", self.step - len(losses) + int(bad[0]) + 1)
        return losses

    def diverged(self, what, step) -> InputError:
        names = scenes_of_batch(self.mixture, self.config, step - 1)
        return InputError(
            f"{what} stopped being finite at step {step} (scenes {', '.join(names)}); the last good "
            "checkpoint is "
            f"{checkpoints.name_of_latest(self.folder.checkpoints)}; a lower --learning-rate or "
            "--clip-norm may help"
        )


@contextmanager
def _lost_workers(strategy, folder):
    """Within: the end of another worker is told in a sentence."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
        if not devices.is_cluster(strategy):
            raise
        raise InputError(
            f"another worker is gone; start all of them again to go on from the last checkpoint "
            f"({checkpoints.name_of_latest(folder.checkpoints)})"
        ) from error


def _learning_rate(chosen):
    """The schedule of an optimizer, which Keras keeps to itself (tried on 3.15.1)."""
    return getattr(chosen, "inner_optimizer", chosen)._learning_rate
