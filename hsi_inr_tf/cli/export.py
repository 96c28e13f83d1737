"""From a trained model to a SavedModel, TFLite or ONNX files, compared with Keras number by number."""

import re
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Literal

import numpy as np
import tyro

from hsi_inr_tf.data.splits import training_part
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import tiling
from hsi_inr_tf.ranges import between, one_of
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.exported_files import MODEL_FILES, kind_of

CALIBRATION = 64  # windows that int8 and int16x8 measure the ranges of activations on


@dataclass(frozen=True)
class Options:
    model: Annotated[str, tyro.conf.Positional]
    """A bundled model (inr-compact, inr-edge) or a run folder."""
    out: Path
    """SavedModel: the folder of versions, in which 1 is written, or that folder. TFLite and ONNX: the file,
    or a folder for several.
    """
    format: Annotated[str, one_of(("saved_model", *MODEL_FILES))] | None = None
    """Without it what --out ends in (.onnx, .tflite), tflite too if --size or --quantize is given, else
    saved_model.
    """
    quantize: tuple[Literal["none", "float16", "dynamic", "int8", "int16x8"], ...] = ("none",)
    """TFLite: how numbers are stored. Several make several files."""
    size: tuple[str, ...] = ()
    """TFLite and ONNX: the picture's sides, as 128 or 256x320; "any" makes a resizable input. Several
    make several files. Without it the least of which tiles make a larger picture exactly, 128 at least.
    """
    wavelengths: str | None = None
    """Bake in other bands than the model's own: 400:700:5, 450,550,650 or a file of numbers (nm, within what
    training has seen). The file is as fast as a model of so many bands.
    """
    width: Annotated[float | None, between(0, 1000, optional=True)] = None
    """Width (FWHM, nm) of these bands."""
    dataset: str | None = None
    """Compare on this dataset's scenes (cave, reflectance_collage ..); int8 and int16x8 are calibrated on it
    too.
    """
    data_dir: Path | None = None
    """Where TFDS wrote the dataset."""
    split: str = "cave-22-10:test"
    """The scenes to compare on."""
    allow_missing: bool = False
    """Go on without scenes that this copy of the data lacks."""
    calibration: str | None = None
    """The scenes to calibrate on; by default the training part of --split."""
    images: tuple[Path, ...] = ()
    """Compare on these pictures instead, without truth."""
    uncertainty: bool = False
    """Give a second output "uncertainty" too, the half-widths of 90 % intervals (float32 SavedModel and
    TFLite).
    """
    time: bool = True
    """Measure milliseconds with 1 and 2 threads."""


def run(options: Options) -> None:
    """Export a trained model as SavedModel, TFLite or ONNX and print how it differs from Keras."""
    from tqdm import tqdm

    from hsi_inr_tf import export, inference
    from hsi_inr_tf.evaluation import parity
    from hsi_inr_tf.evaluation.timing import milliseconds
    from hsi_inr_tf.export import flatbuffer
    from hsi_inr_tf.inference.keras_engine import KerasEngine
    from hsi_inr_tf.optics.resampling import parse
    from hsi_inr_tf.trained.asked import asked
    from hsi_inr_tf.trained.weights import load_trained

    for_tflite = options.out.suffix == ".tflite" or options.size or options.quantize != ("none",)
    kind = options.format or _kind(options.out, for_tflite)
    if kind_of(options.out) not in (None, kind):
        raise InputError(f"--out {options.out} is the name of another kind of file than --format {kind}")
    if kind not in ("tflite", "saved_model") and options.quantize != ("none",):
        raise InputError(
            f"{kind} files are written in float32 only: expected no --quantize, or --format tflite"
        )
    if kind == "saved_model" and for_tflite:
        raise InputError(
            "a SavedModel is a folder, takes any size and is not quantised: expected no --size, no "
            "--quantize and "
            "no --out that ends in .tflite, or --format tflite"
        )
    if options.uncertainty and (kind not in ("tflite", "saved_model") or options.quantize != ("none",)):
        raise InputError(
            "--uncertainty is of SavedModel and TFLite in float32: expected no other --format, no --quantize"
        )
    sides = [_sides(text) for text in options.size]  # refused before anything is loaded
    wavelengths = parse(options.wavelengths) if options.wavelengths else None
    if options.width is not None and wavelengths is None:
        raise InputError("--width is that of the bands of --wavelengths, expected both")
    model, description = load_trained(options.model)
    if wavelengths:
        model, description = asked(model, description, wavelengths, options.width)
    engine = KerasEngine(model, description)
    pictures, what = _pictures(options, with_truth=wavelengths is None)
    written = []
    if kind == "saved_model":
        path = options.out if options.out.name.isdecimal() else options.out / "1"
        more = {"warm_up": _can_warm_up(), "uncertainty": options.uncertainty}
        written.append(export.saved_model(model, description, path, **more))
    else:
        sizes = _sizes(description, sides)
        calibration = _calibration(options) if {"int8", "int16x8"} & set(options.quantize) else None
        for (height, width), quantize, path in tqdm(
            _targets(options, description.model, sizes, MODEL_FILES[kind].suffix),
            desc="exporting",
            leave=False,
        ):
            settings = {}
            if kind == "tflite":
                windows = calibration and _windows(calibration, height or 128, width or 128)
                settings = {"quantize": quantize, "representative": windows}
                settings["uncertainty"] = options.uncertainty
            write = resolve_name(MODEL_FILES[kind].writer)
            written.append(write(model, description, path, height=height, width=width, **settings))
    rows = []
    for path in tqdm(written, desc="comparing", leave=False):
        exported = inference.load(path).engine
        height, width = exported.fixed_shape or (128, 128)
        times = (
            {threads: milliseconds(path, height, width, threads) for threads in (1, 2)}
            if options.time
            else {}
        )
        rows.append(
            parity.compare(
                path.name if path.suffix else f"{path.parent.name}/{path.name}",
                path,
                engine,
                exported,
                pictures(),
                times,
            )
        )
    print(
        f"Compared with Keras on {what}"
        + ("; milliseconds for an input of 128x128 where any will do." if options.time else ".")
    )
    print(parity.table(rows))
    for path in written:
        if path.suffix == ".tflite" and (custom := flatbuffer.contents(path).custom):
            raise InputError(f"{path} needs operators that LiteRT does not have: {', '.join(custom)}")
        print(f"wrote {path}")


