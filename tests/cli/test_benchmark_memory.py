"""Peak memory is that of the process itself, not of the larger one that started it."""

import subprocess
import sys

import numpy as np

from hsi_inr_tf.cli.benchmarks.memory import peak_mb

CHILD = """
import numpy as np
from hsi_inr_tf.cli.benchmarks.memory import peak_mb
before = peak_mb()
held = np.ones({n})
print(before, peak_mb())
"""


def test_a_child_tells_of_its_own_memory():
    held = np.ones(75_000_000)  # 600 MB
    assert peak_mb() > 572
    said = subprocess.run(
        [sys.executable, "-c", CHILD.format(n=25_000_000)], capture_output=True, text=True, check=True
    ).stdout
    before, after = map(float, said.split())
    assert before < 400
    assert 185 < after - before < 230  # 200 MB are 191 MiB
    del held
