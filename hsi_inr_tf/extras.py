"""Which extra brings a package that may be missing, and how to say so."""

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


def missing(package: str) -> str:
    """What to tell a person where importing `package`, or a module of it, failed."""
    package = package.partition(".")[0]
    wanted = f"hsi_inr_tf[{EXTRA_OF[package]}]" if package in EXTRA_OF else package
    return f"this needs {package}: pip install '{wanted}'"
