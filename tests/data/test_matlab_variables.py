"""What a file's header asks for is checked before memory is taken."""

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from hsi_inr_tf.data.formats import SMALL, mat_variable
from hsi_inr_tf.errors import InputError


def test_a_variable_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    with h5py.File(tmp_path / "empty.mat", "w") as file:
        file.create_dataset(
            "bands", (60_000, 600_000), np.float32, chunks=(1, 1000)
        )  # 144 GB, of which the file holds none
    savemat(tmp_path / "v5.mat", {"bands": np.zeros((2000, 600), np.uint8)})
    for name in ("empty.mat", "v5.mat"):
        with pytest.raises(InputError, match=rf"bands has shape .*, expected at most {SMALL} values"):
            mat_variable(tmp_path / name, "bands", SMALL)


def test_both_versions_of_matlab_files_give_matlabs_axes(tmp_path):
    values = np.arange(6.0).reshape(2, 3)
    savemat(tmp_path / "v5.mat", {"a": values})
    with h5py.File(tmp_path / "v73.mat", "w") as file:
        file["a"] = values.T
    for name in ("v5.mat", "v73.mat"):
        np.testing.assert_array_equal(mat_variable(tmp_path / name, "a", 6), values)
