"""From a model folder to a name on the Hugging Face Hub."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True)
class Options:
    folder: Annotated[Path, tyro.conf.Positional]
    """A model folder, as bundle and adapt write it: description.json, weights, .tflite, model card."""
    name: Annotated[str, tyro.conf.Positional]
    """hf://owner/name, which every command then takes as a model."""
    private: bool = False
    """Make a new repository that only its owner sees."""


def run(options: Options) -> None:
    """Send a model to the Hugging Face Hub, with the token that `hf auth login` left."""
    from hsi_inr_tf.trained import hub

    address = hub.push(options.folder, options.name, private=options.private)
    print(f"pushed:   {address}")
    print(f"use it:   hsi-inr reconstruct IMAGE --model {options.name} --out FILE")
