"""A run folder: config.json, description.json, weights/, checkpoints/, log.csv and tensorboard/; how it is
opened.
"""

import csv
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import PARTIAL, remove, replacing
from hsi_inr_tf.metrics import METRICS
from hsi_inr_tf.trained.bundles import DESCRIPTION
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.weights import weights_file
from hsi_inr_tf.training.config import TrainConfig, differences

LOCK = ".lock"
COLUMNS = ("step", "loss", "learning_rate", "patches_per_second", *(f"val_{name}" for name in METRICS))


@dataclass(frozen=True)
class RunFolder:
    """The places in a run folder."""

    path: Path

    @property
    def config(self) -> Path:
        return self.path / "config.json"

    @property
    def description(self) -> Path:
        return self.path / DESCRIPTION

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def log(self) -> Path:
        return self.path / "log.csv"

    @property
    def tensorboard(self) -> Path:
        return self.path / "tensorboard"

    def weights(self, which: str) -> Path:
        return weights_file(self.path, which)

    def check(self, config: TrainConfig) -> None:
        """InputError if another run, with other settings, is in the folder."""
        if self.config.exists():
            changed = differences(TrainConfig.read(self.config), config)
            if changed:
                raise InputError(
                    f"{self.path} holds another run ({'; '.join(changed)}): choose another --out, or "
                    "delete it"
                )
        elif self.path.is_dir() and any(
            path.name != LOCK and not path.name.startswith(PARTIAL) for path in self.path.iterdir()
        ):
            raise InputError(
                f"{self.path} is neither empty nor a run folder (it has no config.json): choose another --out"
            )

    def describe(self, config: TrainConfig, description: ModelDescription) -> None:
        """Write config.json and description.json, unless they are there; InputError if they are, of a run on
        other data.
        """
        if self.description.exists():
            old, new = (
                _trained_on(ModelDescription.read(self.description)),
                _trained_on(description),
            )
            changed = [what for what in new if old[what] != new[what]]
            if changed:
                raise InputError(
                    f"{self.path} holds a run on other {', '.join(changed)}: choose another --out, or "
                    "bring them back"
                )
        for path, text in ((self.config, config.to_json()), (self.description, description.to_json())):
            if not path.exists():
                with replacing(path) as partial:
                    partial.write_text(text)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder against a second process; a killed process holds nothing.

        What a killed process was writing is deleted. A run that fails before anything was saved leaves no
        trace.
        """
        try:
            missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
            before = set() if missing else set(self.path.iterdir())
            self.path.mkdir(parents=True, exist_ok=True)
            file = open(self.path / LOCK, "w")  # noqa: SIM115 - closed at the end
        except OSError as error:
            raise InputError(f"{self.path} cannot be made a run folder ({error.strerror})") from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InputError(f"{self.path} is being trained by another process") from error
            for left in self.path.rglob(f"{PARTIAL}*"):
                remove(left)
            try:
                yield
            except Exception:
                if self.config not in before and not self._holds_state():
                    self._leave_no_trace(before, missing)
                raise

    def _holds_state(self) -> bool:
        return any(True for name in ("checkpoints", "weights") for _ in (self.path / name).glob("*"))

    def _leave_no_trace(self, before, made):
        for path in set(self.path.iterdir()) - before:
            remove(path)
        with suppress(OSError):  # somebody else has put something there
            for folder in made:
                folder.rmdir()

    def rewind_log(self, step: int) -> None:
        """Keep the header and the rows up to `step`: what comes after will be trained, and logged, again."""
        rows = []
        if self.log.exists():
            with open(self.log, newline="") as file:
                rows = [
                    row
                    for row in csv.reader(file)
                    if len(row) == len(COLUMNS) and row[0].isdigit() and int(row[0]) <= step
                ]
        with replacing(self.log) as partial, open(partial, "w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])

    def add_to_log(self, row: dict) -> None:
        try:
            with open(self.log, "a", newline="") as file:
                csv.writer(file).writerow([row.get(column, "") for column in COLUMNS])
        except OSError as error:
            raise InputError(
                f"{self.log} cannot be written ({error}); the last checkpoint is unchanged"
            ) from error


def _trained_on(description: ModelDescription) -> dict:
    return {
        "scenes": description.provenance.get("scenes"),
        "wavelengths": tuple(description.wavelengths),
        "camera": description.camera.to_dict(),
    }
