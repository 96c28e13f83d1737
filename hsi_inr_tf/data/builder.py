"""What the dataset builders share: the record of a scene, and generation scene by scene, alone or on Apache
Beam.
"""

import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.optics import VISIBLE, Camera


class SceneBuilder(tfds.core.ShardBasedBuilder, skip_registration=True):  # type: ignore[call-arg]
    """A TFDS builder that writes each scene as one shard, so that only one scene per worker is ever in
    memory.

    A record holds `name`, `rgb` [h, w, 3], `cube` [h, w, bands] as distributed, `white` (the cube's value
    that stands for 1) and `wavelengths` [bands] in nm; the dataset's metadata hold the wavelengths and the
    camera.
    """

    def scene_info(
        self,
        *,
        homepage: str,
        camera: Camera | None,
        wavelengths: Sequence[float] = VISIBLE,
        height: int | None = None,
        width: int | None = None,
        rgb: Any = np.uint8,
        cube: Any = np.uint16,
        **extra: Any,
    ) -> tfds.core.DatasetInfo:
        """The DatasetInfo of these builders; `extra` names further features of a record.

        A camera that is known only when the data are there is None here, and set in the metadata then.
        """
        bands = len(wavelengths)
        features = {
            "name": tfds.features.Text(),
            "rgb": tfds.features.Image(
                shape=(height, width, 3), dtype=rgb, encoding_format=None if rgb == np.uint8 else "png"
            ),
            # Not compressed: that takes several times as long as all the rest and saves a third.
            "cube": tfds.features.Tensor(shape=(height, width, bands), dtype=cube, encoding="bytes"),
            "white": tfds.features.Scalar(np.float32),
            "wavelengths": tfds.features.Tensor(shape=(bands,), dtype=np.float32),
            **extra,
        }
        metadata = {"camera": camera and camera.to_dict(), "wavelengths": [float(nm) for nm in wavelengths]}
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features),
            metadata=tfds.core.MetadataDict(metadata),
            homepage=homepage,
            supervised_keys=("rgb", "cube"),
            disable_shuffling=True,
        )

    def shards(
        self, splits: Mapping[str, Iterable[tuple[str, tuple]]], read: Callable[..., dict]
    ) -> dict[str, list[Callable]]:
        """What _shard_iterators_per_split returns: per split one generator per scene, sorted by name.

        `splits` holds (name, arguments of `read`) pairs, the file last; `read` returns rgb, cube and white. A
        name that comes twice is an InputError.
        """
        wavelengths = np.asarray(self.info.metadata["wavelengths"], np.float32)
        places: dict[str, Path] = {}
        shards: dict[str, list[Callable]] = {}
        for split, sources in splits.items():
            for name, arguments in sources:
                if name in places:
                    raise InputError(
                        f"scene {name} is there twice, as {places[name]} and as {arguments[-1]}: expected "
                        "it once"
                    )
                places[name] = arguments[-1]
            ordered = sorted(sources, key=itemgetter(0))
            shards[split] = [
                partial(_generate, name, wavelengths, read, arguments) for name, arguments in ordered
            ]
        return shards

    def _download_and_prepare(self, dl_manager, download_config=None):
        self.given_manual_dir = download_config.manual_dir if download_config else None
        if download_config and download_config.beam_options and download_config.beam_runner is None:
            # TFDS runs shards on Beam only where a runner is named; beam_pipeline_options alone should do.
            from apache_beam.options.pipeline_options import StandardOptions

            runner = download_config.beam_options.view_as(StandardOptions).runner
            download_config = download_config.replace(beam_runner=runner or "DirectRunner")
        with _importable(type(self)):
            super()._download_and_prepare(dl_manager, download_config)


@contextmanager
def _importable(builder):
    """Let Beam's worker processes import the builder's module, which TFDS has loaded from a folder that is
    not installed.
    """
    before = os.environ.get("PYTHONPATH")
    root = Path(inspect.getfile(builder)).parents[builder.__module__.count(".")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), before]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _generate(name, wavelengths, read, values):
    yield name, {"name": name, "wavelengths": wavelengths, **read(*values)}
