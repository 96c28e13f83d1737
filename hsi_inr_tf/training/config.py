"""Every setting of a training run, in one frozen dataclass that a run folder keeps as config.json."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from tyro.constructors import PrimitiveConstructorSpec

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.data.augmentation import Augmentation
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.files import parse_json, read_text
from hsi_inr_tf.metrics import METRICS
from hsi_inr_tf.ranges import between, check, one_of, real, whole
from hsi_inr_tf.training.losses import LOSSES

PRECISIONS = ("float32", "mixed", "mixed_float16", "mixed_bfloat16")


def _overrides(text: str) -> dict[str, Any]:
    try:
        return parse_json(text)
    except InputError as error:
        shown = text if len(text) < 60 else f"{text[:60]}..."
        raise ValueError(f'expected a JSON object such as {{"width": 64}}, got {shown}: {error}') from error


Overrides = Annotated[
    dict[str, Any],
    PrimitiveConstructorSpec(
        nargs=1,
        metavar="JSON",
        instance_from_str=lambda words: _overrides(words[0]),
        is_instance=lambda value: isinstance(value, dict),
        str_from_instance=lambda value: [json.dumps(value)],
    ),
]


@dataclass(frozen=True)
class TrainConfig:
    """A training run. The same configuration in the same `out` folder goes on where it stopped."""

    model: str = "inr-compact"
    """Preset to train (hsi_inr_tf.models.names() lists them)."""
    overrides: Overrides = field(default_factory=dict)
    """Changes to the preset's arguments, as JSON: '{"width": 64}'."""
    start_from: Path | None = None
    """Run folder whose best weights are the first ones of this run (fine-tuning)."""

    dataset: str = "reflectance_collage"
    """Dataset: cave, reflectance_collage, nus/<camera>, ntire2018/clean, arad_1k or folder:DIR; or several,
    as cave+folder:DIR+arad_1k, of other bands and cameras too for a model that is a function of the
    wavelength (inr-compact, inr-edge).
    """
    shares: tuple[float, ...] = ()
    """Of several datasets: how large a part of the batches each gives, as 0.5 0.3 0.2; by default all the
    same.
    """
    data_dir: Path | None = None
    """Where tfds build wrote it; by default TFDS's own place."""
    split: str | None = None
    """Named split (cave-22-10, cave-shared-16-4, ...) whose part "train" is trained on and whose part
    "validation", if any, chooses the best weights; or what to train on: NAME:PART or a split of the builder.
    By default the dataset's usual one. Of several datasets: theirs joined by +, as cave-22-10+train; those
    left out are the usual ones."""
    validation_split: str | None = None
    """What chooses the best weights, if not the part "validation" of --split."""
    allow_missing: bool = False
    """Train on the scenes of the split that this copy of the data has, instead of refusing an incomplete
    copy.
    """
    white: float | None = None
    """The value that stands for 1 in the cubes of folder:DIR; by default 1, or the largest of all, which is
    said.
    """
    augmentation: Augmentation = field(default_factory=Augmentation)
    """What happens to training crops."""

    reflectances: Path | None = None
    """Library of measured reflectances (.csv, .npz, ENVI) beside those that colour-science carries."""
    reflectance_share: Annotated[float, real(0, 0.99)] = 0.1
    """Share of the weight that reflectances have in what a model fits in closed form (inr-compact,
    inr-edge).
    """

    out: Path | None = None
    """Run folder; by default runs/MODEL-DATASET. A run found there is resumed."""
    steps: Annotated[int, whole(1)] = 10_000
    """Optimiser steps."""
    batch_size: Annotated[int, whole(1, 65536)] = 32
    """Patches a step, over all devices and accumulated pieces together."""
    patch: Annotated[int, whole(1, 4096)] = 64
    """Side of a training patch in pixels."""
    seed: Annotated[int, whole(0)] = 0
    """Decides the initial weights and every batch."""

    loss: Annotated[str, one_of(LOSSES)] = "l1"
    """l1 (the paper), l1+sam (plus a tenth of the spectral angle in radians), mrae (relative L1)."""
    optimizer: Literal["adam", "adamw", "lion", "lamb"] = "adam"
    """Update rule."""
    learning_rate: Annotated[float, between(0, 1000)] = 2e-3
    """Highest learning rate."""
    schedule: Literal["cosine", "paper", "constant"] = "cosine"
    """After the warm-up: cosine to zero, the paper's halving at each fifth of the run, or constant."""
    warmup_steps: Annotated[int, whole(0)] = 200
    """Steps over which the learning rate rises from zero."""
    weight_decay: Annotated[float, real(0, 1000)] = 0.0
    """Decoupled weight decay (adamw, lion, lamb)."""
    clip_norm: Annotated[float | None, between(0, 1e9, optional=True)] = 1.0
    """Largest global norm of the gradient; None to leave it alone."""
    ema: Annotated[float | None, between(0, 1, optional=True)] = None
    """Momentum of an exponential moving average of the weights, which is then what is validated and saved
    (0.999, say).
    """
    accumulation: Annotated[int, whole(1, 65536)] = 1
    """Pieces in which a step's batch is worked through, to need less memory."""

    strategy: Literal["auto", "one", "mirrored", "multi-worker"] = "auto"
    """Devices: one, all of this machine (mirrored), or the cluster that TF_CONFIG describes
    (multi-worker).
    """
    precision: Annotated[str, one_of(PRECISIONS)] = "float32"
    """mixed: float16 on a GPU, bfloat16 on a processor that has it."""
    jit: bool = False
    """Compile the training step with XLA."""
    deterministic: bool = True
    """Only operations that give the same bits every time, so that a resumed run equals an uninterrupted
    one.
    """

    validate_every: Annotated[int, whole(1)] = 1000
    """Steps between validations on whole scenes (protocol full)."""
    best: Annotated[str, one_of(METRICS)] = "psnr"
    """The score by which validation chooses the best weights."""
    log_every: Annotated[int, whole(1)] = 50
    """Steps between rows of log.csv."""
    checkpoint_seconds: Annotated[float, real(0, 1e9)] = 120.0
    """Time between checkpoints; one is also written at every validation and at the end."""
    tensorboard: bool = True
    """Write scalars, pictures and spectra for TensorBoard, if it is installed."""
    profile: bool = False
    """Record a few steps for TensorBoard's profiler (pip install xprof)."""

    def __post_init__(self):
        check(self)
        for name, kind in get_type_hints(type(self)).items():
            if get_origin(kind) is Literal and getattr(self, name) not in get_args(kind):
                raise InputError(
                    f"{_flag(name)} is '{getattr(self, name)}', expected one of {', '.join(get_args(kind))}"
                )
        if self.batch_size % self.accumulation:
            raise InputError(
                f"--batch-size {self.batch_size} cannot be split into --accumulation {self.accumulation} "
                "equal pieces"
            )

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, default=str)

    @classmethod
    def read(cls, path: Path) -> "TrainConfig":
        """The configuration in the file `path`. Raises InputError."""
        return cls.from_json(read_text(path), path)

    @classmethod
    def from_json(cls, text: str, path: PathLike = "config.json") -> "TrainConfig":
        """Read what `to_json` wrote; `path` names the file in errors."""
        try:
            values = parse_json(text)
            unknown = set(values) - {f.name for f in fields(cls)}
            if unknown:
                raise ValueError(f"unknown setting {', '.join(sorted(unknown))}")
            for name in ("data_dir", "out", "start_from", "reflectances"):
                if values.get(name) is not None:
                    if not isinstance(values[name], str):
                        raise ValueError(f"{name} is {values[name]!r}, expected a path")
                    values[name] = Path(values[name])
            if isinstance(values.get("shares"), list):
                values["shares"] = tuple(values["shares"])
            if "augmentation" in values:
                values["augmentation"] = _augmentation(values["augmentation"])
            for name, kind in get_type_hints(cls).items():
                if name in values and not _fits(values[name], kind):
                    raise ValueError(f"{name} is {values[name]!r}, expected such as {getattr(cls(), name)!r}")
            return cls(**values)
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: not a training configuration ({error})") from error


