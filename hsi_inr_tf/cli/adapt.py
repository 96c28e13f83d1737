"""From a model and something measured in the scene to a model of its own."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

from hsi_inr_tf.cubes import format_of, read, write
from hsi_inr_tf.errors import InputError

MEASURED = ("points", "cube", "pairs")


@dataclass(frozen=True)
class Options:
    model: Annotated[str, tyro.conf.Positional]
    """A bundled model (inr-compact, inr-edge), a run folder, or a model that was adapted before."""
    out: Path
    """The folder to write, which every command then takes as a model."""
    picture: Path | None = None
    """The photograph in which the points or the coarse cube were measured."""
    points: Path | None = None
    """CSV with row, column and one column a wavelength (nm), or a column `file`: what an instrument wrote
    (text, CxF, JCAMP-DX).
    """
    cube: Path | None = None
    """A cube of the same scene at lower resolution."""
    fused: Path | None = None
    """Also write the picture's cube here, fused with that of --cube (.hdr, .npz, .mat, .nc, .tif)."""
    pairs: str | None = None
    """Pairs of picture and cube, as folder:DIR."""
    keep: bool = False
    """Leave colours unlike the measured ones as they were: for a model that shall serve other scenes too."""


def run(options: Options) -> None:
    """Adapt a model to the scene in front of it: a dozen measured spectra, a coarse cube, or pairs."""
    measured = [name for name in MEASURED if getattr(options, name) is not None]
    if len(measured) != 1:
        raise InputError(f"expected one of --points, --cube and --pairs, {len(measured)} were given")
    if (options.picture is None) == (options.pairs is None):
        raise InputError("points and coarse cubes go with --picture, pairs without")
    if options.out.is_file():
        raise InputError(f"{options.out} is a file, expected a folder to write")
    if options.fused:
        if options.cube is None:
            raise InputError("--fused goes with --cube")
        format_of(options.fused)

    # What cannot be read is refused before TensorFlow is loaded.
    given = _measured(options)
    from hsi_inr_tf import export
    from hsi_inr_tf.inference import Reconstructor
    from hsi_inr_tf.inference.keras_engine import KerasEngine
    from hsi_inr_tf.trained.weights import load_trained

    base = Reconstructor(KerasEngine(*load_trained(options.model)))
    adapted = base.adapt(**given, keep=options.keep)
    model, description = export.adapted_model(adapted)
    files = {name: Path(value).name for name in (*MEASURED, "picture") if (value := getattr(options, name))}
    said = {**description.provenance["adapted"], "model": options.model, **files}
    description = replace(description, provenance={**description.provenance, "adapted": said})
    size = export.model_folder(model, description, options.out)
    adaptation = adapted.adaptation
    if adaptation is None:
        raise InputError("nothing was measured, expected at least one point")
    print(adaptation.sentence())
    for warning in adaptation.warnings:
        print(f"note: {warning}")
    before, after = adaptation.before, adaptation.after
    if before and after and after[0] > before[0]:
        print("note: the measurements do not predict each other; measure more, or check rows and columns")
    if options.fused:
        print(f"wrote {write(base.fuse(**given, adapted=adapted), options.fused)}")
    print(f"{options.out}: {model.count_params():,} parameters, {size / 1e6:.1f} MB")
    print(f"use it:   hsi-inr reconstruct IMAGE --model {options.out} --out FILE")


def _measured(options) -> dict:
    """The arguments of Reconstructor.adapt."""
    if options.pairs is not None:
        from hsi_inr_tf.data import open_scenes

        return {"pairs": open_scenes(options.pairs)}
    from hsi_inr_tf.pictures import read_image

    rgb = read_image(options.picture)
    if options.cube is not None:
        cube = read(options.cube)
        for note in cube.notes:
            print(f"note: {note}")
        return {"rgb": rgb, "cube": cube}
    from hsi_inr_tf.cubes.point_spectra import read_points

    points, spectra, wavelengths = read_points(options.points)
    return {"rgb": rgb, "points": points, "spectra": spectra, "wavelengths": wavelengths}
