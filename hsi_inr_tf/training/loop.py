"""The training loop: from a configuration to a run folder with trained weights."""

import time
from collections.abc import Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from hsi_inr_tf import data, models
from hsi_inr_tf.data.patches import CROPS_PER_SCENE, scene_of_group
from hsi_inr_tf.description import ModelDescription
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.training import checkpoints, devices, run_folder
from hsi_inr_tf.training.callbacks import ProgressBar
from hsi_inr_tf.training.config import TrainConfig
from hsi_inr_tf.training.interruption import Interrupted, Interruption
from hsi_inr_tf.training.optimizers import MovingAverage, optimizer
from hsi_inr_tf.training.parts import open_parts
from hsi_inr_tf.training.run_folder import RunFolder
from hsi_inr_tf.training.step import training_function
from hsi_inr_tf.training.validation import Validation, better

CALL_SECONDS = 0.5  # steps go to the device in calls of about this length, so that the host adds nothing and Ctrl-C is heard
LONGEST_CALL = 100
CLUSTER_CALL = 10


def train(config: TrainConfig, *, scenes=None, validation=None, callbacks: Sequence[keras.callbacks.Callback] = ()) -> Path:
    """Train as configured, or go on with the run that is in the folder, and return the run folder.

    `scenes` and `validation` (Scenes) stand in for config.dataset and config.split. Callbacks see a batch at the end of every few
    steps (its number: the last step's; logs: loss) and an epoch for every validation (logs: loss, learning_rate, val_*); setting
    model.stop_training ends the run. Raises InputError for bad settings, a full disk and a loss that is not finite; Interrupted
    after Ctrl-C or SIGTERM, when everything is saved.
    """
    config = resolved(config)
    devices.set_determinism(config)
    strategy = devices.strategy(config)
    if scenes is None:
        scenes, validation = open_parts(config)
    folder = RunFolder(config.out)
    chief = devices.is_chief(strategy)
    if chief:
        folder.check(config)
    with (folder.lock() if chief else nullcontext()), Interruption() as stop, _lost_workers(strategy, folder):
        _Run(config, folder, strategy, chief, scenes, validation, stop).go(callbacks)
    return folder.path


def resolved(config: TrainConfig) -> TrainConfig:
    """The configuration with what depends on the machine and on other settings filled in."""
    out = config.out or Path("runs") / f"{config.model}-{config.dataset.replace('/', '-').replace(':', '-')}"
    return replace(config, out=Path(out), precision=devices.precision(config))


