"""Which extra brings a package that may be missing, and how to say so."""

import os

# Package as imported -> extra of this package (setup.cfg).
EXTRA_OF = {
    "tensorflow": "train",
    "keras": "train",
    "tensorflow_datasets": "train",
    "apache_beam": "beam",
    "dask": "dask",
    "distributed": "dask",
    "kserve": "serving",
    "tensorflow_serving": "serving",
    "huggingface_hub": "hub",
    "tf2onnx": "onnx",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "rasterio": "geo",
    "xarray": "netcdf",
    "h5netcdf": "netcdf",
    "tensorboard": "tensorboard",
    "pillow_heif": "heic",
    "rawpy": "raw",
}

KERAS_NEEDS = ("jax", "torch", "openvino")  # packages that no code of ours imports


def missing(package: str) -> str:
    """What to tell a person where importing `package`, or a module of it, failed."""
    package = package.partition(".")[0]
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if package in KERAS_NEEDS and backend != "tensorflow":
        return f"KERAS_BACKEND is {backend}, which needs {package}: expected tensorflow"
    wanted = f"hsi_inr_tf[{EXTRA_OF[package]}]" if package in EXTRA_OF else package
    return f"this needs {package}: pip install '{wanted}'"
