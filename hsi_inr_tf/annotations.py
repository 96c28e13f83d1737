"""Names of types that annotations in several rooms use."""

import os
from typing import Any

PathLike = str | os.PathLike[str]
Tensor = Any  # keras.ops takes those of every backend, arrays and, while a model is being built, KerasTensors