class _Run:
    """The state of a run: model, optimizer, average of the weights, step, and what has been seen so far."""

    def __init__(self, config, folder, strategy, chief, scenes, validation, stop):
        self.config = config
        self.folder = folder
        self.strategy = strategy
        self.chief = chief
        self.scenes = scenes
        self.stop = stop
        bands = len(scenes.wavelengths)
        overrides = dict(config.overrides) | ({} if bands == 31 else {"bands": bands})

        # `shown` is what is validated and saved: plain float32 outside the strategy, with the averaged weights if there are any.
        self.shown = models.build(config.model, **overrides)
        if config.start_from:
            run_folder.load_weights(self.shown, run_folder.trained_weights(config.start_from, "best"))
        with strategy.scope(), _policy(config.precision):
            self.model = models.build(config.model, **overrides)
            self.model.set_weights(self.shown.get_weights())
            self.optimizer = optimizer(config, strategy.num_replicas_in_sync)
            self.optimizer.build(self.model.trainable_variables)
            self.average = MovingAverage(self.model.trainable_variables, config.ema) if config.ema else None
        self.variables = {"model": self.model.variables, "optimizer": self.optimizer.variables,
                          "average": self.average.variables if self.average else []}

        self.description = ModelDescription(
            model=config.model, overrides=overrides, wavelengths=scenes.wavelengths, camera=scenes.camera,
            stride=self.shown.stride, halo=self.shown.halo, patch=self.shown.patch,
            cell=getattr(getattr(self.shown, "hypernetwork", None), "cell", None),
            provenance=run_folder.provenance(config, scenes, strategy.num_replicas_in_sync))
        if config.patch % self.shown.stride or self.shown.patch not in (None, config.patch):
            wanted = self.shown.patch or f"a multiple of {self.shown.stride}"
            raise InputError(f"--patch {config.patch} does not suit {config.model}, expected {wanted}")
        self.validate = Validation(self.shown, self.description, validation) if validation is not None and chief else None

        self.sum = devices.sum_over_processes(strategy)
        self.step = 0
        self.settled = True  # whether this step's validation and log row are done
        self.best = None
        self.losses = []  # since the last log row, on the device
        self.resume()

    # State on disk

    def resume(self):
        found = checkpoints.latest(self.folder.checkpoints)
        step = int(found[1]["step"]) if found else 0
        count, total, squares = self.sum(1, step, step * step)
        if count * squares != total * total:
            raise InputError(f"the workers do not see the same checkpoints: {self.folder.path} must be on storage that they share")
        if found is None:
            return
        path, state = found
        checkpoints.assign_variables(self.variables, state, path)
        self.step = step
        self.settled = bool(state["settled"])
        self.best = None if np.isnan(state["best"]) else float(state["best"])
        self.losses = [tf.constant(state["losses"])] if len(state["losses"]) else []

    def checkpoint(self):
        """Write the state, on the chief, after making sure that it is worth keeping."""
        self.saved_at = time.perf_counter()
        losses = self.finite_losses()
        if not self.chief:
            return
        state = checkpoints.read_variables(self.variables)
        if not all(np.isfinite(value).all() for value in state.values()):
            raise self.diverged("the weights", self.step)
        state |= {"step": np.int64(self.step), "settled": np.bool_(self.settled), "losses": losses,
                  "best": np.float64(np.nan if self.best is None else self.best)}
        checkpoints.save(self.folder.checkpoints, self.step, state)

    def show(self):
        """Bring the weights of `shown` up to date."""
        values = {id(variable): variable for variable in self.model.weights}
        if self.average:
            values |= dict(zip(map(id, self.average.trainable), self.average.averages, strict=True))
        for mine, theirs in zip(self.shown.weights, self.model.weights, strict=True):
            mine.assign(values[id(theirs)].numpy())

    # The loop

    def go(self, callbacks):
        config = self.config
        if self.chief:
            self.folder.describe(config, self.description)
            self.folder.rewind_log(self.step if self.settled else self.step - 1)
            callbacks = [*callbacks, ProgressBar(self.step, config.steps, config.batch_size)]
        self.callbacks = keras.callbacks.CallbackList(callbacks, model=self.shown, steps=config.steps, epochs=1)
        self.shown.stop_training = False
        self.saved_at = self.row_at = time.perf_counter()
        self.callbacks.on_train_begin()
        try:
            self.run_steps()
            self.finish()
        except Interrupted:
            self.finish()
            raise Interrupted(f"stopped at step {self.step} of {config.steps}; the same command goes on from there "
                              f"({checkpoints.name_of_latest(self.folder.checkpoints)})") from None
        finally:
            self.callbacks.on_train_end()

    def run_steps(self):
        config = self.config
        batches = devices.batches(self.strategy, partial(
            data.patches, self.scenes, patch=config.patch, batch_size=config.batch_size, seed=config.seed,
            first_step=self.step, steps=config.steps - self.step, augmentation=config.augmentation))
        run = training_function(self.model, self.optimizer, self.average, config, self.strategy)
        # Workers must cut the run into the same calls, whatever each one's clock says.
        call, adapt = (CLUSTER_CALL, False) if devices.is_cluster(self.strategy) else (1, True)
        while True:
            if not self.settled:
                self.settle()
            if self.step >= config.steps or self.shown.stop_training:
                return
            self.stop.check()
            if time.perf_counter() - self.saved_at > config.checkpoint_seconds:
                self.checkpoint()
            steps = min(call, *(every - self.step % every for every in (config.log_every, config.validate_every)),
                        config.steps - self.step)
            started = time.perf_counter()
            losses = run(batches, tf.constant(steps))
            seconds = time.perf_counter() - started
            if adapt:
                call = int(np.clip(CALL_SECONDS * steps / seconds, 1, min(LONGEST_CALL, 2 * call)))
            self.losses.append(losses)
            self.step += steps
            self.settled = False
            self.callbacks.on_train_batch_end(self.step - 1, {"loss": losses[-1]})
            asked, stop = self.sum(self.stop.asked, self.shown.stop_training)
            self.stop.asked, self.shown.stop_training = bool(asked), bool(stop)

    def settle(self):
        """Whatever is due at this step: validation, best weights, the row in the log, a checkpoint."""
        config, step = self.config, self.step
        validating = step % config.validate_every == 0 or step == config.steps
        if not validating and step % config.log_every:
            self.settled = True
            return
        losses = self.finite_losses()
        now = time.perf_counter()
        row = {"step": step, "loss": float(np.mean(losses)),
               "learning_rate": float(_learning_rate(self.optimizer)(step - 1)),
               "patches_per_second": round(len(losses) * config.batch_size / (now - self.row_at), 1)}
        if validating:
            row |= self.validated()
        if self.chief:
            self.folder.add_to_log(row)
        self.losses = []
        self.settled = True
        if validating:
            self.checkpoint()
            self.callbacks.on_epoch_end((step - 1) // config.validate_every, row)
        self.row_at = time.perf_counter()

    def validated(self) -> dict:
        """The scores of the present weights by column; the best are kept."""
        if self.validate is None:
            return {}
        self.callbacks.on_test_begin()
        self.show()
        # A cluster stops between calls, where all of it can agree to.
        scores = self.validate((lambda: None) if devices.is_cluster(self.strategy) else self.stop.check)
        if better(scores[self.config.best], self.best, self.config.best):
            self.best = scores[self.config.best]
            run_folder.save_weights(self.shown, self.folder.weights("best"))
        scores = {f"val_{name}": scores[name] for name in run_folder.SCORES}
        self.callbacks.on_test_end(scores)
        return scores

    def finish(self):
        """Leave the last weights and the state on disk."""
        self.checkpoint()
        if self.chief:
            self.show()
            run_folder.save_weights(self.shown, self.folder.weights("last"))

    def finite_losses(self) -> np.ndarray:
        """The losses since the last row, read from the device; InputError at the first that is not finite."""
        losses = np.concatenate([np.asarray(loss) for loss in self.losses]) if self.losses else np.zeros(0, np.float32)
        bad = np.flatnonzero(~np.isfinite(losses))
        if len(bad):
            raise self.diverged(f"the loss ({losses[bad[0]]})", self.step - len(losses) + int(bad[0]) + 1)
        return losses

    def diverged(self, what, step) -> InputError:
        groups = -(-self.config.batch_size // CROPS_PER_SCENE)
        numbers = (scene_of_group(len(self.scenes), self.config.seed, (step - 1) * groups + group) for group in range(groups))
        names = dict.fromkeys(self.scenes.names[number] for number in numbers)
        return InputError(f"{what} stopped being finite at step {step} (scenes {', '.join(names)}); the last good checkpoint is "
                          f"{checkpoints.name_of_latest(self.folder.checkpoints)}; a lower --learning-rate or --clip-norm may help")


@contextmanager
def _lost_workers(strategy, folder):
    """Within: the end of another worker is told in a sentence."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
        if not devices.is_cluster(strategy):
            raise
        raise InputError(f"another worker is gone; start all of them again to go on from the last checkpoint "
                         f"({checkpoints.name_of_latest(folder.checkpoints)})") from error


@contextmanager
def _policy(precision):
    """Within: layers are built to compute in this precision."""
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(previous)


def _learning_rate(chosen):
    return getattr(chosen, "inner_optimizer", chosen)._learning_rate