def _kind(out, for_tflite):
    return kind_of(out) or ("tflite" if for_tflite else "saved_model")


def _sizes(model: ModelDescription, sides):
    """The (height, width) to export, those asked for or one that is enough; what is too small is said."""
    if model.patch:
        return [(model.patch, model.patch)]
    enough = tiling.least_side(model)
    for height, width in sides:
        if enough and height and min(height, width) < enough:
            print(
                f"note: larger pictures are made of tiles, which at {height}x{width} differ a little where "
                f"they meet, as this model sees {model.halo} pixels far: --size {enough} makes them exact"
            )
    return sides or [(enough or 128, enough or 128)]


def _can_warm_up() -> bool:
    from importlib.util import find_spec

    if find_spec("tensorflow_serving"):
        return True
    print("note: no warm-up requests for TF Serving are written: pip install 'hsi_inr_tf[serving]'")
    return False


def _sides(text):
    if text == "any":
        return None, None
    if not (match := re.fullmatch(r"(\d+)(?:x(\d+))?", text)):
        raise InputError(f"--size {text} is no size, expected 128, 256x320 (height x width) or any")
    height = int(match[1])
    return height, int(match[2] or height)


def _targets(options, name, sizes, suffix):
    """(sides, quantisation, path) of every file to write."""
    wanted = [
        (sides, quantize) for sides in dict.fromkeys(sizes) for quantize in dict.fromkeys(options.quantize)
    ]
    if options.out.suffix == suffix:
        if len(wanted) > 1:
            raise InputError(f"{options.out} is one file, but {len(wanted)} were asked for: give a folder")
        return [(*wanted[0], options.out)]
    if options.out.is_file():
        raise InputError(f"{options.out} is a file, expected a folder or a name that ends in {suffix}")
    targets = []
    for (height, width), quantize in wanted:
        kind = "" if quantize == "none" else f"-{quantize}"
        path = options.out / f"{name}-{f'{height}x{width}' if height else 'any'}{kind}{suffix}"
        targets.append(((height, width), quantize, path))
    return targets


def _pictures(options, with_truth):
    """A function that yields pairs (rgb, cube or None), and what they are in words."""
    if options.images:
        from hsi_inr_tf.pictures import read_image

        pictures = [
            (read_image(path), None) for path in options.images
        ]  # now, as nothing is written if one cannot be read
        return lambda: pictures, f"{len(pictures)} picture{'s' if len(pictures) > 1 else ''}"
    if options.dataset:
        from hsi_inr_tf.data import open_scenes

        scenes = open_scenes(
            options.dataset, options.data_dir, options.split, allow_missing=options.allow_missing
        )
        return (
            lambda: ((scene.rgb, scene.cube if with_truth else None) for scene in scenes)
        ), f"{options.dataset}, {options.split}, {len(scenes)} scenes"
    ramp = np.linspace(0.0, 1.0, 512, dtype=np.float32)
    smooth = np.stack(
        np.broadcast_arrays(ramp[:, None], ramp[None, :], 0.5 + 0.5 * np.sin(9 * ramp[:, None] * ramp)),
        axis=-1,
    )
    grain = np.random.default_rng(0).normal(0.0, 0.03, smooth.shape).astype(np.float32)
    return lambda: [
        (np.clip(smooth + grain, 0.0, 1.0), None)
    ], "a made-up picture (give --dataset or --images for real ones)"


def _calibration(options):
    from hsi_inr_tf.data import open_scenes

    if not options.dataset:
        raise InputError("int8 and int16x8 are calibrated on real pictures: give --dataset")
    split = options.calibration or training_part(options.split)
    return open_scenes(options.dataset, options.data_dir, split, allow_missing=options.allow_missing)


def _windows(scenes, height, width):
    """Calibration pictures: windows [height, width, 3] at random places of the scenes, in turn; the seed is
    0.
    """
    generator = np.random.default_rng(0)
    windows = []
    for number in range(CALIBRATION):
        rgb = scenes[number % len(scenes)].rgb
        top = int(generator.integers(max(1, rgb.shape[0] - height + 1)))
        left = int(generator.integers(max(1, rgb.shape[1] - width + 1)))
        window = rgb[top : top + height, left : left + width]
        missing = (height - window.shape[0], width - window.shape[1])
        windows.append(np.pad(window, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge"))
    return windows