def _augmentation(stated) -> Augmentation:
    known = {f.name: f.type for f in fields(Augmentation)}
    if not isinstance(stated, dict) or not set(stated) <= set(known):
        raise ValueError(f"augmentation is {stated!r}, expected an object of {', '.join(known)}")
    if not isinstance(stated.get("flips", True), bool):
        raise ValueError(f"augmentation.flips is {stated['flips']!r}, expected true or false")
    return Augmentation(**stated)


def _fits(value, kind) -> bool:
    """Whether a value read from JSON is of the type that a field declares; choices are checked later."""
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return any(_fits(value, one) for one in get_args(kind))
    if get_origin(kind) is Literal:
        return isinstance(value, str)
    kind = get_origin(kind) or kind
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _flag(name):
    return f"--{name.replace('_', '-')}"


# What may differ between a run and its continuation without changing what is computed.
FREE_TO_CHANGE = {"data_dir", "out", "strategy", "checkpoint_seconds", "tensorboard", "profile"}


def differences(old: TrainConfig, new: TrainConfig) -> list[str]:
    """Settings in which `new` would not continue `old`, as "name: old, now new"."""
    was, now = (json.loads(config.to_json()) for config in (old, new))
    return [
        f"{name}: {was[name]}, now {now[name]}"
        for name in was
        if name not in FREE_TO_CHANGE and was[name] != now[name]
    ]
