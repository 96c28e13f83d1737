"""Models on the Hugging Face Hub, by names such as hf://owner/name or hf://owner/name@revision."""

import os
import re
from pathlib import Path

from hsi_inr_tf.errors import InputError
from hsi_inr_tf.trained.bundles import DESCRIPTION, LITE, WEIGHTS

CARD = "README.md"
FILES = (DESCRIPTION, WEIGHTS, LITE, CARD)  # data only; nothing else of a repository is fetched or sent
_NAME = re.compile(r"hf://([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")


def fetch(name: str) -> Path:
    """The folder of the model `name`, hf://owner/name[@revision], in the cache of huggingface_hub.

    Raises InputError where there is no such model or it cannot be reached; needs the extra hub.
    """
    repository, revision = _parts(name)
    import huggingface_hub

    try:
        folder = huggingface_hub.snapshot_download(
            repository, revision=revision, allow_patterns=list(FILES), endpoint=_endpoint()
        )
    except Exception as error:  # whatever its client raises, here it is a name that cannot be had
        raise InputError(f"{name} cannot be fetched ({_first_line(error)})") from error
    if not (Path(folder) / DESCRIPTION).is_file():
        raise InputError(f"{name} holds no {DESCRIPTION}, expected a model that hsi-inr push wrote")
    return Path(folder)


def push(folder: Path, name: str, *, private: bool = False) -> str:
    """Send the model in `folder` (description.json beside weights or a .tflite, and a model card) to `name`,
    hf://owner/name; gives the address of the commit.

    Who may is decided by the token that `hf auth login` or HF_TOKEN left. Raises InputError.
    """
    folder = Path(folder)
    repository, revision = _parts(name)
    if not (folder / DESCRIPTION).is_file() or not any((folder / f).is_file() for f in (WEIGHTS, LITE)):
        raise InputError(
            f"{folder} is no model folder, expected {DESCRIPTION} beside {WEIGHTS} or {LITE}, as hsi-inr "
            "bundle and hsi-inr adapt write it"
        )
    import huggingface_hub

    api = huggingface_hub.HfApi(endpoint=_endpoint())
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        commit = api.upload_folder(
            repo_id=repository,
            folder_path=folder,
            allow_patterns=list(FILES),
            revision=revision,
            commit_message="Model written by hsi_inr_tf",
        )
    except Exception as error:
        raise InputError(f"{name} cannot be written ({_first_line(error)})") from error
    return str(commit.commit_url)


def _parts(name):
    match = _NAME.fullmatch(str(name))
    if not match:
        raise InputError(
            f"{name} is no name of a model, expected hf://owner/name or hf://owner/name@revision"
        )
    return match[1], match[2]


def _endpoint():
    return os.environ.get("HF_ENDPOINT")


def _first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
