"""From photographs to hyperspectral cubes."""

import logging
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from hsi_inr_tf import STARTED
from hsi_inr_tf.cubes.formats import FORMATS
from hsi_inr_tf.cubes.values import DTYPES
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.inference import engines
from hsi_inr_tf.ranges import between, one_of, whole

if TYPE_CHECKING:
    from hsi_inr_tf.inference import Reconstructor

SHOWN = 10  # broken pictures that a sentence names


@dataclass(frozen=True)
class Options:
    images: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Pictures (PNG, JPEG, TIFF, BMP, WebP, GIF, PPM, JPEG 2000, AVIF; with extras HEIC and camera raw data)
    or folders of them.
    """
    model: str
    """A bundled model (inr-compact, inr-edge), a run folder, a SavedModel folder or a .tflite file."""
    out: Path
    """The file to write, or a folder, as any name without a suffix is: for several pictures there must be
    one.
    """
    format: Annotated[str, one_of(FORMATS)] | None = None
    """The cube's format; without it the suffix of --out says it (.hdr .mat .npz .nc .tif), and in folders it
    is envi.
    """
    dtype: Annotated[str, one_of(DTYPES)] = "float32"
    """How values are stored; uint16 holds [0, 1] times 65535 in half the space."""
    scale: Annotated[float, between(0, 1e6)] = 1.0
    """Evaluate the representation between pixels: 2 gives twice the height and width. Needs an implicit
    model.
    """
    wavelengths: str | None = None
    """Ask for 400:700:5, for 450,550,650, or for the numbers in a file (nm, within the model's range)."""
    width: Annotated[float | None, between(0, 1000, optional=True)] = None
    """Width (FWHM, nm) of the bands, over which they average; of models that are functions of the
    wavelength.
    """
    consistent: bool = False
    """Correct the cube so that it reproduces the picture's RGB."""
    tile: Annotated[int | None, whole(1, 1 << 20, optional=True)] = None
    """Side of the tiles that large pictures are cut into; the result does not depend on it."""
    uncertainty: bool = False
    """Also write the half-width of the interval that holds the true value with a probability of 90 %: a
    variable uncertainty, more bands of a GeoTIFF, or NAME_uncertainty.hdr beside ENVI's NAME.hdr.
    """
    engine: Annotated[str, one_of(engines.NAMES)] = "auto"
    """What computes: LiteRT where the model has a .tflite, else TensorFlow (auto), or one of them."""
    trust: bool = False
    """Load a SavedModel whatever its program may do, to files too: for makers whom you trust."""
    max_pixels: int | None = None
    """How many pixels a picture may have; without it about 179 million, of which more are refused."""
    runner: str | None = None
    """Reconstruct on an Apache Beam runner: DirectRunner, DaskRunner or another cluster's; a picture that
    cannot be read does not stop the rest.
    """
    runner_options: tuple[str, ...] = ()
    """What the runner takes, as direct_num_workers=2 direct_running_mode=multi_processing, or
    dask_client_address=HOST:PORT, or job_endpoint=HOST:PORT.
    """


def run(options: Options) -> None:
    """Turn photographs into hyperspectral cubes."""
    from tqdm import tqdm

    from hsi_inr_tf import inference, pictures
    from hsi_inr_tf.inference.ahead import ahead

    if not options.images:
        raise InputError(
            "no pictures given: hsi-inr reconstruct PICTURE... --model MODEL --out FILE_OR_FOLDER"
        )
    images = pictures.find_images(options.images)
    targets = _targets(images, options)
    wavelengths = _wavelengths(options)  # what cannot be read is refused before anything is loaded
    if options.runner:
        return _on_runner(images, targets, options)
    if options.max_pixels is not None:
        pictures.allow_pixels(options.max_pixels)
    reconstructor, broken, began = None, 0, STARTED
    for image, target, picture in ahead(_read(images, targets)):
        if isinstance(picture, InputError):  # what is wrong with one says nothing about the others
            if len(images) == 1:
                raise picture
            print(f"error: {picture}", file=sys.stderr, flush=True)
            broken += 1
            continue
        reconstructor = reconstructor or inference.load(options.model, options.engine, options.trust)
        with tqdm(desc=image.name, unit="row", leave=False) as bar:
            said = _reconstruct(reconstructor, picture, image.name, target, options, wavelengths, began, bar)
        print(said, flush=True)
        began = time.monotonic()
    if broken:
        raise InputError(f"{broken} of {len(images)} pictures could not be read and were left out")


def _read(images, targets):
    """(image, target, its Picture or the InputError that says why there is none) of every picture."""
    from hsi_inr_tf import pictures

    for image, target in zip(images, targets, strict=True):
        try:
            yield image, target, pictures.read_picture(image)
        except InputError as error:
            yield image, target, error


def reconstruct_file(reconstructor: "Reconstructor", image: Path, target: Path, options: Options) -> str:
    """Reconstruct one picture into one file, as the options say; gives a sentence about it. Raises
    InputError.
    """
    from hsi_inr_tf import pictures

    if options.max_pixels is not None:
        pictures.allow_pixels(options.max_pixels)
    began = time.monotonic()
    picture, wavelengths = pictures.read_picture(image), _wavelengths(options)
    return _reconstruct(reconstructor, picture, image.name, target, options, wavelengths, began)


def _reconstruct(
    reconstructor, picture, name: str, target: Path, options: Options, wavelengths, began: float, bar=None
) -> str:
    """The same for a picture that has been read from a file called `name`; `began` is when a person began to
    wait for it, on the monotonic clock, and `bar` a tqdm of rows.
    """
    from hsi_inr_tf import cubes
    from hsi_inr_tf.inference.uncertainty import trust_in_words

    def progress(done, total):
        if bar is not None:
            bar.total = total
            bar.update(done - bar.n)

    cube = reconstructor.stream(
        picture,
        scale=options.scale,
        wavelengths=wavelengths,
        widths=options.width,
        consistent=options.consistent,
        tile=options.tile,
        progress=progress,
        uncertainty=options.uncertainty,
        provenance={"source": name},
    )
    written = cubes.write(cube, target, options.format, options.dtype)
    height, width, bands = cube.shape
    error = cube.provenance["reprojection"]
    first, last = cube.wavelengths[0], cube.wavelengths[-1]
    nm = f"{bands} bands from {first:g} to {last:g} nm" if bands > 1 else f"one band at {first:g} nm"
    text = (
        f"{written}: {height} x {width} pixels, {nm}, {time.monotonic() - began:.1f} s; rendered back to "
        "RGB the model's cube "
        f"differs from {name} by {255 * error['rmse']:.2f} of 255 (RMSE)"
    )
    if not cube.provenance["exact"]:
        text += "; computed in tiles too small for all that the model can see"
    if trust := cube.provenance.get("trust"):
        text += f"\n  {trust_in_words(trust, reconstructor.description.wavelengths)}"
    text += "".join(f"\n  warning: {warning}" for warning in cube.provenance["warnings"])
    return text


def _wavelengths(options) -> tuple[float, ...] | None:
    from hsi_inr_tf.optics.resampling import parse

    return parse(options.wavelengths) if options.wavelengths is not None else None


def _on_runner(images, targets, options):
    """The same on a Beam runner; pictures that cannot be read are reported at the end."""
    logging.basicConfig(level=logging.ERROR)  # Beam warns of what it misses while it is imported
    try:
        from hsi_inr_tf.inference import beam
    except ImportError as error:
        raise InputError(f"--runner needs Apache Beam: pip install 'hsi_inr_tf[beam]' ({error})") from error

    settings = beam.options_of(options.runner, options.runner_options, len(images))
    model = (options.model, options.engine, options.trust)
    beam.loaded(*model)  # what cannot be loaded is refused before a worker starts
    report = targets[0].parent / "reconstruct-report.jsonl"
    print(
        f"reconstructing {len(images)} pictures on {options.runner}; the report will be {report}", flush=True
    )
    work = partial(reconstruct_file, options=options)
    outcomes = beam.run(zip(images, targets, strict=True), model, work, report, settings)
    for outcome in outcomes:
        if outcome.summary:
            print(outcome.summary)
    broken = [outcome.error for outcome in outcomes if outcome.error]
    if broken:
        more = f"; and {len(broken) - SHOWN} more, which {report} names" if len(broken) > SHOWN else ""
        raise InputError(
            f"{len(broken)} of {len(outcomes)} pictures were not reconstructed: "
            f"{'; '.join(broken[:SHOWN])}{more}"
        )


def _targets(images, options) -> list[Path]:
    """The cube's path for every picture."""
    from hsi_inr_tf.cubes import FORMATS, format_of, named_for

    out = options.out
    as_file = len(images) == 1 and not options.images[0].is_dir() and not out.is_dir() and out.suffix
    if as_file:
        format = options.format or format_of(out)
        if out.suffix.lower() in FORMATS.values() and format_of(out) != format:
            raise InputError(
                f"{out} is named as {format_of(out)}, but --format is {format}: "
                f"expected {out.with_suffix(FORMATS[format])}"
            )
        return _sparing(images, [named_for(out, format)])
    if out.is_file():
        raise InputError(
            f"{out} is a file, expected a folder or a name that ends in {' '.join(FORMATS.values())}"
        )
    if out.suffix in FORMATS.values():
        raise InputError(f"{out} is one file, but there are {len(images)} pictures: give a folder")
    suffix = FORMATS[options.format or "envi"]
    targets = [out / f"{image.stem}{suffix}" for image in images]
    same = {t for t in targets if targets.count(t) > 1}
    if same:
        raise InputError(
            f"several pictures would be written to {sorted(same)[0]}: reconstruct them into different folders"
        )
    return _sparing(images, targets)


def _sparing(images, targets) -> list[Path]:
    """The targets; InputError if one of them is a picture that is to be read."""
    sources = {image.resolve() for image in images}
    for target in targets:
        if target.resolve() in sources:
            raise InputError(f"{target} is one of the pictures and would be overwritten: give another --out")
    return targets
