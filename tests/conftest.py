"""Fixtures that every part's tests share."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.fixture(scope="session")
def shared_cave() -> Path:
    """The folder of the real CAVE archive, beside the repository or named by HSI_CAVE_DIR."""
    folder = Path(os.environ.get("HSI_CAVE_DIR", Path(__file__).resolve().parents[2] / "shared" / "data" / "cave"))
    if not (folder / "complete_ms_data.zip").is_file():
        pytest.skip(f"needs real CAVE scenes: {folder / 'complete_ms_data.zip'} is absent (set HSI_CAVE_DIR)")
    return folder
