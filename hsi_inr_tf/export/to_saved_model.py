"""Writing a model as a SavedModel with the signatures that servers call."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.export.warm_up import write as write_warm_up
from hsi_inr_tf.files import replacing_folder, work_folder
from hsi_inr_tf.inference.uncertainty import uncertainty_of
from hsi_inr_tf.trained.description import ModelDescription
from hsi_inr_tf.trained.exported_files import MEMBER

if TYPE_CHECKING:
    from hsi_inr_tf.models.base import SpectralModel


def saved_model(
    model: "SpectralModel",
    description: ModelDescription,
    path: PathLike,
    *,
    warm_up: bool = False,
    uncertainty: bool = False,
) -> Path:
    """Write `model` as a SavedModel folder at `path`, replacing a SavedModel that is there; gives the path
    back.

    Signatures, all giving "hsi":
    - serving_default: rgb float32 [batch, height, width, 3] in [0, 1] -> [batch, height, width, bands], as
      the model gives it; any height and width unless the model has a patch;
    - reconstruct_image: image_bytes [batch], PNG or JPEG files of one size, any size -> [batch, height,
      width, bands] in [0, 1];
    - sample and query, where the model can be asked between its pixels: rgb with ascending rows [m] and
      columns [n] -> [batch, m, n, bands]; one rgb with points [1, n, 2] = (row, column) -> [1, n, bands];
    - at_wavelengths, of a model that is a function of the wavelength: rgb with wavelengths [n] in nm ->
      [batch, height, width, n], NaN outside what training has seen.

    With `uncertainty` the first two have a second output of that name and of the shape of "hsi", the
    half-widths of a calibrated model. The description lies in assets/; `warm_up` adds requests that TF
    Serving answers while it loads the model (extra serving).
    """
    import tensorflow as tf

    from hsi_inr_tf.export import graphs

    path = Path(path)
    if path.exists() and not (path / "saved_model.pb").is_file():
        raise InputError(
            f"{path} exists and is no SavedModel, so it is not overwritten: choose another place"
        )
    description = replace(
        description, provenance={**description.provenance, "export": {"format": "saved_model"}}
    )
    widths = graphs.HalfWidths(uncertainty_of(description)) if uncertainty else None
    with replacing_folder(path) as written, work_folder(path) as work:
        asset = work / MEMBER
        asset.write_text(description.to_json(), "utf-8")
        root = graphs.holder(model, widths)
        root.description = tf.saved_model.Asset(str(asset))
        root.signature_functions = graphs.signatures(
            model, description.wavelengths if description.sensors else None, widths
        )
        tf.saved_model.save(root, str(written), signatures=root.signature_functions)
        if warm_up:
            write_warm_up(written, path.parent.name if path.name.isdecimal() else path.name, model.patch)
    return path
