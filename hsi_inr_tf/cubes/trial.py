"""Reading a stranger's HDF5 file (.mat v7.3, netCDF) in a process of its own first: some damages make HDF5
hang, or crash the process that reads it.
"""

import subprocess
import sys
from pathlib import Path

from hsi_inr_tf.errors import InputError

SECONDS, SPEED = 30.0, 5e6  # that a file may take, and the bytes a second that a large one is read with
READ = "import sys; sys.path[:] = {path!r}; from hsi_inr_tf.cubes import read; read(sys.argv[1])"


def check_survives(path: Path, seconds: float = SECONDS) -> None:
    """Raise InputError where reading the cube in `path` hangs or crashes. For files that come in unattended,
    as it costs another process; where it is refused in one sentence, reading it will say which.
    """
    import h5py

    if not h5py.is_hdf5(path):
        return
    try:
        ended = subprocess.run(
            [sys.executable, "-c", READ.format(path=sys.path), str(path)],
            timeout=seconds + path.stat().st_size / SPEED,
            capture_output=True,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{path} is damaged: HDF5 does not finish reading it, expected a cube") from error
    if ended.returncode < 0:
        raise InputError(f"{path} is damaged: HDF5 crashes (signal {-ended.returncode}), expected a cube")
